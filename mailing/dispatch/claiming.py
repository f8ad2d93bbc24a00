"""Claiming a range of deliveries: a lease on one chunk, by conditional UPDATE, for one worker at a time."""

import os
import socket
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from mailing.dispatch.clock import SAFE_SHARE, after, clock, lease_seconds, ticks
from mailing.dispatch.store import hold_status, lose_window
from mailing.models import Delivery, DeliveryChunk, Mailing

# How many free chunks or due rows are looked at before a worker gives up; each miss is another worker's gain.
CANDIDATES = 16


class LeaseLost(Exception):
    """The lease ran out, or somebody else holds the chunk: nothing more may leave in its name."""


class MailingStopped(Exception):
    """The mailing is no longer being sent: it was paused or stopped."""


@dataclass
class Claim:
    """One lease. `owner` is new for every claim, so a worker cannot mistake an old lease of its own for this one."""

    chunk_id: int
    mailing_id: int
    owner: str
    hi: int
    cursor: int
    # ticks() from just before the statement that last renewed the lease: the careful side.
    renewed_at: float
    is_lost: bool = False

    def check(self) -> None:
        """Raise LeaseLost unless the lease surely still holds. Called just before DATA and just before the dot."""
        if self.is_lost or ticks() > self.renewed_at + lease_seconds() * SAFE_SHARE:
            raise LeaseLost

    def renew(self) -> bool:
        """Make the lease last again for its whole length; False (and lost for good) when it is no longer ours."""
        before = ticks()
        held = DeliveryChunk.objects.filter(pk=self.chunk_id, owner=self.owner, lease_until__gt=clock())
        if held.update(lease_until=after(lease_seconds())):
            self.renewed_at = before
        else:
            self.is_lost = True
        return not self.is_lost

    def release(self, *, not_before: float | None = None) -> None:
        """Give the chunk back when no window is open, for all or only after `not_before` seconds.

        Does nothing when the chunk is somebody else's by now, or when its window has no results: then the lease runs
        out and recovery settles it.
        """
        mine = DeliveryChunk.objects.filter(pk=self.chunk_id, owner=self.owner, window_lo__isnull=True)
        later = None if not_before is None else after(not_before)
        mine.update(owner="", lease_until=None, not_before=later)


def worker_name() -> str:
    """This process, for people who read the table: host and process id."""
    return f"{socket.gethostname()[:20]}:{os.getpid()}"


def claim_chunk(mailing_id: int, worker: str) -> Claim | None:
    """Lease the first chunk of first tries that nobody holds; None when there is none or the mailing is not sending.

    A chunk whose lease ran out is taken over: in the same transaction, what its lost worker had begun becomes
    `uncertain` (DESIGN 5.4).
    """
    before = ticks()
    for chunk in free_chunks(mailing_id).order_by("id")[:CANDIDATES]:
        with transaction.atomic():
            claim = _take(chunk, worker, before)
        if claim:
            return claim
    return None


def claim_retry(mailing_id: int, worker: str) -> Claim | None:
    """Lease one row that is due again, as a chunk of its own: from there on it goes the way of all rows.

    `next_attempt_at` is cleared in the transaction that makes the chunk, so the row is covered at every instant.
    """
    before = ticks()
    for delivery_id in (
        due_again(mailing_id).order_by("next_attempt_at", "id").values_list("id", flat=True)[:CANDIDATES]
    ):
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
        return Claim(chunk.pk, mailing_id, chunk.owner, delivery_id, delivery_id - 1, before)
    return None


def free_chunks(mailing_id: int) -> QuerySet[DeliveryChunk]:
    """Chunks of a mailing that is being sent which a worker may take now."""
    return DeliveryChunk.objects.filter(
        Q(lease_until__isnull=True) | Q(lease_until__lte=clock()),
        Q(not_before__isnull=True) | Q(not_before__lte=clock()),
        # Not a join: an UPDATE that waited for another looks again only at its own table's row.
        Exists(Mailing.objects.filter(pk=OuterRef("mailing_id"), status=Mailing.Status.SENDING)),
        mailing_id=mailing_id,
        state=DeliveryChunk.State.OPEN,
    )


def due_again(mailing_id: int) -> QuerySet[Delivery]:
    """Rows waiting for another try whose time has come. A row that an open chunk has yet to reach is not one."""
    ahead = DeliveryChunk.objects.filter(
        mailing_id=mailing_id, state=DeliveryChunk.State.OPEN, cursor__lt=OuterRef("pk"), hi__gte=OuterRef("pk")
    )
    return Delivery.objects.filter(
        ~Exists(ahead), mailing_id=mailing_id, status=Delivery.Status.QUEUED, next_attempt_at__lte=clock()
    )


def has_work(mailing_id: int) -> bool:
    """Whether a worker that came now would find something to do."""
    if free_chunks(mailing_id).exists():
        return True
    return due_again(mailing_id).filter(mailing__status=Mailing.Status.SENDING).exists()


def _take(chunk: DeliveryChunk, worker: str, before: float) -> Claim | None:
    """Take one chunk as it was read, or nothing if it changed meanwhile."""
    owner = _token(worker)
    taken = (
        free_chunks(chunk.mailing_id)
        .filter(pk=chunk.pk, owner=chunk.owner, cursor=chunk.cursor, window_lo=chunk.window_lo)
        .update(owner=owner, lease_until=after(lease_seconds()), window_lo=None, not_before=None)
    )
    if not taken:
        return None
    lose_window(chunk)
    return Claim(chunk.pk, chunk.mailing_id, owner, chunk.hi, chunk.cursor, before)


def _token(worker: str) -> str:
    return f"{worker[:46]}:{uuid.uuid4().hex[:16]}"
