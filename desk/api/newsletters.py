"""The public archive of newsletters: what everybody may read of each issue."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date
from ninja import Router, Schema

from desk.api.fields import READ, READ_ONE, AskedLanguage, InPath, Page, PageNumber, PerPage, page_of
from desk.api.problems import nothing_here
from mailing import archive
from mailing.models import Mailing, WebVersion

router = Router(tags=["Public"])


class IssueRow(Schema):
    """A newsletter's issue in a list."""

    reference: str
    list_slug: str
    title: str
    preheader: str
    language: str
    languages: list[str]
    sent_at: datetime | None
    changed_at: datetime
    url: str


class CorrectionOut(Schema):
    """What was corrected after the issue was sent."""

    at: datetime
    note: str


class IssueOut(IssueRow):
    """An issue with its text as HTML, corrections included, and what they were."""

    html: str
    corrections: list[CorrectionOut]


@router.get("newsletters", response={200: Page[IssueRow], **READ}, operation_id="newsletters")
def newsletters(
    request: HttpRequest, language: AskedLanguage = "", page: PageNumber = 1, per_page: PerPage = 20
) -> Any:
    """Issues of the lists that are open to the public, newest first, in `language` where they exist in it."""
    rows = archive.public_issues().select_related("contact_list").prefetch_related("web_versions")
    return page_of(request, rows, page, per_page, lambda row: _row(row, language))


@router.get("newsletters/{reference}", response={200: IssueOut, **READ_ONE}, operation_id="newsletter")
def newsletter(request: HttpRequest, response: HttpResponse, reference: InPath, language: AskedLanguage = "") -> Any:
    """One issue in a language; without one in the language it was written in. One that was withdrawn is not there."""
    mailing, gone = archive.issue_named(reference.lower())
    texts = {row.language: row for row in mailing.web_versions.all()} if mailing and gone is None else {}
    text = texts.get(language) if language else _first(mailing, texts)
    if mailing is None or text is None:
        raise nothing_here()
    response["Last-Modified"] = http_date(text.changed_at.timestamp())
    corrections = [{"at": one.at, "note": one.note} for one in text.corrections.all()]
    return {**_shown(mailing, text, texts), "html": text.html, "corrections": corrections}


def _row(mailing: Mailing, language: str) -> dict[str, Any]:
    texts = {row.language: row for row in mailing.web_versions.all()}
    text = texts.get(language) or _first(mailing, texts)
    if text is None:  # It was taken out between two queries.
        raise nothing_here()
    return _shown(mailing, text, texts)


def _first(mailing: Mailing | None, texts: dict[str, WebVersion]) -> WebVersion | None:
    return archive.version_for(texts, mailing, "") if mailing else None


def _shown(mailing: Mailing, text: WebVersion, texts: dict[str, WebVersion]) -> dict[str, Any]:
    contact_list = mailing.contact_list
    return {
        "reference": mailing.reference,
        "list_slug": (contact_list.slug or "") if contact_list else "",
        "title": text.subject,
        "preheader": text.preheader,
        "language": text.language,
        "languages": sorted(texts),
        "sent_at": mailing.started_at,
        "changed_at": text.changed_at,
        "url": settings.SITE_URL + archive.path_of(mailing, text.language),
    }
