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
from mailing.moulds import Line, Mould, Piece, Reader
from transport.delivery import refuse_unsafe_bytes
from transport.message import build_message, mailbox_value, quoted_lines, text_value

# What a stored program was made by; a program of another version is refused rather than misread.
VERSION = 1
# The recipient's address while the message is made; the whole value is a gap.
NOBODY = "nobody.invalid"


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
        message_id=f"<{gap('id')}@{sender[1].rpartition('@')[2]}>",
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
        self.language: str = program["language"]
        self._subject = Line(_pieces(program["subject"]))
        self._pieces: list[bytes | _Gap] = [
            piece.encode("ascii") if isinstance(piece, str) else _gap(piece) for piece in program["pieces"]
        ]

    def fill(self, addressee: Addressee, context: Mapping[str, Any], personal: dict[str, str]) -> bytes:
        """One recipient's message. `personal` are headers and fields of this one message. Raises MessageError."""
        reader = Reader(context, self.language, self._subject, personal)
        return b"".join([piece if isinstance(piece, bytes) else piece(addressee, reader) for piece in self._pieces])


_Gap = Callable[[Addressee, Reader], bytes]


def _gap(piece: list[Any]) -> _Gap:
    """What fills one gap; every one gives what `build_message` would have written there."""
    kind, *details = piece
    if kind == "to":
        return lambda to, reader: mailbox_value("To", (to.name, to.email)).encode("ascii")
    if kind == "id":
        return lambda to, reader: str(to.public_id).encode("ascii")
    if kind == "subject":
        return lambda to, reader: text_value("Subject", reader.value("subject"), break_long_words=True).encode("ascii")
    if kind == "header":
        name = details[0]
        return lambda to, reader: text_value(name, reader.value(name)).encode("ascii")
    line = Line(_pieces(details[0]))
    if kind == "html":
        return lambda to, reader: quoted_lines(line.html(reader))
    return lambda to, reader: quoted_lines(wrap(line.text(reader)))


def _pieces(stored: list[Any]) -> list[Piece]:
    """JSON knows no pairs: its lists of two are fields with what stands for an empty value."""
    return [piece if isinstance(piece, str) else (piece[0], piece[1]) for piece in stored]
