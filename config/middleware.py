"""Middleware of the whole site: a request id for the logs, and no caching of what only a signed-in person may see."""

import re
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation

from config.logs import request_id
from desk.views.errors import closed

_SAFE_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestIdMiddleware:
    """Take the proxy's X-Request-ID when it is harmless, else make one; put it in the logs and the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request under its id."""
        offered = request.headers.get("X-Request-ID", "")
        token = request_id.set(offered if _SAFE_ID.fullmatch(offered) else uuid.uuid4().hex)
        request.META["REQUEST_ID"] = request_id.get()  # the page for our own errors shows it
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id.get()
            return response
        finally:
            request_id.reset(token)


class NoNulMiddleware:
    """A page for staff with a NUL in its address is not there: PostgreSQL refuses the character where it should find
    no row. Public pages say in their own words what they do not know.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Raises Http404 for such an address, so that it gets the page of any other that is not there."""
        if "\0" in request.path_info and getattr(view, "access", "") != "public":
            raise Http404


class NoStoreMiddleware:
    """Pages of a signed-in person stay out of every cache; the back button must not show them after sign-out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; add the header unless the view chose its own."""
        response = self.get_response(request)
        # Asked in this order, so that a public page, which says how long it keeps, never reads the session.
        if not response.has_header("Cache-Control") and request.user.is_authenticated:
            response["Cache-Control"] = "no-store"
        return response


class DeskLanguageMiddleware:
    """The workspace in the language its person chose, never in one that the browser asks for.

    Only the public pages are translated whole, and they take their language from their address. A browser that prefers
    French must not get a desk of which half is French.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the language of the cookie that sign-in sets, where the workspace speaks it."""
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        with translation.override(chosen if chosen in dict(settings.DESK_LANGUAGES) else settings.LANGUAGE_CODE):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        return response


class MaintenanceMiddleware:
    """While MAINTENANCE_UNTIL is set, every page says when to come back. /healthz goes on telling the truth."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or send people away until then: 503, which mail providers and search engines understand."""
        if settings.MAINTENANCE_UNTIL and request.path_info != "/healthz":
            return closed(request)
        return self.get_response(request)
