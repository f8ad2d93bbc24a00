"""The message of a mailing in one language as bytes with gaps, made once; filling the gaps takes microseconds.

Made from the same `build_message` as any other message: marks stand where recipients differ, and the finished bytes
are cut at the marks. So the constant parts are what the slow way gives, and only the gaps have to be filled alike
(tests/mailing/test_skeleton.py compares both, byte by byte). Stored with the mailing, so that what was sent can be
shown again after texts, letterhead or this code have changed.
"""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from mailing.letterhead import wrap
from mailing.moulds import SUBJECT, Line, Mould, Piece, Values
from transport.delivery import refuse_unsafe_bytes
from transport.message import ascii_address, build_message, mailbox_value, quoted_lines, text_value

# What a stored program was made by; a program of another version is refused rather than misread.
VERSION = 1
# The recipient's address while the message is made; the whole value is a gap.
NOBODY = "nobody.invalid"
# Fields of which all readers of a language together have few values: countries, groups, the closings of two genders.
# Committees come in too many combinations.
FEW = {"country", "group", "closing"}
# A line that no text has, and what quoted-printable makes of it.
BETWEEN, BETWEEN_QUOTED = "\n\x1e\n", b"\r\n=1E\r\n"


@dataclass(frozen=True)
class Addressee:
    """What a message needs to know of its recipient besides the merge values."""

    public_id: UUID
    name: str
    email: str


def make_program(  # noqa: PLR0913 - a message has these parts
    mould: Mould,
    *,
    sender: tuple[str, str],
    reply_to: str,
    headers: Mapping[str, str | None],
    seed: str,
    date: datetime,
) -> dict[str, Any]:
    """The skeleton as it is stored: text where all messages are alike, and a list [kind, …] for each gap.

    A header with the value None differs from message to message. `seed` makes the boundary. Raises MessageError.
    """
    gaps: list[list[Any]] = []
    nonce = secrets.token_hex(8)

    def gap(kind: str, *details: Any) -> str:
        gaps.append([kind, *details])
        return f"q{nonce}{len(gaps) - 1:04}q"

    def lines(found: list[str | list[Piece]], kind: str) -> str:
        return "\n".join(line if isinstance(line, str) else gap(kind, line) for line in found)

    whole_subject = all(isinstance(piece, str) for piece in mould.subject)
    message = build_message(
        sender=sender,
        to=("", f"{gap('to')}@{NOBODY}"),
        reply_to=reply_to,
        subject="".join(map(str, mould.subject)) if whole_subject else gap("subject"),
        text=lines(mould.text, "text"),
        html=lines(mould.html, "html"),
        message_id=f"<{gap('id')}@{ascii_address(sender[1]).rpartition('@')[2]}>",
        headers={name: gap("header", name) if value is None else value for name, value in headers.items()},
        date=date,
        boundary_of=seed,
    )
    refuse_unsafe_bytes(message)
    cut = re.split(rf"q{nonce}(\d{{4}})q(?:@{re.escape(NOBODY)})?", message.decode("ascii"))
    pieces = [gaps[int(piece)] if number % 2 else piece for number, piece in enumerate(cut)]
    return {"version": VERSION, "language": mould.language, "subject": mould.subject, "pieces": pieces}


class Skeleton:
    """A program ready to be filled."""

    def __init__(self, program: Mapping[str, Any]) -> None:
        """Raises ValueError for a program of another version."""
        if program["version"] != VERSION:
            raise ValueError("This message was put together by another version and cannot be read.")
        pieces: list[str | list[Any]] = program["pieces"]
        self._constant = [piece.encode("ascii") if isinstance(piece, str) else b"" for piece in pieces]
        gaps = [(at, piece[0], piece[1:]) for at, piece in enumerate(pieces) if not isinstance(piece, str)]
        self._lines = {at: (kind, Line(_pieces(rest[0]))) for at, kind, rest in gaps if kind in ("text", "html")}
        self._heads = [(at, *_head(kind, *rest)) for at, kind, rest in gaps if kind not in ("text", "html")]
        text, html = ([line for kind, line in self._lines.values() if kind == wanted] for wanted in ("text", "html"))
        subject = Line(_pieces(program["subject"]))
        self._values = Values(program["language"], subject, text, html)
        # Lines that many readers share are encoded once for each of their few values; the others for each reader.
        shared = FEW | ({SUBJECT} if subject.names <= FEW else set())
        self._common: list[tuple[int, dict[tuple[str, ...], bytes], Line]] = [
            (at, {}, line) for at, (_kind, line) in self._lines.items() if line.names <= shared
        ]
        self._personal = [at for at, (_kind, line) in self._lines.items() if not line.names <= shared]

    def fill(self, addressee: Addressee, context: Mapping[str, Any], personal: Mapping[str, str]) -> bytes:
        """One recipient's message. `personal` are headers and fields of this one message. Raises MessageError."""
        values, escaped = self._values.of(context, personal)
        values["id"], mailbox = str(addressee.public_id), (addressee.name, addressee.email)
        out = self._constant.copy()
        for at, name, write in self._heads:
            out[at] = write(values[name] if name else mailbox).encode("ascii")
        for at, known, line in self._common:
            key = line.key(values)
            if key not in known:
                known[key] = _quoted([self._fill_line(at, values, escaped)])[0]
            out[at] = known[key]
        filled = [self._fill_line(at, values, escaped) for at in self._personal]
        for at, encoded in zip(self._personal, _quoted(filled), strict=True):
            out[at] = encoded
        return b"".join(out)

    def _fill_line(self, at: int, values: dict[str, str], escaped: dict[str, str]) -> str:
        kind, line = self._lines[at]
        return wrap(line.fill(values)) if kind == "text" else line.fill(escaped)


def _head(kind: str, field: str = "") -> tuple[str, Callable[[Any], str]]:
    """A gap in the head: which value it takes ("" is the recipient's mailbox) and how it is written there."""
    if kind == "to":
        return "", lambda mailbox: mailbox_value("To", mailbox)
    if kind == "id":
        return "id", str
    if kind == "subject":
        return "subject", lambda value: text_value("Subject", value, break_long_words=True)
    return field, lambda value: text_value(field, value)


def _quoted(filled: list[str]) -> list[bytes]:
    """Each as quoted-printable, in one go: lines are encoded one by one, so a line between them keeps them apart."""
    found = quoted_lines(BETWEEN.join(filled)).split(BETWEEN_QUOTED)
    return found if len(found) == len(filled) else [quoted_lines(one) for one in filled]


def _pieces(stored: list[Any]) -> list[Piece]:
    """JSON knows no pairs: its lists of two are fields with what stands for an empty value."""
    return [piece if isinstance(piece, str) else (piece[0], piece[1]) for piece in stored]
