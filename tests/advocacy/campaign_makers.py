"""Invented campaigns, events and figures for tests."""

import datetime as dt

from django.utils import timezone

from advocacy.models import Attendance, Campaign, CampaignText, Event, Evidence, Position
from tests.factories import ContactFactory


def make_campaign(slug="pay-what-is-due", *, title="Pay what is due", public=False, **fields):
    values = {"starts_on": dt.date(2026, 3, 1), "published_at": timezone.now() if public else None} | fields
    campaign = Campaign.objects.create(slug=slug, **values)
    CampaignText.objects.create(campaign=campaign, language="en", title=title, aim="Wages for all who worked.")
    return campaign


def make_event(slug="hearing", *, days=-3, **fields):
    values = {"title": "Hearing on wages", "starts_at": timezone.now() + dt.timedelta(days=days)} | fields
    return Event.objects.create(slug=slug, **values)


def make_figure(slug="cases", **fields):
    values = {
        "claim": "people who claimed wages",
        "figure": "1,204",
        "unit": "people",
        "period": "2025",
        "source": "Harbour House, yearly report",
        "checked_on": timezone.localdate(),
    }
    return Evidence.objects.create(slug=slug, **(values | fields))


def stand(campaign, stance="supportive", *, person=None, **fields):
    values = {"source": "a speech", "said_on": dt.date(2026, 5, 1)} | fields
    return Position.objects.create(contact=person or ContactFactory(), campaign=campaign, stance=stance, **values)


def attend(event, *, person=None, **fields):
    return Attendance.objects.create(event=event, contact=person or ContactFactory(), **fields)
