"""The sitemap (sitemaps.org 0.9): every public page in every language it exists in, with its other languages beside it.

Only what is published is in it. Each address names all its language versions, so one of them may take a kilobyte or
more; files are split far below the 50,000 addresses that are allowed, so that they also stay below 50 MB.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import quoteattr

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from advocacy import registry
from advocacy.models import ActionPlan, Campaign, Event, JoinedCall
from advocacy.plan_content import published_languages
from advocacy.reading import languages_published, published_statements
from advocacy.scoreboard import members_by_country

PER_FILE = 10_000
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMES = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'


@dataclass(frozen=True)
class Page:
    """A page in all its languages: language code → path. `first` is shown to readers of none of them."""

    paths: dict[str, str]
    first: str
    changed_at: datetime | None = None


def page_of(
    name: str, languages: Iterable[str], first: str, changed_at: datetime | None = None, **arguments: str
) -> Page:
    """The page of a public route (without "public:") in these languages."""
    paths = {code: reverse(f"public:{name}", kwargs={"lang": code, **arguments}) for code in languages}
    return Page(paths, first if first in paths else next(iter(paths), ""), changed_at)


def pages() -> Iterator[Page]:
    """Everything that is public; nine queries and those of other rooms, however many pages."""
    own = settings.LANGUAGE_CODE
    anywhere = languages_published()
    for name in ("home", "statement_list"):
        yield page_of(name, anywhere, own)
    interface = list(dict(settings.LANGUAGES))
    for name in ("plan_list", "campaign_list", "call_list", "languages", "privacy"):
        yield page_of(name, interface, own)
    for row in published_statements().iterator(chunk_size=1000):
        codes = [text.language for text in row.texts.all()]
        yield page_of("statement_detail", codes, row.source_language, row.published_at, slug=row.slug)
    countries = sorted(members_by_country(timezone.localdate()))
    for plan, written in published_languages(ActionPlan.objects.published().order_by("pk")):
        codes = list(dict.fromkeys([*written, *interface]))
        yield page_of("plan_detail", codes, plan.language, plan.published_at, slug=plan.slug)
        for country in countries:
            yield page_of("plan_country", codes, plan.language, slug=plan.slug, country=country.lower())
    others = [
        ("campaign_detail", Campaign.objects.public().order_by("pk")),
        ("event_detail", Event.objects.filter(is_public=True).order_by("pk")),
        ("call_detail", JoinedCall.objects.published()),
    ]
    for name, rows in others:
        for slug in rows.values_list("slug", flat=True):
            yield page_of(name, interface, own, slug=slug)
    for contribute in registry.public_pages:
        yield from contribute()


def addresses() -> list[tuple[str, Page]]:
    """One row for each address: its path and the page with its other languages."""
    return [(path, page) for page in pages() for path in page.paths.values()]


def urlset(rows: Iterable[tuple[str, Page]]) -> str:
    """One file of the sitemap."""
    parts = [_HEAD, f"<urlset {_NAMES}>\n"]
    for path, page in rows:
        parts.append(f"<url><loc>{escape(settings.SITE_URL + path)}</loc>")
        if page.changed_at:
            parts.append(f"<lastmod>{page.changed_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</lastmod>")
        if len(page.paths) > 1:
            parts += [_link(code, other) for code, other in page.paths.items()]
            parts.append(_link("x-default", page.paths[page.first]))
        parts.append("</url>\n")
    return "".join([*parts, "</urlset>\n"])


def index(number: int) -> str:
    """The list of `number` files, where one is not enough."""
    files = [settings.SITE_URL + reverse("sitemap_part", kwargs={"number": part}) for part in range(1, number + 1)]
    rows = "".join(f"<sitemap><loc>{escape(address)}</loc></sitemap>\n" for address in files)
    return f'{_HEAD}<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{rows}</sitemapindex>\n'


def _link(code: str, path: str) -> str:
    return f'<xhtml:link rel="alternate" hreflang="{code}" href={quoteattr(settings.SITE_URL + path)}/>'
