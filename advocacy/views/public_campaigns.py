"""Campaigns, events and the calendar for the public: what is published, and numbers; no names but hosts who agreed."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import public
from advocacy import icalendar
from advocacy.campaign_story import parted, story_of
from advocacy.models import Attendance, Campaign, Event
from advocacy.public_calendar import occasions
from advocacy.registry import StoryEntry
from advocacy.views.framing import frame, public_page

PER_PAGE = 10


@public_page
def campaign_list(request: HttpRequest, lang: str) -> HttpResponse:
    """Public campaigns, the latest first."""
    rows = Campaign.objects.public().prefetch_related("texts")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    entries = [(campaign, campaign.text_in(lang)) for campaign in page]
    context = {**frame(lang, "campaigns", "campaign_list"), "page_obj": page, "entries": entries}
    return render(request, "public/campaign_list.html", context)


@public_page
def campaign_detail(request: HttpRequest, lang: str, slug: str) -> HttpResponse:
    """One campaign and its public story: what was published, when, and numbers."""
    rows = Campaign.objects.public().select_related("lead", "owner").prefetch_related("texts")
    campaign = rows.filter(slug=slug).first()
    if campaign is None:
        raise Http404
    story = story_of(campaign)
    shown = [entry for entry in story if entry.is_public]
    context = {
        **frame(lang, "campaigns", "campaign_detail", slug=slug),
        "campaign": campaign,
        "text": campaign.text_in(lang),
        "partners": [row.name for row in campaign.partners.order_by("name")],
        "bodies": [row.name for row in campaign.target_bodies.all()],
        "numbers": _numbers(shown, story),
        **parted(shown),
    }
    return render(request, "public/campaign_detail.html", context)


def _numbers(public: Iterable[StoryEntry], story: Iterable[StoryEntry]) -> list[str]:
    """Sentences with numbers: of published things, and of meetings and promises, which are never told one by one."""
    shown, dealt = Counter(entry.kind for entry in public), Counter(entry.kind for entry in story)
    words = [
        (shown["statement"], ngettext("%(n)d statement", "%(n)d statements", shown["statement"])),
        (shown["letter"], ngettext("%(n)d letter", "%(n)d letters", shown["letter"])),
        (shown["event"], ngettext("%(n)d event", "%(n)d events", shown["event"])),
        (dealt["meeting"], ngettext("%(n)d meeting", "%(n)d meetings", dealt["meeting"])),
        (dealt["commitment"], ngettext("%(n)d commitment", "%(n)d commitments", dealt["commitment"])),
    ]
    return [sentence % {"n": number} for number, sentence in words if number]


@public_page
def event_detail(request: HttpRequest, lang: str, slug: str) -> HttpResponse:
    """One public event: when, where, by whom; hosts and speakers who agreed to be named."""
    rows = Event.objects.filter(is_public=True).select_related("campaign", "report_statement", "owner")
    event = rows.filter(slug=slug).first()
    if event is None:
        raise Http404
    named = event.attendances.filter(is_public=True, contact__erased_at__isnull=True).select_related("contact")
    people = named.exclude(role=Attendance.Role.GUEST).order_by("role", "contact__sort_key")
    report = event.report_statement
    context = {
        **frame(lang, "campaigns", "event_detail", slug=slug),
        "event": event,
        "campaign": event.campaign if event.campaign and event.campaign.published_at else None,
        "organisers": [row.name for row in event.organisers.order_by("name")],
        "people": [(row.get_role_display(), row.contact.name) for row in people if row.contact.name],
        "links": list(event.links.all()),
        "report_statement": report if report and report.status == "published" else None,
    }
    return render(request, "public/event_detail.html", context)


@public_page
def calendar(request: HttpRequest, lang: str) -> HttpResponse:
    """The public calendar as a file to subscribe to, in a language."""
    name = _("%(name)s: calendar") % {"name": settings.PLATFORM_NAME}
    text = icalendar.write(occasions(lang), name=name, language=lang)
    return HttpResponse(text, content_type=icalendar.CONTENT_TYPE, headers=_file("calendar.ics"))


@public
def root_calendar(request: HttpRequest) -> Any:
    """The same at an address that never changes, in the platform's own language."""
    return calendar(request, lang=settings.LANGUAGE_CODE)


def _file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'inline; filename="{name}"'}
