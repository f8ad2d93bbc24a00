"""Claiming a range of deliveries: a lease on one chunk, by conditional UPDATE, for one worker at a time."""

import os
import socket
import uuid
from itertools import chain

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from mailing.dispatch import losing
from mailing.dispatch.clock import after, clock, lease_seconds, ticks
from mailing.dispatch.failpoints import failpoint
from mailing.dispatch.leases import Claim
from mailing.dispatch.store import hold_status
from mailing.models import Delivery, DeliveryChunk, Mailing

# How many free chunks or due rows are looked at before a worker gives up; each miss is another worker's gain. The
# first one looked at is nearly always free.
CANDIDATES = 16


def worker_name() -> str:
    """This process, for people who read the table: host and process id."""
    return f"{socket.gethostname()[:20]}:{os.getpid()}"


def claim_chunk(mailing_id: int, worker: str) -> Claim | None:
    """Lease the first chunk of first tries that nobody holds; None when there is none or the mailing is not sending.

    A chunk whose lease ran out is taken over: in the same transaction, what its lost worker had begun is settled
    (`losing`).
    """
    before = ticks()
    free = _unheld(mailing_id).order_by("id")
    for chunk in chain(free[:1], free[:CANDIDATES]):
        with transaction.atomic():
            claim = _take(chunk, worker, before)
            failpoint("c1")
        if claim:
            failpoint("c2")
            return claim
    return None


def claim_retry(mailing_id: int, worker: str) -> Claim | None:
    """Lease one row that is due again, as a chunk of its own: from there on it goes the way of all rows.

    `next_attempt_at` is cleared in the transaction that makes the chunk, so the row is covered at every instant.
    """
    before = ticks()
    for delivery_id, kind, due in due_again(mailing_id).values_list("id", "error_kind", "next_attempt_at")[:CANDIDATES]:
        with transaction.atomic():
            if hold_status(mailing_id) != Mailing.Status.SENDING:
                return None
            if not due_again(mailing_id).filter(pk=delivery_id).update(next_attempt_at=None):
                continue
            chunk = DeliveryChunk.objects.create(
                mailing_id=mailing_id,
                lo=delivery_id,
                hi=delivery_id,
                cursor=delivery_id - 1,
                owner=_token(worker),
                lease_until=after(lease_seconds()),
            )
            failpoint("c1")
        failpoint("c2")
        slot = due if kind == Delivery.ErrorKind.THROTTLED else None
        return Claim(chunk.pk, mailing_id, chunk.owner, delivery_id, delivery_id - 1, before, slot=slot)
    return None


def free_chunks(mailing_id: int) -> QuerySet[DeliveryChunk]:
    """Chunks of a mailing that is being sent which a worker may take now."""
    sending = Mailing.objects.filter(pk=OuterRef("mailing_id"), status=Mailing.Status.SENDING)
    return _unheld(mailing_id).filter(Exists(sending))


def _unheld(mailing_id: int) -> QuerySet[DeliveryChunk]:
    return DeliveryChunk.objects.filter(
        Q(lease_until__isnull=True) | Q(lease_until__lte=clock()),
        Q(not_before__isnull=True) | Q(not_before__lte=clock()),
        mailing_id=mailing_id,
        state=DeliveryChunk.State.OPEN,
    )


def due_again(mailing_id: int) -> QuerySet[Delivery]:
    """Rows waiting for another try whose time has come, longest waiting first.

    A row that an open chunk has yet to reach is not one.
    """
    ahead = DeliveryChunk.objects.filter(
        mailing_id=mailing_id, state=DeliveryChunk.State.OPEN, cursor__lt=OuterRef("pk"), hi__gte=OuterRef("pk")
    )
    due = Delivery.objects.filter(
        ~Exists(ahead), mailing_id=mailing_id, status=Delivery.Status.QUEUED, next_attempt_at__lte=clock()
    )
    return due.order_by("next_attempt_at", "id")


def has_work(mailing_id: int) -> bool:
    """Whether a worker that came now would find something to do."""
    if free_chunks(mailing_id).exists():
        return True
    return due_again(mailing_id).filter(mailing__status=Mailing.Status.SENDING).exists()


def is_locked(chunks: QuerySet[DeliveryChunk]) -> bool:
    """Whether another transaction holds the only row of `chunks` (or there is none): nobody waits for a lost worker's.

    Else the row is held by the caller's transaction now. SQLite has one writer at a time, and no such locks.
    """
    return not chunks.select_for_update(skip_locked=True).values_list("pk", flat=True).first()


def _take(chunk: DeliveryChunk, worker: str, before: float) -> Claim | None:
    """Take one chunk as it was read, or nothing if it changed meanwhile."""
    status = hold_status(chunk.mailing_id)
    owner = _token(worker)
    if status != Mailing.Status.SENDING:
        return None
    same = _unheld(chunk.mailing_id).filter(
        pk=chunk.pk, owner=chunk.owner, cursor=chunk.cursor, window_lo=chunk.window_lo
    )
    if chunk.owner and is_locked(same):
        return None
    taken = same.update(owner=owner, lease_until=after(lease_seconds()), window_lo=None, not_before=None)
    if not taken:
        return None
    cursor = losing.lose_window(chunk, status)
    if cursor >= chunk.hi:
        # Its last window is settled, so nothing is left to claim.
        done = DeliveryChunk.State.DONE
        DeliveryChunk.objects.filter(pk=chunk.pk).update(cursor=cursor, state=done, owner="", lease_until=None)
        return None
    if cursor != chunk.cursor:
        DeliveryChunk.objects.filter(pk=chunk.pk).update(cursor=cursor)
    return Claim(chunk.pk, chunk.mailing_id, owner, chunk.hi, cursor, before)


def _token(worker: str) -> str:
    return f"{worker[:46]}:{uuid.uuid4().hex[:16]}"
