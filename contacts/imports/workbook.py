"""Reads the first visible sheet of an XLSX file, in a process of its own with little memory and time.

Run as a script: `python workbook.py FILE MAX_ROWS [MOST SHEET]` prints one JSON object: {"rows": [[number, [cell,
…]], …], "titles": [sheet, …]} or {"refused": reason}. With MOST above 0 it stops after so many rows. A workbook is a
ZIP of XML that can grow a thousandfold when it is opened, so what it would unpack to is looked at first. Formulas count
with the value they had when the file was saved.
"""

import json
import sys
import zipfile
from contextlib import suppress
from datetime import date, datetime
from typing import Any

MAX_UNPACKED = 100 * 1024 * 1024
MAX_RATIO = 100
MAX_ENTRIES = 1000
MAX_COLUMNS = 300
MAX_CELL = 1_000_000
MAX_OUTPUT = 64 * 1024 * 1024
MEMORY = 1024 * 1024 * 1024
SECONDS = 40


def main() -> None:
    """Limit this process, read the file named first, print the outcome."""
    limit()
    most, title = (int(sys.argv[3]), sys.argv[4]) if len(sys.argv) > 4 else (0, "")
    found = outcome(sys.argv[1], int(sys.argv[2]), most=most, title=title)
    sys.stdout.write(json.dumps(found, ensure_ascii=True))


def outcome(path: str, max_rows: int, *, most: int = 0, title: str = "") -> dict[str, Any]:
    """The rows, or why there are none."""
    try:
        return why_not(path) or read(path, max_rows, most=most, title=title)
    except MemoryError:
        return {"refused": "memory"}
    except Exception as error:
        # Whatever a broken workbook makes the library raise: the parent says that it cannot be read.
        return {"refused": "broken", "detail": type(error).__name__}


def limit() -> None:
    """Set the limits where the system knows them (not on Windows)."""
    try:
        import resource
    except ImportError:
        return
    for kind, value in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (value, value))


def why_not(path: str) -> dict[str, Any] | None:
    """The reason not to open the workbook, from its list of contents alone."""
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        return {"refused": "entries", "detail": len(entries)}
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(packed, 1):
        return {"refused": "bomb", "detail": unpacked}
    names = {entry.filename for entry in entries}
    if any(name.endswith("vbaProject.bin") for name in names):
        return {"refused": "macros"}
    if "xl/workbook.xml" not in names:
        return {"refused": "broken", "detail": "no workbook"}
    return None


def read(path: str, max_rows: int, *, most: int = 0, title: str = "") -> dict[str, Any]:
    """The rows of the first visible sheet, or of the one with this title; cells as text."""
    from openpyxl import load_workbook

    workbook = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    visible = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    if not visible:
        return {"refused": "hidden"}
    sheet = next((one for one in visible if one.title == title), None) if title else visible[0]
    if sheet is None:
        return {"refused": "sheet"}
    # What the sheet says about its own size may be wrong, and openpyxl would believe it.
    sheet.reset_dimensions()
    rows: list[Any] = []
    size = 0
    for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        if number > max_rows + 1:
            return {"refused": "rows"}
        if most and number > most:
            break
        cells = [as_text(value) for value in values[:MAX_COLUMNS]]
        if len(values) > MAX_COLUMNS:
            return {"refused": "columns"}
        size += sum(map(len, cells))
        if size > MAX_OUTPUT or any(len(cell) > MAX_CELL for cell in cells):
            return {"refused": "cell"}
        if any(cells):
            rows.append([number, cells])
    return {"rows": rows, "titles": [str(one.title) for one in visible]}


def as_text(value: Any) -> str:
    """A cell as one reads it: dates as 2026-03-17, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if not (value.hour or value.minute or value.second) else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


if __name__ == "__main__":
    main()
