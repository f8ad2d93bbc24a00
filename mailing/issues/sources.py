"""What blocks take over from statements, plans and the calendar: words in every language, and a digest of them."""

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from html import escape
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from advocacy.days import coming
from advocacy.models import ActionPlan, Assessment, CalendarDay, Event, PlanVersion, Statement, digest_of
from advocacy.paragraphs import split
from advocacy.plan_content import content_of, languages_of, plan_words, point_words, published_content
from advocacy.scoreboard import Board, board_of
from mailing.issues.blocks import MOST_ROWS, Words
from mailing.models import Block

# How far ahead an issue tells of days and events.
AHEAD = dt.timedelta(weeks=6)
# A lede is one paragraph; a longer one is cut at a word.
LONGEST_LEDE = 600


def words_of_statement(statement: Statement) -> dict[str, Words]:
    """Title and lede of a statement by language: its summary, else the first paragraph of its text."""
    return {
        text.language: Words(heading=text.title, body=_paragraph(text.summary or _first(text.body)))
        for text in statement.texts.all()
    }


def _first(body: str) -> str:
    return next((row.text for row in split(body) if row.kind == "p"), "")


def _paragraph(text: str) -> str:
    plain = " ".join(text.split())
    if len(plain) > LONGEST_LEDE:
        plain = plain[:LONGEST_LEDE].rsplit(" ", 1)[0].rstrip(" ,;:") + " …"
    # Written as it is stored: curly or straight, a quotation mark needs no entity in a text.
    return f"<p>{escape(plain, quote=False)}</p>" if plain else ""


def words_of_plan(plan: ActionPlan, content: dict[str, Any] | None = None) -> dict[str, Words]:
    """Title and summary of a plan as it is published, by language. Give `content` where a page has read it."""
    content = content or published(plan)
    found = {}
    for language in languages_of(content):
        words = plan_words(content, language)
        found[language] = Words(heading=words.title, body=_paragraph(words.summary))
    return found


def words_of_figures(plan: ActionPlan) -> dict[str, Words]:
    """How many countries meet each point of a plan, as its public page counts them, by language."""
    content = published(plan)
    return words_of_board(board_of(plan, plan.language, content=content), content)


def words_of_board(board: Board, content: dict[str, Any]) -> dict[str, Words]:
    """The same for whoever has the board already, which shows the words of `content`."""
    met = {score.words.point: score.met for score in board.scores}
    found = {}
    for language in languages_of(content):
        points = point_words(content, language)[:MOST_ROWS]
        rows = [{"label": point.short, "value": met[point.point], "of": len(board.rows)} for point in points]
        found[language] = Words(heading=plan_words(content, language).title, rows=rows)
    return found


def words_of_dates(languages: Iterable[str]) -> dict[str, Words]:
    """The days of the field and the public events of the next six weeks, by language; two queries."""
    today = timezone.localdate()
    until = today + AHEAD
    days = [(row.on, row.day) for row in coming(CalendarDay.objects.filter(is_public=True)) if row.on <= until]
    events = Event.objects.filter(is_public=True, is_cancelled=False, starts_at__gt=timezone.now())
    soon = [(timezone.localtime(row.starts_at).date(), row) for row in events.order_by("starts_at")[:MOST_ROWS]]
    found = {}
    for language in languages:
        rows = [(on, day.name_in(language)) for on, day in days]
        rows += [(on, _told(event)) for on, event in soon if on <= until]
        rows.sort(key=lambda row: row[0])
        found[language] = Words(rows=[{"day": on.isoformat(), "text": text} for on, text in rows[:MOST_ROWS]])
    return {language: words for language, words in found.items() if words.rows}


def _told(event: Event) -> str:
    return f"{event.title}, {event.place}"[:200] if event.place else event.title


