"""What differs between two texts, by paragraph and by word, for people to read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import groupby

from advocacy.paragraphs import Paragraph

_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_UNSPACED = re.compile(r"\w+|[^\w\s]")
# Above these a comparison would take seconds; a paragraph or a text is then shown as taken out and put in whole.
MOST_WORDS = 2_000
MOST_PARAGRAPHS = 1_500
# Two paragraphs with less in common are two paragraphs, not one that was edited.
LIKE = 0.45
# More unchanged paragraphs than these in a row are folded.
LONG = 4


@dataclass(frozen=True)
class Piece:
    """Words that stayed ("same"), were taken out ("del") or were put in ("ins")."""

    change: str
    text: str


@dataclass(frozen=True)
class Change:
    """One paragraph of a comparison: "same", "ins", "del", "moved" or "edited"; `pieces` in reading order."""

    change: str
    kind: str
    pieces: list[Piece] = field(default_factory=list)


@dataclass(frozen=True)
class Comparison:
    """All paragraphs of a comparison, and how many were put in, taken out, moved and edited."""

    changes: list[Change]

    def count(self, change: str) -> int:
        """How many paragraphs have this change."""
        return sum(row.change == change for row in self.changes)

    @property
    def inserted(self) -> int:
        """Paragraphs that are new."""
        return self.count("ins")

    @property
    def deleted(self) -> int:
        """Paragraphs that are gone."""
        return self.count("del")

    @property
    def edited(self) -> int:
        """Paragraphs with other words."""
        return self.count("edited")

    @property
    def moved(self) -> int:
        """Paragraphs that stand somewhere else."""
        return self.count("moved")

    @property
    def stretches(self) -> list[tuple[bool, list[Change]]]:
        """The changes in reading order, with long unchanged stretches apart: (may be folded, changes)."""
        found: list[tuple[bool, list[Change]]] = []
        for is_same, rows in groupby(self.changes, key=lambda row: row.change == "same"):
            stretch = list(rows)
            if is_same and len(stretch) > LONG:
                # One paragraph on either side says where one is.
                found += [(False, stretch[:1]), (True, stretch[1:-1]), (False, stretch[-1:])]
            else:
                found.append((False, stretch))
        return found

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return all(row.change == "same" for row in self.changes)


def compare(old: Sequence[Paragraph], new: Sequence[Paragraph]) -> Comparison:
    """What happened between `old` and `new`. Every paragraph of both is in the result once."""
    rows: list[Change] = []
    for tag, old_part, new_part in _runs(old, new):
        if tag == "equal":
            rows += [Change("same", row.kind, [Piece("same", row.text)]) for row in new_part]
        else:
            rows += _replaced(old_part, new_part)
    return Comparison(_with_moves(rows))


def _runs(
    old: Sequence[Paragraph], new: Sequence[Paragraph]
) -> list[tuple[str, Sequence[Paragraph], Sequence[Paragraph]]]:
    if len(old) > MOST_PARAGRAPHS or len(new) > MOST_PARAGRAPHS:
        return [("equal" if list(old) == list(new) else "replace", old, new)]
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [(tag, old[a:b], new[c:d]) for tag, a, b, c, d in matcher.get_opcodes()]


def _replaced(old: Sequence[Paragraph], new: Sequence[Paragraph]) -> list[Change]:
    """Pairs paragraphs that resemble each other, in order; the rest was taken out or put in."""
    rows: list[Change] = []
    start = 0
    for row in new:
        match = next(
            (at for at in range(start, min(len(old), start + 12)) if likeness(old[at].text, row.text) >= LIKE), None
        )
        if match is None:
            rows.append(Change("ins", row.kind, [Piece("ins", row.text)]))
            continue
        rows += [Change("del", gone.kind, [Piece("del", gone.text)]) for gone in old[start:match]]
        rows.append(Change("edited", row.kind, words(old[match].text, row.text)))
        start = match + 1
    return rows + [Change("del", gone.kind, [Piece("del", gone.text)]) for gone in old[start:]]


def likeness(one: str, other: str) -> float:
    """How much two paragraphs have in common, 0 to 1, by their words."""
    if one == other:
        return 1.0
    left, right = _UNSPACED.findall(one.casefold()), _UNSPACED.findall(other.casefold())
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if matcher.real_quick_ratio() < LIKE or matcher.quick_ratio() < LIKE or len(left) + len(right) > 2 * MOST_WORDS:
        return 0.0
    return matcher.ratio()


def words(old: str, new: str) -> list[Piece]:
    """One paragraph as pieces: the words that stayed, were taken out and were put in."""
    left, right = _WORD.findall(old), _WORD.findall(new)
    if len(left) > MOST_WORDS or len(right) > MOST_WORDS:
        return [Piece("del", old), Piece("ins", new)]
    pieces: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        gone, put = "".join(left[a:b]), "".join(right[c:d])
        if tag == "equal" and gone.isspace() and pieces and pieces[-1].change != "same":
            # A lone space between two changes would cut a phrase into words.
            pieces += [Piece("del", gone), Piece("ins", gone)]
        elif tag == "equal":
            pieces.append(Piece("same", gone))
        else:
            pieces += [Piece(change, text) for change, text in (("del", gone), ("ins", put)) if text]
    return _joined(pieces)


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Neighbouring changes as one taken-out and one put-in piece."""
    out: list[Piece] = []
    gone = put = ""
    for piece in [*pieces, Piece("same", "")]:
        if piece.change == "del":
            gone += piece.text
        elif piece.change == "ins":
            put += piece.text
        else:
            out += [Piece(change, text) for change, text in (("del", gone), ("ins", put)) if text]
            gone = put = ""
            if piece.text:
                out.append(piece)
    return out


def _with_moves(rows: list[Change]) -> list[Change]:
    """A paragraph taken out in one place and put in elsewhere, word for word, was moved, and is shown there."""
    gone = [row for row in rows if row.change == "del"]
    out: list[Change] = []
    for row in rows:
        twin = next((other for other in gone if row.change == "ins" and _text(other) == _text(row)), None)
        if twin is None:
            out.append(row)
        else:
            gone = [other for other in gone if other is not twin]
            out.append(Change("moved", row.kind, [Piece("same", _text(row))]))
    return [row for row in out if row.change != "del" or any(row is other for other in gone)]


def _text(row: Change) -> str:
    return "".join(piece.text for piece in row.pieces)
