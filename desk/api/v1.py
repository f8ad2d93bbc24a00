"""Version 1 of the API, put together: its calls, its errors, its description (OpenAPI 3.1)."""

import re
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from advocacy.views.framing import standing_frame
from desk.api import asking, contacts, mailings, newsletters, public, subscriptions
from desk.api.edge import METHODS, opened
from desk.api.problems import CONTENT_TYPE, Problem, answer, nothing_here, of_fields

PREFIX = "api/v1/"
api = NinjaAPI(
    title="Demarche",
    version="1.0.0",
    description="Statements, action plans and scores for everybody; the address book for programs with a key.",
    urls_namespace="api",
    docs_url=None,
    openapi_url=None,
)
for router in (
    public.router,
    newsletters.router,
    asking.router,
    contacts.router,
    subscriptions.router,
    mailings.router,
):
    api.add_router("", router)


@api.exception_handler(Problem)
def _problem(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(error)


@api.exception_handler(ValidationError)
def _of_fields(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(of_fields(error.errors))


@api.exception_handler(Http404)
def _nothing(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(nothing_here())


@api.exception_handler(HttpError)
def _other(request: HttpRequest, error: Any) -> HttpResponse:
    """What the library itself refuses: above all a body that is no JSON."""
    return answer(Problem(error.status_code, _("The body is not JSON in UTF-8.")))


@api.exception_handler(SuspiciousOperation)
def _suspicious(request: HttpRequest, error: Any) -> HttpResponse:
    if isinstance(error, RequestDataTooBig):
        return answer(Problem(413, _("The body is larger than 5 MB. Send less at once.")))
    return answer(Problem(400, _("The call cannot be read. Look at /api/v1/docs for what it may hold.")))


def schema() -> dict[str, Any]:
    """The description as OpenAPI 3.1, with what the library does not say: error types, the form, CSV, limits."""
    found: dict[str, Any] = dict(api.get_openapi_schema(path_prefix=PREFIX))
    found["servers"] = [{"url": settings.SITE_URL}]
    found["components"]["schemas"]["Ask"] = asking.Ask.model_json_schema()
    scheme = {"type": "http", "scheme": "bearer", "description": "A key from Settings → API: dmr_…"}
    found["components"]["securitySchemes"] = {"Token": scheme}
    for operations in found["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                _describe(operation["operationId"], int(status), response)
    return found


def _describe(operation: str, status: int, response: dict[str, Any]) -> None:
    content = response.get("content", {})
    if status >= 400:
        response["content"] = {CONTENT_TYPE: content.pop("application/json")}
    if status == 429:
        response["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}}
    if operation == "scores_csv" and status == 200:
        response["content"] = {"text/csv": {"schema": {"type": "string"}}}


def description(request: HttpRequest) -> HttpResponse:
    """GET openapi.json."""
    return JsonResponse(schema(), json_dumps_params={"ensure_ascii": False, "indent": 1})


def docs(request: HttpRequest) -> HttpResponse:
    """GET docs: the same for people, a page without script."""
    calls = [
        {
            "method": method.upper(),
            "path": address,
            "id": operation["operationId"],
            "summary": operation["summary"],
            "words": operation.get("description", ""),
            "needs_key": "security" in operation,
            "fields": operation.get("parameters", []),
            "body": _body(operation),
            "answers": [(status, row["description"]) for status, row in sorted(operation["responses"].items())],
        }
        for address, operations in schema()["paths"].items()
        for method, operation in operations.items()
    ]
    context = {**standing_frame("en"), "calls": calls, "site": settings.SITE_URL}
    return render(request, "desk/api_docs.html", context)


def _body(operation: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The fields of a call's body, by name."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    found = schema()["components"]["schemas"].get(name, {}) if name else {}
    return list(found.get("properties", {}).items())


def nowhere(request: HttpRequest, **rest: Any) -> HttpResponse:
    """Every other address below the API's."""
    raise nothing_here()


def urls() -> list[URLPattern]:
    """All addresses of the API, each through desk.api.edge; what is left over says so in the API's own form."""
    taken = _taken()
    # The library puts its own front page last; it is not ours.
    found = [
        path("openapi.json", opened(description, path="openapi.json", methods={"GET"}), name="openapi"),
        path("docs", opened(docs, path="docs", methods={"GET"}), name="docs"),
    ]
    for pattern in api.urls[0]:
        if not isinstance(pattern, URLPattern) or pattern.name == "api-root":
            continue
        route = str(pattern.pattern)
        methods = taken.get(_plain(route), set())
        found.append(path(route, opened(pattern.callback, path=_plain(route), methods=methods), name=pattern.name))
    found.append(path("", opened(nowhere, path="", methods=set(METHODS)), name="root"))
    found.append(path("<path:rest>", opened(nowhere, path="", methods=set(METHODS)), name="nowhere"))
    return found


def _taken() -> dict[str, set[str]]:
    """Which methods each address takes. Not from the description, which takes seconds to make."""
    found: dict[str, set[str]] = {}
    for prefix, router in api._routers:
        for address, view in router.path_operations.items():
            whole = _plain("/".join(part.strip("/") for part in (prefix, address) if part.strip("/")))
            for operation in view.operations:
                found.setdefault(whole, set()).update(operation.methods)
    return found


def _plain(route: str) -> str:
    """ "contacts/{public_id}" for "contacts/<uuid:public_id>"."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