def published(plan: ActionPlan) -> dict[str, Any]:
    """As advocacy.plan_content.published_content, from the versions a page has read along where it has."""
    if "versions" not in getattr(plan, "_prefetched_objects_cache", {}):
        return published_content(plan)
    version = next((row for row in plan.versions.all() if row.event == "published"), None)
    return version.content if version else content_of(plan)


def words_for(block: Block) -> dict[str, Words]:
    """What the source of a block says now, by language; nothing for a block without one."""
    if block.statement is not None:
        return words_of_statement(_newest(block.statement))
    if block.plan is not None:
        return words_of_figures(block.plan) if block.kind == Block.Kind.FIGURES else words_of_plan(block.plan)
    return {}


def _newest(statement: Statement) -> Statement:
    return statement.newer() or statement


def digest_for(block: Block) -> str:
    """The digest of what the source of a block says now, which may have no id yet; "" for a block without one."""
    return digests_of([block]).get(block.pk, "")


def digests_of(blocks: Iterable[Block]) -> dict[int | None, str]:
    """Block id → digest of what its source says now, for blocks that have one; four queries for any number."""
    having = [block for block in blocks if block.statement_id or block.plan_id]
    statements = _statement_digests({block.statement.pk: block.statement for block in having if block.statement})
    plans = _plan_digests({block.plan_id for block in having if block.plan_id})
    figures = {block.plan_id for block in having if block.kind == Block.Kind.FIGURES and block.plan_id}
    answers = _answers(figures)
    found: dict[int | None, str] = {}
    for block in having:
        if block.statement_id:
            found[block.pk] = statements.get(block.statement_id, "")
        elif block.kind == Block.Kind.FIGURES:
            found[block.pk] = _sha([plans.get(block.plan_id or 0, ""), answers.get(block.plan_id or 0, [])])
        else:
            found[block.pk] = plans.get(block.plan_id or 0, "")
    return found


def _statement_digests(rows: dict[int, Statement]) -> dict[int, str]:
    """A published text stays as it is, so what can change is that it was replaced or taken back."""
    if not rows:
        return {}
    newer = set(Statement.objects.published().filter(supersedes__in=rows).values_list("supersedes", flat=True))
    found = {}
    for row in rows.values():
        texts = row.texts_as_json(sorted(row.texts.all(), key=lambda text: text.language))
        found[row.pk] = _sha([digest_of(texts), row.status, row.pk in newer])
    return found


def _plan_digests(ids: set[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    if ids:
        for plan, digest in (
            PlanVersion.objects.filter(plan__in=ids, event="published").order_by("id").values_list("plan", "digest")
        ):
            found[plan] = digest
    return found


def _answers(plans: set[int]) -> dict[int, list[Any]]:
    """The current answers on the points of plans, as rows that a digest can be made of."""
    found: dict[int, list[Any]] = defaultdict(list)
    if plans:
        rows = Assessment.objects.filter(point__plan__in=plans, superseded_at=None).order_by("point", "country", "pk")
        for plan, point, country, rating in rows.values_list("point__plan", "point", "country", "rating"):
            found[plan].append([point, country, rating])
    return found


def _sha(parts: list[Any]) -> str:
    return hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode()).hexdigest()


def stale_blocks(blocks: Iterable[Block]) -> set[int]:
    """Ids of blocks whose source says something else than when their words were taken over."""
    rows = list(blocks)
    now = digests_of(rows)
    return {block.pk for block in rows if block.source_digest and now.get(block.pk, "") != block.source_digest}


def link_of(block: Block, language: str) -> str:
    """The public page that an item or figures lead to, whole; "" for a block without a source.

    In `language` where the statement exists in it, else in the language it was written in.
    """
    if block.statement is not None:
        codes = [text.language for text in block.statement.texts.all()]
        code = language if language in codes else block.statement.source_language
        return settings.SITE_URL + reverse("public:statement_detail", args=[code, block.statement.slug])
    if block.plan is not None:
        return settings.SITE_URL + reverse("public:plan_detail", args=[language, block.plan.slug])
    return ""
