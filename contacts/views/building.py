"""Contacts → Segments → the builder: a rule put together line by line, counted as one goes."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import requires
from accounts.audit import record
from accounts.ids import id_in
from contacts.colleagues import for_colleagues
from contacts.counting import most
from contacts.criteria import CriteriaError
from contacts.criteria.vocabulary import NormalCriteria
from contacts.forms.builder import Builder, menu
from contacts.forms.segments import SegmentForm
from contacts.forms.tree import HOW, Group
from contacts.models import Contact, Segment
from contacts.picking import Picks
from contacts.registry import letter_for, uses_of
from contacts.summing import BREAKDOWNS, bars, breakdown_words, first_of, people_of, summed

MOST_FOUND = 10


@dataclass
class Draft:
    """A segment as it stands in the form."""

    form: SegmentForm
    builder: Builder
    picks: Picks
    by: str = BREAKDOWNS[0]
    find: str = ""
    # Why the stored rule cannot be shown.
    broken: str = ""


@requires("contacts.edit")
@for_colleagues
@require_http_methods(["GET", "POST"])
def segment_create(request: HttpRequest) -> HttpResponse:
    """A new segment; `?from=` begins with a copy of another one."""
    return _edit(request, None)


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def segment_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes a segment's name, rule and people by hand."""
    return _edit(request, get_object_or_404(Segment.objects.visible_to(request.user), pk=pk))


@requires("contacts.view")
@for_colleagues
@require_POST
def segment_count(request: HttpRequest) -> HttpResponse:
    """The live count of a rule that is being built; changes nothing. A fragment."""
    draft = _sent(request, None)
    return render(request, "contacts/_count_live.html", _numbers(draft) | {"builder": draft.builder})


def _edit(request: HttpRequest, segment: Segment | None) -> HttpResponse:
    if request.method != "POST":
        return _page(request, segment, _stored(request, segment))
    draft = _sent(request, segment)
    action = request.POST.get("do", "")
    if action or "by" in request.POST:
        draft.form.errors.clear()
        draft.builder.act(action, request.POST.get(f"{action.partition(':')[2]}.new", ""))
        draft.picks.act(action)
        return _page(request, segment, draft)
    named = draft.form.is_valid()
    criteria = draft.builder.read(strict=True)
    if not criteria and not draft.picks.added and not draft.builder.problems():
        draft.form.add_error(None, _("Choose at least one condition."))
    if named and draft.form.is_valid() and not draft.builder.problems():
        saved = _save(request, draft, criteria, segment)
        if saved:
            messages.success(request, _("Saved. It is counted again each time a letter uses it."))
            url = letter_for(request.user, saved) if "write" in request.POST else ""  # type: ignore[arg-type]
            return redirect(url) if url else redirect("contacts:segment_detail", saved.pk)
    return _page(request, segment, draft, status=422)


def _sent(request: HttpRequest, segment: Segment | None) -> Draft:
    by = request.POST.get("by") or request.POST.get("shown_by")
    return Draft(
        SegmentForm(request.POST, segment=segment),
        Builder.from_post(request.POST),
        Picks.from_post(request.POST.getlist("pick")),
        by if by in BREAKDOWNS else BREAKDOWNS[0],
        request.POST.get("find", "").replace("\0", "").strip()[:100],
    )


def _stored(request: HttpRequest, segment: Segment | None) -> Draft:
    shown = segment or _copied(request)
    draft = Draft(SegmentForm(segment=segment), Builder(Group("r")), Picks())
    if shown is None:
        return draft
    draft.picks = Picks.of(shown)
    name = shown.name if segment else _("Copy of %(name)s") % {"name": shown.name}
    draft.form.initial["name"] = name[:200]
    try:
        draft.builder = Builder.from_criteria(shown.criteria)
    except CriteriaError as error:
        draft.broken = str(error)
    return draft


def _copied(request: HttpRequest) -> Segment | None:
    wanted = id_in(request.GET.get("from", ""))
    return Segment.objects.visible_to(request.user).filter(pk=wanted).first() if wanted else None


def _page(request: HttpRequest, segment: Segment | None, draft: Draft, *, status: int = 200) -> HttpResponse:
    found = Contact.objects.visible_to(request.user).living().search(draft.find)[:MOST_FOUND] if draft.find else []
    context = {
        "nav": "contacts",
        "tab": "segments",
        "segment": segment,
        "form": draft.form,
        "builder": draft.builder,
        "broken": draft.broken,
        "picked": draft.picks.people(),
        "looked_for": draft.find,
        "found": list(found),
        "uses": uses_of(segment) if segment else [],
        "may_write": bool(letter_for(request.user, segment or Segment(pk=0))),  # type: ignore[arg-type]
    }
    return render(request, "contacts/segment_form.html", context | _numbers(draft), status=status)


def _numbers(draft: Draft) -> dict[str, Any]:
    """What the page says about a draft: numbers, an invitation to choose, or what to fix; and the form's own words."""
    kept = {line.path: line.error for line in draft.builder.lines()}
    criteria = draft.builder.read()
    for line in draft.builder.lines():
        line.error = line.error or kept[line.path]
    draft.builder.draw()
    words: dict[str, Any] = {
        "nodes": list(draft.builder.nodes()),
        "by": draft.by,
        "breakdowns": breakdown_words(),
        "how": list(HOW.items()),
        "menu": menu(everybody=not draft.builder.root.children),
    }
    if problems := draft.builder.problems():
        return words | {"problems": [sentence for _line, sentence in problems]}
    if not criteria and not draft.picks.added:
        return words | {"nothing_chosen": True}
    return words | _counted(criteria, draft)


def _counted(criteria: NormalCriteria, draft: Draft) -> dict[str, Any]:
    found = summed(criteria, draft.picks, draft.builder)
    people = people_of(criteria, draft.picks)
    if found["number"]:
        found["first"] = first_of(people, found["number"])
        # Who they are is counted one by one, so only of people that can be.
        if found["number"] <= most():
            found["bars"] = bars(people, draft.by)
    return found


def _save(request: HttpRequest, draft: Draft, criteria: NormalCriteria, segment: Segment | None) -> Segment | None:
    row = segment or Segment()
    row.name, row.criteria = draft.form.cleaned_data["name"], dict(criteria)
    try:
        with transaction.atomic():
            row.save()
            draft.picks.save(row)
            verb = "changed a segment" if segment else "made a segment"
            record(request.user, verb, about=row, label=row.name)  # type: ignore[arg-type]
    except IntegrityError:
        draft.form.add_error("name", _("There is a segment with this name already. Choose another."))
        return None
    return row
