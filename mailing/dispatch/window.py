"""The intent: what is about to leave, looked at afresh and committed before its first byte does (DESIGN 5.3)."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from contacts.models import Mandate, Suppression
from mailing.dispatch import throttle
from mailing.dispatch.clock import after, clock
from mailing.dispatch.failpoints import failpoint
from mailing.dispatch.leases import Claim, LeaseLost, MailingStopped
from mailing.dispatch.results import Result
from mailing.dispatch.store import ask, ask_status, move_chunk, record_events, together, update_rows
from mailing.models import Delivery, Mailing

# A window covers at most 50 messages; a letter's covers one.
LARGEST = 50

QUEUED = (
    "mailing_id = %s AND id > %s AND id <= %s AND status = 'queued' AND next_attempt_at IS NULL ORDER BY id LIMIT %s"
)
NEXT_ROWS = f"""
SELECT id, public_id, contact_id, email, language, context, attempts, {{paper}}, COALESCE((
    SELECT reason FROM contacts_suppression AS s
    WHERE s.email_digest = d.email_digest AND s.scope IN ('all', %s) ORDER BY s.scope LIMIT 1
), {{answered}})
FROM mailing_delivery AS d WHERE {QUEUED}
"""  # noqa: S608 - our own words
# Only where each message carries its own PDF: other mailings pay nothing for that table.
PAPER = "(SELECT content FROM mailing_letterpaper AS p WHERE p.delivery_id = d.id)"
# Of a follow-up alone: who has answered one of the letters of its thread.
ANSWERED = """CASE WHEN EXISTS (
    SELECT 1 FROM mailing_delivery AS f WHERE f.mailing_id IN ({marks}) AND f.contact_id = d.contact_id
    AND f.skip_reason = '' AND f.replied_at IS NOT NULL
) THEN 'answered' END"""
# Of an issue alone: who left or paused the list after the freeze.
RESTING = """(
    SELECT CASE WHEN u.status = 'unsubscribed' THEN 'left' WHEN u.paused_until > %s THEN 'resting' END
    FROM contacts_subscription AS u WHERE u.contact_id = d.contact_id AND u.contact_list_id = %s
)"""
# By their key alone: with a further condition, a table without statistics would be read as a whole.
HOLD_CONTACTS = f"""
SELECT id, erased_at IS NULL FROM contacts_contact
WHERE id {{within}} (SELECT contact_id FROM mailing_delivery WHERE {QUEUED}) {{close}} ORDER BY id {{lock}}
"""  # noqa: S608 - our own words
# A row may join the window after its contacts were held only when another left it meanwhile.
MOST_LOOKS = 5

SKIP_REASONS = {
    Suppression.Reason.OBJECTION: Delivery.SkipReason.OBJECTED,
    Suppression.Reason.ERASURE: Delivery.SkipReason.ERASED,
}


class Recipient(NamedTuple):
    """The columns of a delivery that sending it needs; reading whole rows would cost more than sending them."""

    pk: int
    public_id: UUID
    contact_id: int | None
    email: str | None
    language: str
    context: str
    attempts: int
    # Its PDF on letterhead, of a letter that carries one.
    paper_bytes: bytes | None
    # Why nobody may write to this address any more, if that is so: a reason of Suppression, or "answered", "left",
    # "resting".
    suppressed: str | None = None

    @property
    def domain(self) -> str:
        """The recipient's domain, for the throttle."""
        return (self.email or "").rpartition("@")[2].lower()


def window_size(kind: str) -> int:
    """How many messages one intent covers at most, for a kind of mailing."""
    return 1 if kind == Mailing.Kind.LETTER else LARGEST


def open_window(
    claim: Claim, mailing: Mailing, *, size: int = 1, found: Sequence[Result] = ()
) -> list[Recipient] | None:
    """Commit the next window of a claim and give the recipients to send to now, in order.

    In one transaction: the mailing is still being sent, each recipient may still be written to (those who may not
    become `skipped`, those whose domain has no room wait for their slot), the lease is ours, and the cursor moves to
    the window's last row. `found` are the results of the window before, written in the same transaction. An empty
    list means that nobody of this window is left; None that the chunk is done. Raises MailingStopped or LeaseLost, and
    then nothing was changed, nor `found` written.
    """
    with transaction.atomic():
        status, rows, there = _look(claim, mailing, min(size, LARGEST))
        if status != Mailing.Status.SENDING:
            raise MailingStopped
        reasons = _why_not(rows, there, mailing)
        going = [row for row in rows if row.pk not in reasons]
        waits = _waits(going, claim.slot)
        going = [row for row in going if row.pk not in waits]
        # The last row of the chunk's own range when none is left: the cursor then stands at the end.
        cursor = rows[-1].pk if rows else claim.hi
        window_lo = going[0].pk if going else None
        with together():
            # It comes after every look at other rows: a lock here would stop the heartbeat.
            moved = move_chunk(claim, cursor, window_lo, found, if_leased=True)
            update_rows(found, status)
        if not moved.rowcount:
            claim.is_lost = True
            raise LeaseLost
        record_events(claim.owner, {result.delivery_id: result.event for result in found if result.event})
        _skip(reasons)
        _wait(waits)
        failpoint("c4")
    claim.cursor, claim.window_lo, claim.leaving = cursor, window_lo, len(going)
    return going if rows else None


