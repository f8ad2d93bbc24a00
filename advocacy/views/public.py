"""The public pages: what was published, in the reader's language. They read no session and set no cookie."""

from collections import Counter
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from advocacy.languages import is_language, own_name
from advocacy.models import Statement
from advocacy.publication import reading_of
from advocacy.reading import entry_of, languages_published, versions_of
from advocacy.views.framing import frame, public_page, standing_frame

PER_PAGE = 10


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
        **frame(lang, "statements", "statement_list", languages=languages_published()),
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
    statement = Statement.objects.filter(slug=slug).select_related("owner", "supersedes", "campaign").first()
    if statement is None or statement.status not in {Statement.Status.PUBLISHED, Statement.Status.WITHDRAWN}:
        raise Http404
    if statement.status == Statement.Status.WITHDRAWN:
        context = {**standing_frame(lang, "statements"), "statement": statement}
        return render(request, "public/statement_gone.html", context, status=410)
    texts = {text.language: text for text in statement.texts.all()}
    context = {
        **frame(lang, "statements", "statement_detail", languages=texts, first=statement.source_language, slug=slug),
        "statement": statement,
        "versions": versions_of(texts.values(), statement.source_language),
        "source": own_name(statement.source_language),
    }
    text = texts.get(lang)
    if text is None:
        context |= {"asked_language": own_name(lang), "canonical": ""}
        return render(request, "public/statement_other_language.html", context, status=404)
    response = render(request, "public/statement_detail.html", context | reading_of(statement, text))
    response["Content-Language"] = text.language
    return response
