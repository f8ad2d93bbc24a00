"""Taking an import of a list's people back: subscriptions nobody touched since, and people it made for nothing else.

What a person did themselves stays: whoever changed their language or topics, paused, left or came back since the import
has made the subscription their own.
"""

from typing import Any

from django.db import transaction

from accounts.models import User
from contacts.consent import BY_UNDOING, announce_many
from contacts.erasure import emptied
from contacts.imports.running import take_turn
from contacts.imports.subscribing import CHUNK, SHOWN, list_of
from contacts.imports.undoing import OWN, used
from contacts.models import ConsentRecord, Contact, ContactList, ImportRun, Subscription
from contacts.models.runs import WrongStatus

TAKEN_BACK = "Import taken back"
# What the import itself gave to a new person.
GIVEN = OWN | {"contacts.Subscription", "contacts.ConsentRecord"}
Action = ConsentRecord.Action


def take_back(run: ImportRun, *, actor: User) -> dict[str, Any]:
    """Undo an applied import in one transaction; doing it again changes nothing.

    Gives {"back": subscriptions taken back, "removed": people emptied again, "stayed": [{contact, what}, …]}. The
    proofs stay, as proofs do, with a record that the import was taken back. Raises WrongStatus when the run is not
    applied any more or its 30 days are over.
    """
    if not run.can_be_taken_back:
        raise WrongStatus(run.status)
    contact_list = list_of(run)
    back = removed = 0
    stayed: list[dict[str, Any]] = []
    with transaction.atomic():
        take_turn()
        for start in range(0, len(run.changes), CHUNK):
            entries = {entry["contact"]: entry for entry in run.changes[start : start + CHUNK]}
            # A worker about to write to one of them holds the row: the issue leaves before this, or not at all.
            rows = Contact.objects.living().filter(pk__in=entries).order_by("pk").select_for_update(of=("self",))
            people = {contact.pk: contact for contact in rows}
            ours = _untouched(contact_list, {pk: entries[pk] for pk in people})
            stayed += [{"contact": pk, "what": "new"} for pk in sorted(people.keys() - ours)]
            back += _end(contact_list, {pk: entries[pk] for pk in ours}, people)
            removed += _empty(run, {pk for pk in ours if entries[pk]["kind"] == "new"}, people)
        outcome = {**run.outcome, "back": back, "removed": removed, "stayed": stayed[:SHOWN]}
        outcome["stayed_count"] = len(stayed)
        ImportRun.objects.filter(pk=run.pk).update(outcome=outcome)
        run.outcome = outcome
        note = f"took an import back: {back} subscriptions, {removed} people removed, {len(stayed)} changed since"
        run.move_to(ImportRun.Status.REVERTED, actor=actor, note=note)
    return outcome


def _untouched(contact_list: ContactList, entries: dict[int, dict[str, Any]]) -> set[int]:
    """The contacts whose subscription still stands as the import left it, with no word of their own since."""
    rows = Subscription.objects.select_for_update().filter(
        contact_list=contact_list, contact__in=entries, status="active", paused_until__isnull=True, source="import"
    )
    found = {row.contact_id: row for row in rows.order_by("pk")}
    chosen: dict[int, list[int]] = {}
    through = Subscription.topics.through
    pairs = through.objects.filter(subscription__in=[row.pk for row in found.values()])
    for subscription, topic in pairs.order_by("topic_id").values_list("subscription_id", "topic_id"):
        chosen.setdefault(subscription, []).append(topic)
    records = ConsentRecord.objects.filter(contact_list=contact_list, contact__in=found).order_by("id")
    last = dict(records.values_list("contact_id", "action"))
    return {
        pk
        for pk, row in found.items()
        if row.language == entries[pk].get("language", "")
        and chosen.get(row.pk, []) == entries[pk].get("topics", [])
        and last.get(pk) == Action.IMPORTED
    }


def _end(contact_list: ContactList, entries: dict[int, dict[str, Any]], people: dict[int, Contact]) -> int:
    """Take these subscriptions back: gone, or pending where the person had asked."""
    rows = Subscription.objects.filter(contact_list=contact_list, contact__in=entries)
    asked = [pk for pk, entry in entries.items() if entry["asked"]]
    rows.filter(contact__in=asked).update(status="pending", confirmed_at=None, source="", language="")
    rows.exclude(contact__in=asked).delete()
    ConsentRecord.objects.bulk_create(
        [
            ConsentRecord(
                contact_id=pk,
                email_digest=people[pk].email_digest or "",
                contact_list=contact_list,
                action=Action.UNSUBSCRIBED,
                wording=f"{TAKEN_BACK}: {contact_list.name}",
                source=BY_UNDOING,
            )
            for pk in sorted(entries)
        ],
        batch_size=CHUNK,
    )
    announce_many("subscription.ended", list(entries), contact_list)
    return len(entries)


def _empty(run: ImportRun, new: set[int], people: dict[int, Contact]) -> int:
    """Empty the rows of new people to whom nothing else happened. Their proofs point to them, so the rows stay."""
    applied = run.applied_at or run.at
    gone = {pk for pk in new if people[pk].changed_at <= applied} - used(new, own=GIVEN)
    others = Subscription.objects.filter(contact__in=gone).values_list("contact_id", flat=True)
    gone -= set(others)
    Contact.objects.filter(pk__in=gone).update(**emptied())
    return len(gone)
