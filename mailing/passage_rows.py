"""What the page of a letter's text shows beside the editor: its passages with who reads them, and its asks."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from advocacy.models import Ask, AskText, Statement
from contacts.languages import language_name
from mailing import places
from mailing.alternatives import Reading, named, of_place, passages_of, placed_in, reading_of
from mailing.country_lines import outdated
from mailing.models import Mailing, Passage

MOST_ASKS = 200


@dataclass(frozen=True)
class Row:
    """One alternative: whom it is for, in which languages it is worded, how many read it (None: nobody counted)."""

    passage: Passage
    name: str
    languages: str
    count: int | None


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
            ", ".join(language_name(text.language) for text in passage.texts.all()),
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

    First those of its statement and of the plans of its campaign. Two queries.
    """
    made = list(mailing.ask_places.select_related("ask").prefetch_related("ask__texts"))
    taken = {place.ask_id for place in made}
    texts = AskText.objects.filter(language=language, ask__in=Ask.objects.visible_to(user)).order_by("title")
    near = _near(mailing)
    free = [text for text in texts[:MOST_ASKS] if text.ask_id not in taken]
    groups = [
        (_("Of its statement or campaign"), [text for text in free if text.ask_id in near]),
        (_("Other asks") if near else _("Asks"), [text for text in free if text.ask_id not in near]),
    ]
    return {
        "made": [(place.ask, _title(place.ask, language)) for place in made],
        "groups": [(title, found) for title, found in groups if found],
    }


def _near(mailing: Mailing) -> set[int]:
    """Asks of the statement it was made from and of its campaign's plans."""
    found: set[int] = set()
    statement: Statement | None = mailing.statement
    if statement is not None:
        found |= set(statement.ask_places.values_list("ask_id", flat=True))
    if mailing.campaign_id:
        found |= set(Ask.objects.filter(points__plan__campaign=mailing.campaign_id).values_list("pk", flat=True))
    return found


def _title(ask: Ask, language: str) -> str:
    texts = sorted(ask.texts.all(), key=lambda text: (text.language != language, text.language != "en"))
    return texts[0].title if texts else ask.slug
