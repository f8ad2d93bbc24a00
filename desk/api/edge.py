"""Around every view of the API: methods, limits for strangers, other sites (CORS), caches, errors in one form."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page

from accounts.access import public
from accounts.visitors import client_address
from desk.api.limits import key_of_visitor, take
from desk.api.problems import Problem, answer

MAX_AGE = 60
# Calls a minute of one visitor without a key.
MOST_BY_VISITOR = 120
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
View = Callable[..., HttpResponseBase]


def opened(view: View, *, path: str, methods: set[str]) -> View:
    """The view of one address as the site serves it. Who may call it is decided by the view's own key, or by nobody."""
    cached: Any = conditional_page(view)

    def page(request: HttpRequest, **named: Any) -> HttpResponseBase:
        origin = request.headers.get("Origin", "")
        if request.method == "OPTIONS":
            return _preflight(origin, path, methods)
        try:
            response = _called(request, partial(cached, **named), path, methods)
        except Problem as problem:
            response = answer(problem)
        except RequestDataTooBig:
            response = answer(Problem(413, _("The body is larger than 5 MB. Send less at once.")))
        except SuspiciousOperation:
            response = answer(Problem(400, _("The call cannot be read. Look at /api/v1/docs for what it may hold.")))
        _for_other_sites(response, origin, path)
        return response

    page.csrf_exempt = True  # type: ignore[attr-defined]
    return public(page)


def _called(request: HttpRequest, view: Any, path: str, methods: set[str]) -> HttpResponse:
    if request.method == "HEAD" and "GET" in methods:
        request.method = "GET"
    if request.method not in methods:
        refused = answer(Problem(405, _("This address does not take that method.")))
        refused["Allow"] = ", ".join(sorted(methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())))
        return refused
    if not _asks_for_a_key(path):
        wait = take(key_of_visitor(client_address(request)), MOST_BY_VISITOR)
        if wait:
            raise Problem(429, _("Too many calls in one minute. Wait, and call again."), wait=wait)
    response: HttpResponse = view(request)
    if response.has_header("Cache-Control"):
        return response
    if request.method == "GET" and response.status_code in (200, 304) and not _asks_for_a_key(path):
        patch_cache_control(response, public=True, max_age=MAX_AGE)
    else:
        response["Cache-Control"] = "no-store"
    return response


def _asks_for_a_key(path: str) -> bool:
    return path.startswith(("contacts", "subscriptions", "mailings")) and path != ASK


ASK = "subscriptions/ask"


def may_ask(origin: str) -> bool:
    """Whether a page of this site may ask for a subscription: ours, or one that API_ORIGINS names."""
    return origin in {settings.SITE_URL, *settings.API_ORIGINS}


def _for_other_sites(response: HttpResponseBase, origin: str, path: str) -> None:
    """What is public may be read by the pages of every site; a subscription asked for from the sites in API_ORIGINS.
    What asks for a key is for programs, not for pages: a key in a page is nobody's secret."""
    if path == ASK:
        patch_vary_headers(response, ["Origin"])
        if origin and may_ask(origin):
            response["Access-Control-Allow-Origin"] = origin
    elif not _asks_for_a_key(path):
        response["Access-Control-Allow-Origin"] = "*"


def _preflight(origin: str, path: str, methods: set[str]) -> HttpResponse:
    response = HttpResponse(status=204)
    response["Allow"] = ", ".join(sorted(methods | {"OPTIONS"}))
    _for_other_sites(response, origin, path)
    if response.has_header("Access-Control-Allow-Origin"):
        response["Access-Control-Allow-Methods"] = ", ".join(sorted(methods))
        response["Access-Control-Allow-Headers"] = "Content-Type, Idempotency-Key"
        response["Access-Control-Max-Age"] = "3600"
    response["Cache-Control"] = "no-store"
    return response
