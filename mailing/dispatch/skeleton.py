"""The message of a mailing in one language as bytes with gaps, made once; filling the gaps takes microseconds.

Made from the same `build_message` as any other message: marks stand where recipients differ, and the finished bytes
are cut at the marks. So the constant parts are what the slow way gives, and only the gaps have to be filled alike
(tests/mailing/test_skeleton.py compares both, byte by byte). Stored with the mailing, so that what was sent can be
shown again after texts, letterhead or this code have changed.
"""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

from markupsafe import escape

from mailing.dispatch import threads
from mailing.letterhead import wrap
from mailing.moulds import LINKS, SUBJECT, UNSUBSCRIBE, Line, Mould, Piece, Values
from transport.delivery import refuse_unsafe_bytes
from transport.message import WIDTH, ascii_address, build_message, mailbox_value, quoted_lines, text_value

# What a stored program was made by; a program that this code cannot read is refused rather than misread.
VERSION = 4
# Version 3 knew no addresses of settings and version 2 no threads; whatever they hold means the same here.
ALSO_READ = (2, 3)
# The recipient's address while the message is made; the whole value is a gap.
NOBODY = "nobody.invalid"
# So many combinations of shared values are kept with what was made of them.
MOST_KNOWN = 2_000
# A line that no text has, and what quoted-printable makes of it.
BETWEEN, BETWEEN_QUOTED = "\n\x1e\n", b"\r\n=1E\r\n"


@dataclass(frozen=True)
class Own:
    """What only one message carries: values that are equally long in every message, and where they stand.

    Every character of a value means itself wherever it stands, and none is a space. `worded` gives header fields and
    the link in the text by name, for the values of one message.
    """

    widths: Sequence[int]
    worded: Callable[[Sequence[str]], Mapping[str, str]]

    def parts(self, write: Callable[[Sequence[str]], str]) -> list[str | list[Any]]:
        """What `write` makes of any such values: constant text, and ["own", value, from, to] for a part of one.

        Found by writing each value in two ways and looking where the results differ.
        """
        zeros = ["0" * width for width in self.widths]
        base = write(zeros)
        owners: list[int | None] = [None] * len(base)
        for number, width in enumerate(self.widths):
            other = write([*zeros[:number], "1" * width, *zeros[number + 1 :]])
            for at, (one, two) in enumerate(zip(base, other, strict=True)):
                owners[at] = number if one != two else owners[at]
        parts: list[str | list[Any]] = []
        seen = [0] * len(self.widths)
        for owner, places in groupby(range(len(base)), owners.__getitem__):
            run = list(places)
            if owner is None:
                parts.append(base[run[0] : run[-1] + 1])
            else:
                start = seen[owner] % self.widths[owner]
                seen[owner] += len(run)
                parts.append(["own", owner, start, start + len(run)])
        return parts


