"""Who a mailing is for: rules, frozen at approval into deliveries."""

from django.db import models
from django.db.models import Q

from contacts.models import Contact, ContactList, Organisation, Segment
from mailing.models.mailings import Mailing

SOURCES = ("segment", "contact_list", "criteria", "contact", "written_to_within_days", "received")


def _one_source() -> Q:
    """Exactly one of the sources; whom we wrote to lately can only be left out."""
    found = Q()
    for wanted in SOURCES:
        one = Q(**{f"{name}__isnull": name != wanted for name in SOURCES})
        found |= one & Q(effect="exclude") if wanted == "written_to_within_days" else one
    return found


class AudienceRule(models.Model):
    """One rule of an audience: includes or excludes the people of exactly one source."""

    class Effect(models.TextChoices):
        INCLUDE = "include"
        EXCLUDE = "exclude"

    class Received(models.TextChoices):
        ALL = "all"
        UNANSWERED = "unanswered"

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="audience_rules")
    effect = models.CharField(max_length=10, choices=Effect, default=Effect.INCLUDE)
    segment = models.ForeignKey(Segment, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # Whoever has confirmed a list.
    contact_list = models.ForeignKey(ContactList, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # Criteria of this letter alone, in the vocabulary of contacts/criteria.py.
    criteria = models.JSONField(null=True, blank=True)
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    # Exclude everybody who was written to in the last N days.
    written_to_within_days = models.PositiveSmallIntegerField(null=True, blank=True)
    # The people another mailing reached: all of them, or those who have not answered it (mailing.silence).
    received = models.ForeignKey(Mailing, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    received_state = models.CharField(max_length=10, choices=Received, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_one_source(), name="audience_rule_has_exactly_one_source"),
            models.CheckConstraint(
                condition=Q(received__isnull=True, received_state="")
                | Q(received__isnull=False, received_state__in=["all", "unanswered"]),
                name="audience_rule_says_who_received",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.effect} of {self.mailing_id}"


class CourtesyCap(models.Model):
    """How many letters one person or office may get from an organisation's desk in some days; without a row, any.

    All letters count, of every campaign. Its row is the lock under which an audience is frozen (mailing.courtesy).
    """

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, related_name="courtesy_cap")
    letters = models.PositiveSmallIntegerField()
    days = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(letters__gt=0, days__gt=0), name="courtesy_cap_lets_letters_through"),
        ]

    def __str__(self) -> str:
        return f"{self.letters} in {self.days} days"
