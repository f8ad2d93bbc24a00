"""The evidence library in the workspace, and the calendar of days."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from advocacy import days
from advocacy.evidence import citations_of, differences, save_evidence
from advocacy.forms.evidence import DayForm, EvidenceForm, SearchForm
from advocacy.models import CalendarDay, Event, Evidence

PER_PAGE = 25
EVENTS_SHOWN = 20


def find_evidence(request: HttpRequest, slug: str) -> Evidence:
    """The figure of this short name, if the person may see it; else 404."""
    found: Evidence = get_object_or_404(Evidence.objects.visible_to(request.user), slug=slug)
    return found


@requires("advocacy.view")
@require_safe
def evidence_list(request: HttpRequest) -> HttpResponse:
    """Figures by what they say; words narrow the list, and those nobody looked at for a year can stand alone."""
    form = SearchForm(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    everything = Evidence.objects.visible_to(request.user)
    rows = everything.stale() if asked.get("stale") else everything
    if asked.get("q"):
        rows = rows.matching(asked["q"])
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "nav": "campaigns",
        "tab": "evidence",
        "form": form,
        "page_obj": page,
        "is_filtered": any(asked.values()),
        "is_empty": not page.object_list and not everything.exists(),
    }
    return render(request, "advocacy/evidence_list.html", context)


@requires("advocacy.edit")
@require_http_methods(["GET", "POST"])
def evidence_create(request: HttpRequest) -> HttpResponse:
    """A new figure."""
    return _edit(request, Evidence())


@requires("advocacy.edit")
@require_http_methods(["GET", "POST"])
def evidence_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Changes a figure; what it said before is kept as a version."""
    return _edit(request, find_evidence(request, slug))


def _edit(request: HttpRequest, row: Evidence) -> HttpResponse:
    slug = row.slug
    form = EvidenceForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        changed = save_evidence(form.fill(), actor=request.user)  # type: ignore[arg-type]
        if changed and slug:
            messages.success(request, _("Saved as a new version. See below where it is cited."))
        else:
            messages.success(request, _("Saved."))
        return redirect("advocacy:evidence_detail", form.instance.slug)
    context = {
        "nav": "campaigns",
        "form": form,
        "slug": slug,
        "citations": citations_of(row) if slug else [],
    }
    return render(request, "advocacy/evidence_form.html", context, status=422 if form.errors else 200)


@requires("advocacy.view")
@require_safe
def evidence_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One figure: its source, how fresh it is, where it is cited, and what it said before."""
    row = find_evidence(request, slug)
    versions = list(row.versions.select_related("by"))
    changes = [
        (version, differences(version, versions[place + 1] if place + 1 < len(versions) else None))
        for place, version in enumerate(versions)
    ]
    context = {"nav": "campaigns", "evidence": row, "citations": citations_of(row), "changes": changes}
    return render(request, "advocacy/evidence_detail.html", context)


@requires("advocacy.view")
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """The days of the year by when they come next, and events that are planned."""
    rows = days.coming(CalendarDay.objects.all())
    events = Event.objects.visible_to(request.user).planned()[:EVENTS_SHOWN]
    context = {"nav": "campaigns", "tab": "calendar", "rows": rows, "events": events}
    return render(request, "advocacy/calendar.html", context)


@requires("advocacy.edit")
@require_safe
def day_hints(request: HttpRequest) -> HttpResponse:
    """The days that are coming, as a part of the home page, which has no query left for them."""
    return render(request, "advocacy/_hints.html", {"hints": list(days.hints(request.user))})  # type: ignore[arg-type]


@requires("advocacy.edit")
@require_http_methods(["GET", "POST"])
def day_create(request: HttpRequest) -> HttpResponse:
    """A new day of the calendar."""
    return _edit_day(request, CalendarDay())


@requires("advocacy.edit")
@require_http_methods(["GET", "POST"])
def day_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Changes a day of the calendar."""
    return _edit_day(request, get_object_or_404(CalendarDay, slug=slug))


def _edit_day(request: HttpRequest, row: CalendarDay) -> HttpResponse:
    name = row.name
    form = DayForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        days.save_day(form.fill(), actor=request.user)  # type: ignore[arg-type]
        messages.success(request, _("The day stands in the calendar."))
        return redirect("advocacy:calendar")
    context: dict[str, Any] = {"nav": "campaigns", "form": form, "day": row, "name": name}
    return render(request, "advocacy/day_form.html", context, status=422 if form.errors else 200)


@requires("advocacy.edit")
@require_POST
def day_remove(request: HttpRequest, slug: str) -> HttpResponse:
    """Takes a day out of the calendar."""
    days.remove_day(get_object_or_404(CalendarDay, slug=slug), actor=request.user)  # type: ignore[arg-type]
    messages.success(request, _("The day is out of the calendar."))
    return redirect("advocacy:calendar")
