"""How far a country is on a point: what was confirmed, what members propose, and the links by which they do it."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from advocacy.models.plans import ActionPlan, Point
from contacts.models import Organisation


class Rating(models.TextChoices):
    """What an answer may be. "No data" is none of them: it is the absence of an answer."""

    MET = "met", _("Met")
    PARTLY = "partly", _("Partly")
    NOT_MET = "not_met", _("Not met")


RATINGS = ["met", "partly", "not_met"]


class Answer(models.Model):
    """What an assessment and a proposal have in common."""

    country = models.CharField(max_length=2)
    rating = models.CharField(max_length=10, choices=Rating)
    evidence = models.TextField(max_length=2000)
    source = models.CharField(max_length=300)
    source_url = models.URLField(max_length=500, blank=True, default="")
    source_date = models.DateField(null=True, blank=True)
    # One line about what changed, for the history; empty where the answer is the first.
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        abstract = True

    def words(self) -> dict[str, object]:
        """What was said, by field; the same dict means the same answer."""
        return {name: getattr(self, name) for name in SAID}


SAID = ("rating", "evidence", "source", "source_url", "source_date", "note")


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    """Sets of assessments."""

    def current(self) -> Self:
        """Those that hold now."""
        return self.filter(superseded_at__isnull=True)


class Assessment(Answer):
    """One country's rating on one point, with its evidence, who reported and who confirmed it.

    A later answer supersedes it and it stays as history. Where no row is current there is no data, which is not the
    same as "not met".
    """

    point = models.ForeignKey(Point, on_delete=models.PROTECT, related_name="assessments")
    reported_by = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(default=timezone.now)
    superseded_at = models.DateTimeField(null=True, blank=True)
    is_sample = models.BooleanField(default=False)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        ordering = ["confirmed_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["point", "country"],
                condition=Q(superseded_at__isnull=True),
                name="one_current_assessment_per_point_and_country",
            ),
            models.CheckConstraint(condition=Q(rating__in=RATINGS), name="assessment_rating_is_known"),
            models.CheckConstraint(
                condition=Q(superseded_at__isnull=True) | Q(superseded_at__gte=F("confirmed_at")),
                name="assessment_is_superseded_after_it_was_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country}, {self.get_rating_display()}"

    def held_at(self, moment: datetime) -> bool:
        """Whether it was the current one at a moment."""
        return self.confirmed_at <= moment and (self.superseded_at is None or self.superseded_at > moment)


class AnswerLink(models.Model):
    """A link by which one organisation answers one plan for its country: it expires and can be taken back.

    The address holds a signed number of this row and nothing else (`advocacy.answer_links`).
    """

    plan = models.ForeignKey(ActionPlan, on_delete=models.CASCADE, related_name="answer_links")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    country = models.CharField(max_length=2)
    email = models.EmailField(blank=True, default="")
    language = models.CharField(max_length=10, default="en")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "organisation"],
                condition=Q(revoked_at__isnull=True),
                name="organisation_has_one_open_answer_link_a_plan",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} answers {self.plan}"

    @property
    def is_open(self) -> bool:
        """Whether it can be used now."""
        return self.revoked_at is None and self.expires_at > timezone.now()


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Sets of proposals."""

    def waiting(self) -> Self:
        """Those that nobody has decided yet."""
        return self.filter(status=Proposal.Status.WAITING)


class Proposal(Answer):
    """What somebody proposes for a country: it waits until a second person confirms, changes or declines it."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        CONFIRMED = "confirmed", _("Confirmed")
        CHANGED = "changed", _("Confirmed with changes")
        DECLINED = "declined", _("Declined")
        REPLACED = "replaced", _("Replaced by a newer one")

    point = models.ForeignKey(Point, on_delete=models.PROTECT, related_name="proposals")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    link = models.ForeignKey(AnswerLink, null=True, on_delete=models.PROTECT, related_name="proposals")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    # What was sent together is told of together.
    batch = models.CharField(max_length=32)
    status = models.CharField(max_length=20, choices=Status, default=Status.WAITING)
    decision = models.CharField(max_length=500, blank=True, default="")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["point", "country", "organisation"],
                condition=Q(status="waiting"),
                name="organisation_has_one_waiting_proposal_a_point",
            ),
            models.CheckConstraint(condition=Q(rating__in=RATINGS), name="proposal_rating_is_known"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(proposed_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="proposal_is_decided_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "replaced"], decided_at__isnull=True)
                | Q(status__in=["confirmed", "changed", "declined"], decided_at__isnull=False),
                name="proposal_status_agrees_with_decided_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country}, {self.get_rating_display()}, {self.get_status_display()}"
