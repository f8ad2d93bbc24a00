"""What a colleague does with a sign-on: open it, ask organisations, remind them, answer their wishes, close it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from advocacy import sign_mail
from advocacy.models import Signatory, Signature, SignatureReply, SignOn, Statement
from advocacy.sign_links import expiry
from advocacy.signing import ASKS_CHANGE, LAPSED, UNANSWERED, is_frozen, standings_of
from contacts.models import Organisation

# Between two mails to the same signer where a sign-on names no number of days.
DEFAULT_DAYS = 7


class SignOnError(Exception):
    """The step cannot be taken; the message says why and what to do, for the person who tried."""


@dataclass(frozen=True)
class Signer:
    """Who answers for an organisation, and the language they are written to in."""

    name: str
    role: str
    email: str
    language: str = "en"


@dataclass(frozen=True)
class Terms:
    """What a colleague sets for a sign-on."""

    deadline: datetime
    lead: Organisation
    order: str = SignOn.Order.NAME
    note: str = ""
    remind_days: int = DEFAULT_DAYS


def set_sign_on(statement: Statement, terms: Terms, *, actor: User) -> SignOn:
    """Open the sign-on of a statement or change its terms. Refused once the text is public: its names are printed."""
    if not statement.is_editable:
        raise SignOnError(_("The text is published. Its names stand as they were printed."))
    values = {
        "deadline": terms.deadline,
        "lead": terms.lead,
        "order": terms.order,
        "note": terms.note,
        "remind_days": terms.remind_days,
    }
    with transaction.atomic():
        sign_on, is_new = SignOn.objects.update_or_create(
            statement=statement, defaults=values, create_defaults=values | {"opened_by": actor}
        )
        until = expiry(sign_on.deadline)
        Signatory.objects.filter(statement=statement, link_expires_at__lt=until).update(link_expires_at=until)
        words = "opened the sign-on of" if is_new else "changed the terms of the sign-on of"
        _record(actor, f"{words} {statement.reference}", statement)
    return sign_on


def invite(sign_on: SignOn, organisation: Organisation, signer: Signer, *, actor: User) -> Signatory:
    """Ask an organisation and send the link. After publication this allows it to sign late.

    Raises SignOnError where nothing can be signed now, or when the organisation was asked already.
    """
    statement = sign_on.statement
    is_late = statement.status == Statement.Status.PUBLISHED
    _require_signable(sign_on)
    now = timezone.now()
    try:
        with transaction.atomic():
            signatory = Signatory.objects.create(
                statement=statement,
                organisation=organisation,
                signer=signer.name,
                role=signer.role,
                email=signer.email,
                language=signer.language,
                invited_by=actor,
                invited_at=now,
                reminded_at=now,
                asked_digest=statement.digest(),
                link_expires_at=expiry(sign_on.deadline),
                late_allowed_by=actor if is_late else None,
                late_allowed_at=now if is_late else None,
            )
            sign_mail.send_call(signatory, sign_on, kind="late" if is_late else "asked", key="1")
            late = ", late" if is_late else ""
            _record(actor, f"asked {organisation.name} to sign {statement.reference}{late}", statement)
    except IntegrityError:
        words = _("%(name)s was asked already.") % {"name": organisation.name}
        raise SignOnError(words) from None
    return signatory


def invite_again(sign_on: SignOn, *, actor: User) -> int:
    """Ask everybody who was asked to sign the statement that this one replaces, and gives how many those are.

    Their answers to the former text are not taken over: they belong to other words.
    """
    statement = sign_on.statement
    known = Signatory.objects.filter(statement=statement).values("organisation")
    former = Signatory.objects.filter(statement=statement.supersedes_id, revoked_at__isnull=True)
    rows = list(former.exclude(organisation__in=known).select_related("organisation"))
    with transaction.atomic():
        for row in rows:
            invite(sign_on, row.organisation, Signer(row.signer, row.role, row.email, row.language), actor=actor)
    return len(rows)


def remind(sign_on: SignOn, *, actor: User | None) -> int:
    """Write to those who have not answered the present text, and gives how many: each once in `remind_days`.

    Who answered other words is told at once that the text has changed, once for each text. `actor` is None for beat.
    """
    statement = sign_on.statement
    _require_signable(sign_on)
    if statement.status == Statement.Status.PUBLISHED:
        raise SignOnError(_("The text is published. Nobody is reminded any more."))
    digest, sent = statement.digest(), 0
    for standing in standings_of(statement, digest):
        row = standing.signatory
        if standing.state not in UNANSWERED or row.revoked_at is not None:
            continue
        with transaction.atomic():
            if not _claim(row, digest, sign_on.remind_days or DEFAULT_DAYS):
                continue
            kind = "changed" if standing.state == LAPSED else "reminder"
            row.statement = statement
            sign_mail.send_call(row, sign_on, kind=kind, key=timezone.now().isoformat())
        sent += 1
    if sent:
        with transaction.atomic():
            who = "organisation" if sent == 1 else "organisations"
            _record(actor, f"asked {sent} {who} again to sign {statement.reference}", statement)
    return sent


def _claim(row: Signatory, digest: str, days: int) -> bool:
    """Take the right to write to a signatory now; False when somebody wrote not long ago, or at this moment."""
    now = timezone.now()
    due = Q(reminded_at__isnull=True) | Q(reminded_at__lte=now - timedelta(days=days)) | ~Q(asked_digest=digest)
    free = Signatory.objects.filter(due, pk=row.pk, reminded_at=row.reminded_at)
    return free.update(reminded_at=now, asked_digest=digest) == 1


def remind_all() -> int:
    """What beat does: remind in every sign-on that is open and asks for it; gives how many mails were written."""
    rows = SignOn.objects.filter(closed_at__isnull=True, deadline__gt=timezone.now(), remind_days__gt=0)
    rows = rows.filter(statement__status=Statement.Status.APPROVED).select_related("statement", "lead")
    return sum(remind(sign_on, actor=None) for sign_on in rows)


def renew(signatory: Signatory, sign_on: SignOn, signer: Signer, *, actor: User) -> None:
    """Send a new link, to another person if need be; every earlier link of this organisation opens nothing then."""
    statement = sign_on.statement
    _require_signable(sign_on)
    with transaction.atomic():
        now = timezone.now()
        Signatory.objects.filter(pk=signatory.pk).update(
            link_serial=F("link_serial") + 1,
            link_expires_at=expiry(sign_on.deadline),
            revoked_at=None,
            reminded_at=now,
            asked_digest=statement.digest(),
            signer=signer.name,
            role=signer.role,
            email=signer.email,
            language=signer.language,
        )
        fresh = Signatory.objects.select_related("organisation", "statement").get(pk=signatory.pk)
        kind = "late" if statement.status == Statement.Status.PUBLISHED else "asked"
        sign_mail.send_call(fresh, sign_on, kind=kind, key="1")
        _record(actor, f"sent {fresh.organisation.name} a new link to sign {statement.reference}", statement)


def revoke(signatory: Signatory, *, actor: User) -> None:
    """Take the link back. What was signed with it stays signed."""
    with transaction.atomic():
        if Signatory.objects.filter(pk=signatory.pk, revoked_at__isnull=True).update(revoked_at=timezone.now()):
            name, statement = signatory.organisation.name, signatory.statement
            _record(actor, f"took back the link of {name} to sign {statement.reference}", statement)


def allow_late(signatory: Signatory, sign_on: SignOn, *, actor: User) -> None:
    """Let an organisation sign the published text after the deadline; its name is marked."""
    statement = sign_on.statement
    if statement.status != Statement.Status.PUBLISHED:
        raise SignOnError(_("Late signatures go on the published text only. Publish it first."))
    with transaction.atomic():
        rows = Signatory.objects.filter(pk=signatory.pk, late_allowed_at__isnull=True)
        now = timezone.now()
        if rows.update(late_allowed_by=actor, late_allowed_at=now, link_expires_at=expiry(now), revoked_at=None):
            fresh = Signatory.objects.select_related("organisation", "statement").get(pk=signatory.pk)
            sign_mail.send_call(fresh, sign_on, kind="late", key="1")
            name = fresh.organisation.name
            _record(actor, f"allowed {name} to sign {statement.reference} late", statement)


def close(sign_on: SignOn, *, actor: User) -> None:
    """Close the list before its deadline; nobody signs or changes their answer until it is opened again."""
    statement = sign_on.statement
    with transaction.atomic():
        rows = SignOn.objects.filter(pk=sign_on.pk, closed_at__isnull=True)
        if rows.update(closed_at=timezone.now(), closed_by=actor):
            _record(actor, f"closed the sign-on of {statement.reference}", statement)


def reopen(sign_on: SignOn, *, actor: User) -> None:
    """Open a closed list again. Its deadline must lie ahead and the text must not be public yet."""
    statement = sign_on.statement
    if not statement.is_editable:
        raise SignOnError(_("The text is published. Allow single organisations to sign late instead."))
    if sign_on.deadline <= timezone.now():
        raise SignOnError(_("Its deadline has passed. Set a later one, then open it again."))
    with transaction.atomic():
        if SignOn.objects.filter(pk=sign_on.pk, closed_at__isnull=False).update(closed_at=None, closed_by=None):
            _record(actor, f"opened the sign-on of {statement.reference} again", statement)


def reply(signature: Signature, text: str, *, actor: User) -> SignatureReply:
    """Answer a wish for a change; the signer gets it by mail. One answer for each wish."""
    signatory = signature.signatory
    statement = signatory.statement
    if signature.answer != ASKS_CHANGE:
        raise SignOnError(_("There is no wish for a change to answer."))
    if not text.strip():
        raise SignOnError(_("Write the answer; the signer gets only this."))
    try:
        with transaction.atomic():
            found = SignatureReply.objects.create(signature=signature, text=text.strip()[:2000], by=actor)
            sign_mail.send_reply(found, signatory, statement)
            _record(actor, f"answered the wish of {signatory.organisation.name} on {statement.reference}", statement)
    except IntegrityError:
        raise SignOnError(_("A colleague answered this wish a moment ago.")) from None
    return found


def _require_signable(sign_on: SignOn) -> None:
    statement = sign_on.statement
    if statement.status == Statement.Status.PUBLISHED:
        return
    if not is_frozen(statement):
        raise SignOnError(_("The text is not approved yet. Outsiders see only words that a second person approved."))
    if sign_on.is_over:
        raise SignOnError(_("The sign-on is over. Set a later deadline or open it again first."))


def _record(actor: User | None, sentence: str, statement: Statement) -> None:
    audit.record(actor, sentence, about=statement, label=statement.reference)


def former_signatories(statement: Statement) -> Iterable[str]:
    """Names of the organisations that were asked for the text this one replaces and not yet for this one."""
    if statement.supersedes_id is None:
        return []
    known = Signatory.objects.filter(statement=statement).values("organisation")
    former = Signatory.objects.filter(statement=statement.supersedes_id, revoked_at__isnull=True)
    return (
        former.exclude(organisation__in=known)
        .order_by("organisation__name")
        .values_list("organisation__name", flat=True)
    )
