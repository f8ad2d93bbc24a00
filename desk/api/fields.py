"""Kinds of fields that several calls share, pages of lists, and what their errors are documented as."""

from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Path, Query, Schema
from pydantic import Field, StringConstraints

# No control characters: they mean nothing in a name, and PostgreSQL takes no NUL.
CLEAN = r"^[^\x00-\x1F\x7F]*$"
LINES = r"^[^\x00-\x09\x0B-\x1F\x7F]*$"
LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$"
Line = Annotated[str, StringConstraints(max_length=200, pattern=CLEAN, strip_whitespace=True)]
Lines = Annotated[str, StringConstraints(max_length=500, pattern=LINES, strip_whitespace=True)]
Language = Annotated[str, StringConstraints(pattern=LANGUAGE)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[-a-z0-9_]{1,60}$")]
InPath = Annotated[str, Path(pattern=r"^[-A-Za-z0-9_]{1,80}$")]
Asked = Annotated[str, Query(pattern=CLEAN, max_length=200)]
AskedLanguage = Annotated[
    str,
    Query(pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})?)?$", description="A language such as en; empty: the text's own."),
]
PageNumber = Annotated[int, Query(ge=1, le=100_000)]
PerPage = Annotated[int, Query(ge=1, le=100)]
Row = TypeVar("Row")


class Mistake(Schema):
    """One thing that is wrong with a call: where, and what."""

    where: str = Field(examples=["body.email"])
    what: str


class ProblemOut(Schema):
    """What went wrong (RFC 9457). `detail` is a sentence for the person who reads the log."""

    type: str = Field(examples=["about:blank"])
    title: str
    status: int
    detail: str
    errors: list[Mistake] = []


class Page(Schema, Generic[Row]):
    """One page of a list. `next` is the address of the page after it, null on the last."""

    items: list[Row]
    total: int = Field(ge=0)
    page: int
    per_page: int
    next: str | None = None


def page_of(
    request: HttpRequest, rows: "QuerySet[Any]", page: int, per_page: int, show: Callable[[Any], Any]
) -> dict[str, Any]:
    """The rows of one page, shown by `show`; a page beyond the last is empty."""
    total = rows.count()
    start = (page - 1) * per_page
    following = None
    if start + per_page < total:
        asked = {**request.GET.dict(), "page": page + 1}
        following = f"{settings.SITE_URL}{request.path}?{urlencode(asked)}"
    items = [show(row) for row in rows[start : start + per_page]] if start < total else []
    return {"items": items, "total": total, "page": page, "per_page": per_page, "next": following}


def problems(*statuses: int) -> dict[int, type[Schema]]:
    """Errors that a call may end with, beside too many calls (429)."""
    return dict.fromkeys((*statuses, 429), ProblemOut)


READ = problems(422)
READ_ONE = problems(404, 422)
PRIVATE = problems(401, 403, 422)
PRIVATE_ONE = problems(401, 403, 404, 422)
WRITE = problems(400, 401, 403, 404, 409, 413, 422)
KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any text of your own, at most 200 signs. The same call under the same key makes nothing again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}
CREATES = {"parameters": [KEY_HEADER]}
