"""How fast mail may leave, shared by all workers of all hosts: one row for each thing that has a pace."""

from django.db import models
from django.db.models import Q


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
