"""Who a mailing is for: rules, frozen at approval into deliveries."""

from django.db import models
from django.db.models import Q

from contacts.models import Contact, Segment
from mailing.models.mailings import Mailing


class AudienceRule(models.Model):
    """One rule of an audience: includes or excludes the people of exactly one source."""

    class Effect(models.TextChoices):
        INCLUDE = "include"
        EXCLUDE = "exclude"

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="audience_rules")
    effect = models.CharField(max_length=10, choices=Effect, default=Effect.INCLUDE)
    segment = models.ForeignKey(Segment, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # Criteria of this letter alone, in the vocabulary of contacts/criteria.py.
    criteria = models.JSONField(null=True, blank=True)
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    # Exclude everybody who was written to in the last N days.
    written_to_within_days = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    segment__isnull=False,
                    criteria__isnull=True,
                    contact__isnull=True,
                    written_to_within_days__isnull=True,
                )
                | Q(
                    segment__isnull=True,
                    criteria__isnull=False,
                    contact__isnull=True,
                    written_to_within_days__isnull=True,
                )
                | Q(
                    segment__isnull=True,
                    criteria__isnull=True,
                    contact__isnull=False,
                    written_to_within_days__isnull=True,
                )
                | Q(
                    segment__isnull=True,
                    criteria__isnull=True,
                    contact__isnull=True,
                    written_to_within_days__isnull=False,
                    effect="exclude",
                ),
                name="audience_rule_has_exactly_one_source",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.effect} of {self.mailing_id}"
