"""Events: who organised them, where and when, who came, what came of it."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from advocacy.models.campaigns import Campaign
from advocacy.models.statements import Statement
from contacts.models import Contact, Organisation, Owned, OwnedQuerySet


class EventQuerySet(OwnedQuerySet):
    """Sets of events."""

    def planned(self) -> Self:
        """What is still to come and not cancelled, soonest first."""
        return self.filter(starts_at__gte=timezone.now(), is_cancelled=False).order_by("starts_at", "id")


class Event(Owned):
    """Something that took place or will. The public reads of it only when `is_public`."""

    slug = models.SlugField(max_length=120, unique=True)
    campaign = models.ForeignKey(Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="events")
    title = models.CharField(_("title"), max_length=200)
    language = models.CharField(_("written in"), max_length=10, default="en")
    summary = models.CharField(_("in one or two sentences"), max_length=400, blank=True)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    organisers: "models.ManyToManyField[Organisation, Any]" = models.ManyToManyField(
        Organisation, related_name="events", blank=True
    )
    report = models.TextField(_("report"), max_length=20_000, blank=True)
    # The published text that tells of it, where there is one.
    report_statement = models.ForeignKey(
        Statement, null=True, blank=True, on_delete=models.PROTECT, related_name="events"
    )
    is_public = models.BooleanField(_("on the public pages and in the calendar"), default=False)
    is_cancelled = models.BooleanField(_("it is cancelled"), default=False)
    is_sample = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")), name="event_times_are_ordered"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class EventLink(models.Model):
    """A page or a file about an event, by its address; nothing is fetched."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="links")
    label = models.CharField(_("what it is"), max_length=200)
    url = models.URLField(_("address"), max_length=500)
    is_attachment = models.BooleanField(_("a file"), default=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.label


class Attendance(models.Model):
    """A contact's part in an event: as what, and whether they came. Named publicly only when `is_public`."""

    class Role(models.TextChoices):
        HOST = "host", _("Host")
        SPEAKER = "speaker", _("Speaker")
        GUEST = "guest", _("Guest")

    class Answer(models.TextChoices):
        INVITED = "invited", _("Invited")
        COMING = "coming", _("Is coming")
        CAME = "came", _("Came")
        ABSENT = "absent", _("Did not come")

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="attendances")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="attendances")
    role = models.CharField(max_length=20, choices=Role, default=Role.GUEST)
    answer = models.CharField(max_length=20, choices=Answer, default=Answer.INVITED)
    is_public = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "contact"], name="contact_attends_an_event_once"),
            models.CheckConstraint(
                condition=Q(is_public=False) | ~Q(role="guest"), name="guests_of_events_are_never_named_publicly"
            ),
        ]
        indexes = [models.Index(fields=["event", "answer"], name="attendance_by_answer")]

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {self.event}"
