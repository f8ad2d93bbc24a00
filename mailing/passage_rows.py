"""What the page of a letter's text shows beside the editor: its passages with who reads them, and its asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.models import User
from advocacy.models import Ask, AskText, Point, StatementAsk
from advocacy.richtext import safe
from contacts.languages import language_name
from mailing import places
from mailing.alternatives import Reading, named, of_place, passages_of, placed_in, reading_of
from mailing.country_lines import outdated
from mailing.models import Mailing, MailingAsk, Passage

MOST_ASKS = 200


@dataclass(frozen=True)
class Wording:
    """What a passage says in one language, to read; fields stand as their names."""

    language: str
    name: str
    body: str


@dataclass(frozen=True)
class Row:
    """One alternative: whom it is for, its wording by language, how many read it (None: nobody counted)."""

    passage: Passage
    name: str
    wordings: list[Wording]
    count: int | None

    @property
    def languages(self) -> str:
        """The languages in which it is worded."""
        return ", ".join(wording.name for wording in self.wordings)


@dataclass(frozen=True)
class Place:
    """One place of a letter with its alternatives. `nothing` read none of them; `lines` came from a plan."""

    number: int
    name: str
    rows: list[Row]
    lines: list[Row]
    nothing: int | None
    has_rest: bool
    # Language versions in which the place does not stand; all of them when it stands nowhere.
    absent: str
    is_placed: bool
    is_outdated: bool

    @property
    def lines_count(self) -> int | None:
        """How many people read a line of the plan."""
        counts = [row.count for row in self.lines]
        return None if None in counts else sum(count or 0 for count in counts)


def places_of(mailing: Mailing) -> list[Place]:
    """All places of a letter, those that stand in no text as well."""
    passages = passages_of(mailing)
    placed = placed_in(mailing)
    reading = reading_of(mailing) if passages and mailing.audience_rules.all() else None
    late = outdated(passages)
    numbers = sorted({passage.place for passage in passages} | placed.keys())
    return [_place(mailing, number, of_place(passages, number), reading, number in late) for number in numbers]


def _place(mailing: Mailing, number: int, passages: list[Passage], reading: Reading | None, is_late: bool) -> Place:
    stands_in = placed_in(mailing).get(number, set())
    counted = reading if stands_in else None
    rows = [
        Row(
            passage,
            named(passage),
            [Wording(text.language, language_name(text.language), safe(text.body)) for text in passage.texts.all()],
            counted.count(number, passage.pk) if counted else None,
        )
        for passage in passages
    ]
    return Place(
        number=number,
        name=places.name(number),
        rows=[row for row in rows if not row.passage.plan_id],
        lines=[row for row in rows if row.passage.plan_id],
        nothing=counted.count(number, 0) if counted else None,
        has_rest=any(passage.is_for_the_rest for passage in passages),
        absent=", ".join(
            language_name(text.language) for text in mailing.contents.all() if text.language not in stands_in
        ),
        is_placed=bool(stands_in),
        is_outdated=is_late,
    )


def asks_of(mailing: Mailing, language: str, user: User) -> dict[str, Any]:
    """The asks that a letter makes, and those worded in `language` that can be put into its text, by group.

    First those of its statement and of the plans of its campaign. One query.
    """
    made = Exists(MailingAsk.objects.filter(mailing=mailing, ask=OuterRef("ask")))
    of_statement = Exists(StatementAsk.objects.filter(statement=mailing.statement_id, ask=OuterRef("ask")))
    of_campaign = Exists(Point.objects.filter(plan__campaign=mailing.campaign_id, ask=OuterRef("ask")))
    texts = AskText.objects.filter(ask__in=Ask.objects.visible_to(user)).annotate(is_made=made)
    texts = texts.filter(Q(language=language) | Q(is_made=True)).annotate(is_near=Q(of_statement) | Q(of_campaign))
    found = list(texts.select_related("ask").order_by("title")[:MOST_ASKS])
    free = [text for text in found if not text.is_made]
    near = [text for text in free if text.is_near]
    other = [text for text in free if not text.is_near]
    groups = [(_("Of its statement or campaign"), near), (_("Other asks") if near else _("Asks"), other)]
    return {"made": _made(found, language), "groups": [(title, rows) for title, rows in groups if rows]}


def _made(texts: Sequence[AskText], language: str) -> list[tuple[Ask, str]]:
    """Each ask of the letter with its title: in `language`, else in English, else in any."""
    found: dict[int, AskText] = {}
    for text in sorted(texts, key=lambda text: (text.language != language, text.language != "en")):
        if text.is_made:  # type: ignore[attr-defined]
            found.setdefault(text.ask_id, text)
    return [(text.ask, text.title) for text in found.values()]
