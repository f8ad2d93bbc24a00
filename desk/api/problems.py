"""Errors of the API as RFC 9457 describes them: application/problem+json with a sentence that says what to do.

The pages for errors need these too, and so does every process; the API's library is not loaded for them.
"""

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _

CONTENT_TYPE = "application/problem+json"
# Python's own words for these changed with RFC 9110.
TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}


class Problem(Exception):
    """Ends a call with a problem. `detail` says what happened and what to do; it repeats nothing that was sent."""

    def __init__(
        self, status: int, detail: str, *, errors: list[dict[str, str]] | None = None, wait: int | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors, self.wait = status, detail, errors or [], wait


def answer(problem: Problem) -> HttpResponse:
    """The problem as an answer, kept by no cache."""
    facts: dict[str, Any] = {
        "type": "about:blank",
        "title": TITLES.get(problem.status) or HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": str(problem.detail),
        "errors": problem.errors,
    }
    response = JsonResponse(facts, status=problem.status, content_type=CONTENT_TYPE)
    response["Cache-Control"] = "no-store"
    if problem.status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Bearer realm="api"'
    if problem.wait is not None:
        response["Retry-After"] = str(problem.wait)
    # It is expected: Django need not log the address that was asked.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def nothing_here() -> Problem:
    """The one answer to what is absent and to what is hidden."""
    return Problem(404, _("There is nothing at this address. Look at /api/v1/docs for those there are."))


def of_fields(errors: list[dict[str, Any]]) -> Problem:
    """What pydantic found wrong with the fields of a call; the values themselves are left out."""
    found = []
    for error in errors:
        where = ".".join(str(part) for part in error["loc"] if part not in ("data", "asked"))
        found.append({"where": where, "what": str(error["msg"])})
    first = f"{found[0]['where']}: {found[0]['what']}" if found else ""
    return Problem(422, _("A field cannot be read. %(first)s.") % {"first": first.rstrip(".")}, errors=found)


def bad_field(where: str, what: str) -> Problem:
    """One field that is understood and cannot be taken."""
    return Problem(422, what, errors=[{"where": where, "what": what}])
