"""CSV and XLSX files as tables: a header and numbered rows, within limits."""

import csv
import io
import json
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from contacts.imports import workbook
from contacts.imports.errors import ImportRefused, Problem
from contacts.imports.reading import MAX_ROWS, decode

MAX_CELL = 1_000_000
SECONDS = 60
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


@dataclass(slots=True)
class Table:
    """A header and the rows under it, numbered as a spreadsheet numbers them: the header is row 1."""

    header: list[str]
    rows: list[tuple[int, list[str]]]
    problems: list[Problem] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)  # The visible sheets of a workbook.


def read_table(data: bytes, file_name: str, encoding: str = "", sheet: str = "", most: int = 0) -> Table:
    """The table in a CSV or XLSX file; of a workbook its first visible sheet, or the one named.

    With `most` only so many rows are read, to look at. Raises ImportRefused with the reason.
    """
    lowered = file_name.lower()
    if lowered.endswith((".xlsm", ".xltm", ".xlsb")):
        raise ImportRefused(_("A workbook with macros is not read. Save it as .xlsx or .csv."))
    if data.startswith(_OLD_EXCEL) or lowered.endswith((".xls", ".ods", ".numbers")):
        raise ImportRefused(_("This kind of spreadsheet is not read. Save it as .xlsx or .csv."))
    sheets: list[str] = []
    if data.startswith(_ZIP):
        numbered = _read_workbook(data, sheet, most, sheets)
    else:
        numbered = _read_csv(decode(data, encoding), most)
    if not numbered or not any(cell.strip() for cell in numbered[0][1]):
        raise ImportRefused(_("The file has no header: its first row is empty."))
    first, *rows = numbered
    header = [" ".join(cell.split()) for cell in first[1]]
    while header and not header[-1]:
        header.pop()
    twice = [name for name, count in Counter(map(str.casefold, filter(None, header))).items() if count > 1]
    if twice:
        raise ImportRefused(
            _("The header has the same column twice: %(names)s.") % {"names": ", ".join(sorted(twice))[:200]}
        )
    table = Table(header, [], sheets=sheets)
    for number, cells in rows:
        _add_row(table, number, cells)
    if not rows:
        raise ImportRefused(_("The file has a header but no row under it."))
    return table


def _add_row(table: Table, number: int, cells: list[str]) -> None:
    width = len(table.header)
    if not any(cell.strip() for cell in cells):
        return
    if any("\0" in cell for cell in cells):
        problem = _("The row holds NUL bytes, so it was left out.")
        table.problems.append(Problem(number, table.header[0], problem, "broken_row"))
    elif len(cells) < width or any(cell.strip() for cell in cells[width:]):
        problem = _("The row has %(cells)s cells, the header %(width)s; it was left out.")
        told = problem % {"cells": len(cells), "width": width}
        table.problems.append(Problem(number, table.header[0], told, "broken_row"))
    else:
        table.rows.append((number, cells[:width]))


def _read_csv(text: str, most: int = 0) -> list[tuple[int, list[str]]]:
    text = text.lstrip("\ufeff")
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for number, cells in enumerate(islice(reader, most or None), start=1):
            if number > MAX_ROWS + 1:
                raise ImportRefused(_("The file has more than %(n)s rows.") % {"n": MAX_ROWS})
            if cells or number == 1:
                rows.append((number, cells))
    except csv.Error as error:
        raise ImportRefused(
            _("The CSV is broken at line %(line)s: %(reason)s.") % {"line": reader.line_num, "reason": error}
        ) from error
    return rows


def _delimiter(text: str) -> str:
    """The sign that parts the columns: the one of comma, semicolon, tab and bar that the header holds most."""
    header = next((line for line in text[:100_000].splitlines() if line.strip()), "")
    counts = {sign: header.count(sign) for sign in ",;\t|"}
    return max(counts, key=lambda sign: counts[sign]) if any(counts.values()) else ","


def run_reader(path: str, most: int = 0, sheet: str = "") -> dict[str, Any]:
    """Read it in a process of its own: what a crafted workbook does to memory and time stays there."""
    command = [sys.executable, "-I", str(Path(workbook.__file__)), path, str(MAX_ROWS), str(most), sheet]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 - our script
    except subprocess.TimeoutExpired as error:
        raise ImportRefused(_("The workbook takes too long to read. Save it as .csv.")) from error
    try:
        outcome: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        raise ImportRefused(_("The workbook takes more memory or time than it may. Save it as .csv.")) from error
    return outcome


def _read_workbook(data: bytes, sheet: str, most: int, sheets: list[str]) -> list[tuple[int, list[str]]]:
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(data)
        file.flush()
        outcome = run_reader(file.name, most, sheet)
    if "refused" in outcome:
        raise ImportRefused(_why_refused(outcome))
    sheets += outcome["titles"]
    rows = [(number, cells) for number, cells in outcome["rows"]]
    width = max((len(cells) for _number, cells in rows), default=0)
    # A sheet's rows end with their last filled cell; that makes none of them ragged.
    return [(number, cells + [""] * (width - len(cells))) for number, cells in rows]


def _why_refused(outcome: dict[str, Any]) -> str:
    return {
        "bomb": _("The workbook would unpack to far more than a contact sheet needs; it is not opened."),
        "entries": _("The workbook holds more parts than a contact sheet needs; it is not opened."),
        "macros": _("A workbook with macros is not read. Save it as .xlsx or .csv."),
        "hidden": _("The workbook has no visible sheet."),
        "sheet": _("The workbook has no visible sheet of that name."),
        "rows": _("The file has more than %(n)s rows.") % {"n": MAX_ROWS},
        "columns": _("The sheet has more columns than a contact sheet needs."),
        "cell": _("The sheet holds more text than a contact sheet needs."),
        "memory": _("The workbook takes more memory or time than it may. Save it as .csv."),
    }.get(outcome["refused"], _("The workbook is broken or is none. Save it as .xlsx or .csv again."))
