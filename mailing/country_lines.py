"""The country's line of a plan's scoreboard as passages: one alternative a country, written out for people to read.

The words are copied into the letter, so that what was approved is what leaves even when the scoreboard changes; the
letter's page says when it did. The fixed words exist in the languages of WORDS; other languages get no line.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.html import escape
from django.utils.translation import gettext as _

from accounts.models import User
from advocacy.models import ActionPlan, digest_of
from advocacy.plan_content import languages_of, plan_words, point_words, published_content
from advocacy.scoreboard import NO_DATA, Row, board_of
from mailing.composing import put_place
from mailing.letterhead import locale_of
from mailing.lifecycle import LifecycleError, record_edit
from mailing.models import Mailing, Passage, PassageText
from mailing.states import locked

# A country stands before a colon, so that no language needs its article or case.
WORDS: dict[str, dict[str, str]] = {
    "en": {
        "line": "{country}: {met} of the {total} points of “{plan}” are met.",
        "met": "met", "partly": "partly met", "not_met": "not met",
    },
    "fr": {
        "line": "{country} : {met} points sur {total} du plan « {plan} » sont remplis.",
        "met": "rempli", "partly": "rempli en partie", "not_met": "non rempli",
    },
    "de": {
        "line": "{country}: {met} von {total} Punkten des Plans „{plan}“ sind erfüllt.",
        "met": "erfüllt", "partly": "teilweise erfüllt", "not_met": "nicht erfüllt",
    },
}  # fmt: skip


def plan_lines(plan: ActionPlan, languages: Iterable[str]) -> dict[str, dict[str, str]]:
    """Country → language → the line's HTML, for countries with at least one confirmed answer.

    Only in languages of `languages` in which the plan can be read and the fixed words exist.
    """
    content = published_content(plan)
    wanted = [code for code in languages if code in WORDS and code in languages_of(content)]
    board = board_of(plan, content["language"], content=content)
    rows = [row for row in board.rows if any(cell.rating != NO_DATA for cell in row.cells)]
    return {row.country: {code: _line(row, content, code) for code in wanted} for row in rows} if wanted else {}


def _line(row: Row, content: dict[str, Any], language: str) -> str:
    words = WORDS[language]
    points = {point.point: point for point in point_words(content, language)}
    country = locale_of(language).territories.get(row.country, row.country)
    head = words["line"].format(
        country=country, met=row.met, total=len(points), plan=plan_words(content, language).title
    )
    items = [
        f"<li>{escape(points[cell.point.point].short)}: {words[cell.rating]}</li>"
        for cell in row.cells
        if cell.rating != NO_DATA
    ]
    return f"<p>{escape(head)}</p><ul>{''.join(items)}</ul>"


def write_lines(mailing: Mailing, plan: ActionPlan, *, place: int, actor: User) -> int:
    """Write a plan's lines out as alternatives of a place, in the place of those written before; gives how many.

    Raises LifecycleError when there is nothing to write or sending has started.
    """
    lines = plan_lines(plan, [text.language for text in mailing.contents.all()])
    if not lines:
        raise LifecycleError(
            _("“%(plan)s” has no confirmed answer of a country, or cannot be read in a language of this letter.")
            % {"plan": plan.title}
        )
    with transaction.atomic():
        locked(mailing)
        mailing.passages.filter(place=place, plan__isnull=False).delete()
        record_edit(mailing, actor=actor, what=f"wrote the lines of a plan into passage {place}")
        last = max((found.position for found in mailing.passages.filter(place=place)), default=0)
        for number, (country, texts) in enumerate(sorted(lines.items()), start=last + 1):
            found = Passage.objects.create(
                mailing=mailing, place=place, position=number, country=country, plan=plan, plan_digest=digest_of(texts)
            )
            PassageText.objects.bulk_create(
                PassageText(passage=found, language=language, body=body, changed_by=actor)
                for language, body in texts.items()
            )
        put_place(mailing, place, actor=actor)
    return len(lines)


def outdated(passages: Iterable[Passage]) -> set[int]:
    """Places whose lines the scoreboard would word otherwise today."""
    found: set[int] = set()
    known: dict[tuple[int, tuple[str, ...]], dict[str, dict[str, str]]] = {}
    for passage in passages:
        if passage.plan is None:
            continue
        languages = tuple(sorted(text.language for text in passage.texts.all()))
        key = passage.plan.pk, languages
        if key not in known:
            known[key] = plan_lines(passage.plan, languages)
        if digest_of(known[key].get(passage.country, {})) != passage.plan_digest:
            found.add(passage.place)
    return found
