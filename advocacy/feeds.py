"""Atom feeds (RFC 4287) of what is published: one for each language, one for each plan and language.

Ids are tag URIs (RFC 4151) made of the site's host, the day of publication and the reference, so they stay whatever
becomes of titles and addresses.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _

from advocacy.citing import printed
from advocacy.joining import published_calls
from advocacy.models import Statement
from advocacy.reading import published_statements
from advocacy.scoreboard import Board

# What a reader program shows; the site itself has all of it.
MOST = 30
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")


@dataclass(frozen=True)
class FeedHead:
    """A feed: its title, its own address and that of the page it stands for (paths on this site), its language."""

    title: str
    path: str
    page: str
    language: str


@dataclass(frozen=True)
class FeedEntry:
    """One entry: its own name (never reused), title, address on this site, and times."""

    name: str
    title: str
    path: str
    published_at: datetime
    updated_at: datetime
    summary: str = ""
    content: str = ""
    author: str = ""
    category: str = ""


def tag_uri(name: str, day: datetime) -> str:
    """A name for ever: tag:host,2026-11-18:statements/LSI-S-2026-009/en."""
    host = urlsplit(settings.SITE_URL).hostname
    return f"tag:{host},{timezone.localtime(day):%Y-%m-%d}:{name}"


def plain(text: str) -> str:
    """Text without the control characters that XML cannot hold."""
    return _CONTROLS.sub(" ", text)


class _Atom(Atom1Feed):
    """Adds what Django's feed has no word for: the whole text as content. Its id is its own address."""

    def add_root_elements(self, handler):  # type: ignore[no-untyped-def]
        self.feed["id"] = self.feed["feed_url"]
        super().add_root_elements(handler)

    def add_item_elements(self, handler, item):  # type: ignore[no-untyped-def]
        super().add_item_elements(handler, item)
        if item.get("content"):
            handler.addQuickElement("content", item["content"], {"type": "html"})


def atom(head: FeedHead, entries: Iterable[FeedEntry], changed_at: datetime | None = None) -> tuple[str, datetime]:
    """The feed as XML, and when it last changed (the epoch when it is empty).

    Entries come newest first. `changed_at` is when something was taken out of it.
    """
    rows = list(entries)[:MOST]
    times = [*(row.updated_at for row in rows), *([changed_at] if changed_at else [])]
    updated = max(times, default=datetime.fromtimestamp(0, tz=UTC))
    feed = _Atom(
        title=head.title,
        link=settings.SITE_URL + head.page,
        description="",
        language=head.language,
        feed_url=settings.SITE_URL + head.path,
        author_name=settings.PLATFORM_NAME,
    )
    feed.latest_post_date = lambda: updated  # type: ignore[method-assign]
    for row in rows:
        feed.add_item(
            title=plain(row.title),
            link=settings.SITE_URL + row.path,
            description=escape(plain(row.summary)),
            unique_id=tag_uri(row.name, row.published_at),
            pubdate=row.published_at,
            updateddate=row.updated_at,
            author_name=row.author or settings.PLATFORM_NAME,
            categories=[row.category] if row.category else (),
            content=plain(row.content),
        )
    return feed.writeString("utf-8"), updated


def statement_entries(language: str) -> list[FeedEntry]:
    """The newest published statements in a language, and the calls of others that we joined, newest first; some
    queries, however many entries."""
    entries = [*_statements(language), *_calls(language)]
    return sorted(entries, key=lambda entry: entry.published_at, reverse=True)[:MOST]


def _calls(language: str) -> list[FeedEntry]:
    """Calls in the language they are written in, so that a feed holds one language."""
    return [
        FeedEntry(
            name=f"joined/{call.reference}/{language}",
            title=_("We joined: %(title)s") % {"title": call.title},
            path=call.path,
            published_at=call.published_at,
            updated_at=call.published_at,
            summary=call.summary,
            author=call.lead,
            category=_("Calls we joined"),
        )
        for call in published_calls(language)[:MOST]
        if call.language == language
    ]


def _statements(language: str) -> list[FeedEntry]:
    entries = []
    for row in published_statements(language)[:MOST]:
        text = next(text for text in row.texts.all() if text.language == language)
        published_at = row.published_at or row.created_at
        entries.append(
            FeedEntry(
                name=f"statements/{row.reference}/{language}",
                title=text.title,
                path=reverse("public:statement_detail", kwargs={"lang": language, "slug": row.slug}),
                published_at=published_at,
                updated_at=published_at,
                summary=text.summary,
                content=printed(text.body, language, at=published_at),
                author=row.owner.name,
                category=row.get_kind_display(),
            )
        )
    return entries


def statements_taken_back(language: str) -> datetime | None:
    """When a text in this language was last withdrawn, and so left the feed; one query."""
    rows = Statement.objects.filter(status=Statement.Status.WITHDRAWN, texts__language=language)
    return rows.aggregate(last=Max("changed_at"))["last"]


def plan_entries(board: Board, language: str) -> list[FeedEntry]:
    """What changed on a plan: that it was published, and each answer as it was confirmed; no query."""
    plan = board.plan
    address = reverse("public:plan_detail", kwargs={"lang": language, "slug": plan.slug})
    published_at = plan.published_at or timezone.now()
    entries = [FeedEntry(f"plans/{plan.slug}/{language}", board.words.title, address, published_at, published_at)]
    for row in board.rows:
        page = reverse(
            "public:plan_country", kwargs={"lang": language, "slug": plan.slug, "country": row.country.lower()}
        )
        for cell in row.cells:
            for answer in cell.history:
                facts = {"country": row.name, "point": cell.point.label, "rating": answer.get_rating_display()}
                entries.append(
                    FeedEntry(
                        name=f"plans/{plan.slug}/answers/{answer.pk}/{language}",
                        title=_("%(country)s, %(point)s: %(rating)s") % facts,
                        path=page,
                        published_at=answer.confirmed_at,
                        updated_at=answer.confirmed_at,
                        summary=" ".join(filter(None, [answer.note, answer.evidence])),
                        category=row.name,
                    )
                )
    return sorted(entries, key=lambda entry: entry.published_at, reverse=True)[:MOST]
