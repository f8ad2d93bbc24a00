"""Error pages: what happened, what is safe, what to do. Readers of the public pages get them in their language."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import override

from advocacy.languages import interface_language, is_reading_language, language_for
from advocacy.views.framing import standing_frame
from desk.api.problems import Problem, answer

# Addresses of the workspace and of signing in; everything else is for readers.
OURS = ("/desk/", "/accounts/", "/outbox/", "/invitation/", "/webhooks/")
LEAST_WAIT = 300


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its token: usually the sign-in ended in another tab, or the browser takes no cookies."""
    return _page(request, "403_csrf.html", 403)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The person is known but their role does not open this page."""
    return _page(request, "403.html", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Nothing is at this address."""
    return _page(request, "404.html", 404)


def _page(request: HttpRequest, name: str, status: int) -> HttpResponse:
    if request.path_info.startswith(OURS):
        return render(request, name, status=status)
    language, is_in_address = reader_language(request)
    with override(interface_language(language)):
        response = render(request, f"public/error_{name}", standing_frame(language), status=status)
        response["Content-Language"] = interface_language(language)
    # What is not here now may be published in a minute.
    patch_cache_control(response, no_cache=True)
    if not is_in_address:
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


def reader_language(request: HttpRequest) -> tuple[str, bool]:
    """The language to speak to a reader in, and whether the address says it: else their choice, else their browser."""
    first = request.path_info.split("/")[1] if "/" in request.path_info else ""
    if is_reading_language(first):
        return first, True
    chosen = request.COOKIES.get(settings.READER_COOKIE_NAME, "")
    return language_for(chosen, request.headers.get("Accept-Language", "")), False


def broken(request: HttpRequest) -> HttpResponse:
    """Our fault. The page asks neither the database nor the session, and stands without its stylesheet."""
    return _standing(request, "500.html", 500, {"reference": request.META.get("REQUEST_ID", "")})


def closed(request: HttpRequest) -> HttpResponse:
    """The service is being updated (settings.MAINTENANCE_UNTIL): when to come back. Needs no database."""
    until = datetime.fromisoformat(settings.MAINTENANCE_UNTIL)
    until = timezone.make_aware(until) if timezone.is_naive(until) else until
    wait = int((until - timezone.now()).total_seconds())
    response = _standing(request, "503.html", 503, {"until": until, "is_late": wait <= 0})
    response["Retry-After"] = str(max(wait, LEAST_WAIT))
    response["Cache-Control"] = "no-store"
    return response


def _standing(request: HttpRequest, name: str, status: int, context: dict[str, Any]) -> HttpResponse:
    if request.path_info.startswith("/api/"):
        # A program reads it, and knows one form of errors.
        sentence = (
            _("Something went wrong here, and it is noted. Try again.") if status == 500 else _("Try again later.")
        )
        return answer(Problem(status, sentence))
    try:
        stylesheet = static("css/app.css")
    except ValueError:
        stylesheet = ""
    language = settings.LANGUAGE_CODE if request.path_info.startswith(OURS) else reader_language(request)[0]
    with override(interface_language(language)):
        text = render_to_string(name, {"stylesheet": stylesheet, "platform_name": settings.PLATFORM_NAME, **context})
        headers = {"Content-Language": interface_language(language), "Vary": "Accept-Language, Cookie"}
    return HttpResponse(text, status=status, headers=headers)
