"""Action plans in the workspace: the list, a new one, a plan's page, its words in each language."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import requires
from advocacy import planning, registry
from advocacy.assessing import countries_of
from advocacy.forms.plans import AddPointForm, PlanWordsForm, StartPlanForm
from advocacy.languages import is_language, language_choices
from advocacy.models import ActionPlan, Ask, Proposal
from advocacy.plan_content import content_of, languages_of, plan_words, point_words
from advocacy.plan_publishing import approvers, waits_for
from advocacy.publishing import PublishingError
from contacts.languages import country_name, language_name

PER_PAGE = 25


def find_plan(request: HttpRequest, slug: str) -> ActionPlan:
    """The plan of this address, if the person may see it; else 404."""
    plan: ActionPlan | None = (
        ActionPlan.objects.visible_to(request.user)
        .select_related("submitted_by", "approved_by", "owner")
        .filter(slug=slug)
        .first()
    )
    if plan is None:
        raise Http404
    return plan


@requires("advocacy.view")
def plan_list(request: HttpRequest) -> HttpResponse:
    """All action plans one may see; for accounts of member organisations, the plans they answer for their country."""
    plans = ActionPlan.objects.visible_to(request.user).annotate(point_count=Count("points")).order_by("title", "id")
    page = Paginator(plans, PER_PAGE).get_page(request.GET.get("page"))
    countries = countries_of(request.user)  # type: ignore[arg-type]
    answerable = []
    if countries:
        for plan in ActionPlan.objects.published().order_by("title", "id")[:PER_PAGE]:
            answerable += [(plan, code.lower(), country_name(code)) for code in countries]
    context = {"nav": "plans", "page_obj": page, "answerable": answerable}
    return render(request, "advocacy/plan_list.html", context)


@requires("advocacy.edit")
def plan_create(request: HttpRequest) -> HttpResponse:
    """Start a plan: title, summary, whom it asks, language."""
    form = StartPlanForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        plan = planning.create_plan(
            actor=request.user,  # type: ignore[arg-type]
            words=form.words(),
            language=form.cleaned_data["language"],
        )
        messages.success(request, _("“%(title)s” is started. Add its points.") % {"title": plan.title})
        return redirect("advocacy:plan_detail", slug=plan.slug)
    context = {"nav": "plans", "form": form}
    return render(request, "advocacy/plan_create.html", context, status=422 if form.errors else 200)


@requires("advocacy.view")
def plan_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One plan: where it stands, what is next, its words and points, who answers, its history."""
    return detail_page(request, find_plan(request, slug))


def detail_page(request: HttpRequest, plan: ActionPlan, *, error: str = "", status: int = 200) -> HttpResponse:
    """The page of a plan; `error` is a sentence about a step that was just refused."""
    user: Any = request.user
    content = content_of(plan)
    wanted = request.GET.get("lang", "")
    language = wanted if is_language(wanted) else plan.language
    points = point_words(content, language)
    placed = {row["ask"]["slug"] for row in content["points"]}
    library = Ask.objects.visible_to(user).exclude(slug__in=placed).prefetch_related("texts").order_by("slug")[:200]
    choices = [(ask.slug, _title(ask, plan.language)) for ask in library]
    spoken = languages_of(content)
    context = {
        "nav": "plans",
        "plan": plan,
        "words": plan_words(content, language),
        "language": language,
        "languages": [(code, language_name(code)) for code in spoken],
        "other_languages": [choice for choice in language_choices() if choice[0] not in spoken],
        "points": [{"words": point, "ask": point.ask} for point in points],
        "has_placeholders": any(point.is_placeholder for point in points),
        "tone": TONES[plan.status],
        "error": error,
        "actions": [action for fill in registry.plan_actions for action in fill(user, plan)],
        "may_edit": user.has_perm("advocacy.edit"),
        "may_approve": user.has_perm("advocacy.approve"),
        "seen": waits_for(plan, user),
        "approvers": approvers(plan, but=user if plan.status == "draft" else None),
        "versions": plan.versions.select_related("author").defer("content")[:20],
        "waiting": Proposal.objects.waiting().filter(point__plan=plan).count(),
        "add_form": AddPointForm(asks=choices, initial={"edition": plan.edition}) if choices else None,
    }
    return render(request, "advocacy/plan_detail.html", context, status=status)


TONES = {"draft": "", "in_review": "warn", "published": "ok"}


def _title(ask: Ask, language: str) -> str:
    texts = {text.language: text.title for text in ask.texts.all()}
    return texts.get(language) or next(iter(texts.values()), ask.slug)


@requires("advocacy.edit")
def plan_words_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Write title, summary and addressee in one language (?lang=fr). A stale save keeps what was typed (409)."""
    plan = find_plan(request, slug)
    language = request.GET.get("lang") or plan.language
    if not is_language(language):
        raise Http404
    own = plan_words(content_of(plan), language)
    is_new = own.language != language
    initial = {"edition": plan.edition}
    if not is_new:
        initial |= {"title": own.title, "summary": own.summary, "addressee": own.addressee}  # type: ignore[dict-item]
    form = PlanWordsForm(request.POST or None, initial=initial)
    context = {
        "nav": "plans",
        "plan": plan,
        "form": form,
        "language": language,
        "is_new": is_new,
        "source": own if is_new else None,
    }
    if request.method != "POST":
        return render(request, "advocacy/plan_words.html", context)
    if not form.is_valid():
        return render(request, "advocacy/plan_words.html", context, status=422)
    try:
        planning.save_plan_words(
            plan,
            language,
            form.words(),
            edition=form.cleaned_data["edition"],
            actor=request.user,  # type: ignore[arg-type]
        )
    except (planning.PlanningError, PublishingError) as error:
        return render(request, "advocacy/plan_words.html", context | {"error": str(error)}, status=409)
    messages.success(request, _("Saved."))
    return redirect(f"{reverse('advocacy:plan_detail', args=[plan.slug])}?lang={language}")


@require_POST
@requires("advocacy.edit")
def plan_language_remove(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """Take a language version of the plan's own words out."""
    plan = find_plan(request, slug)
    try:
        planning.remove_plan_language(plan, language, edition=plan.edition, actor=request.user)  # type: ignore[arg-type]
    except (planning.PlanningError, PublishingError) as error:
        return detail_page(request, find_plan(request, slug), error=str(error), status=409)
    messages.success(request, _("The %(language)s words are removed.") % {"language": language_name(language)})
    return redirect("advocacy:plan_detail", slug=slug)
