"""How far countries are on a plan's points, for a day: one table from which chart, map, pages and files are made.

Every number is counted here from rows. A cell without a current assessment is "no data" and counts as nothing else.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from advocacy.models import ActionPlan, Assessment
from advocacy.plan_content import PlanWords, PointWords, languages_of, plan_words, point_words, published_content
from contacts.languages import EU_SPELLING, country_name
from contacts.models import Organisation, OrganisationMembership
from contacts.names import sort_key

NO_DATA = "no_data"
# "4 more than in May" looks back half a year.
LOOK_BACK = timedelta(days=182)
_EU_CODE = {iso: spelling for spelling, iso in EU_SPELLING.items()}


@dataclass(frozen=True)
class Cell:
    """One country on one point. `rating` is met, partly, not_met or no_data."""

    point: PointWords
    rating: str
    current: Assessment | None
    # All answers, the oldest first; the current one is the last of them.
    history: tuple[Assessment, ...] = ()


@dataclass(frozen=True)
class Row:
    """One country: its name in the reader's language, who answers there, its cells in the order of the points."""

    country: str
    name: str
    members: tuple[Organisation, ...]
    cells: tuple[Cell, ...]

    @property
    def code(self) -> str:
        """The letters on a tile: EL and UK as the Union writes them, ISO elsewhere."""
        return _EU_CODE.get(self.country, self.country)

    @property
    def met(self) -> int:
        """How many points are met."""
        return sum(cell.rating == "met" for cell in self.cells)

    @property
    def confirmed_at(self) -> datetime | None:
        """When the latest current answer was confirmed."""
        return max((cell.current.confirmed_at for cell in self.cells if cell.current), default=None)


@dataclass(frozen=True)
class PointScore:
    """A point with how many countries meet it."""

    words: PointWords
    met: int


@dataclass
class Board:
    """The whole plan in one language on one day."""

    plan: ActionPlan
    words: PlanWords
    languages: list[str]
    points: list[PointWords]
    rows: list[Row]
    day: date
    history: dict[tuple[int, str], list[Assessment]] = field(default_factory=dict, repr=False)

    @property
    def scores(self) -> list[PointScore]:
        """For each point, the countries that meet it."""
        return [
            PointScore(point, sum(row.cells[index].rating == "met" for row in self.rows))
            for index, point in enumerate(self.points)
        ]

    @property
    def met(self) -> int:
        """Cells that are met."""
        return sum(row.met for row in self.rows)

    @property
    def cells(self) -> int:
        """All cells: countries times points."""
        return len(self.rows) * len(self.points)

    @property
    def missing(self) -> int:
        """Cells without data."""
        return sum(cell.rating == NO_DATA for row in self.rows for cell in row.cells)

    @property
    def updated_at(self) -> datetime | None:
        """When the latest of the current answers was confirmed."""
        return max((row.confirmed_at for row in self.rows if row.confirmed_at), default=None)

    @property
    def has_placeholders(self) -> bool:
        """Whether the wording of a point is not known."""
        return any(point.is_placeholder for point in self.points)

    @property
    def has_samples(self) -> bool:
        """Whether an answer was made up for the demo."""
        return any(cell.current.is_sample for row in self.rows for cell in row.cells if cell.current)

    def row_of(self, country: str) -> Row | None:
        """The row of a country (ISO code)."""
        return next((row for row in self.rows if row.country == country), None)

    def met_on(self, moment: datetime, country: str = "") -> int | None:
        """How many cells were met at a moment, in one country or all; None when nothing was answered by then."""
        shown = {row.country for row in self.rows} if not country else {country}
        known = [
            answer
            for (_point, code), answers in self.history.items()
            if code in shown
            for answer in answers
            if answer.confirmed_at <= moment
        ]
        if not known:
            return None
        return sum(answer.held_at(moment) and answer.rating == "met" for answer in known)

    @property
    def gained(self) -> int | None:
        """How many more cells are met than half a year before; None when there was nothing to compare with."""
        then = timezone.now() - LOOK_BACK
        before = self.met_on(then)
        return None if before is None else self.met - before

    @property
    def compared_with(self) -> datetime:
        """The day that `gained` looks back to."""
        return timezone.now() - LOOK_BACK


def board_of(
    plan: ActionPlan, language: str, *, day: date | None = None, content: dict[str, Any] | None = None
) -> Board:
    """The plan's table in `language` for the countries with a member on `day` (today without).

    Shows the published words unless `content` gives others. Four queries, however many countries and answers.
    """
    return boards_of([(plan, language, content or published_content(plan))], day=day)[plan.pk]


def boards_of(wanted: Iterable[tuple[ActionPlan, str, dict[str, Any]]], *, day: date | None = None) -> dict[int, Board]:
    """The tables of several plans by their ids, each in a language and with the words of a content of it.

    Two queries, however many plans, countries and answers.
    """
    day = day or timezone.localdate()
    shown = [(plan, language, content, point_words(content, language)) for plan, language, content in wanted]
    members = members_by_country(day) if shown else {}
    answered = _answers([point.point for _plan, _language, _content, points in shown for point in points])
    found = {}
    for plan, language, content, points in shown:
        own = {point.point for point in points}
        history = {key: answers for key, answers in answered.items() if key[0] in own}
        rows = [
            Row(country, country_name(country), tuple(here), tuple(_cells(points, country, history)))
            for country, here in members.items()
        ]
        rows.sort(key=lambda row: (-row.met, sort_key(row.name), row.country))
        found[plan.pk] = Board(plan, plan_words(content, language), languages_of(content), points, rows, day, history)
    return found


def _answers(points: list[int]) -> dict[tuple[int, str], list[Assessment]]:
    """Every answer on these points (their ids) by point and country, the earliest first; one query."""
    found: dict[tuple[int, str], list[Assessment]] = defaultdict(list)
    rows = Assessment.objects.filter(point__in=points).select_related("reported_by")
    for answer in rows.order_by("confirmed_at", "id"):
        found[answer.point_id, answer.country].append(answer)
    return dict(found)


def _cells(
    points: Sequence[PointWords], country: str, history: dict[tuple[int, str], list[Assessment]]
) -> Iterable[Cell]:
    for point in points:
        answers = tuple(history.get((point.point, country), ()))
        current = next((answer for answer in reversed(answers) if answer.superseded_at is None), None)
        yield Cell(point, current.rating if current else NO_DATA, current, answers)


def members_by_country(day: date) -> dict[str, list[Organisation]]:
    """Countries with a member or associate member on a day, and who that is, by name; one query."""
    kind = OrganisationMembership.Kind
    members = Organisation.objects.belonging_on(day, kind.MEMBER, kind.ASSOCIATE).exclude(country="")
    found: dict[str, list[Organisation]] = defaultdict(list)
    for member in sorted(members, key=lambda row: sort_key(row.name)):
        found[member.country].append(member)
    return dict(found)
