"""Consent to a list: asked, confirmed, ended, taken back, or given elsewhere with proof; each with its record.

A subscription is the state; a ConsentRecord is the proof (GDPR Article 7(1)): the wording shown and its version, where,
when. It holds no address. Whether anything is sent is decided by the subscription and by `contacts.suppression`.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from accounts.registry import announce, announce_all
from contacts.forgetting import names_person
from contacts.models import ConsentRecord, ConsentWording, Contact, ContactList, Subscription, Suppression
from contacts.suppression import lift, suppress

LEAVE = "Unsubscribe"
UNDO = "Undo"
LANGUAGE = "en"
# Where proofs come from of what no reader did by themselves. contacts.consent_story reads them again.
BY_COLLEAGUE = "a colleague, as the person asked"
BY_MERGING = "merged with a row of the same person that had left"
BY_COMPLAINT = "a complaint to the mail provider"
BY_DEAD_MAILBOX = "the mailbox is gone"
BY_SILENCE = "%d issues in a row came back"
BY_UNDOING = "a colleague took the import back"
BROUGHT_BACK = "a colleague, after issues had come back"
Action = ConsentRecord.Action
Status = Subscription.Status


class ConsentRefused(ValueError):
    """The consent cannot be recorded; the message says why and what to do, for the person who tried."""


def scope_of(contact_list: ContactList) -> str:
    """The scope of suppressions that stop this list alone."""
    return f"list:{contact_list.pk}"


@transaction.atomic
def set_wording(
    contact_list: ContactList, text: str, *, by: User | None = None, language: str = LANGUAGE
) -> ConsentWording:
    """What readers of this language agree to from now on. An edit is a new version; the same text again is none."""
    ContactList.objects.select_for_update().get(pk=contact_list.pk)
    current = contact_list.own_wording_in(language)
    if current is not None and current.text == text.strip():
        return current
    version = current.version + 1 if current else 1
    return ConsentWording.objects.create(
        contact_list=contact_list, language=language, version=version, text=text.strip(), by=by
    )


@transaction.atomic
def ask(
    contact: Contact,
    contact_list: ContactList,
    *,
    source: str,
    shown: ConsentWording | None = None,
    at: datetime | None = None,
) -> Subscription:
    """Somebody asked to join: a pending subscription, which gets nothing until it is confirmed.

    One that is active stays so; one that has ended stays ended until its owner confirms. `shown` is the wording they
    saw, by default the present one; `at` is when they asked, by default now.
    """
    subscription, _created = Subscription.objects.get_or_create(contact=contact, contact_list=contact_list)
    _record_wording(contact, contact_list, Action.ASKED, source, shown=shown, at=at)
    return subscription


@transaction.atomic
def confirm(
    contact: Contact,
    contact_list: ContactList,
    *,
    source: str,
    shown: ConsentWording | None = None,
    always_proved: bool = False,
) -> bool:
    """The person's own word that they want the list: active from now on. True when it was not.

    `shown` is the wording they saw; without it the record keeps the present one. It ends their own objection to this
    list; an objection to everything, a complaint or a mailbox that is gone stays. With `always_proved` it is kept as a
    proof of its own where they are on the list already, by an import or by a colleague.
    """
    subscription, _created = Subscription.objects.get_or_create(contact=contact, contact_list=contact_list)
    changed = (
        Subscription.objects.filter(pk=subscription.pk)
        .exclude(status=Status.ACTIVE)
        .update(status=Status.ACTIVE, confirmed_at=timezone.now(), unsubscribed_at=None, ended_by="", paused_until=None)
    )
    if changed:
        if contact.email_digest:
            lift(contact, scope=scope_of(contact_list))
        _announce("subscription.confirmed", contact, contact_list)
    if changed or always_proved:
        _record_wording(contact, contact_list, Action.CONFIRMED, source, shown=shown)
    return bool(changed)


def leave(contact: Contact, contact_list: ContactList, *, source: str, ended_by: str = Subscription.Ended.LEFT) -> bool:
    """End the contact's subscription and keep a record of it. True when there was one that had not ended.

    `ended_by` is one of Subscription.Ended, by default the person's own wish. A pause goes with it. Their wish
    also ends for good what had ended because issues came back, so that no colleague brings them back any more.
    """
    rows = Subscription.objects.filter(contact=contact, contact_list=contact_list)
    is_wish = ended_by in (Subscription.Ended.LEFT, Subscription.Ended.COLLEAGUE)
    with transaction.atomic(savepoint=False):
        changed = rows.exclude(status=Status.UNSUBSCRIBED).update(
            status=Status.UNSUBSCRIBED, unsubscribed_at=timezone.now(), ended_by=ended_by, paused_until=None
        )
        is_said = is_wish and not changed and rows.filter(ended_by=Subscription.Ended.SILENT).update(ended_by=ended_by)
        if changed or is_said:
            # A button was pressed only where they left by themselves.
            shown = f"{LEAVE}: {contact_list.name}" if ended_by == Subscription.Ended.LEFT else contact_list.name
            _proof(contact, contact_list, Action.UNSUBSCRIBED, shown, source).save()
        if changed:
            _announce("subscription.ended", contact, contact_list)
    return bool(changed or is_said)


def come_back(contact: Contact, contact_list: ContactList, *, source: str) -> bool:
    """Put an ended subscription back as it was: active where it had been confirmed, pending where not."""
    ended = Subscription.objects.filter(contact=contact, contact_list=contact_list, status=Status.UNSUBSCRIBED)
    with transaction.atomic(savepoint=False):
        active = ended.filter(confirmed_at__isnull=False).update(
            status=Status.ACTIVE, unsubscribed_at=None, ended_by=""
        )
        changed = active or ended.filter(confirmed_at__isnull=True).update(
            status=Status.PENDING, unsubscribed_at=None, ended_by=""
        )
        if changed:
            _proof(contact, contact_list, Action.UNDONE, f"{UNDO}: {contact_list.name}", source).save()
        if active:
            _announce("subscription.confirmed", contact, contact_list)
    return bool(changed)


@transaction.atomic
def end(contact: Contact, contact_list: ContactList, *, actor: User) -> bool:
    """A colleague ends somebody's subscription, as the person asked by telephone or letter. True when there was one.

    What waits to be sent to them on this list is skipped: the engine looks at suppressions before each message.
    """
    if not leave(contact, contact_list, source=BY_COLLEAGUE, ended_by=Subscription.Ended.COLLEAGUE):
        return False
    if contact.email_digest:
        suppress(contact, scope=scope_of(contact_list), reason=Suppression.Reason.OBJECTION)
    record(actor, f"ended a subscription to {contact_list.name}", about=contact)
    return True


@transaction.atomic
def import_with_proof(
    contact: Contact, contact_list: ContactList, *, source: str, given_on: date, actor: User | None
) -> Subscription:
    """Add somebody who consented elsewhere. `source` says where the proof lies, `given_on` is the day of it.

    Raises ConsentRefused without a source or day, for a day to come, for a source that names the person (the record can
    never be changed), for somebody who left the list or asked us not to write: only they themselves can come back.
    """
    source = " ".join(source.split())
    if not source or given_on is None:
        raise ConsentRefused(_("Say where the proof lies and on which day the consent was given."))
    if given_on > timezone.localdate():
        raise ConsentRefused(_("That day has not come yet. Give the day on which the person agreed."))
    if names_person(source, contact):
        raise ConsentRefused(
            _("The proof can never be changed, so it must not hold the person's name or address. Say where it lies.")
        )
    blocking = Suppression.objects.of(scope_of(contact_list)).filter(email_digest=contact.email_digest)
    if contact.email_digest and blocking.exists():
        raise ConsentRefused(_("This person asked us not to write, or cannot be reached. Proof does not change that."))
    subscription, _created = Subscription.objects.get_or_create(contact=contact, contact_list=contact_list)
    # Whoever leaves at this moment has left.
    pending = Subscription.objects.filter(pk=subscription.pk, status=Status.PENDING)
    by_hand = Subscription.Source.COLLEAGUE
    if not pending.update(status=Status.ACTIVE, confirmed_at=timezone.now(), source=by_hand):
        subscription.refresh_from_db()
        if subscription.status == Status.ACTIVE:
            raise ConsentRefused(_("This person is on the list already."))
        raise ConsentRefused(_("This person left the list. Only they themselves can come back."))
    subscription.refresh_from_db()
    _record_wording(contact, contact_list, Action.IMPORTED, source, given_on=given_on)
    _announce("subscription.confirmed", contact, contact_list)
    if actor is not None:
        record(actor, f"added a contact to {contact_list.name}, with proof of consent", about=contact)
    return subscription


def note_merged(winner: Contact, ended: Contact, contact_list: ContactList) -> None:
    """Keep the proof that a merge ended a subscription, and tell whoever listens that `ended` gets nothing more.

    The merge itself has settled the rows.
    """
    _proof(winner, contact_list, Action.UNSUBSCRIBED, contact_list.name, BY_MERGING).save()
    _announce("subscription.ended", ended, contact_list)


def announce_many(event: str, contacts: Collection[int], contact_list: ContactList) -> None:
    """Tell who listens what an import did to these contacts (ids) on this list; one query for all of them."""
    rows: Iterable[Any] = Contact.objects.filter(pk__in=contacts).order_by("pk").values_list("public_id", flat=True)
    announce_all(event, [_about(public_id, contact_list) for public_id in rows])


def _announce(event: str, contact: Contact, contact_list: ContactList) -> None:
    announce(event, _about(contact.public_id, contact_list))


def _about(public_id: Any, contact_list: ContactList) -> dict[str, Any]:
    """Public references alone: who it is stands in the address book, for those who may read it."""
    return {"list": contact_list.slug or "", "list_id": contact_list.pk, "contact": str(public_id)}


def _record_wording(contact: Contact, contact_list: ContactList, action: str, source: str, **known: Any) -> None:
    """The proof with the wording that was shown, by default as it stands now; the list's name where nobody wrote one.

    `known` may hold `shown` (a ConsentWording), `given_on` (a day) and `at` (a moment).
    """
    wording = known.get("shown") or contact_list.wording
    proof = _proof(contact, contact_list, action, wording.text if wording else contact_list.name, source)
    if wording:
        proof.wording_version, proof.wording_language = wording.version, wording.language
    proof.given_on = known.get("given_on")
    proof.at = known.get("at") or timezone.now()
    proof.save(force_insert=True)


def _proof(contact: Contact, contact_list: ContactList, action: str, wording: str, source: str) -> ConsentRecord:
    """A proof, not saved yet: the words that were shown, and where. Holds no address."""
    return ConsentRecord(
        contact=contact,
        email_digest=contact.email_digest or "",
        contact_list=contact_list,
        action=action,
        wording=wording,
        source=source[:200],
    )