def make_program(  # noqa: PLR0913 - a message has these parts
    mould: Mould,
    *,
    sender: tuple[str, str],
    reply_to: str,
    headers: Mapping[str, str | None],
    own: Own,
    seed: str,
    date: datetime,
) -> dict[str, Any]:
    """The skeleton as it is stored: text where all messages are alike, and a list [kind, …] for each gap.

    A header with the value None differs from message to message, as `own` says; threads.FIELD stands for all lines of
    a follow-up's thread, which some messages have not. `seed` makes the boundary. Raises MessageError.
    """
    gaps: list[list[Any]] = []
    nonce = secrets.token_hex(8)

    def gap(kind: str, *details: Any) -> str:
        gaps.append([kind, *details])
        return f"q{nonce}{len(gaps) - 1:04}q"

    def lines(found: list[str | list[Piece]], kind: str) -> str:
        return "\n".join(line if isinstance(line, str) else gap(kind, line) for line in found)

    def header(name: str) -> str:
        return gap("thread") if name == threads.FIELD else gap("header", name)

    whole_subject = all(isinstance(piece, str) for piece in mould.subject)
    message = build_message(
        sender=sender,
        to=("", f"{gap('to')}@{NOBODY}"),
        reply_to=reply_to,
        subject="".join(map(str, mould.subject)) if whole_subject else gap("subject"),
        text=lines(mould.text, "text"),
        html=lines(mould.html, "html"),
        message_id=f"<{gap('id')}@{ascii_address(sender[1]).rpartition('@')[2]}>",
        headers={name: header(name) if value is None else value for name, value in headers.items()},
        date=date,
        boundary_of=seed,
    )
    refuse_unsafe_bytes(message)
    # The gap of a thread is whole lines, since a message may have none of them.
    text = re.sub(rf"{threads.FIELD}: (q{nonce}\d{{4}}q)\r\n", r"\1", message.decode("ascii"))
    cut = re.split(rf"q{nonce}(\d{{4}})q(?:@{re.escape(NOBODY)})?", text)
    pieces: list[Any] = []
    for number, piece in enumerate(cut):
        pieces += _parts_of_gap(gaps[int(piece)], own) if number % 2 else [piece]
    links = {name: own.parts(partial(_worded, own, name)) for name in LINKS}
    words = {"language": mould.language, "subject": mould.subject, "own": len(own.widths)}
    # Under its old name, so that a message put together before there were others is read alike.
    return {"version": VERSION, **words, "link": links.pop(UNSUBSCRIBE), "links": links, "pieces": pieces}


def _worded(own: Own, name: str, values: Sequence[str]) -> str:
    return own.worded(values).get(name, "")


class OtherVersion(ValueError):
    """The program was made by other code than this."""


class Skeleton:
    """A program ready to be filled."""

    def __init__(self, program: Mapping[str, Any]) -> None:
        """Raises OtherVersion for a program of a version that this code cannot read."""
        if program["version"] != VERSION and program["version"] not in ALSO_READ:
            raise OtherVersion("This message was put together by another version and cannot be read.")
        # How many values `fill` wants in `own`.
        self.own: int = program["own"]
        pieces: list[str | list[Any]] = program["pieces"]
        self._constant = [piece.encode("ascii") if isinstance(piece, str) else b"" for piece in pieces]
        gaps = [(at, piece[0], piece[1:]) for at, piece in enumerate(pieces) if not isinstance(piece, str)]
        self._slices: list[tuple[int, int, int, int]] = [(at, *rest) for at, kind, rest in gaps if kind == "own"]
        self._lines = {at: (kind, Line(_pieces(rest[0]))) for at, kind, rest in gaps if kind in ("text", "html")}
        self._heads = [(at, kind) for at, kind, _rest in gaps if kind in ("to", "subject", "thread")]
        lines = [line for _kind, line in self._lines.values()]
        self._values = Values(program["language"], Line(_pieces(program["subject"])), lines)
        shared = self._values.shared
        # Lines that many readers share are encoded once for each of their few values; the others for each reader.
        self._known: dict[tuple[str, ...], tuple[list[bytes], dict[str, str]]] = {}
        self._common = [at for at, (_kind, line) in self._lines.items() if line.names <= shared]
        self._personal = [(at, *found) for at, found in self._lines.items() if not found[1].names <= shared]
        self._escaped = set[str]().union(*[line.names for _at, kind, line in self._personal if kind == "html"])
        used = set[str]().union(*[line.names for _at, _kind, line in self._personal])
        links = {UNSUBSCRIBE: program["link"], **program.get("links", {})}
        self._links = [(name, parts) for name, parts in links.items() if name in used]

    def fill(self, mailbox: tuple[str, str], context: Mapping[str, Any], own: Sequence[str]) -> bytes:
        """One recipient's message: to (name, address), with merge values, and with what only this message carries.

        Raises MessageError.
        """
        constant, few = self._known.get(self._values.key(context)) or self._make_known(context)
        out = constant.copy()
        values = self._values.all(context, few)
        for name, parts in self._links:
            values[name] = "".join([_own_part(part, own) for part in parts])
        for at, kind in self._heads:
            if kind == "to":
                out[at] = mailbox_value("To", mailbox).encode("ascii")
            elif kind == "thread":
                out[at] = threads.lines(context)
            elif not out[at]:
                out[at] = _subject(values)
        for at, number, start, stop in self._slices:
            out[at] = own[number][start:stop].encode("ascii")
        escaped = {name: str(escape(values[name])) for name in self._escaped}
        filled = [_filled(kind, line, values, escaped) for _at, kind, line in self._personal]
        for (at, _kind, _line), encoded in zip(self._personal, _quoted(filled), strict=True):
            out[at] = encoded
        return b"".join(out)

    def _make_known(self, context: Mapping[str, Any]) -> tuple[list[bytes], dict[str, str]]:
        """The parts with everything in its place that readers with these few values share."""
        few = self._values.few(context)
        escaped = {name: str(escape(value)) for name, value in few.items()}
        out = self._constant.copy()
        filled = [_filled(*self._lines[at], few, escaped) for at in self._common]
        for at, encoded in zip(self._common, _quoted(filled), strict=True):
            out[at] = encoded
        for at, kind in self._heads:
            if kind == "subject" and SUBJECT in few:
                out[at] = _subject(few)
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[self._values.key(context)] = out, few
        return out, few


