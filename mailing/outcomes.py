"""What became of a letter after it left: applied to its delivery once, in any order, and never taken back.

Each happening carries a key; one that is there already changes nothing, so that a provider may tell it fifty times.
Times only fill in what is empty: a late "delivered" erases no complaint. A sign that a letter arrived, or came back,
also settles one whose outcome was not known, and the event keeps the sign. The rules stand in docs/incoming.md.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from contacts.models import Suppression
from contacts.models.merges import who_is
from contacts.suppression import suppress
from mailing import endings
from mailing.models import Delivery, DeliveryEvent, Mailing
from transport.errors import GONE, clean

DELIVERED = "delivered"  # the recipient's server took it
BOUNCED = "bounced"  # it came back, or a server on the way gave up
DELAYED = "delayed"  # a server on the way keeps trying
PASSED_ON = "passed_on"  # a server on the way took it, or gave it to one that tells no more
OPENED = "opened"  # a sign that it arrived; we ask no provider for it
COMPLAINED = "complained"
REPLIED = "replied"
AUTO_REPLIED = "auto_replied"
REFUSED = "refused"  # the provider took the request and then did not send
UNVERIFIED = "unverified"  # a message says that it came back, and does not prove it

# Which time each fills in.
MARKS = {DELIVERED: "delivered_at", BOUNCED: "bounced_at", COMPLAINED: "complained_at", REPLIED: "replied_at"}
# After these the next hop must have taken the letter. An out-of-office note is shown to the person who settles.
PROOFS = {DELIVERED, BOUNCED, DELAYED, PASSED_ON, OPENED, COMPLAINED, REPLIED}
# After these a subscription may end by itself (mailing.endings).
ENDING = {BOUNCED, REFUSED, COMPLAINED}
HARD_BOUNCE = Suppression.Reason.HARD_BOUNCE.value
COMPLAINT = Suppression.Reason.COMPLAINT.value
# How long after its end a mailing is still looked at for letters whose proof came before their result.
LATE = timedelta(days=1)
SENT_OR_LEAVING = Q(status=Delivery.Status.SENT) | Q(status=Delivery.Status.QUEUED, next_attempt_at__isnull=True)


@dataclass(frozen=True)
class Outcome:
    """Something that happened to a letter.

    `key` makes it happen once; `code` is an enhanced status code or ""; `detail` what was said, which is stored
    without addresses; `blocks` names the suppression reason it asks for, or "".
    """

    kind: str
    key: str
    at: datetime
    code: str = ""
    detail: str = ""
    blocks: str = ""


def is_hard(code: str) -> bool:
    """Whether an enhanced status code says that this mailbox is gone: the same table as at RCPT (docs/incoming.md)."""
    return code in GONE


def apply(delivery: Delivery, outcome: Outcome) -> bool:
    """Write one happening to the ledger, in one transaction; False when it stood there already."""
    with transaction.atomic():
        _event, is_new = DeliveryEvent.objects.get_or_create(
            dedupe_key=outcome.key[:200],
            defaults={"delivery": delivery, "kind": outcome.kind, "detail": _words(outcome, delivery)},
        )
        if not is_new:
            return False
        if outcome.blocks and delivery.email:
            # Before the delivery's own row: the engine locks contacts first, too.
            suppress(delivery.email, reason=outcome.blocks)
            if outcome.blocks == COMPLAINT:
                _stop_person(delivery)
        _mark(delivery, outcome)
        _settle(delivery, outcome)
        if outcome.kind in ENDING:
            endings.look_at(delivery)
    return True


def settle_proved() -> int:
    """Settle letters that became `uncertain` after their proof had come in; give how many. Beat calls it.

    A bounce can be quicker than the worker that sent the letter, and the worker may die.
    """
    proved = Q(delivered_at__isnull=False) | Q(bounced_at__isnull=False)
    proved |= Q(complained_at__isnull=False) | Q(replied_at__isnull=False)
    count = 0
    # By mailing, so that the index is used: a letter becomes uncertain while its mailing is sent or soon after.
    recent = Q(status__in=["sending", "paused"]) | Q(finished_at__gte=timezone.now() - LATE)
    mailings = Mailing.objects.filter(recent, frozen_at__isnull=False)
    kind = Delivery.ErrorKind.OUTCOME_UNKNOWN  # it has an index
    unknown = Delivery.objects.filter(proved, mailing__in=mailings, status=Delivery.Status.UNCERTAIN, error_kind=kind)
    for delivery in unknown.order_by("id"):
        with transaction.atomic():
            at = min(filter(None, [getattr(delivery, column) for column in MARKS.values()]))
            count += _become_sent(delivery, at, f"proved:{delivery.pk}:{delivery.attempts}", "")
    return count


def _stop_person(delivery: Delivery) -> None:
    """A complaint is a person's word: it holds for the address they have by now, or had before a merge, as well."""
    person = who_is(delivery.contact) if delivery.contact else None
    if person is not None and person.email_digest not in ("", delivery.email_digest):
        suppress(person, reason=COMPLAINT)


