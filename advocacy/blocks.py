"""Clean HTML as blocks of plain data, for the typesetter: paragraphs, headings, lists, quotations, tables.

Nothing here is markup any more: words are strings, what they look like is told beside them. A block is a dict with its
kind in `t`; a run of words is `{"s": words, "m": marks}`, a link holds runs, `{"br": True}` is a new line.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from advocacy.grids import Blocks, Cell, Row, grid_of

Runs = list[dict[str, Any]]

_MARKS = {"strong": "b", "b": "b", "em": "i", "i": "i", "u": "u", "sup": "sup", "sub": "sub"}
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4}
_SPACE = re.compile(r"[ \t\r\n\f]+")
_LINK = re.compile(r"(https://|mailto:)[^\s<>\"]{1,2000}")
# An address may go on in the next line after a slash and its like; any word after that many letters.
LONGEST_WORD = 30
_PIECE = re.compile(r"[^ /?&=_.,;-]{0,24}[ /?&=_.,;-]+|[^ /?&=_.,;-]{1,24}")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(-[A-Za-z0-9-]*)?")
# Deeper lists and quotations go on at this depth, deeper tables as paragraphs: nobody writes them by hand.
DEEPEST = 8
DEEPEST_TABLE = 2


@dataclass
class _Open:
    """An element that is open: what it adds to the runs in it, or which block it makes. Neither: it is passed over."""

    tag: str
    mark: str = ""
    lang: str = ""
    link: dict[str, Any] | None = None
    block: dict[str, Any] | None = None
    rows: list[Row] | None = None
    blocks: Blocks | None = None


class _Reader(HTMLParser):
    """Walks HTML; where it is not as it should be, the words stay and the structure gives way."""

    def __init__(self, places: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.places = places
        self.top: Blocks = []
        self.open: list[_Open] = []
        self.runs: Runs = []
        self.heading = 0
        self.level = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "br":
            self.runs.append({"br": True})
        elif tag in _MARKS:
            self.open.append(_Open(tag, mark=_MARKS[tag]))
        elif tag == "a":
            self.open.append(_Open(tag, link=_target(given.get("href", ""), self.places)))
        elif tag == "span":
            found = _LANGUAGE.fullmatch(given.get("lang", ""))
            self.open.append(_Open(tag, lang=found[1].lower() if found else ""))
        else:
            self.start_block(tag, given)

    def start_block(self, tag: str, given: dict[str, str]) -> None:
        if tag in {"p", "hr", "li", "blockquote", "ul", "ol", "table", "tr", "td", "th"} or tag in _HEADINGS:
            self.flush()
        if tag in _HEADINGS:
            self.heading = _HEADINGS[tag]
        elif tag == "hr":
            self.blocks().append({"t": "rule"})
        elif tag in {"ul", "ol", "blockquote"}:
            self.start_nest(tag, given)
        elif tag == "li":
            self.start_item()
        elif tag in {"table", "thead", "tbody", "tr", "td", "th"}:
            self.start_table_part(tag, given)

    def start_nest(self, tag: str, given: dict[str, str]) -> None:
        if sum(one.block is not None for one in self.open) >= DEEPEST:
            self.open.append(_Open(tag))
            return
        block: dict[str, Any] = {"t": "quote", "c": []} if tag == "blockquote" else {"t": tag, "items": []}
        if tag == "ol":
            block["start"] = _count(given.get("start"), 1, 0)
        self.open.append(_Open(tag, block=block, blocks=block.get("c")))

    def start_item(self) -> None:
        nearest = next((one for one in reversed(self.open) if one.tag in {"ul", "ol", "td", "th"}), None)
        blocks: Blocks | None = None
        if nearest is not None and nearest.block is not None and "items" in nearest.block:
            blocks = []
            nearest.block["items"].append(blocks)
        self.open.append(_Open("li", blocks=blocks))

    def start_table_part(self, tag: str, given: dict[str, str]) -> None:
        if tag == "table":
            is_kept = sum(one.rows is not None for one in self.open) < DEEPEST_TABLE
            self.open.append(_Open(tag, rows=[] if is_kept else None))
            return
        table = next((one for one in reversed(self.open) if one.tag == "table"), None)
        rows = table.rows if table else None
        if rows is None or tag in {"thead", "tbody"}:
            self.open.append(_Open(tag))
        elif tag == "tr":
            rows.append(Row(in_head=any(one.tag == "thead" for one in self.open[self.open.index(table) :])))  # type: ignore[arg-type]
            self.open.append(_Open(tag))
        else:
            cell = Cell([], tag == "th", _count(given.get("colspan"), 1, 1), _count(given.get("rowspan"), 1, 1))
            if not rows:
                rows.append(Row())
            rows[-1].cells.append(cell)
            self.open.append(_Open(tag, blocks=cell.blocks))

    def handle_endtag(self, tag: str) -> None:
        if tag == "p" or tag in _HEADINGS:
            self.flush()
        elif any(one.tag == tag for one in self.open):
            while self.shut().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        words = _SPACE.sub(" ", data.replace("\0", ""))
        if not self.runs or "br" in self.runs[-1] or _ends_in_space(self.runs[-1]):
            words = words.lstrip(" ")
        if not words:
            return
        run: dict[str, Any] = {"s": words, "m": sorted({one.mark for one in self.open if one.mark})}
        language = next((one.lang for one in reversed(self.open) if one.lang), "")
        if language:
            run["lang"] = language
        link = next((one.link for one in reversed(self.open) if one.link), None)
        if link is None:
            self.runs.append(run)
            return
        # The pieces of one link stay one link.
        if not (self.runs and self.runs[-1].get("of") == id(link)):
            self.runs.append({**link, "of": id(link), "c": []})
        self.runs[-1]["c"].append(run)

    def shut(self) -> _Open:
        """Close the innermost element."""
        if self.open[-1].tag not in {*_MARKS, "a", "span"}:
            self.flush()
        one = self.open.pop()
        if one.block is not None and (one.block.get("items") or one.block.get("c")):
            self.blocks().append(one.block)
        if one.rows and any(row.cells for row in one.rows):
            nested = any(outer.rows is not None for outer in self.open)
            self.blocks().append(grid_of(one.rows, nested=nested))
        return one

    def blocks(self) -> Blocks:
        """Where blocks go now."""
        return next((one.blocks for one in reversed(self.open) if one.blocks is not None), self.top)

    def flush(self) -> None:
        """End the paragraph or heading that is being read."""
        runs, self.runs = _tidy(self.runs), []
        level, self.heading = self.heading, 0
        if not runs:
            return
        in_table = any(one.rows is not None for one in self.open)
        if level and not in_table:
            # A level may not be left out: readers with a screen reader jump from level to level.
            self.level = min(max(level, 2), self.level + 1)
            self.blocks().append({"t": "h", "level": self.level, "c": runs})
        else:
            self.blocks().append({"t": "p", "c": runs})


def _target(href: str, places: frozenset[str]) -> dict[str, Any] | None:
    if _LINK.fullmatch(href):
        return {"href": href}
    return {"to": href[1:]} if href[:1] == "#" and href[1:] in places else None


def _broken(run: dict[str, Any]) -> None:
    """Give a run with a word that no line holds (an address) its pieces; a line may end after each."""
    if any(len(word) > LONGEST_WORD for word in run["s"].split(" ")):
        run["w"] = _PIECE.findall(run["s"])


def _count(value: str | None, default: int, least: int) -> int:
    return max(int(value), least) if value and re.fullmatch(r"[0-9]{1,3}", value) else default


def _ends_in_space(run: dict[str, Any]) -> bool:
    last = run["c"][-1] if "c" in run else run
    return str(last.get("s", "")).endswith(" ")


def _tidy(runs: Runs) -> Runs:
    """Without spaces and empty lines at the end; nothing where no word is left."""
    while runs:
        last = runs[-1]
        if "br" in last or ("c" in last and not last["c"]):
            runs.pop()
            continue
        words = last["c"][-1] if "c" in last else last
        words["s"] = words["s"].rstrip(" ")
        if words["s"]:
            break
        if "c" in last:
            last["c"].pop()
        else:
            runs.pop()
    while runs and "br" in runs[0]:
        runs.pop(0)
    for run in runs:
        run.pop("of", None)
        for words in run.get("c", [run] if "s" in run else []):
            _broken(words)
    return runs


def blocks_of(html: str, places: Iterable[str] = ()) -> Blocks:
    """The blocks of clean HTML (advocacy.richtext), in order; what is not known is passed over and its words stay.

    Headings begin at level 2, since the title of the document is level 1. Links go to https, mailto or one of `places`
    in the document (`{"to": name}`, from `href="#name"`).
    """
    reader = _Reader(frozenset(places))
    reader.feed(html)
    reader.close()
    while reader.open:
        reader.shut()
    reader.flush()
    return reader.top


def runs_of(html: str) -> Runs:
    """The words of clean HTML as one line of runs, paragraphs joined by a space."""
    runs: Runs = []
    for block in blocks_of(html):
        if block["t"] in {"p", "h"}:
            runs.extend([{"s": " ", "m": []}] if runs else [])
            runs.extend(block["c"])
    return runs
