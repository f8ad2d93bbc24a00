"""Alternative passages of a letter: one alternative in one language, its order, lines written out from a plan."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import requires
from accounts.ids import id_in
from advocacy.richtext import editor_page, safe
from contacts.forms.criteria import CriteriaForm
from contacts.languages import language_name
from mailing import places
from mailing.alternatives import named
from mailing.composing import (
    PassageConflict,
    Wording,
    free_place,
    move_passage,
    remove_lines,
    remove_passage,
    save_passage,
)
from mailing.country_lines import write_lines
from mailing.lifecycle import LifecycleError
from mailing.models import Mailing, Passage, PassageText
from mailing.passage_forms import LinesForm, PassageForm
from mailing.passage_rows import places_of
from mailing.states import EDITABLE
from mailing.story import address_of, road_of
from mailing.views.finding import find


@requires("mailing.view")
def passage_list(request: HttpRequest, reference: str) -> HttpResponse:
    """All passages of a letter with who reads them: a page, and the card beside the editor (htmx)."""
    mailing = find(request, reference)
    may_edit = request.user.has_perm("mailing.edit") and mailing.status in EDITABLE
    context = {
        "nav": "letters",
        "mailing": mailing,
        "places": places_of(mailing),
        "may_edit": may_edit,
        "lines_form": LinesForm(user=request.user) if may_edit else None,  # type: ignore[arg-type]
        "steps": road_of(mailing, "write"),
        "beside_editor": bool(request.htmx),  # type: ignore[attr-defined]
    }
    return render(request, "mailing/_passages.html" if request.htmx else "mailing/passages.html", context)  # type: ignore[attr-defined]


@editor_page
@requires("mailing.edit")
def passage_create(request: HttpRequest, reference: str) -> HttpResponse:
    """Write a new alternative: at ?place=2, else at a new place."""
    mailing = find(request, reference)
    number = id_in(request.GET.get("place", ""))
    try:
        place = number if number and number <= places.MOST_PLACES else free_place(mailing)
    except LifecycleError as error:
        messages.error(request, str(error))
        return _back(mailing)
    return _edit(request, mailing, Passage(mailing=mailing, place=place, position=0))


@editor_page
@requires("mailing.edit")
def passage_edit(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Change whom an alternative is for, and its wording in one language (?lang=fr)."""
    mailing = find(request, reference)
    return _edit(request, mailing, _passage(mailing, pk))


def _edit(request: HttpRequest, mailing: Mailing, passage: Passage) -> HttpResponse:
    if mailing.status not in EDITABLE:
        messages.info(request, _("Sending has started or ended: the text stays as it is."))
        return redirect(address_of(mailing))
    text = _text(mailing, passage, request.GET.get("lang", ""))
    if request.method != "POST":
        form = PassageForm(user=request.user, passage=passage, text=text)  # type: ignore[arg-type]
        return _page(request, form, CriteriaForm.from_criteria(passage.criteria or {}, prefix="who"))
    form = PassageForm(request.POST, user=request.user, passage=passage, text=text)  # type: ignore[arg-type]
    criteria = CriteriaForm(request.POST, prefix="who", may_be_empty=request.POST.get("who") != "rule")
    if not (form.is_valid() and criteria.is_valid()):
        return _page(request, form, criteria, status=422)
    was = mailing.status
    try:
        save_passage(passage, form.readers(criteria.criteria()), form.wording(), actor=request.user)  # type: ignore[arg-type]
    except PassageConflict as conflict:
        return _conflict(request, form, criteria, conflict.theirs)
    except LifecycleError as error:
        form.add_error(None, str(error))
        return _page(request, form, criteria, status=422)
    messages.success(request, _("Saved."))
    if was != Mailing.Status.DRAFT:
        messages.warning(request, _("The letter is a draft again and needs a new approval."))
    if "stay" in request.POST:
        return redirect(f"{reverse('mailing:passage_edit', args=[mailing.reference, passage.pk])}?lang={text.language}")
    return _back(mailing)


def _text(mailing: Mailing, passage: Passage, language: str) -> PassageText:
    """The wording in a language of the letter, one not begun yet included; the source's without a language."""
    codes = {content.language for content in mailing.contents.all()}
    code = language if language in codes else mailing.source_language
    found = passage.texts.filter(language=code).first() if passage.pk else None
    return found or PassageText(passage=passage, language=code)


