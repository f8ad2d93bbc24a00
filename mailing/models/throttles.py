"""How fast mail may leave, shared by all workers of all hosts: one row for each thing that has a pace."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import models
from django.db.models import Q

# A slow-down lasts so long; then the pace doubles, again and again, until it is the usual one.
SLOW_FOR = timedelta(minutes=10)
# Answers to messages that left before the last slow-down do not slow down again.
SETTLES_IN = timedelta(seconds=30)
# Messages a minute from which whoever had no pace is slowed down.
FIRST_PACE = 60.0
LOWEST_PACE = 1.0


class Slowed(NamedTuple):
    """A slow-down in force: messages a minute, and when this pace ends."""

    per_minute: float
    until: datetime


class Throttle(models.Model):
    """The pace of a sender, a mailing or a recipient domain; `key` is "sender:3", "mailing:7" or "domain:example.org".

    `slot_at` is the theoretical arrival time of GCRA: the moment from which the next message may leave when no burst is
    left. A row without `per_minute` is not slowed except while `slowed_per_minute` stands.
    """

    key = models.CharField(max_length=260, unique=True)
    per_minute = models.FloatField(null=True, blank=True)
    # Set by itself after answers such as 421 and 450; doubled again, and in the end dropped, as time goes by.
    slowed_per_minute = models.FloatField(null=True, blank=True)
    slowed_until = models.DateTimeField(null=True, blank=True)
    slot_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(per_minute__isnull=True) | Q(per_minute__gt=0), name="pace_is_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(slowed_per_minute__isnull=True, slowed_until__isnull=True)
                | Q(slowed_per_minute__gt=0, slowed_until__isnull=False),
                name="slowed_pace_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def slowed_since(self) -> datetime | None:
        """When it was slowed down the last time; None when it is not slowed."""
        return self.slowed_until - SLOW_FOR if self.slowed_until else None

    def slowed_at(self, moment: datetime) -> Slowed | None:
        """The slow-down in force at a moment (aware): its pace doubles every ten minutes and ends at the usual one."""
        if self.slowed_per_minute is None or self.slowed_until is None:
            return None
        pace, until = self.slowed_per_minute, self.slowed_until
        usual = self.per_minute or FIRST_PACE
        while until <= moment and pace < usual:
            pace, until = pace * 2, until + SLOW_FOR
        return Slowed(pace, until) if pace < usual else None

    def pace_at(self, moment: datetime) -> float | None:
        """Messages a minute that may leave at a moment (aware); None when nothing limits them."""
        slowed = self.slowed_at(moment)
        return slowed.per_minute if slowed else self.per_minute

    def slow_down(self, now: datetime) -> None:
        """Halve the pace for ten minutes, in memory; at most once in half a minute, and not below one a minute."""
        since = self.slowed_since
        if since is not None and now < since + SETTLES_IN:
            return
        self.slowed_per_minute = max(LOWEST_PACE, (self.pace_at(now) or FIRST_PACE) / 2)
        self.slowed_until = now + SLOW_FOR
