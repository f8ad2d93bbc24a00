"""The intent: what is about to leave, looked at afresh and committed before its first byte does (DESIGN 5.3)."""

from collections.abc import Iterable
from datetime import date

from django.db import connection, transaction
from django.utils import timezone

from contacts.models import Contact, Mandate, Suppression
from mailing.dispatch.claiming import Claim, LeaseLost, MailingStopped
from mailing.dispatch.clock import clock
from mailing.dispatch.store import hold_status
from mailing.models import Delivery, DeliveryChunk, Mailing

# A window covers at most 50 messages; a letter's covers one.
LARGEST = 50

SKIP_REASONS = {
    Suppression.Reason.OBJECTION: Delivery.SkipReason.OBJECTED,
    Suppression.Reason.ERASURE: Delivery.SkipReason.ERASED,
}


def window_size(kind: str) -> int:
    """How many messages one intent covers, for a kind of mailing."""
    return 1 if kind == Mailing.Kind.LETTER else LARGEST


def open_window(claim: Claim, mailing: Mailing, *, size: int = 1) -> list[Delivery] | None:
    """Commit the next window of a claim and give the deliveries to send now, in order.

    In one transaction: the mailing is still being sent, each recipient may still be written to (those who may not
    become `skipped`), the lease is ours, and the cursor moves to the window's last row. An empty list means that
    nobody of this window is left; None that the chunk is done. Raises MailingStopped or LeaseLost, and then nothing
    was changed.
    """
    with transaction.atomic():
        if hold_status(claim.mailing_id) != Mailing.Status.SENDING:
            raise MailingStopped
        rows = list(
            Delivery.objects.filter(
                mailing_id=claim.mailing_id,
                id__gt=claim.cursor,
                id__lte=claim.hi,
                status=Delivery.Status.QUEUED,
                next_attempt_at__isnull=True,
            ).order_by("id")[: min(size, LARGEST)]
        )
        reasons = _why_not(rows, mailing)
        going = [row for row in rows if row.pk not in reasons]
        # The last row of the chunk's own range when none is left: the cursor then stands at the end.
        cursor = rows[-1].pk if rows else claim.hi
        _move(claim, rows[0].pk if going else None, cursor)
        _skip(reasons)
    claim.cursor = cursor
    return going if rows else None


def _move(claim: Claim, window_lo: int | None, cursor: int) -> None:
    """Move the cursor, if the lease is ours and holds. It comes last: a lock here would stop the heartbeat."""
    changes: dict[str, object] = {"cursor": cursor, "window_lo": window_lo}
    if window_lo is None and cursor >= claim.hi:
        changes |= {"state": DeliveryChunk.State.DONE, "owner": "", "lease_until": None}
    mine = DeliveryChunk.objects.filter(
        pk=claim.chunk_id, owner=claim.owner, lease_until__gt=clock(), window_lo__isnull=True, cursor=claim.cursor
    )
    if not mine.update(**changes):
        claim.is_lost = True
        raise LeaseLost


def _why_not(rows: list[Delivery], mailing: Mailing) -> dict[int, str]:
    """Who of these must not be written to any more, by delivery id, with the reason."""
    contacts = _hold_contacts({row.contact_id for row in rows if row.contact_id})
    suppressed = _suppressed({row.email_digest for row in rows if row.email_digest}, mailing)
    gone = _without_mandate(rows) if mailing.kind == Mailing.Kind.LETTER else set()
    reasons: dict[int, str] = {}
    for row in rows:
        if row.contact_id not in contacts or not row.email:
            reasons[row.pk] = Delivery.SkipReason.ERASED
        elif row.email_digest in suppressed:
            reasons[row.pk] = SKIP_REASONS.get(suppressed[row.email_digest], Delivery.SkipReason.SUPPRESSED)
        elif row.contact_id in gone:
            reasons[row.pk] = Delivery.SkipReason.MANDATE_ENDED
    return reasons


def _hold_contacts(ids: set[int]) -> set[int]:
    """Those of these contacts that are not erased. Share-locked on PostgreSQL: an erasure comes before or after."""
    if not ids:
        return set()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM contacts_contact WHERE id = ANY(%s) ORDER BY id FOR SHARE", [list(ids)])
    return set(Contact.objects.living().filter(pk__in=ids).values_list("id", flat=True))


def _suppressed(digests: set[str], mailing: Mailing) -> dict[str, Suppression.Reason]:
    scope = "letters" if mailing.kind == Mailing.Kind.LETTER else "all"
    found = Suppression.objects.of(scope).filter(email_digest__in=digests)
    return {digest: Suppression.Reason(reason) for digest, reason in found.values_list("email_digest", "reason")}


def _without_mandate(rows: list[Delivery]) -> set[int]:
    """Contacts who sat in the Parliament when the letter was frozen and do not any more.

    The frozen context tells who did: it names the group and committees of an open mandate. Others, such as a former
    member written to as a stakeholder, are none of this rule's business.
    """
    members = {row.contact_id for row in rows if row.contact_id and _was_member(row.context)}
    if not members:
        return set()
    mandates = Mandate.objects.filter(contact_id__in=members).values_list("contact_id", "ended_on")
    known = {contact for contact, _ended in mandates}
    return known - set(_seated(mandates, timezone.localdate()))


def _was_member(context: dict[str, object]) -> bool:
    return bool(context.get("group") or context.get("committees"))


def _seated(mandates: Iterable[tuple[int, date | None]], today: date) -> Iterable[int]:
    return (contact for contact, ended in mandates if ended is None or ended > today)


def _skip(reasons: dict[int, str]) -> None:
    for reason in set(reasons.values()):
        Delivery.objects.filter(pk__in=[pk for pk, why in reasons.items() if why == reason]).update(
            status=Delivery.Status.SKIPPED, skip_reason=reason, skipped_at=clock()
        )
