"""Step 2: who gets it, as arithmetic; and every letter as its reader will see it."""

from functools import wraps
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from accounts.access import View, requires
from accounts.ids import id_in
from contacts.counting import most, words_for
from contacts.forms.criteria import CriteriaForm
from contacts.languages import language_name
from contacts.models import Contact
from mailing import audience, previews
from mailing.audience import AudiencePreview
from mailing.checklist import empty_reason
from mailing.choosing import Choice, choice_of, choose
from mailing.forms import AudienceForm
from mailing.lifecycle import LifecycleError
from mailing.models import Delivery, Mailing
from mailing.states import EDITABLE
from mailing.story import address_of, road_of
from mailing.views.finding import find

PER_PAGE = 50
MOST_FOUND = 10


def mail_preview(view: View) -> View:
    """A letter's HTML under its own address and policy, framed by our page: nothing runs, nothing loads (DESIGN 9)."""

    @wraps(view)
    def framed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    policy = {
        "default-src": [NONE],
        "style-src": [UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "sandbox": [True],
        "frame-ancestors": [SELF],
    }
    marked: View = xframe_options_sameorigin(csp(policy)(framed))
    marked.is_mail_preview = True  # type: ignore[attr-defined]
    return marked


@requires("mailing.edit")
def letter_audience(request: HttpRequest, reference: str) -> HttpResponse:
    """Choose people and read their letters. Every button saves; one also adds or leaves out a person."""
    mailing = find(request, reference)
    if mailing.status not in EDITABLE:
        messages.info(request, _("Sending has started or ended: the people stay as they are."))
        return redirect(address_of(mailing))
    choice = choice_of(mailing)
    if request.method != "POST":
        form = AudienceForm(initial={"segment": choice.segment, "days": choice.days}, user=request.user)  # type: ignore[arg-type]
        return _page(request, mailing, choice, (form, CriteriaForm.from_criteria(choice.criteria, prefix="who")))
    form = AudienceForm(request.POST, user=request.user)  # type: ignore[arg-type]
    criteria = CriteriaForm(request.POST, prefix="who", may_be_empty=True)
    if not (form.is_valid() and criteria.is_valid()):
        return _page(request, mailing, choice, (form, criteria), status=422)
    data = form.cleaned_data
    wanted = Choice(data["segment"], criteria.criteria(), data["days"], choice.added, choice.excluded, choice.received)
    _one_person(request, wanted)
    was = mailing.status
    try:
        changed = choose(mailing, wanted, actor=request.user)  # type: ignore[arg-type]
    except LifecycleError as error:
        messages.error(request, str(error))
        return redirect(address_of(find(request, reference)))
    if changed and was != Mailing.Status.DRAFT:
        messages.warning(request, _("The letter is a draft again and needs a new approval."))
    if data["find"].strip():
        return _page(request, find(request, reference), wanted, (form, criteria))
    if "next" in request.POST:
        return redirect("mailing:letter_check", reference=reference)
    return redirect("mailing:letter_list" if "leave" in request.POST else request.path)


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
    letter = previews.letter_of(mailing, number, preview, readers)
    picked = Contact.objects.in_bulk(choice.added | choice.excluded)
    context = {
        "nav": "letters",
        "mailing": mailing,
        "form": forms[0],
        "criteria_form": forms[1],
        "steps": road_of(mailing, "audience", people=preview.recipients),
        "preview": preview,
        "many": words_for(most() + 1),
        "why_empty": "" if preview.recipients else empty_reason(mailing, preview),
        "left_out": left_out_rows(preview),
        "bars": language_bars(preview),
        "missing": first_missing(mailing, preview),
        "letter": letter,
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


def left_out_rows(preview: AudiencePreview) -> list[tuple[str, int]]:
    """Reasons in words, each with its number of people."""
    return [(str(Delivery.SkipReason(reason).label), count) for reason, count in sorted(preview.left_out.items())]


def language_bars(preview: AudiencePreview) -> list[dict[str, Any]]:
    """Rows of components/hbars.html: languages people read, longest first; those who get another one are marked."""
    longest = max((count for _wanted, _given, count in preview.by_language), default=1)
    return [
        {
            "label": language_name(wanted),
            "value": count,
            "total": longest,
            "note": "" if wanted == given else _("in %(language)s") % {"language": language_name(given)},
            "warn": wanted != given,
        }
        for wanted, given, count in preview.by_language
    ]


def first_missing(mailing: Mailing, preview: AudiencePreview) -> dict[str, Any] | None:
    """The language whose review or translation would reach most people in their own language."""
    others = [(wanted, given, count) for wanted, given, count in preview.by_language if wanted != given]
    if not others:
        return None
    begun = {content.language for content in mailing.contents.all()}
    wanted, given, _count = next((row for row in others if row[0] in begun), others[0])
    return {
        "count": preview.in_fallback,
        "given": language_name(given),
        "code": wanted,
        "name": language_name(wanted),
        "is_begun": wanted in begun,
    }


@requires("mailing.view")
def letter_people(request: HttpRequest, reference: str) -> HttpResponse:
    """Everybody matched, page by page: who gets it in which language, who is left out and why."""
    mailing = find(request, reference)
    only_left_out = request.GET.get("show") == "left-out"
    rows = audience.listed(mailing)
    shown = [row for row in rows if bool(row[2]) == only_left_out]
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    people = Contact.objects.in_bulk([row[0] for row in page.object_list])
    context = {
        "nav": "letters",
        "mailing": mailing,
        "page_obj": page,
        "people": [
            (people[pk], language, Delivery.SkipReason(reason).label if reason else "")
            for pk, language, reason in page.object_list
            if pk in people
        ],
        "only_left_out": only_left_out,
        "recipients": sum(1 for row in rows if not row[2]),
        "left_out": sum(1 for row in rows if row[2]),
    }
    return render(request, "mailing/people.html", context)


@mail_preview
@requires("mailing.view")
def letter_preview(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """The HTML of one recipient's letter, for the frame on our pages."""
    letter = previews.letter_for(find(request, reference), number)
    if letter is None or letter.rendered is None:
        raise Http404
    return HttpResponse(letter.rendered.html)