def _words(outcome: Outcome, delivery: Delivery) -> str:
    said = clean(outcome.detail, delivery.email or "")
    return f"{outcome.code} {said}".strip()[:300] if outcome.code not in said else said[:300]


def _mark(delivery: Delivery, outcome: Outcome) -> None:
    rows, column = Delivery.objects.filter(pk=delivery.pk), MARKS.get(outcome.kind)
    if outcome.kind == REFUSED:
        # What the provider took and then did not send came back to us; its word may be quicker than our own result.
        rows, column = rows.filter(SENT_OR_LEAVING), "bounced_at"
    if column:
        rows.filter(**{f"{column}__isnull": True}).update(**{column: outcome.at})


def _settle(delivery: Delivery, outcome: Outcome) -> None:
    if outcome.kind in PROOFS:
        _become_sent(delivery, outcome.at, f"settled-by:{outcome.key}", outcome.kind)
    elif outcome.kind == REFUSED:
        said = {"error_code": outcome.code[:20], "error_detail": _words(outcome, delivery)}
        changes: dict[str, Any] = {"status": Delivery.Status.FAILED, "failed_at": outcome.at, **said}
        unknown = Delivery.objects.filter(pk=delivery.pk, status=Delivery.Status.UNCERTAIN)
        if unknown.update(error_kind=Delivery.ErrorKind.PERMANENT, next_attempt_at=None, **changes):
            _tell(delivery, "settled_not_sent", f"settled-by:{outcome.key}", outcome.kind)


def _become_sent(delivery: Delivery, at: datetime, key: str, proof: str) -> int:
    """Make a letter that was not known, or that waits to be sent a second time, an accepted one; 1 or 0.

    Rows that a worker may hold now are left to its own result: they have no time of a next try. A letter that a person
    called "not sent" while nobody knew (`outcome_unknown`) is corrected as well.
    """
    status = Delivery.Status
    open_rows = Q(status=status.UNCERTAIN) | Q(status=status.QUEUED, next_attempt_at__isnull=False)
    open_rows |= Q(status=status.FAILED, error_kind=Delivery.ErrorKind.OUTCOME_UNKNOWN)
    changes: dict[str, Any] = {"status": status.SENT, "sent_at": at, "failed_at": None, "next_attempt_at": None}
    changed = Delivery.objects.filter(open_rows, pk=delivery.pk).update(error_kind="", **changes)
    if changed:
        _tell(delivery, "settled_sent", key, proof)
    return changed


def _tell(delivery: Delivery, kind: str, key: str, detail: str) -> None:
    rows = [DeliveryEvent(delivery=delivery, kind=kind, dedupe_key=key[:200], detail=detail)]
    DeliveryEvent.objects.bulk_create(rows, ignore_conflicts=True)
