"""What machines read: feeds, the sitemap, security.txt, the source code of the site."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe

from accounts.access import public
from advocacy import sitemap as map_of_site
from advocacy.feeds import FeedEntry, FeedHead, atom, plan_entries, statement_entries, statements_taken_back
from advocacy.languages import interface_language
from advocacy.scoreboard import board_of
from advocacy.source import archive
from advocacy.views.framing import MAX_AGE, public_page
from advocacy.views.public_plans import find_published

# RFC 9116 wants less than a year; whoever keeps the site alive renews it by answering.
SECURITY_DAYS = 180


@public_page
def feed_statements(request: HttpRequest, lang: str) -> HttpResponse:
    """The newest statements in one language, and the calls of others that we joined."""
    head = FeedHead(
        _("%(platform)s: statements") % {"platform": settings.PLATFORM_NAME},
        reverse("feed_statements", kwargs={"lang": lang}),
        reverse("public:statement_list", kwargs={"lang": lang}),
        lang,
    )
    return _feed(head, statement_entries(lang), statements_taken_back(lang))


@public_page
def feed_plan(request: HttpRequest, lang: str, slug: str) -> HttpResponse:
    """What changed on one action plan: each answer of a country as it was confirmed."""
    plan = find_published(slug)
    board = board_of(plan, lang)
    head = FeedHead(
        _("%(platform)s: %(plan)s") % {"platform": settings.PLATFORM_NAME, "plan": board.words.title},
        reverse("feed_plan", kwargs={"lang": lang, "slug": slug}),
        reverse("public:plan_detail", kwargs={"lang": lang, "slug": slug}),
        interface_language(lang),
    )
    return _feed(head, plan_entries(board, lang), None)


def _feed(head: FeedHead, entries: Iterable[FeedEntry], changed_at: datetime | None) -> HttpResponse:
    text, updated = atom(head, entries, changed_at)
    response = HttpResponse(text, content_type="application/atom+xml; charset=utf-8")
    response["Content-Language"] = head.language
    if updated.timestamp() > 0:
        response["Last-Modified"] = http_date(updated.timestamp())
    return response


@public
@conditional_page
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """All public addresses, or the list of files that hold them."""
    rows = map_of_site.addresses()
    if len(rows) <= map_of_site.PER_FILE:
        return _xml(map_of_site.urlset(rows))
    return _xml(map_of_site.index(-(-len(rows) // map_of_site.PER_FILE)))


@public
@conditional_page
@require_safe
def sitemap_part(request: HttpRequest, number: int) -> HttpResponse:
    """One file of the sitemap, counted from 1."""
    start = (number - 1) * map_of_site.PER_FILE
    rows = map_of_site.addresses()[start : start + map_of_site.PER_FILE] if number else []
    if not rows:
        raise Http404
    return _xml(map_of_site.urlset(rows))


def _xml(text: str) -> HttpResponse:
    response = HttpResponse(text, content_type="application/xml; charset=utf-8")
    patch_cache_control(response, public=True, max_age=MAX_AGE)
    return response


@public
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Where to report a weakness (RFC 9116); nothing where the installation names no contact."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    expires = (timezone.now() + timedelta(days=SECURITY_DAYS)).strftime("%Y-%m-%dT00:00:00Z")
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires}",
        f"Preferred-Languages: {', '.join(dict(settings.LANGUAGES))}",
        f"Canonical: {settings.SITE_URL}{reverse('security')}",
    ]
    response = HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
    patch_cache_control(response, public=True, max_age=MAX_AGE)
    return response


@public
@conditional_page
@require_safe
def source(request: HttpRequest) -> HttpResponse:
    """The code this site runs, as its licence promises everybody who uses it (AGPL, section 13)."""
    response = HttpResponse(archive(), content_type="application/gzip")
    response["Content-Disposition"] = 'attachment; filename="demarche-source.tar.gz"'
    patch_cache_control(response, public=True, max_age=24 * 3600)
    return response
