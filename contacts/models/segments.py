"""Saved rules over contacts."""

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models.organisations import Owned, OwnedQuerySet
from contacts.models.people import Contact

if TYPE_CHECKING:
    from contacts.models.people import ContactQuerySet


class Segment(Owned):
    """A saved rule over contacts. `criteria` is JSON in the closed vocabulary of contacts/criteria.py."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    criteria = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def people(self) -> "ContactQuerySet":
        """Its people, in one query: whom the rule matches and whom somebody added, without those left out by hand.

        Reads the picks first, unless they were prefetched. Raises CriteriaError for a rule nobody can read.
        """
        from contacts.criteria import resolve

        picks = list(self.picks.all())
        return resolve(
            self.criteria,
            added=[pick.contact_id for pick in picks if pick.effect == SegmentPick.Effect.INCLUDE],
            removed=[pick.contact_id for pick in picks if pick.effect == SegmentPick.Effect.EXCLUDE],
        )


class SegmentPick(models.Model):
    """A person whom a colleague added to a segment, or left out of it, whatever the rule says."""

    class Effect(models.TextChoices):
        INCLUDE = "include", _("Added by hand")
        EXCLUDE = "exclude", _("Left out by hand")

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="picks")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="picks")
    effect = models.CharField(max_length=10, choices=Effect, default=Effect.INCLUDE)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["segment", "contact"], name="segment_pick_is_a_unique_pair"),
            models.CheckConstraint(
                condition=models.Q(effect__in=["include", "exclude"]), name="segment_pick_effect_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.effect} {self.contact_id} in segment {self.segment_id}"
