"""Where somebody stands on a campaign, and where they stood before."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from advocacy.models.campaigns import Campaign, CampaignText
from contacts.models import Contact


class PositionQuerySet(models.QuerySet[Any]):
    """Sets of positions."""

    def current(self) -> Self:
        """Where people stand now."""
        return self.filter(is_current=True)

    def with_campaign_title(self) -> Self:
        """Adds `campaign_title`, in the language the campaign was written in."""
        texts = CampaignText.objects.filter(
            campaign=OuterRef("campaign"), language=OuterRef("campaign__source_language")
        )
        return self.annotate(campaign_title=Subquery(texts.values("title")[:1]))


class Position(models.Model):
    """A contact's position on a campaign, as somebody read or heard it. One is current, earlier ones are kept."""

    class Stance(models.TextChoices):
        CHAMPION = "champion", _("Champion")
        SUPPORTIVE = "supportive", _("Supportive")
        NEUTRAL = "neutral", _("Neutral")
        OPPOSED = "opposed", _("Opposed")
        UNKNOWN = "unknown", _("Not known")

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="positions")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="positions")
    stance = models.CharField(_("position"), max_length=20, choices=Stance)
    source = models.CharField(_("how we know"), max_length=300)
    said_on = models.DateField(_("on"))
    is_current = models.BooleanField(default=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = PositionQuerySet.as_manager()

    class Meta:
        ordering = ["-said_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "campaign"],
                condition=Q(is_current=True),
                name="contact_has_one_current_position_a_campaign",
            ),
            models.CheckConstraint(
                condition=Q(stance__in=["champion", "supportive", "neutral", "opposed", "unknown"]),
                name="position_is_known_to_us",
            ),
        ]
        indexes = [
            # Segments ask for the current positions on a campaign.
            models.Index(fields=["campaign", "stance"], name="position_current", condition=Q(is_current=True)),
        ]

    def __str__(self) -> str:
        return f"{self.get_stance_display()}, {self.campaign}"
