"""Contacts → Segments: saved rules over contacts, counted as one builds them."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.db.models import Count, F, ProtectedError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.audit import record
from contacts.counting import PeoplePaginator, most, words_for
from contacts.criteria import CriteriaError, describe, describe_all, normalise, resolve, steps, why_empty
from contacts.exporting import download
from contacts.forms.criteria import CriteriaForm
from contacts.forms.segments import SegmentForm
from contacts.languages import country_name, effective_country, effective_language, language_name
from contacts.models import Body, Contact, Membership, Segment
from contacts.models.people import ContactQuerySet
from contacts.registry import uses_of

PER_PAGE = 50
# People named beside a live count.
FIRST = 20
BREAKDOWNS = ("group", "country", "language")


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
        people = _people(request, criteria)
    except CriteriaError as error:
        return render(request, "contacts/segment_detail.html", context | {"broken": str(error)})
    by = request.GET.get("by") if request.GET.get("by") in BREAKDOWNS else BREAKDOWNS[0]
    numbers = counted(criteria)
    pages = PeoplePaginator(people.with_seats(), PER_PAGE)
    pages.found = numbers["number"]
    page = pages.get_page(request.GET.get("page"))
    # Who they are is counted one by one, so only of people that can be.
    bars = [] if pages.is_capped else _bars(people, str(by))
    context |= {"page_obj": page, "by": by, "bars": bars, "breakdowns": _breakdown_words()}
    return render(request, "contacts/segment_detail.html", context | numbers)


@requires("contacts.edit")
@require_safe
def segment_export(request: HttpRequest, pk: int, fmt: str = "csv") -> HttpResponseBase:
    """The people of a segment as a file, CSV or XLSX."""
    segment = _segment(request, pk)
    try:
        people = _people(request, normalise(segment.criteria))
    except CriteriaError as error:
        messages.error(request, str(error))
        return redirect("contacts:segment_detail", segment.pk)
    return download(request, people, f"segment-{segment.pk}", fmt)


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def segment_create(request: HttpRequest) -> HttpResponse:
    """A new segment."""
    return _edit(request, None)


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def segment_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes a segment's name and rule."""
    return _edit(request, _segment(request, pk))


@requires("contacts.view")
@require_POST
def segment_count(request: HttpRequest) -> HttpResponse:
    """The live count of a rule that is being built; changes nothing. A fragment."""
    form = CriteriaForm(request.POST, may_be_empty=True, prefix=request.GET.get("prefix") or None)
    return render(request, "contacts/_count.html", _count_context(form))


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


def counted(criteria: dict[str, Any]) -> dict[str, Any]:
    """Number, sentence and arithmetic of normalised criteria, for contacts/_count.html."""
    # The arithmetic counts every contact there is; among very many only the outcome is counted, up to the limit.
    is_many = Contact.objects.living().count_up_to() > most()
    lines = [] if is_many else steps(criteria)
    number = lines[-1].left if lines else resolve(criteria).count_up_to()
    before = [0, *(line.left for line in lines)]
    return {
        "number": number,
        "in_words": words_for(number) if number > most() else "",
        "sentence": describe(criteria),
        "lines": [(line, before[n] - line.left if n else line.left) for n, line in enumerate(lines)],
        "reason": "" if number else why_empty(criteria),
        "counted_at": timezone.now(),
    }


def _edit(request: HttpRequest, segment: Segment | None) -> HttpResponse:
    if request.method == "POST":
        form = SegmentForm(request.POST, segment=segment)
        if "count" in request.POST:
            form.errors.pop("name", None)
        elif form.is_valid():
            saved = _save(request, form, segment)
            if saved:
                messages.success(request, _("Saved. It is counted again each time a letter uses it."))
                return redirect("contacts:segment_detail", saved.pk)
    elif segment is None:
        form = SegmentForm()
    else:
        form = _shown(segment)
    context = {"nav": "contacts", "tab": "segments", "form": form, "segment": segment}
    return render(request, "contacts/segment_form.html", context | _count_context(form))


def _shown(segment: Segment) -> SegmentForm:
    try:
        form = SegmentForm.from_criteria(segment.criteria, segment=segment)
    except CriteriaError:
        form = SegmentForm(segment=segment)
    form.initial["name"] = segment.name
    return form


def _save(request: HttpRequest, form: SegmentForm, segment: Segment | None) -> Segment | None:
    row = segment or Segment()
    row.name, row.criteria = form.cleaned_data["name"], dict(form.criteria())
    try:
        with transaction.atomic():
            row.save()
            verb = "changed a segment" if segment else "made a segment"
            record(request.user, verb, about=row, label=row.name)  # type: ignore[arg-type]
    except IntegrityError:
        form.add_error("name", _("There is a segment with this name already. Choose another."))
        return None
    return row


def _count_context(form: CriteriaForm) -> dict[str, Any]:
    """What the count says about a form: numbers, an invitation to choose, or what to fix."""
    if form.is_bound:
        form.is_valid()
        problems = [error for name in form.errors if name != "name" for error in form.errors[name]]
        if problems:
            return {"problems": problems}
    return _live(form.criteria()) if form.criteria() else {"nothing_chosen": True}


def _live(criteria: dict[str, Any]) -> dict[str, Any]:
    """The numbers of a rule that is being built, and its first people by name."""
    numbers = counted(criteria)
    _number, first = resolve(criteria).glance(FIRST) if numbers["number"] else (0, [])
    names = Contact.objects.in_bulk(first)
    return numbers | {"first": [names[pk] for pk in first if pk in names]}


def _segment(request: HttpRequest, pk: int) -> Segment:
    return get_object_or_404(Segment.objects.visible_to(request.user), pk=pk)


def _people(request: HttpRequest, criteria: dict[str, Any]) -> ContactQuerySet:
    people = resolve(criteria).visible_to(request.user)
    return people.annotate(shown_language=effective_language(), shown_country=effective_country())


def _breakdown_words() -> list[tuple[str, str]]:
    return [("group", _("Group")), ("country", _("Country")), ("language", _("Language"))]


def _bars(people: ContactQuerySet, by: str) -> list[dict[str, Any]]:
    """Numbers of people by group, country or language, most first; one query."""
    if by == "group":
        seats = Membership.objects.filter(
            body__kind=Body.Kind.GROUP,
            ended_on__isnull=True,
            mandate__ended_on__isnull=True,
            mandate__contact__in=people.order_by().values("pk"),
        )
        label = F("body__short_name")
        found = seats.values(label=label, code=F("body__code")).annotate(number=Count("pk")).order_by("-number", "code")
        rows = [(row["label"] or row["code"], row["number"]) for row in found]
    else:
        column, words = ("shown_country", country_name) if by == "country" else ("shown_language", language_name)
        found = people.order_by().values(column).annotate(number=Count("pk")).order_by("-number", column)
        rows = [(words(row[column]) or _("No country"), row["number"]) for row in found]
    most = rows[0][1] if rows else 1
    return [{"label": label, "value": number, "total": most} for label, number in rows]
