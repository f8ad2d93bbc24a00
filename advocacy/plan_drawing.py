"""Where the dots of a chart and the squares of the map go. Positions only: words and colours are the templates'."""

from dataclasses import dataclass

from advocacy.scoreboard import Board, Row

# Column and row of each country on a grid nine columns wide, roughly as they lie.
POSITIONS: dict[str, tuple[int, int]] = {
    "IS": (2, 1), "NO": (6, 1), "SE": (7, 1), "FI": (8, 1),
    "DK": (5, 2), "EE": (8, 2), "RU": (9, 2),
    "IE": (1, 3), "GB": (2, 3), "NL": (4, 3), "DE": (5, 3), "PL": (6, 3), "LT": (7, 3), "BY": (8, 3), "LV": (9, 3),
    "LU": (3, 4), "BE": (4, 4), "LI": (5, 4), "CZ": (6, 4), "SK": (7, 4), "UA": (8, 4),
    "FR": (3, 5), "CH": (4, 5), "AT": (5, 5), "HU": (6, 5), "RO": (7, 5), "MD": (8, 5), "GE": (9, 5),
    "PT": (1, 6), "ES": (2, 6), "IT": (4, 6), "HR": (5, 6), "BA": (6, 6), "RS": (7, 6), "BG": (8, 6), "AM": (9, 6),
    "MT": (3, 7), "SI": (4, 7), "ME": (5, 7), "AL": (6, 7), "MK": (7, 7), "GR": (8, 7), "TR": (9, 7),
    "CY": (9, 8), "XK": (6, 8),
}  # fmt: skip
# Dashed where nobody is a member: neighbours that complete the shape. The rest of the grid stays empty.
_OUTLINE = ("NO", "SE", "EE", "RU", "LT", "LU", "LI", "SK", "HU", "PT", "HR", "AL", "GR")
_COLUMNS = 9
# The darkest step of the colour scale in public.css.
_STEPS = 6

_LABEL, _GAP, _ROW, _LINE = 172, 345, 34, 24


@dataclass(frozen=True)
class Tile:
    """One square. `row` is None for a neighbour without a member; `step` is its colour, 0 to 6."""

    x: int
    y: int
    row: Row | None
    step: int = 0


def tiles_of(board: Board) -> list[Tile]:
    """The squares from north-west to south-east; countries we have no place for stand in rows below."""
    here = {row.country: row for row in board.rows}
    tiles = [Tile(*POSITIONS[code], None) for code in _OUTLINE if code not in here]
    lost = [row for code, row in sorted(here.items()) if code not in POSITIONS]
    below = max(y for _x, y in POSITIONS.values()) + 1
    for row in here.values():
        if row.country in POSITIONS:
            x, y = POSITIONS[row.country]
        else:
            place = lost.index(row)
            x, y = place % _COLUMNS + 1, below + place // _COLUMNS
        tiles.append(Tile(x, y, row, step_of(row.met, len(board.points))))
    return sorted(tiles, key=lambda tile: (tile.row is not None, tile.y, tile.x))


def step_of(met: int, of: int) -> int:
    """The step of the colour scale for `met` of `of` points: 0 for none, 6 for all."""
    if not met or not of:
        return 0
    return min(_STEPS, max(1, met * _STEPS // of))


def scale_of(board: Board) -> list[tuple[int, int, int]]:
    """Number of points met, x position and colour of each box of the legend."""
    count = len(board.points)
    return [(met, met * 62, step_of(met, count)) for met in range(count + 1)]


@dataclass(frozen=True)
class DotRow:
    """One point of the dot chart: `dots` holds the x position of each circle and whether it is filled."""

    number: int
    label: str
    language: str
    met: int
    text_y: int
    dot_y: int
    dots: list[tuple[float, bool]]


@dataclass(frozen=True)
class DotChart:
    """The chart with its size in user units of the SVG."""

    rows: list[DotRow]
    width: int
    height: int
    radius: float
    count_x: int


def dots_of(board: Board) -> DotChart:
    """As many circles a point as there are countries, filled for those that meet it."""
    countries = len(board.rows)
    step = min(15.0, _GAP / countries) if countries else 15.0
    rows = []
    for index, score in enumerate(board.scores):
        top = index * _ROW
        dots = [(round(_LABEL + 8 + place * step, 1), place < score.met) for place in range(countries)]
        label = f"{score.words.number}. {_fit(score.words.short)}"
        rows.append(DotRow(score.words.number, label, score.words.language, score.met, top + 20, top + 15, dots))
    width = _LABEL + _GAP + 33
    return DotChart(rows, width, max(len(rows), 1) * _ROW, round(min(5.0, step / 3), 2), width - 4)


def _fit(text: str) -> str:
    return text if len(text) <= _LINE else text[: _LINE - 1].rstrip() + "…"