def _page(
    request: HttpRequest,
    form: PassageForm,
    criteria: CriteriaForm,
    *,
    theirs: PassageText | None = None,
    status: int = 200,
) -> HttpResponse:
    passage, mailing = form.passage, form.passage.mailing
    worded = set(passage.texts.values_list("language", flat=True)) if passage.pk else set()
    here = form.text.language
    context = {
        "nav": "letters",
        "mailing": mailing,
        "passage": passage,
        "form": form,
        "criteria_form": criteria,
        "language": here,
        "name": named(passage) if passage.pk else "",
        "theirs": theirs,
        "their_body": safe(theirs.body) if theirs else "",
        "steps": road_of(mailing, "write"),
        "tabs": [
            {
                "name": language_name(content.language),
                "url": f"{request.path}?place={passage.place}&lang={content.language}",
                "is_here": content.language == here,
                "state": "met" if content.language in worded else "nod",
                "word": _("Written") if content.language in worded else _("Missing"),
            }
            for content in mailing.contents.all()
        ],
    }
    return render(request, "mailing/passage.html", context, status=status)


def _conflict(request: HttpRequest, form: PassageForm, criteria: CriteriaForm, theirs: PassageText) -> HttpResponse:
    """Both wordings on one page; the form now stands on their edition, so the next save is a decision."""
    mine: Wording = form.wording()
    initial = {name: form.cleaned_data[name] for name in ("who", "country", "segment", "page")}
    again = PassageForm(
        user=request.user,  # type: ignore[arg-type]
        passage=form.passage,
        text=theirs,
        initial={**initial, "edition": theirs.edition, "body": mine.body},
    )
    return _page(request, again, criteria, theirs=theirs, status=409)


@require_POST
@requires("mailing.edit")
def passage_remove(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Take an alternative out."""
    mailing = find(request, reference)
    try:
        remove_passage(_passage(mailing, pk), actor=request.user)  # type: ignore[arg-type]
        messages.success(request, _("The passage is taken out."))
    except LifecycleError as error:
        messages.error(request, str(error))
    return _back(mailing)


@require_POST
@requires("mailing.edit")
def passage_move(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Try an alternative earlier or later ("down") than the next one."""
    mailing = find(request, reference)
    try:
        if not move_passage(_passage(mailing, pk), down="down" in request.POST, actor=request.user):  # type: ignore[arg-type]
            messages.info(request, _("It stands at the end already."))
    except LifecycleError as error:
        messages.error(request, str(error))
    return _back(mailing)


@require_POST
@requires("mailing.edit")
def passage_lines(request: HttpRequest, reference: str) -> HttpResponse:
    """Write the lines of countries of a plan out as alternatives, at ?place=2 or a new place."""
    mailing = find(request, reference)
    form = LinesForm(request.POST, user=request.user)  # type: ignore[arg-type]
    if not form.is_valid():
        messages.error(request, _("Choose a plan."))
        return _back(mailing)
    number = id_in(request.POST.get("place", ""))
    try:
        place = number if number and number <= places.MOST_PLACES else free_place(mailing)
        count = write_lines(mailing, form.cleaned_data["plan"], place=place, actor=request.user)  # type: ignore[arg-type]
    except LifecycleError as error:
        messages.error(request, str(error))
        return _back(mailing)
    said = ngettext("The line of %(n)d country is written out.", "The lines of %(n)d countries are written out.", count)
    messages.success(request, said % {"n": count} + " " + _("Read them: they are part of the letter now."))
    return _back(mailing)


@require_POST
@requires("mailing.edit")
def passage_lines_remove(request: HttpRequest, reference: str, place: int) -> HttpResponse:
    """Take all lines of a plan out of a place."""
    mailing = find(request, reference)
    try:
        remove_lines(mailing, place, actor=request.user)  # type: ignore[arg-type]
        messages.success(request, _("The lines are taken out."))
    except LifecycleError as error:
        messages.error(request, str(error))
    return _back(mailing)


def _passage(mailing: Mailing, pk: int) -> Passage:
    """An alternative of this letter, else 404."""
    found: Passage | None = mailing.passages.select_related("segment", "plan").filter(pk=pk).first()
    if found is None:
        raise Http404
    found.mailing = mailing
    return found


def _back(mailing: Mailing) -> HttpResponse:
    return redirect("mailing:passage_list", reference=mailing.reference)
