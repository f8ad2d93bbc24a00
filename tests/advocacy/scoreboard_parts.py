"""A plan with six points and the members' 23 countries, and what its table must say, worked out from the input alone.

Nothing here calls the code that is tested: countries come from the members' file, ratings from a seed.
"""

import csv
import random
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

from django.conf import settings

from advocacy.models import ActionPlan, Ask, AskText, Assessment, Point
from contacts.models import Organisation
from contacts.reference import load_organisations

WORDS = {"met": "Met", "partly": "Partly", "not_met": "Not met", None: "No data"}
TITLES = [
    "Tell everybody",
    "Free legal aid",
    "A right to stay",
    "Freeze assets",
    "An open fund",
    "The state pays first",
]
START = datetime(2026, 1, 10, 12, tzinfo=UTC)


def members() -> dict[str, list[str]]:
    """ISO code → names of members and associates there, read from the members' file."""
    file = Path(settings.BASE_DIR) / "contacts" / "reference" / "members.csv"
    rows: dict[str, list[str]] = {}
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row.get("type", row.get("kind")) in {"member", "associate"}:
                rows.setdefault(row.get("iso2", row.get("country")), []).append(row["name"])
    return rows


def expected_table() -> dict[str, list[str | None]]:
    """ISO code → six ratings; None is no data. The same on every call."""
    chance = random.Random(6)
    return {
        code: [chance.choice(["met", "met", "partly", "not_met", None]) for _ in TITLES] for code in sorted(members())
    }


def make_plan(**fields) -> ActionPlan:
    """A published plan with six points and no answers."""
    facts = {"slug": "six-points", "title": "Six points", "addressee": "Governments", "published_at": START} | fields
    plan = ActionPlan.objects.create(**facts)
    for number, title in enumerate(TITLES, start=1):
        ask = Ask.objects.create(slug=f"{plan.slug}-{number}")
        AskText.objects.create(ask=ask, language="en", title=title)
        Point.objects.create(plan=plan, ask=ask, number=number)
    return plan


def fill(plan: ActionPlan, table: dict[str, list[str | None]]) -> None:
    """Write the table as assessments; every third answer has an earlier one that says something else."""
    load_organisations()
    reporters = {row.country: row for row in Organisation.objects.exclude(country="").order_by("-name")}
    points = list(plan.points.order_by("number"))
    rows, count = [], 0
    for code, ratings in table.items():
        for point, rating in zip(points, ratings, strict=True):
            count += 1
            common = {"point": point, "country": code, "reported_by": reporters[code]}
            if count % 3 == 0:
                other = {"met": "not_met", "partly": "met", "not_met": "partly", None: "met"}[rating]
                ended = START + timedelta(days=30)
                rows.append(_answer(other, START, superseded_at=ended, **common))
            if rating:
                rows.append(_answer(rating, START + timedelta(days=30), **common))
    Assessment.objects.bulk_create(rows)


def _answer(rating, at, **fields) -> Assessment:
    return Assessment(
        rating=rating,
        evidence=f"What members saw ({rating}).",
        source="A report, page 1",
        source_url="https://reports.example/1",
        confirmed_at=at,
        reported_at=at,
        **fields,
    )


_VOID = {"meta", "link", "input", "br", "img", "hr", "use", "circle", "rect", "path", "source", "wbr"}


class _Tree(HTMLParser):
    """A page as a tree; a tag that is not closed in its place fails the test that reads it."""

    def __init__(self) -> None:
        super().__init__()
        self.builder = ElementTree.TreeBuilder()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        if tag in _VOID:
            self.builder.end(tag)
        else:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in _VOID:
            assert self.open.pop() == tag, f"</{tag}> closes nothing"
            self.builder.end(tag)

    def handle_data(self, data):
        if self.open:
            self.builder.data(data)


def tree_of(text: str) -> ElementTree.Element:
    """The page as an element tree, for its simple paths (findall)."""
    parser = _Tree()
    parser.feed(text)
    parser.close()
    assert not parser.open, parser.open
    return parser.builder.close()


def words(element: ElementTree.Element) -> str:
    """All text below an element, with single spaces."""
    return " ".join("".join(element.itertext()).split())


def with_class(root: ElementTree.Element, tag: str, name: str) -> list[ElementTree.Element]:
    """Elements of a tag that carry a class."""
    return [element for element in root.iter(tag) if name in (element.get("class") or "").split()]
