"""The public pages: what was published, in the reader's language. They read no session and set no cookie."""

from collections import Counter
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import conditional_page, require_safe

from accounts.access import public
from advocacy import registry
from advocacy.languages import interface_language, is_language, own_name
from advocacy.models import ActionPlan, Statement
from advocacy.reading import entry_of, points_of, versions_of
from advocacy.richtext import safe

PER_PAGE = 10
# Short: a text that is withdrawn must be gone soon. The ETag saves the transfer after that.
MAX_AGE = 60


def public_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Open to the world, in the language of the address, with an ETag and a short time in caches."""

    @wraps(view)
    def page(request: HttpRequest, lang: str, **arguments: Any) -> HttpResponse:
        if not is_language(lang) and lang not in dict(settings.LANGUAGES):
            raise Http404
        with override(interface_language(lang)):
            response = view(request, lang, **arguments)
        patch_cache_control(response, public=True, max_age=MAX_AGE)
        return response

    return public(conditional_page(require_safe(page)))


def _frame(lang: str, nav: str, name: str, **arguments: str) -> dict[str, Any]:
    """What templates/public/base.html shows around every page: the same page in the interface's languages."""
    here = reverse(f"public:{name}", kwargs={"lang": lang, **arguments})
    others = [code for code, _label in settings.LANGUAGES if code != lang]
    lists = "plan_list" if nav == "plans" else "statement_list"
    return {
        "lang": lang,
        "nav": nav,
        "canonical": settings.SITE_URL + here,
        "site_url": settings.SITE_URL,
        "other_languages": [
            {"code": code, "name": own_name(code), "url": reverse(f"public:{lists}", kwargs={"lang": code})}
            for code in others
        ],
        "register_id": settings.TRANSPARENCY_REGISTER_ID,
    }


@public_page
def statement_list(request: HttpRequest, lang: str) -> HttpResponse:
    """Published statements, newest first; kind, year, language and words narrow the list."""
    everything = Statement.objects.published()
    asked = {name: request.GET.get(name, "").strip()[:100] for name in ("q", "kind", "year", "language")}
    rows = _narrow(everything, asked)
    kinds = Counter(_narrow(everything, {**asked, "kind": ""}).order_by().values_list("kind", flat=True))
    page = Paginator(rows.prefetch_related("texts").order_by("-published_at", "-id"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        **_frame(lang, "statements", "statement_list"),
        "asked": asked,
        "is_filtered": any(asked.values()),
        "page_obj": page,
        "entries": [entry for entry in (entry_of(row, lang) for row in page.object_list) if entry],
        "kinds": [(value, label, kinds[value]) for value, label in Statement.Kind.choices if kinds[value]],
        "all_kinds": sum(kinds.values()),
        **_choices(everything),
    }
    return render(request, "public/statement_list.html", context)


def _narrow(rows: Any, asked: dict[str, str]) -> Any:
    if asked["kind"] in Statement.Kind.values:
        rows = rows.filter(kind=asked["kind"])
    if asked["year"].isascii() and asked["year"].isdigit() and 1900 < int(asked["year"][:6]) < 3000:
        rows = rows.filter(published_at__year=int(asked["year"]))
    if asked["language"] and is_language(asked["language"]):
        rows = rows.filter(texts__language=asked["language"])
    if asked["q"]:
        rows = rows.matching(asked["q"])
    return rows


def _choices(everything: QuerySet[Statement]) -> dict[str, Any]:
    """Years and languages to choose from, each with the number of texts behind it."""
    days = everything.order_by().values_list("published_at", flat=True)
    years = Counter(timezone.localtime(day).year for day in days if day)
    languages = Counter(everything.order_by().values_list("texts__language", flat=True))
    named = [(code, own_name(code), count) for code, count in languages.items() if code]
    return {"years": sorted(years.items(), reverse=True), "languages": sorted(named, key=lambda row: row[1].casefold())}


@public_page
def statement_detail(request: HttpRequest, lang: str, slug: str) -> HttpResponse:
    """One published text. A missing language offers those there are (404); a withdrawn one says so (410)."""
    statement = Statement.objects.filter(slug=slug).select_related("owner", "supersedes").first()
    if statement is None or statement.status not in {Statement.Status.PUBLISHED, Statement.Status.WITHDRAWN}:
        raise Http404
    frame = _frame(lang, "statements", "statement_detail", slug=slug)
    if statement.status == Statement.Status.WITHDRAWN:
        return render(request, "public/statement_gone.html", {**frame, "statement": statement}, status=410)
    texts = {text.language: text for text in statement.texts.all()}
    versions = versions_of(texts.values(), statement.source_language)
    context = {**frame, "statement": statement, "versions": versions, "source": own_name(statement.source_language)}
    text = texts.get(lang)
    if text is None:
        context["asked_language"] = own_name(lang)
        return render(request, "public/statement_other_language.html", context, status=404)
    newer = Statement.objects.published().filter(supersedes=statement).first()
    context |= {"text": text, "body": safe(text.body), "newer": newer, "way": _way(statement)}
    return render(request, "public/statement_detail.html", context)


def _way(statement: Statement) -> list[tuple[Any, str]]:
    """Where it went: published, then what other rooms tell, in the order it happened. Numbers, never names."""
    way = [(statement.published_at, _("Published here"))]
    way += [(entry.at, entry.sentence) for fill in registry.sent_to for entry in fill(statement)]
    return sorted(way, key=lambda row: row[0])


@public_page
def plan_list(request: HttpRequest, lang: str) -> HttpResponse:
    """Published action plans."""
    plans = ActionPlan.objects.filter(published_at__isnull=False).order_by("-published_at")
    page = Paginator(plans, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "public/plan_list.html", {**_frame(lang, "plans", "plan_list"), "page_obj": page})


@public_page
def plan_detail(request: HttpRequest, lang: str, slug: str) -> HttpResponse:
    """One plan: its points in order, placeholder wording marked as such."""
    plan = ActionPlan.objects.filter(slug=slug, published_at__isnull=False).select_related("owner").first()
    if plan is None:
        raise Http404
    points = points_of(plan, lang)
    context = {
        **_frame(lang, "plans", "plan_detail", slug=slug),
        "plan": plan,
        "points": points,
        "has_placeholders": any(point["ask"].is_placeholder for point in points),
    }
    return render(request, "public/plan_detail.html", context)
