"""Action plans: ordered asks to an addressee, their texts, and the versions that were sent for review and published."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from advocacy.models.asks import Ask
from contacts.models import Owned, OwnedQuerySet


class ActionPlanQuerySet(OwnedQuerySet):
    """Sets of plans."""

    def published(self) -> Self:
        """What the public may read."""
        return self.filter(published_at__isnull=False)


class ActionPlan(Owned):
    """Ordered asks to an addressee (governments, MEPs).

    The row holds the words that are being written, in the plan's first language. The public page shows the latest
    published PlanVersion while `published_at` is set, whatever is edited meanwhile. `status` moves only through
    `advocacy.plan_publishing`.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in_review", _("In review")
        PUBLISHED = "published", _("Published")

    slug = models.SlugField(max_length=120, unique=True)
    title = models.CharField(_("title"), max_length=200)
    summary = models.CharField(_("summary"), max_length=400, blank=True)
    addressee = models.CharField(_("to"), max_length=200)
    language = models.CharField(max_length=10, default="en")
    is_sample = models.BooleanField(default=False)
    status = models.CharField(max_length=20, choices=Status, default=Status.DRAFT)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    review_note = models.CharField(max_length=500, blank=True, default="")
    # When it came to stand on the public pages; empty while it does not.
    published_at = models.DateTimeField(null=True, blank=True)
    # Raised by every change of texts and points; a page sends back the number it read.
    edition = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)
    campaign = models.ForeignKey(
        "advocacy.Campaign", null=True, blank=True, on_delete=models.PROTECT, related_name="plans"
    )
    asks = models.ManyToManyField(Ask, through="Point")

    objects = ActionPlanQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False),
                name="a_published_plan_has_a_day",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("submitted_by")),
                name="plan_is_approved_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PlanText(models.Model):
    """Title, summary and addressee of a plan in a language other than its first."""

    plan = models.ForeignKey(ActionPlan, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=10)
    title = models.CharField(_("title"), max_length=200)
    summary = models.CharField(_("summary"), max_length=400, blank=True)
    addressee = models.CharField(_("to"), max_length=200, blank=True)

    class Meta:
        ordering = ["language"]
        constraints = [models.UniqueConstraint(fields=["plan", "language"], name="plan_has_one_text_per_language")]

    def __str__(self) -> str:
        return self.title


class Point(models.Model):
    """An ask's place in a plan, with what this plan rests it on; without a word of its own, what the ask says."""

    plan = models.ForeignKey(ActionPlan, on_delete=models.CASCADE, related_name="points")
    ask = models.ForeignKey(Ask, on_delete=models.PROTECT, related_name="points")
    number = models.PositiveSmallIntegerField()
    legal_basis = models.CharField(max_length=300, blank=True, default="")
    instrument = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="point_number_is_unique_per_plan"),
            models.UniqueConstraint(fields=["plan", "ask"], name="an_ask_stands_once_in_a_plan"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.ask}"


class PlanVersion(models.Model):
    """All words of a plan when it was sent for review, published, edited or taken down. Append-only.

    `number` counts what was sent for review; what happens to it afterwards (`event`) keeps the number.
    `content` has the shape of `advocacy.plan_content`.
    """

    plan = models.ForeignKey(ActionPlan, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    event = models.CharField(max_length=20)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number", "event"], name="plan_version_goes_through_a_step_once"),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"