def _look(claim: Claim, mailing: Mailing, size: int) -> tuple[str, list[Recipient], dict[int, bool]]:
    """The mailing's status, the next rows, and which of their contacts are there: all held until the commit.

    Contacts are share-locked on PostgreSQL, so that an erasure comes before or after. Suppressions are looked at after
    that, since who asks not to be written to holds the contact as well.
    """
    window = [claim.mailing_id, claim.cursor, claim.hi, size]
    is_postgresql = connection.vendor == "postgresql"
    words = {"within": "= ANY (ARRAY", "close": ")", "lock": "FOR SHARE"} if is_postgresql else {"within": "IN"}
    hold = HOLD_CONTACTS.format_map({"close": "", "lock": ""} | words)
    kin = mailing.kin
    given: list[Any] = kin
    answered = ANSWERED.format(marks=", ".join(["%s"] * len(kin))) if kin else "NULL"
    if mailing.kind == Mailing.Kind.NEWSLETTER and mailing.contact_list_id:
        answered, given = RESTING, [timezone.localdate(), mailing.contact_list_id]
    next_rows = NEXT_ROWS.format(paper=PAPER if mailing.attaches_papers else "NULL", answered=answered)
    for _try in range(MOST_LOOKS):
        with together():
            held = ask_status(claim.mailing_id)
            contacts = ask(hold, window)
            found = ask(next_rows, [mailing.suppression_scope, *given, *window])
        there = {int(pk): bool(is_there) for pk, is_there in contacts()}
        rows = [Recipient(*row) for row in found()]
        if all(row.contact_id is None or row.contact_id in there for row in rows):
            break
    if not is_postgresql:
        rows = [row._replace(public_id=UUID(str(row.public_id))) for row in rows]
    return held(), rows, there


def _why_not(rows: list[Recipient], there: dict[int, bool], mailing: Mailing) -> dict[int, str]:
    """Who of these must not be written to any more, by delivery id, with the reason. `there`: contacts not erased."""
    gone = _without_mandate(rows) if mailing.kind == Mailing.Kind.LETTER else set()
    reasons: dict[int, str] = {}
    for row in rows:
        if row.contact_id is None or not there.get(row.contact_id) or not row.email:
            reasons[row.pk] = Delivery.SkipReason.ERASED
        elif row.suppressed == "answered":
            reasons[row.pk] = Delivery.SkipReason.EXCLUDED
        elif row.suppressed == "left":
            reasons[row.pk] = Delivery.SkipReason.OBJECTED
        elif row.suppressed == "resting":
            reasons[row.pk] = Delivery.SkipReason.PAUSED
        elif row.suppressed:
            reason = Suppression.Reason(row.suppressed)
            reasons[row.pk] = SKIP_REASONS.get(reason, Delivery.SkipReason.SUPPRESSED)
        elif row.contact_id in gone:
            reasons[row.pk] = Delivery.SkipReason.MANDATE_ENDED
    return reasons


def _waits(rows: list[Recipient], slot: datetime | None) -> dict[int, float]:
    """Seconds until the slot of each row whose domain has no room now. `slot` is what a single row waited for."""
    waits = throttle.waits_for([row.domain for row in rows], [slot] if slot else [])
    return {row.pk: wait for row, wait in zip(rows, waits, strict=True) if wait > 0}


def _wait(waits: dict[int, float]) -> None:
    for pk, wait in waits.items():
        Delivery.objects.filter(pk=pk).update(next_attempt_at=after(wait), error_kind=Delivery.ErrorKind.THROTTLED)


def _without_mandate(rows: list[Recipient]) -> set[int]:
    """Contacts who sat in the Parliament when the letter was frozen and do not any more.

    The frozen context tells who did: it names the group and committees of an open mandate. Others, such as a former
    member written to as a stakeholder, are none of this rule's business.
    """
    members = {row.contact_id for row in rows if row.contact_id and _was_member(_values(row))}
    if not members:
        return set()
    mandates = Mandate.objects.filter(contact_id__in=members).values_list("contact_id", "ended_on")
    known = {contact for contact, _ended in mandates}
    return known - set(_seated(mandates, timezone.localdate()))


def _values(row: Recipient) -> dict[str, object]:
    return dict(json.loads(row.context))


def _was_member(context: dict[str, object]) -> bool:
    return bool(context.get("group") or context.get("committees"))


def _seated(mandates: Iterable[tuple[int, date | None]], today: date) -> Iterable[int]:
    return (contact for contact, ended in mandates if ended is None or ended > today)


def _skip(reasons: dict[int, str]) -> None:
    for reason in set(reasons.values()):
        Delivery.objects.filter(pk__in=[pk for pk, why in reasons.items() if why == reason]).update(
            status=Delivery.Status.SKIPPED, skip_reason=reason, skipped_at=clock()
        )
