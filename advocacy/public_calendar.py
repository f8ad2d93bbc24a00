"""The public calendar: the days of the field, campaigns that are public, events that are public."""

import datetime as dt
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from advocacy.icalendar import Occasion
from advocacy.models import CalendarDay, Campaign, Event

MOST = 500
# Yearly days begin in a leap year, so that 29 February has a first time.
FIRST_YEAR = 2024


def occasions(language: str) -> list[Occasion]:
    """Everything in the public calendar, in a language where there are words in it; four queries."""
    return [*_days(language), *_campaigns(language), *_events()]


def _uid(kind: str, pk: int) -> str:
    return f"{kind}-{pk}@{urlsplit(settings.SITE_URL).hostname or 'demarche'}"


def _days(language: str) -> list[Occasion]:
    return [
        Occasion(
            uid=_uid("day", row.pk),
            summary=row.name_in(language),
            starts=dt.date(FIRST_YEAR, row.month, row.day),
            changed_at=row.changed_at,
            url=row.source_url,
            yearly=True,
        )
        for row in CalendarDay.objects.filter(is_public=True)
    ]


def _campaigns(language: str) -> list[Occasion]:
    """The first and the last day of each, not the weeks between: they would fill the calendar."""
    found = []
    for row in Campaign.objects.public().prefetch_related("texts")[:MOST]:
        text = row.text_in(language)
        title = text.title if text else row.slug
        url = settings.SITE_URL + reverse("public:campaign_detail", args=[language, row.slug])
        ends = [("campaign-ends", row.ends_on, _("%(title)s ends"))] if row.ends_on else []
        for kind, day, words in [("campaign-begins", row.starts_on, _("%(title)s begins")), *ends]:
            aim = text.aim if text else ""
            found.append(
                Occasion(_uid(kind, row.pk), words % {"title": title}, day, row.changed_at, description=aim, url=url)
            )
    return found


def _events() -> list[Occasion]:
    return [
        Occasion(
            uid=_uid("event", row.pk),
            summary=row.title,
            starts=row.starts_at,
            ends=row.ends_at,
            changed_at=row.changed_at,
            description=row.summary,
            location=row.place,
            url=settings.SITE_URL + reverse("public:event_detail", args=[row.language, row.slug]),
            cancelled=row.is_cancelled,
        )
        for row in Event.objects.filter(is_public=True).order_by("-starts_at")[:MOST]
    ]
