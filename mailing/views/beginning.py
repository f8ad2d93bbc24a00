"""Beginning a letter from what is there: a plan's points, asks, an earlier letter. Nothing is sent by any of it."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import requires
from accounts.ids import id_in
from advocacy.models import ActionPlan, Ask
from advocacy.plan_content import content_of, point_words
from mailing import beginning
from mailing.forms import StartForm
from mailing.lifecycle import LifecycleError
from mailing.models import Mailing

MOST = 50


@requires("mailing.edit")
def letter_from_plan(request: HttpRequest) -> HttpResponse:
    """Choose a plan, then its points (?plan=<slug>), and begin a letter with them."""
    plans = ActionPlan.objects.visible_to(request.user)
    plan = plans.filter(slug=request.GET.get("plan", "").replace("\0", "")).first()
    if request.GET.get("plan") and plan is None:
        raise Http404
    problem = ""
    if request.method == "POST" and plan is not None:
        points = [pk for value in request.POST.getlist("point") if (pk := id_in(value))]
        try:
            made = beginning.letter_from_plan(plan, points, actor=request.user)  # type: ignore[arg-type]
        except LifecycleError as error:
            problem = str(error)
        else:
            return _begun(request, made)
    points_shown = point_words(content_of(plan), plan.language) if plan else []
    context = {"plans": plans[:MOST], "plan": plan, "points": points_shown, "problem": problem}
    return _page(request, "letter_from_plan", context)


@requires("mailing.edit")
def letter_from_asks(request: HttpRequest) -> HttpResponse:
    """Tick asks of the library (?q= narrows it) and begin a letter that makes them."""
    everything = Ask.objects.visible_to(request.user)
    words = request.GET.get("q", "").replace("\0", "").strip()[:100]
    found = everything.filter(pk__in=everything.matching(words)) if words else everything
    form = StartForm(request.POST or None)
    problem = ""
    if request.method == "POST" and form.is_valid():
        chosen = [pk for value in request.POST.getlist("ask") if (pk := id_in(value))]
        asks = list(everything.filter(pk__in=chosen).prefetch_related("texts").order_by("slug"))
        try:
            made = beginning.letter_from_asks(asks, actor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except LifecycleError as error:
            problem = str(error)
        else:
            return _begun(request, made)
    shown = [_named(ask) for ask in found.prefetch_related("texts").order_by("slug")[:MOST]]
    ticked = request.POST.getlist("ask")
    context = {"form": form, "asks": shown, "ticked": ticked, "words": words, "problem": problem, "most": MOST}
    return _page(request, "letter_from_asks", context, is_refused=bool(form.errors))


def _named(ask: Ask) -> tuple[Ask, Any, list[str]]:
    """An ask, its wording for lists (English, else the first there is), and its languages."""
    texts = sorted(ask.texts.all(), key=lambda text: (text.language != "en", text.language))
    return ask, texts[0] if texts else None, [text.language for text in texts]


@requires("mailing.edit")
def letter_from_earlier(request: HttpRequest) -> HttpResponse:
    """Choose an earlier letter (?q= narrows the list) and begin another from it."""
    letters = Mailing.objects.visible_to(request.user).filter(kind=Mailing.Kind.LETTER)
    words = request.GET.get("q", "").replace("\0", "").strip()[:100]
    for word in words.split():
        letters = letters.filter(Q(title__icontains=word) | Q(reference__icontains=word))
    if request.method == "POST":
        earlier = letters.filter(reference=request.POST.get("letter", "").replace("\0", "")).first()
        if earlier is None:
            raise Http404
        audience = "audience" in request.POST
        made = beginning.letter_from_letter(earlier, actor=request.user, with_audience=audience)  # type: ignore[arg-type]
        return _begun(request, made)
    rows = letters.prefetch_related("contents").order_by("-changed_at", "-id")[:MOST]
    return _page(request, "letter_from_earlier", {"letters": rows, "words": words, "most": MOST, "problem": ""})


def _begun(request: HttpRequest, mailing: Mailing) -> HttpResponse:
    messages.success(request, _("%(reference)s is begun.") % {"reference": mailing.reference})
    return redirect("mailing:letter_write", reference=mailing.reference)


def _page(request: HttpRequest, name: str, context: dict[str, Any], *, is_refused: bool = False) -> HttpResponse:
    status = 422 if context["problem"] or is_refused else 200
    return render(request, f"mailing/{name}.html", {"nav": "letters", **context}, status=status)
