"""What readers of the public pages get: texts in their language, entries of the list, the points of a plan."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from advocacy.languages import own_name
from advocacy.models import ActionPlan, Statement, StatementText
from advocacy.plan_content import content_of, point_words, published_content


@dataclass(frozen=True)
class Version:
    """A language version as a link shows it."""

    language: str
    name: str


@dataclass(frozen=True)
class Entry:
    """One row of the public list, in the page's language where that version exists."""

    statement: Statement
    text: StatementText
    versions: list[Version]
    published_at: datetime

    @property
    def year(self) -> int:
        """The year it stands under, in the office's time zone, as the filter counts it."""
        return timezone.localtime(self.published_at).year


def published_statements(language: str = "") -> "QuerySet[Statement]":
    """What was published and is not withdrawn, newest first, with its texts and owner at hand (two queries); only what
    exists in `language` where one is given."""
    rows = Statement.objects.published().select_related("owner").prefetch_related("texts")
    if language:
        rows = rows.filter(texts__language=language)
    return rows.order_by("-published_at", "-id")


def languages_published() -> list[str]:
    """Languages of the interface and those in which at least one text is published, in this order; one query."""
    texts = StatementText.objects.filter(statement__status=Statement.Status.PUBLISHED).order_by()
    found = set(texts.values_list("language", flat=True).distinct())
    own = list(dict(settings.LANGUAGES))
    return own + sorted(found - set(own))


def versions_of(texts: Iterable[StatementText], first: str = "") -> list[Version]:
    """Language versions by the name their speakers use, the source first."""
    names = [Version(text.language, own_name(text.language)) for text in texts]
    return sorted(names, key=lambda version: (version.language != first, version.name.casefold()))


def entry_of(statement: Statement, language: str) -> Entry | None:
    """The list's row for a statement with prefetched texts; None where it has no text at all."""
    texts = {text.language: text for text in statement.texts.all()}
    text = texts.get(language) or texts.get(statement.source_language) or next(iter(texts.values()), None)
    if text is None or statement.published_at is None:
        return None
    versions = versions_of(texts.values(), statement.source_language)
    return Entry(statement, text, versions, statement.published_at)


def points_of(plan: ActionPlan, language: str) -> list[dict[str, Any]]:
    """The points of a plan in their order, worded in `language`, else in the plan's own; at most three queries.

    A published plan gives the words that were published, another one those that are being written.
    """
    content = published_content(plan) if plan.published_at else content_of(plan)
    points = point_words(content, language)
    return [{"number": point.number, "ask": point.ask, "text": point.text, "words": point} for point in points]
