"""A mailing's text in one language with everything filled in but what differs from reader to reader.

What differs is left as a mark in the text; `Values` and `Line.fill` give each mark its value for one recipient.
The result is what `merge.render` gives, line by line (a property test compares them); it is only made faster.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import escape

from advocacy.richtext import to_text
from mailing import merge
from mailing.issues.assembling import put_together
from mailing.issues.wording import because
from mailing.letterhead import (
    LINK_ALONE,
    READER_FIELDS,
    SUBSCRIBED,
    letter_values,
    loosen,
    margin,
    reader_value,
    wrap,
)
from mailing.places import topics_in

# A piece of a line: text that stands, or (field, what stands there when the reader has no value for it).
Piece = str | tuple[str, str]
# The subject is a field of its own inside the letter: it stands in the head and in both parts.
SUBJECT = "subject"
# Made from the delivery, not from what was frozen about its reader.
UNSUBSCRIBE = "unsubscribe_link"
PAPER_LINK = "paper_link"
PREFERENCES = "preferences_link"
# Addresses that belong to one message: how it is left, where its PDF is, where its reader's settings are.
LINKS = (UNSUBSCRIBE, PAPER_LINK, PREFERENCES)
# Fields of which all readers of a language together have few values: countries, groups, the closings of two genders.
# Committees come in too many combinations.
FEW = {"country", "group", "closing"}


@dataclass(frozen=True)
class Mould:
    """Subject, HTML and text as lines; a line is its text, or its pieces where something differs."""

    language: str
    subject: list[Piece]
    html: list[str | list[Piece]]
    text: list[str | list[Piece]]


@dataclass
class _Marks:
    """The marks put into one text: letters and digits only, so that nothing on the way changes them."""

    nonce: str = field(default_factory=lambda: secrets.token_hex(8))
    pieces: list[dict[str, Piece]] = field(default_factory=list)

    def add(self, name: str, *, html: str = "", text: str = "") -> str:
        """A new mark for a field, with what stands for an empty value in HTML and in text."""
        self.pieces.append({"html": (name, html), "text": (name, text)})
        return f"q{self.nonce}{len(self.pieces) - 1:04}q"

    def cut(self, line: str, part: str) -> list[Piece]:
        """A line as its pieces; one piece of text when it has no mark."""
        cut = re.split(rf"q{self.nonce}(\d{{4}})q", line)
        found: list[Piece] = []
        for number, piece in enumerate(cut):
            if number % 2:
                found.append(self.pieces[int(piece)][part])
            elif piece:
                found.append(piece)
        return found

    def lines(self, content: str, part: str) -> list[str | list[Piece]]:
        """Each line of a content: its text, or its pieces where it has a mark."""
        return [self.cut(line, part) if self.nonce in line else line for line in content.split("\n")]


def mould(content: Any, language: str, context: Mapping[str, Any] | None = None) -> Mould:
    """Make the mould of a MailingContent; its mailing, sender and owner are read. Raises MergeError.

    `context` is that of any recipient of the shape that is wanted: it says which passages stand in the text.
    """
    marks = _Marks()
    constant = letter_values(content.mailing, language)
    subject = _mark_fields(content.subject, marks, html=False)
    subject_pieces = marks.cut(merge.fill(subject, constant, html=False), "text")
    is_fixed = all(isinstance(piece, str) for piece in subject_pieces)
    shown = merge.tidy("".join(map(str, subject_pieces))) if is_fixed else marks.add(SUBJECT)
    subject_line: list[Piece] = [shown] if is_fixed else subject_pieces
    if content.mailing.has_blocks:
        return _issue_mould(content, language, context or {}, marks, subject=shown, subject_line=subject_line)
    source = loosen(content.body_for(context or {}, language))
    body, text = merge.fill_body(_mark_fields(source, marks, html=True), constant)
    text = "\n".join(line if marks.nonce in line else wrap(line) for line in text.split("\n"))
    links = {UNSUBSCRIBE: marks.add(UNSUBSCRIBE), PAPER_LINK: ""}
    if content.mailing.links_papers:
        links[PAPER_LINK] = marks.add(PAPER_LINK)
    composed = merge.compose(content.mailing, language, subject=shown, body=body, text=text, links=links)
    return _as_mould(language, subject_line, marks, html=composed.html, text=composed.text)


def _issue_mould(  # noqa: PLR0913 - a message has these parts
    content: Any,
    language: str,
    context: Mapping[str, Any],
    marks: _Marks,
    *,
    subject: str,
    subject_line: list[Piece],
) -> Mould:
    """An issue's message: marks stand for its reader's links, and for the day on which they subscribed."""
    undated = because("", language)
    composed = put_together(
        content.mailing,
        language,
        topics_in(context),
        subject=subject,
        links={UNSUBSCRIBE: marks.add(UNSUBSCRIBE), PREFERENCES: marks.add(PREFERENCES)},
        reason=marks.add(SUBSCRIBED, html=str(escape(undated)), text=undated),
    )
    text = "\n".join(line if marks.nonce in line else wrap(line) for line in composed.text.split("\n"))
    return _as_mould(language, subject_line, marks, html=composed.html, text=text)


def _as_mould(language: str, subject: list[Piece], marks: _Marks, *, html: str, text: str) -> Mould:
    lines = [piece for line in marks.lines(text, "text") for piece in _cut_head(line)]
    return Mould(language, subject, marks.lines(html, "html"), lines)


def _cut_head(line: str | list[Piece]) -> list[str | list[Piece]]:
    """The lines that stand whatever the values are, before the one in which the first field stands, broken already.

    Filling breaks only the rest. A rest that would be broken by another rule (another margin, a link that stands
    alone) stays with its head.
    """
    if isinstance(line, str) or not isinstance(line[0], str) or not isinstance(line[-1], str):
        return [line]
    words, _space, glued = line[0].rpartition(" ")
    head, _break, last = wrap(words).rpartition("\n")
    if not head or LINK_ALONE.search(line[-1]) or margin(last)[1] != margin(words)[1]:
        return [line]
    return [*head.split("\n"), [f"{last} {glued}", *line[1:]]]


def _mark_fields(source: str, marks: _Marks, *, html: bool) -> str:
    """Put a mark in the place of each field that differs from reader to reader. Raises MergeError for other tokens."""
    merge.fill(source, dict.fromkeys(merge.FIELDS, ""), html=html)  # refuses what is not in the language

    def mark(token: re.Match[str]) -> str:
        name = token.group(1).partition("|")[0].replace("&nbsp;", " ").strip()
        if name not in READER_FIELDS:
            return token.group()
        plain = to_text(f"<p>{token.group()}</p>").strip() if html else token.group()
        return marks.add(
            name,
            html=merge.fill(token.group(), {name: ""}, html=True) if html else "",
            text=merge.fill(plain, {name: ""}, html=False),
        )

    return merge.TOKEN.sub(mark, source)


class Line:
    """A line with gaps, ready to be filled: text with a place for each value, and which values they are."""

    __slots__ = ("_template", "fields")

    def __init__(self, pieces: list[Piece]) -> None:
        """Parse once, fill often."""
        texts = [piece.replace("%", "%%") if isinstance(piece, str) else "%s" for piece in pieces]
        self._template = "".join(texts)
        # (name, what stands there when the reader has no value for it)
        self.fields = [piece for piece in pieces if not isinstance(piece, str)]

    @property
    def names(self) -> set[str]:
        """The fields of the line."""
        return {name for name, _empty in self.fields}

    def fill(self, values: Mapping[str, str]) -> str:
        """The line with its values, which for HTML are escaped already."""
        return self._template % tuple([values[name] or empty for name, empty in self.fields])


class Values:
    """What one kind of message needs of each reader: values that many readers share, and each reader's own."""

    def __init__(self, language: str, subject: Line, lines: list[Line]) -> None:
        """`lines` are those of both parts."""
        names = subject.names.union(*[line.names for line in lines])
        self._language, self._subject = language, subject
        self._few, self._own = sorted(names & FEW), sorted(names & {*READER_FIELDS, SUBSCRIBED} - FEW)
        # The subject is shared where all of its values are.
        self.shared = FEW | ({SUBJECT} if subject.names <= FEW else set())

    def key(self, context: Mapping[str, Any]) -> tuple[str, ...]:
        """What tells readers apart whose shared values differ."""
        return tuple([context.get(name) or "" for name in self._few])

    def few(self, context: Mapping[str, Any]) -> dict[str, str]:
        """The shared values by name, worded."""
        return self._with_subject(self._worded(self._few, context), SUBJECT in self.shared)

    def all(self, context: Mapping[str, Any], few: Mapping[str, str]) -> dict[str, str]:
        """All of one reader's values by name; `few` are the shared ones."""
        values = self._worded(self._own, context)
        values.update(few)
        return self._with_subject(values, SUBJECT not in self.shared)

    def _worded(self, names: list[str], context: Mapping[str, Any]) -> dict[str, str]:
        return {name: reader_value(name, context, self._language) for name in names}

    def _with_subject(self, values: dict[str, str], is_asked: bool) -> dict[str, str]:
        if is_asked:
            values[SUBJECT] = merge.tidy(self._subject.fill(values))
        return values
