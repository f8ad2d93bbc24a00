"""Contacts → Segments: saved rules over contacts, and the people of each. They are built in views/building.py."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.audit import record
from contacts.counting import PeoplePaginator
from contacts.criteria import CriteriaError, describe_all, normalise
from contacts.exporting import download
from contacts.languages import effective_country, effective_language
from contacts.models import Segment
from contacts.models.people import ContactQuerySet
from contacts.picking import Picks
from contacts.registry import letter_for, uses_of
from contacts.summing import BREAKDOWNS, bars, breakdown_words, people_of, summed

PER_PAGE = 50


@requires("contacts.view")
@require_safe
def segment_list(request: HttpRequest) -> HttpResponse:
    """Segments by name, each as its sentence. Counts stand on each segment's own page."""
    page = Paginator(Segment.objects.visible_to(request.user), PER_PAGE).get_page(request.GET.get("page"))
    sentences = describe_all(segment.criteria for segment in page)
    rows = list(zip(page, sentences, strict=True))
    context = {"nav": "contacts", "tab": "segments", "page_obj": page, "rows": rows}
    return render(request, "contacts/segment_list.html", context)


@requires("contacts.view")
@require_safe
def segment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The rule, its arithmetic, who they are, and the people."""
    segment = _segment(request, pk)
    context = {"nav": "contacts", "tab": "segments", "segment": segment, "uses": uses_of(segment)}
    try:
        criteria = normalise(segment.criteria)
        picks = Picks.of(segment)
        people = _people(request, people_of(criteria, picks))
    except CriteriaError as error:
        return render(request, "contacts/segment_detail.html", context | {"broken": str(error)})
    by = request.GET.get("by") if request.GET.get("by") in BREAKDOWNS else BREAKDOWNS[0]
    numbers = summed(criteria, picks)
    pages = PeoplePaginator(people.with_seats(), PER_PAGE)
    pages.found = numbers["number"]
    page = pages.get_page(request.GET.get("page"))
    # Who they are is counted one by one, so only of people that can be.
    shown = [] if pages.is_capped else bars(people, str(by))
    context |= {"page_obj": page, "by": by, "bars": shown, "breakdowns": breakdown_words()}
    context["letter_url"] = letter_for(request.user, segment) if numbers["number"] else ""  # type: ignore[arg-type]
    return render(request, "contacts/segment_detail.html", context | numbers)


@requires("contacts.edit")
@require_safe
def segment_export(request: HttpRequest, pk: int, fmt: str = "csv") -> HttpResponseBase:
    """The people of a segment as a file, CSV or XLSX."""
    segment = _segment(request, pk)
    try:
        people = _people(request, segment.people())
    except CriteriaError as error:
        messages.error(request, str(error))
        return redirect("contacts:segment_detail", segment.pk)
    return download(request, people, f"segment-{segment.pk}", fmt)


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def segment_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks, then deletes a segment that nothing uses."""
    segment = _segment(request, pk)
    uses = uses_of(segment)
    if request.method == "GET":
        context = {"nav": "contacts", "tab": "segments", "segment": segment, "uses": uses}
        return render(request, "contacts/segment_delete.html", context)
    name = segment.name
    try:
        with transaction.atomic():
            record(request.user, "deleted a segment", about=segment, label=name)  # type: ignore[arg-type]
            segment.delete()
    except ProtectedError:
        by = ", ".join(use.reference for use in uses) or _("a letter")
        sentence = _("“%(name)s” is used by %(by)s and stays. Take it out there first.")
        messages.error(request, sentence % {"name": name, "by": by})
        return redirect("contacts:segment_detail", pk)
    messages.success(request, _("“%(name)s” is deleted. The people in it stay.") % {"name": name})
    return redirect("contacts:segment_list")


def _segment(request: HttpRequest, pk: int) -> Segment:
    return get_object_or_404(Segment.objects.visible_to(request.user), pk=pk)


def _people(request: HttpRequest, people: ContactQuerySet) -> ContactQuerySet:
    return people.visible_to(request.user).annotate(
        shown_language=effective_language(), shown_country=effective_country()
    )
