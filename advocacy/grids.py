"""Tables of clean HTML as whole grids: every row full, no cell over another, merged cells inside their part."""

from dataclasses import dataclass, field
from typing import Any

Blocks = list[dict[str, Any]]

# A text may claim a cell over 999 columns; no page has them.
WIDEST = 60


@dataclass
class Cell:
    """One cell as it was written: its blocks, whether it is a heading cell, columns and rows it covers."""

    blocks: Blocks = field(default_factory=list)
    is_heading: bool = False
    columns: int = 1
    rows: int = 1


@dataclass
class Row:
    """One row as it was written; `in_head` where it stands in the table's head."""

    cells: list[Cell] = field(default_factory=list)
    in_head: bool = False


@dataclass
class _Placed:
    cell: Cell
    column: int
    columns: int
    rows: int


def grid_of(rows: list[Row], *, nested: bool = False) -> dict[str, Any]:
    """The table block for the template: `columns`, rows of its `head`, other `rows`, whether the head is repeated.

    Rows of heading cells alone at the beginning are a head too. Empty places are filled with empty cells, so that what
    the typesetter puts one after another stands where a browser would show it.
    """
    rows = [row for row in rows if row.cells]
    count = _head_rows(rows)
    head, body = _placed(rows[:count]), _placed(rows[count:])
    starts = sorted({0} | {one.column for row in head + body for one in row})
    words = sum(len(str(one.cell.blocks)) for row in head for one in row)
    return {
        "t": "table",
        "columns": len(starts),
        "head": _filled(head, starts),
        "rows": _filled(body, starts),
        "repeat": count <= 3 and words < 4000,
        "nested": nested,
    }


def _head_rows(rows: list[Row]) -> int:
    count = 0
    for row in rows:
        if not (row.in_head or all(cell.is_heading for cell in row.cells)):
            break
        count += 1
    # A table of headings alone has no head that something could stand under.
    return count if count < len(rows) else 0


def _placed(rows: list[Row]) -> list[list[_Placed]]:
    """Where each cell stands, as browsers place them; what reaches below the last row ends there."""
    taken: set[tuple[int, int]] = set()
    placed: list[list[_Placed]] = []
    for y, row in enumerate(rows):
        here: list[_Placed] = []
        x = 0
        for cell in row.cells:
            while (y, x) in taken:
                x += 1
            if x >= WIDEST and here:
                # No room to the right: the words go into the last cell of the row.
                here[-1].cell.blocks.extend(cell.blocks)
                continue
            columns = max(1, min(cell.columns, WIDEST - x))
            down = max(1, min(cell.rows, len(rows) - y))
            while columns > 1 and any((y, x + step) in taken for step in range(columns)):
                columns -= 1
            taken.update((y + dy, x + dx) for dy in range(down) for dx in range(columns))
            here.append(_Placed(cell, x, columns, down))
            x += columns
        placed.append(here)
    return placed


def _filled(placed: list[list[_Placed]], starts: list[int]) -> list[list[dict[str, Any]]]:
    """Rows of cells in terms of the columns in which any cell begins, with empty cells in the gaps."""
    taken: set[tuple[int, int]] = set()
    out = []
    for y, row in enumerate(placed):
        by_start = {starts.index(one.column): one for one in row}
        cells = []
        for x in range(len(starts)):
            one = by_start.get(x)
            if one is not None:
                end = one.column + one.columns
                columns = sum(one.column <= start < end for start in starts)
                taken.update((y + dy, x + dx) for dy in range(one.rows) for dx in range(columns))
                cells.append({"c": one.cell.blocks, "th": one.cell.is_heading, "cs": columns, "rs": one.rows})
            elif (y, x) not in taken:
                cells.append({"c": [], "th": False, "cs": 1, "rs": 1})
        out.append(cells)
    return out
