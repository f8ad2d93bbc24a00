"""A campaign's story on one line of time: what was said, sent, answered, promised, and where people met."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from advocacy import registry
from advocacy.models import ActionPlan, Campaign, Event, Statement
from advocacy.registry import StoryEntry
from contacts.models import Interaction

# Interactions that belong to a campaign carry this as reference_type and its id as reference_id.
REFERENCE = "advocacy.campaign"
MOST = 200
_ICONS = {"meeting": "meet", "call": "phone", "letter": "mail", "commitment": "check", "event": "people"}


def story_of(campaign: Campaign, *, public: bool = False) -> list[StoryEntry]:
    """Every room's entries, the latest first; with `public` only what the world may read."""
    found = [entry for contribute in registry.campaign_story for entry in contribute(campaign)]
    found = [entry for entry in found if entry.is_public or not public]
    return sorted(found, key=lambda entry: entry.at, reverse=True)


def parted(story: list[StoryEntry]) -> dict[str, Any]:
    """What is still to come, soonest first, and what was, for the timeline; and how often each kind occurs."""
    now = timezone.now()
    counts = Counter(entry.kind for entry in story if entry.at <= now)
    return {
        "planned": sorted((entry for entry in story if entry.at > now), key=lambda entry: entry.at),
        "entries": [entry for entry in story if entry.at <= now],
        "counts": counts,
        "number": len(story),
    }


def frame(campaign: Campaign) -> Iterable[StoryEntry]:
    """When it began and ended."""
    yield StoryEntry(midnight(campaign.starts_on), "date", _("The campaign begins"), icon="road", is_public=True)
    if campaign.ends_on:
        yield StoryEntry(midnight(campaign.ends_on), "date", _("The campaign ends"), icon="road", is_public=True)


def statements(campaign: Campaign) -> Iterable[StoryEntry]:
    """Texts that belong to it: published ones for all, those on their way for colleagues."""
    rows = campaign.statements.with_title().order_by("-changed_at")
    for row in rows[:MOST]:
        is_public = row.status == Statement.Status.PUBLISHED
        at = row.published_at or row.changed_at
        yield StoryEntry(
            at,
            "statement",
            row.title or row.reference,
            f"{row.get_kind_display()}, {row.get_status_display()}",
            reverse("advocacy:statement_detail", args=[row.reference]),
            reverse("public:statement_detail", args=[row.source_language, row.slug]) if is_public else "",
            "statement",
            is_public,
            row.source_language,
        )


def plans(campaign: Campaign) -> Iterable[StoryEntry]:
    """Action plans that belong to it, from the day they were published."""
    rows = ActionPlan.objects.filter(campaign=campaign).order_by(F("published_at").desc(nulls_last=True))
    for row in rows[:MOST]:
        is_public = row.published_at is not None and row.published_at <= timezone.now()
        yield StoryEntry(
            row.published_at or midnight(campaign.starts_on),
            "plan",
            row.title,
            _("Action plan to %(addressee)s") % {"addressee": row.addressee},
            reverse("advocacy:plan_detail", args=[row.slug]),
            reverse("public:plan_detail", args=[row.language, row.slug]) if is_public else "",
            "plan",
            is_public,
            row.language,
        )


def events(campaign: Campaign) -> Iterable[StoryEntry]:
    """Its events, with their place; the public ones for all."""
    for row in Event.objects.filter(campaign=campaign).order_by("-starts_at")[:MOST]:
        detail = ", ".join(filter(None, [row.place, _("cancelled") if row.is_cancelled else ""]))
        url = reverse("advocacy:event_detail", args=[row.slug])
        public = reverse("public:event_detail", args=[row.language, row.slug]) if row.is_public else ""
        yield StoryEntry(row.starts_at, "event", row.title, detail, url, public, "people", row.is_public, row.language)


def dealings(campaign: Campaign) -> Iterable[StoryEntry]:
    """Meetings, calls and commitments that were recorded for it; who it was stands on the person's own page."""
    rows = Interaction.objects.filter(reference_type=REFERENCE, reference_id=str(campaign.pk))
    rows = rows.filter(contact__erased_at__isnull=True).select_related("contact").order_by("-at")
    for row in rows[:MOST]:
        url = reverse("contacts:person_detail", args=[row.contact.public_id])
        due = row.due_on if row.done_at is None else None
        detail = _("comes back on %(day)s") % {"day": date_format(due, "j M Y")} if due else ""
        yield StoryEntry(row.at, row.kind, row.get_kind_display(), detail, url, "", _ICONS.get(row.kind, "info"))


def midnight(day: dt.date) -> dt.datetime:
    """The beginning of a day in the office's time zone."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


CONTRIBUTORS = (frame, statements, plans, events, dealings)
