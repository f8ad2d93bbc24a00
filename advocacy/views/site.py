"""Pages that belong to the whole public site: home, the choice of a language, privacy."""

from collections import Counter

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.access import public
from advocacy.home import LATEST, asked_now, members, next_days, plan_teaser, who_speaks
from advocacy.joining import published_calls
from advocacy.languages import is_reading_language, own_name
from advocacy.models import StatementText
from advocacy.reading import entry_of, published_statements
from advocacy.views.framing import frame, public_page
from contacts.languages import content_languages, language_name

CALLS = 3
COOKIE_SECONDS = 365 * 24 * 3600


@public_page
def home(request: HttpRequest, lang: str) -> HttpResponse:
    """What we ask now and how far it has come, the latest texts, the plan, the next days. Twelve queries at most."""
    newest = published_statements()[:LATEST]
    entries = [entry for entry in (entry_of(row, lang) for row in newest) if entry]
    ask, way = asked_now(lang, entries)
    who = members()
    context = {
        **frame(lang, "home", "home"),
        "x_default": f"{settings.SITE_URL}/",
        "ask": ask,
        "way": way,
        "entries": entries,
        "calls": published_calls(lang)[:CALLS],
        "plan": plan_teaser(lang, who.countries),
        "days": next_days(lang),
        "who": who_speaks(who),
    }
    return render(request, "public/home.html", context)


@public_page
def languages(request: HttpRequest, lang: str) -> HttpResponse:
    """Every language of the site, with how many texts there are in it."""
    published = StatementText.objects.filter(statement__status="published").order_by()
    counts = Counter(published.values_list("language", flat=True))
    codes = {*content_languages(), *dict(settings.LANGUAGES)}
    rows = [
        {"code": code, "own_name": own_name(code), "name": language_name(code), "count": counts[code]} for code in codes
    ]
    rows.sort(key=lambda row: (-bool(row["count"]), str(row["own_name"]).casefold()))
    return render(request, "public/languages.html", {**frame(lang, "languages", "languages"), "rows": rows})


@public_page
def privacy(request: HttpRequest, lang: str) -> HttpResponse:
    """What the site keeps about its readers."""
    context = {**frame(lang, "", "privacy"), "privacy_url": settings.PRIVACY_URL}
    return render(request, "public/privacy.html", context)


@public
@csrf_exempt
@never_cache
@require_POST
def language_choice(request: HttpRequest) -> HttpResponse:
    """Keep a reader's choice and go on in that language.

    No CSRF token is asked for: it would need a cookie on every page, and a forged request changes a language at most.
    """
    language = request.POST.get("language", "")
    if not is_reading_language(language):
        language = settings.LANGUAGE_CODE
    onward = request.POST.get("next", "")
    if not (onward.startswith("/") and url_has_allowed_host_and_scheme(onward, allowed_hosts=None)):
        onward = f"/{language}/"
    response = HttpResponse(status=303, headers={"Location": onward})
    response.set_cookie(
        settings.READER_COOKIE_NAME,
        language,
        max_age=COOKIE_SECONDS,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response
