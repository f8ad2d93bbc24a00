"""The frames of public pages: those for the world, kept briefly in caches; those behind a link, kept nowhere."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import conditional_page, require_safe

from accounts.access import public
from advocacy.languages import interface_language, is_reading_language, own_name

# Short: a text that is withdrawn must be gone soon. The ETag saves the transfer after that.
MAX_AGE = 60
LINK_METHODS = ["GET", "HEAD", "POST"]


def public_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Open to the world, in the language of the address, with an ETag and a short time in caches."""

    @wraps(view)
    def page(request: HttpRequest, lang: str, **arguments: Any) -> HttpResponse:
        if not is_reading_language(lang):
            raise Http404
        with override(interface_language(lang)):
            response = view(request, lang, **arguments)
        response.headers.setdefault("Content-Language", interface_language(lang))
        patch_cache_control(response, public=True, max_age=MAX_AGE)
        return response

    return public(conditional_page(require_safe(page)))


def link_page(view: Callable[[HttpRequest, str], HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Open to whoever holds the link with this token, and kept out of caches, indexes, referrers and logs.

    The token is the only authority: no cookie is read, and so no CSRF token is asked for.
    """

    @wraps(view)
    def page(request: HttpRequest, token: str) -> HttpResponse:
        # Not by Django's decorator, which logs the address.
        response = view(request, token) if request.method in LINK_METHODS else HttpResponseNotAllowed(LINK_METHODS)
        response["Cache-Control"] = "no-store, private"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        # Django would write the address of a refused request, and the token with it, into the log.
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response

    return public(csrf_exempt(page))


def frame(
    lang: str, nav: str, name: str, *, languages: Iterable[str] | None = None, first: str = "", **arguments: Any
) -> dict[str, Any]:
    """What templates/public/base.html shows around a page: its own address, and the same page in other languages.

    `name` and `arguments` name the route without "public:" and without `lang`. `languages` are those the page exists
    in, by default those of the interface; `first` is the one for readers of none of them. Runs no query.
    """

    def address(code: str) -> str:
        return reverse(f"public:{name}", kwargs={"lang": code, **arguments})

    there = list(languages if languages is not None else dict(settings.LANGUAGES))
    return standing_frame(lang, nav) | {
        "canonical": settings.SITE_URL + address(lang),
        "alternates": [(code, settings.SITE_URL + address(code)) for code in there],
        "x_default": settings.SITE_URL + address(first or settings.LANGUAGE_CODE),
        "switches": [
            {
                "code": code,
                "name": own_name(code),
                "url": address(code) if code in there else reverse("public:statement_list", kwargs={"lang": code}),
            }
            for code in dict(settings.LANGUAGES)
            if code != interface_language(lang)
        ],
    }


def standing_frame(lang: str, nav: str = "") -> dict[str, Any]:
    """The frame of a page that has no address of its own in other languages: errors, links from e-mails."""
    return {
        "lang": lang,
        "nav": nav,
        "site_url": settings.SITE_URL,
        "switches": [
            {"code": code, "name": own_name(code), "url": reverse("public:home", kwargs={"lang": code})}
            for code in dict(settings.LANGUAGES)
            if code != interface_language(lang)
        ],
    }
