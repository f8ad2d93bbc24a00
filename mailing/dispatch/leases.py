"""A lease on one chunk, held by one worker at a time and renewed while it works."""

from dataclasses import dataclass, field
from datetime import datetime

from mailing.dispatch.clock import SAFE_SHARE, after, clock, lease_seconds, ticks
from mailing.models import DeliveryChunk


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
    lasts: float = field(default_factory=lease_seconds)
    is_lost: bool = False
    # The first row of the open window; None when none is open.
    window_lo: int | None = None
    # How many of its rows are leaving: each needs a result before the window closes, or it would be forgotten.
    leaving: int = 0
    # The slot that a single row waited for at the throttle of its domain.
    slot: datetime | None = None

    def check(self) -> None:
        """Raise LeaseLost unless the lease surely still holds. Called just before DATA and just before the dot."""
        if self.is_lost or ticks() > self.renewed_at + self.lasts * SAFE_SHARE:
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
