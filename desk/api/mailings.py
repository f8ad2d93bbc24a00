"""Figures of letters and issues for programs with a token: numbers, no recipient."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from desk.api.auth import Token
from desk.api.fields import PRIVATE, PRIVATE_ONE, InPath, Page, PageNumber, PerPage, page_of
from desk.api.problems import nothing_here
from desk.models import ApiToken
from desk.models.api import Scope
from mailing.models import Mailing
from mailing.reports import progress

router = Router(tags=["Mailings"])


class MailingRow(Schema):
    """A letter or an issue in a list."""

    reference: str
    kind: str
    title: str
    status: str
    list_id: int | None
    recipients: int | None
    started_at: datetime | None
    finished_at: datetime | None


class Figures(Schema):
    """The ledger at one instant: the parts add up to `total`."""

    total: int
    accepted: int
    delayed: int
    in_flight: int
    waiting: int
    failed: int
    uncertain: int
    cancelled: int
    skipped: int


class MailingOut(MailingRow):
    """A letter or an issue with its figures."""

    figures: Figures


@router.get(
    "mailings", auth=Token(Scope.MAILINGS_READ), response={200: Page[MailingRow], **PRIVATE}, operation_id="mailings"
)
def mailings(request: HttpRequest, page: PageNumber = 1, per_page: PerPage = 50) -> Any:
    """Letters and issues that were sent or are going out, the latest first. Scope mailings:read."""
    return page_of(request, _rows(request).order_by("-pk"), page, per_page, _shown)


@router.get(
    "mailings/{reference}",
    auth=Token(Scope.MAILINGS_READ),
    response={200: MailingOut, **PRIVATE_ONE},
    operation_id="mailing",
)
def mailing(request: HttpRequest, reference: InPath) -> Any:
    """One of them with its figures. Scope mailings:read."""
    row = _rows(request).filter(reference=reference).first()
    if row is None:
        raise nothing_here()
    now = progress(row)
    return {**_shown(row), "figures": {"total": now.total, **now.parts}}


def _rows(request: HttpRequest) -> Any:
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    return Mailing.objects.visible_to(token.owner).filter(started_at__isnull=False)


def _shown(row: Mailing) -> dict[str, Any]:
    names = ("reference", "kind", "title", "status", "recipients", "started_at", "finished_at")
    return {name: getattr(row, name) for name in names} | {"list_id": row.contact_list_id}
