"""A plan's table as CSV and JSON, each with its source and licence."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.exports import csv_lines
from advocacy.models import Rating
from advocacy.scoreboard import NO_DATA, Board, Cell, Row

LICENCE = "CC BY 4.0"
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
# Names of columns and keys are a contract with programs: they are never translated.
HEADER = [
    "country_code",
    "country",
    "point",
    "ask",
    "rating",
    "rating_label",
    "evidence",
    "source",
    "source_url",
    "source_date",
    "reported_by",
    "reported_on",
    "confirmed_on",
]


def label_of(rating: str) -> str:
    """The word for a rating in the reader's language; "No data" for none."""
    return _("No data") if rating == NO_DATA else str(Rating(rating).label)


def source_line(board: Board, language: str) -> str:
    """Who made the table, of what day, under which licence; one line."""
    address = settings.SITE_URL + reverse("public:plan_detail", args=[language, board.plan.slug])
    facts = {
        "platform": settings.PLATFORM_NAME,
        "title": board.words.title,
        "day": board.day.isoformat(),
        "address": address,
        "licence": LICENCE,
    }
    line = _("Source: %(platform)s, “%(title)s”, as of %(day)s, %(address)s. Licence: %(licence)s.") % facts
    if board.has_samples or board.has_placeholders or board.plan.is_sample:
        line += " " + _("Sample data, made up for a demo: it says nothing about any country.")
    return " ".join(line.split())


def csv_text(board: Board, language: str) -> str:
    """One line per country and point, with a byte order mark; a comment line with source and licence stands last."""

    def rows() -> Iterator[list[Any]]:
        for row in board.rows:
            for cell in row.cells:
                yield _csv_row(row, cell)
        yield [f"# {source_line(board, language)}"]

    return "".join(csv_lines(HEADER, rows()))


def _csv_row(row: Row, cell: Cell) -> list[Any]:
    answer = cell.current
    facts = [row.country, row.name, cell.point.number, cell.point.title, cell.rating, label_of(cell.rating)]
    if answer is None:
        return [*facts, *[""] * (len(HEADER) - len(facts))]
    return [
        *facts,
        answer.evidence,
        answer.source,
        answer.source_url,
        answer.source_date.isoformat() if answer.source_date else "",
        answer.reported_by.name if answer.reported_by else "",
        _day(answer.reported_at),
        _day(answer.confirmed_at),
    ]


def json_data(board: Board, language: str) -> dict[str, Any]:
    """The same table for programs: points once, then countries with their answers; no data is null."""
    return {
        "source": source_line(board, language),
        "licence": {"name": LICENCE, "url": LICENCE_URL},
        "plan": {
            "title": board.words.title,
            "summary": board.words.summary,
            "addressee": board.words.addressee,
            "language": board.words.language,
            "url": settings.SITE_URL + reverse("public:plan_detail", args=[language, board.plan.slug]),
            "is_sample": board.plan.is_sample,
        },
        "as_of": board.day.isoformat(),
        "met": board.met,
        "answers_possible": board.cells,
        "points": [
            {
                "number": score.words.number,
                "ask": score.words.title,
                "explanation": score.words.explanation,
                "language": score.words.language,
                "legal_basis": score.words.legal_basis,
                "instrument": score.words.instrument,
                "is_placeholder": score.words.is_placeholder,
                "countries_met": score.met,
            }
            for score in board.scores
        ],
        "countries": [
            {
                "code": row.country,
                "name": row.name,
                "members": [member.name for member in row.members],
                "met": row.met,
                "answers": [_json_cell(cell) for cell in row.cells],
            }
            for row in board.rows
        ],
    }


def _json_cell(cell: Cell) -> dict[str, Any]:
    answer = cell.current
    facts: dict[str, Any] = {"point": cell.point.number, "rating": None if answer is None else answer.rating}
    if answer is not None:
        facts |= {
            "evidence": answer.evidence,
            "source": answer.source,
            "source_url": answer.source_url,
            "source_date": answer.source_date.isoformat() if answer.source_date else None,
            "reported_by": answer.reported_by.name if answer.reported_by else None,
            "confirmed_on": _day(answer.confirmed_at),
            "is_sample": answer.is_sample,
        }
    return facts


def _day(moment: Any) -> str:
    return timezone.localtime(moment).date().isoformat()
