"""What everybody may read: published statements, action plans, scores, and lists that are open to the public."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import override
from ninja import Router, Schema

from advocacy.citing import printed
from advocacy.languages import interface_language
from advocacy.models import ActionPlan, Statement
from advocacy.plan_content import languages_of, plan_words, point_words, published_content
from advocacy.plan_files import LICENCE, csv_text, json_data
from advocacy.reading import Entry, entry_of, published_statements
from advocacy.scoreboard import board_of
from contacts.models import ContactList
from contacts.open_lists import open_lists, text_of, topics_offered
from desk.api.fields import READ, READ_ONE, AskedLanguage, InPath, Page, PageNumber, PerPage, page_of
from desk.api.problems import nothing_here

router = Router(tags=["Public"])


class StatementRow(Schema):
    """A published statement in a list."""

    reference: str
    kind: str
    title: str
    summary: str
    language: str
    languages: list[str]
    published_at: datetime
    url: str


class StatementOut(StatementRow):
    """A published statement with its text as HTML."""

    html: str


class PlanRow(Schema):
    """A published action plan in a list."""

    slug: str
    title: str
    summary: str
    addressee: str
    language: str
    languages: list[str]
    published_at: datetime
    url: str
    is_sample: bool


class PointOut(Schema):
    """One demand of a plan, in the language asked for or in its own."""

    number: int
    title: str
    explanation: str
    language: str
    legal_basis: str
    instrument: str
    is_placeholder: bool


class PlanOut(PlanRow):
    """A published action plan with its points."""

    points: list[PointOut]


class TopicOut(Schema):
    """A topic that readers of a list can choose; `id` is what `subscriptions/ask` takes."""

    id: int
    name: str
    description: str


class ListOut(Schema):
    """A list that is open to the public: show `wording` beside the form, people agree to it."""

    slug: str
    name: str
    frequency: str
    summary: str
    language: str
    languages: list[str]
    wording: str
    topics: list[TopicOut]


@router.get("statements", response={200: Page[StatementRow], **READ}, operation_id="statements")
def statements(request: HttpRequest, language: AskedLanguage = "", page: PageNumber = 1, per_page: PerPage = 20) -> Any:
    """Published statements, newest first; with `language` those that exist in it."""
    return page_of(request, published_statements(language), page, per_page, lambda row: _statement(row, language))


@router.get("statements/{reference}", response={200: StatementOut, **READ_ONE}, operation_id="statement")
def statement(request: HttpRequest, response: HttpResponse, reference: InPath, language: AskedLanguage = "") -> Any:
    """One published statement in a language; without one in the language it was written in."""
    row = published_statements(language).filter(reference=reference).first()
    entry = entry_of(row, language or row.source_language) if row else None
    if row is None or entry is None:
        raise nothing_here()
    response["Last-Modified"] = http_date(entry.published_at.timestamp())
    html = printed(entry.text.body, entry.text.language, at=row.published_at)
    return {**_shown(entry), "html": html}


@router.get("plans", response={200: Page[PlanRow], **READ}, operation_id="plans")
def plans(request: HttpRequest, language: AskedLanguage = "", page: PageNumber = 1, per_page: PerPage = 20) -> Any:
    """Published action plans, newest first, worded in `language` where they exist in it."""
    rows = ActionPlan.objects.published().prefetch_related("versions").order_by("-published_at", "-id")
    return page_of(request, rows, page, per_page, lambda row: _plan(row, language)[0])


@router.get("plans/{slug}", response={200: PlanOut, **READ_ONE}, operation_id="plan")
def plan(request: HttpRequest, slug: InPath, language: AskedLanguage = "") -> Any:
    """One published plan with its points."""
    facts, content = _plan(_published(slug), language)
    points = [
        {
            "number": point.number,
            "title": point.title,
            "explanation": point.explanation,
            "language": point.language,
            "legal_basis": point.legal_basis,
            "instrument": point.instrument,
            "is_placeholder": point.is_placeholder,
        }
        for point in point_words(content, language or facts["language"])
    ]
    return {**facts, "points": points}


@router.get("plans/{slug}/scores", response={200: dict[str, Any], **READ_ONE}, operation_id="scores")
def scores(request: HttpRequest, response: HttpResponse, slug: InPath, language: AskedLanguage = "") -> Any:
    """How far each country is on each point of a plan, with evidence and source. No data is null."""
    row = _published(slug)
    lang = language or row.language
    with override(interface_language(lang)):
        board = board_of(row, lang)
        if board.updated_at:
            response["Last-Modified"] = http_date(board.updated_at.timestamp())
        return json_data(board, lang)


@router.get("plans/{slug}/scores.csv", response={200: str, **READ_ONE}, operation_id="scores_csv")
def scores_csv(request: HttpRequest, slug: InPath, language: AskedLanguage = "") -> Any:
    """The same as CSV, one line for a country and point; no cell of it is a formula."""
    row = _published(slug)
    lang = language or row.language
    with override(interface_language(lang)):
        response = HttpResponse(csv_text(board_of(row, lang), lang), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{row.slug}.csv"'
    response["Link"] = f'<https://creativecommons.org/licenses/by/4.0/>; rel="license"; title="{LICENCE}"'
    return response


@router.get("lists", response={200: list[ListOut], **READ}, operation_id="lists")
def lists(request: HttpRequest, language: AskedLanguage = "") -> Any:
    """Lists that people can join by themselves, in `language` where they have words in it."""
    return [_list(row, language or settings.LANGUAGE_CODE) for row in open_lists()]


def _statement(row: Statement, language: str) -> dict[str, Any]:
    entry = entry_of(row, language or row.source_language)
    return _shown(entry) if entry else _without_text(row)


def _without_text(row: Statement) -> dict[str, Any]:
    facts = {"reference": row.reference, "kind": row.kind, "title": row.reference, "summary": "", "languages": []}
    return {**facts, "language": row.source_language, "published_at": row.published_at, "url": settings.SITE_URL}


def _shown(entry: Entry) -> dict[str, Any]:
    row, text = entry.statement, entry.text
    address = reverse("public:statement_detail", kwargs={"lang": text.language, "slug": row.slug})
    return {
        "reference": row.reference,
        "kind": row.kind,
        "title": text.title,
        "summary": text.summary,
        "language": text.language,
        "languages": sorted(one.language for one in row.texts.all()),
        "published_at": entry.published_at,
        "url": settings.SITE_URL + address,
    }


def _published(slug: str) -> ActionPlan:
    row: ActionPlan | None = ActionPlan.objects.published().filter(slug=slug).first()
    if row is None:
        raise nothing_here()
    return row


def _plan(row: ActionPlan, language: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A plan's facts in words, and the published content they come from."""
    content = published_content(row)
    words = plan_words(content, language or row.language)
    address = reverse("public:plan_detail", kwargs={"lang": words.language, "slug": row.slug})
    facts = {
        "slug": row.slug,
        "title": words.title,
        "summary": words.summary,
        "addressee": words.addressee,
        "language": words.language,
        "languages": languages_of(content),
        "published_at": row.published_at,
        "url": settings.SITE_URL + address,
        "is_sample": row.is_sample,
    }
    return facts, content


def _list(row: ContactList, language: str) -> dict[str, Any]:
    text = text_of(row, language)
    wording = row.wording_in(text.language)
    return {
        "slug": row.slug,
        "name": text.name,
        "frequency": text.frequency,
        "summary": text.summary,
        "language": text.language,
        "languages": [one.language for one in row.texts.all()],
        "wording": wording.text if wording else "",
        "topics": [
            {"id": topic.pk, "name": topic.name, "description": topic.description}
            for topic in topics_offered(row, text.language)
        ],
    }
