"""Step 2: who gets a letter, as arithmetic; beside it every letter as its reader will see it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import requires
from accounts.ids import id_in
from contacts.counting import most, words_for
from contacts.forms.criteria import CriteriaForm
from contacts.models import Contact, Organisation
from mailing import audience, previews, sums
from mailing.audience_forms import AudienceForm, CourtesyForm
from mailing.choosing import Choice, Effect, Source, choice_of, choose
from mailing.courtesy import cap_of, set_cap
from mailing.lifecycle import LifecycleError
from mailing.models import Mailing
from mailing.states import EDITABLE
from mailing.story import address_of, road_of
from mailing.views.finding import find
from mailing.views.issue_audience import issue_audience

MOST_FOUND = 10


@requires("mailing.edit")
def letter_audience(request: HttpRequest, reference: str) -> HttpResponse:
    """Choose people and read their letters. Every button saves; one also adds or leaves out a person or a source."""
    mailing = find(request, reference)
    if mailing.status not in EDITABLE:
        messages.info(request, _("Sending has started or ended: the people stay as they are."))
        return redirect(address_of(mailing))
    if mailing.kind == Mailing.Kind.NEWSLETTER and mailing.contact_list_id:
        return issue_audience(request, mailing)
    choice, user = choice_of(mailing), request.user
    if request.method != "POST":
        form = AudienceForm(initial={"days": choice.days}, user=user, mailing=mailing)  # type: ignore[arg-type]
        return _page(request, mailing, choice, (form, CriteriaForm.from_criteria(choice.criteria, prefix="who")))
    initial = {"days": choice.days}
    form = AudienceForm(request.POST, user=user, mailing=mailing, initial=initial)  # type: ignore[arg-type]
    criteria = CriteriaForm(request.POST, prefix="who", may_be_empty=True)
    if not (form.is_valid() and criteria.is_valid()):
        return _page(request, mailing, choice, (form, criteria), status=422)
    days, sources = form.cleaned_data["days"], _sources(request, choice, form.cleaned_data["source"])
    wanted = Choice(criteria.criteria(), days, choice.added, choice.excluded, sources)
    _one_person(request, wanted)
    was = mailing.status
    try:
        changed = choose(mailing, wanted, actor=user)  # type: ignore[arg-type]
    except LifecycleError as error:
        messages.error(request, str(error))
        return redirect(address_of(find(request, reference)))
    if changed and was != Mailing.Status.DRAFT:
        messages.warning(request, _("The letter is a draft again and needs a new approval."))
    if form.cleaned_data["find"].strip():
        return _page(request, find(request, reference), wanted, (form, criteria))
    return _onward(request, reference)


def _onward(request: HttpRequest, reference: str) -> HttpResponse:
    """The page that the pressed button leads to."""
    check = reverse("mailing:letter_check", args=[reference])
    if "test" in request.POST:
        return redirect(f"{check}#test")
    if "next" in request.POST:
        return redirect(check)
    return redirect("mailing:letter_list" if "leave" in request.POST else request.path)


def _sources(request: HttpRequest, choice: Choice, chosen: Source | None) -> dict[Source, str]:
    """The sources with the chosen one, which the button includes or leaves out, and without the one taken back."""
    found = dict(choice.sources)
    if chosen:
        found[chosen] = Effect.EXCLUDE if request.POST.get("take") == Effect.EXCLUDE else Effect.INCLUDE
    if gone := Source.read(request.POST.get("drop", "")):
        found.pop(gone, None)
    return {source: str(effect) for source, effect in found.items()}


def _one_person(request: HttpRequest, choice: Choice) -> None:
    """What the button said about one person: add, leave out, or neither any more."""
    for button in ("add", "exclude", "forget"):
        pk = id_in(request.POST.get(button, ""))
        if not pk or not Contact.objects.living().filter(pk=pk).exists():
            continue
        choice.added = choice.added - {pk} | ({pk} if button == "add" else set())
        choice.excluded = choice.excluded - {pk} | ({pk} if button == "exclude" else set())


def _page(
    request: HttpRequest,
    mailing: Mailing,
    choice: Choice,
    forms: tuple[AudienceForm, CriteriaForm],
    *,
    status: int = 200,
) -> HttpResponse:
    found = forms[0].cleaned_data.get("find", "").strip() if forms[0].is_bound and status == 200 else ""
    preview, readers = audience.survey(mailing)
    number = min(max(_number(request), 1), max(len(readers), 1))
    picked = {rule.contact_id: rule.contact for rule in audience.rules_of(mailing) if rule.contact}
    own = preview.recipients - preview.in_fallback
    context = {
        "nav": "letters",
        "mailing": mailing,
        "form": forms[0],
        "criteria_form": forms[1],
        "steps": road_of(mailing, "audience", people=preview.recipients),
        "preview": preview,
        "many": words_for(most() + 1),
        "why_empty": "" if preview.recipients else sums.empty_reason(mailing, preview),
        "twice": sums.twice_words(choice.criteria, readers),
        "out": sums.left_out_by(preview),
        "sources": sums.source_rows(mailing),
        "cap": sums.cap_words(mailing),
        "bars": sums.language_bars(preview, most=sums.MOST_BARS),
        "all_bars": sums.language_bars(preview) if len(preview.by_language) > sums.MOST_BARS + 1 else [],
        "own_language": own,
        "fallback": sums.fallback(mailing, preview),
        "letter": previews.letter_of(mailing, number, preview, readers),
        "proposed": previews.three_worth_reading(mailing, preview, readers),
        "choices": previews.choices(readers),
        "as_text": request.GET.get("format") == "text",
        "added": [picked[pk] for pk in sorted(choice.added) if pk in picked],
        "excluded": [picked[pk] for pk in sorted(choice.excluded) if pk in picked],
        "looked_for": found,
        "found": list(Contact.objects.living().search(found)[:MOST_FOUND]) if found else [],
    }
    return render(request, "mailing/audience.html", context, status=status)


def _number(request: HttpRequest) -> int:
    text = request.GET.get("n", "1")
    return int(text[:9]) if text.isascii() and text.isdigit() else 1


@requires("mailing.view")
@require_http_methods(["GET", "POST"])
def courtesy(request: HttpRequest) -> HttpResponse:
    """How many letters one office may get in how many days; whoever manages the desk sets it."""
    platform, user = Organisation.objects.platform(), request.user
    may_edit = user.has_perm("accounts.manage")
    cap = cap_of(platform)
    form = CourtesyForm(request.POST or None, initial={"letters": cap.letters, "days": cap.days} if cap else None)
    if request.method == "POST" and may_edit and form.is_valid():
        if set_cap(platform, form.allowed(), actor=user):  # type: ignore[arg-type]
            messages.success(request, _("Saved. It holds for every letter that is approved from now on."))
        return redirect("mailing:courtesy")
    context: dict[str, Any] = {"nav": "letters", "form": form, "cap": cap, "may_edit": may_edit}
    return render(request, "mailing/courtesy.html", context, status=422 if form.errors else 200)