def _own_part(part: str | list[Any], own: Sequence[str]) -> str:
    return part if isinstance(part, str) else own[part[1]][part[2] : part[3]]


def _parts_of_gap(gap: list[Any], own: Own) -> list[Any]:
    """A gap as it is stored: written already where it holds nothing but a message's own values."""
    kind, *rest = gap
    if kind == "id":
        return own.parts(lambda values: values[0])
    if kind == "header":
        return own.parts(lambda values: text_value(rest[0], own.worded(values)[rest[0]]))
    if kind not in ("text", "html") or not (line := Line(_pieces(rest[0]))).names <= set(LINKS):
        return [gap]

    def write(values: Sequence[str]) -> str:
        links = {name: own.worded(values)[name] for name in line.names}
        escaped = {name: str(escape(link)) for name, link in links.items()}
        return _quoted([_filled(kind, line, links, escaped)])[0].decode("ascii")

    return own.parts(write)


def _filled(kind: str, line: Line, values: Mapping[str, str], escaped: Mapping[str, str]) -> str:
    return wrap(line.fill(values)) if kind == "text" else line.fill(escaped)


def _subject(values: Mapping[str, str]) -> bytes:
    return text_value("Subject", values[SUBJECT], break_long_words=True).encode("ascii")


def _quoted(filled: list[str]) -> list[bytes]:
    """Each as quoted-printable. Lines that stand as they are need no encoder; the others go through it in one go."""
    found = [line.encode("ascii") if _is_plain(line) else None for line in filled]
    rest = [line for line, encoded in zip(filled, found, strict=True) if encoded is None]
    if not rest:
        return [encoded for encoded in found if encoded is not None]
    others = iter(_encoded(rest))
    return [next(others) if encoded is None else encoded for encoded in found]


def _is_plain(line: str) -> bool:
    """Whether quoted-printable leaves a line as it is (RFC 2045 6.7)."""
    return (
        len(line) < WIDTH
        and line.isascii()
        and line.isprintable()
        and "=" not in line
        and line[-1:] != " "
        and line != "."
        and not line.startswith("From ")
    )


def _encoded(lines: list[str]) -> list[bytes]:
    """Lines are encoded one by one, so a line between them keeps them apart."""
    found = quoted_lines(BETWEEN.join(lines)).split(BETWEEN_QUOTED)
    return found if len(found) == len(lines) else [quoted_lines(one) for one in lines]


def _pieces(stored: list[Any]) -> list[Piece]:
    """JSON knows no pairs: its lists of two are fields with what stands for an empty value."""
    return [piece if isinstance(piece, str) else (piece[0], piece[1]) for piece in stored]
