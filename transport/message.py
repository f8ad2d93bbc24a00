"""One message from its parts, as bytes any mail server takes: 7 bits, CRLF, short lines (RFC 5322, 2045, 2047).

Put together by hand and not by the email package: that one leaves a long word of a subject unfolded, sends 8-bit
bodies to servers that do not offer 8BITMIME, and lets its output change between Python versions, while the ledger
keeps a digest of these bytes. Equal parts give equal bytes, the boundary included.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache

import idna

Mailbox = str | tuple[str, str]

WIDTH = 76
ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+")
MESSAGE_ID = re.compile(r"<[^\s<>@]+@[A-Za-z0-9.-]+>")
HEADER_NAME = re.compile(r"[!-9;-~]{1,60}")
CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
LINE_BREAK = re.compile(r"\r\n|\r|\n")
FROM_LINE = re.compile(rb"(?m)^From ")
UNFIT_BODY = "The text holds a character that no mail can carry (NUL or half of a pair)."
Q_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
Q_LETTERS = ["_" if byte == 32 else chr(byte) if byte in Q_SAFE else f"={byte:02X}" for byte in range(256)]
OURS = {
    "from",
    "to",
    "cc",
    "bcc",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
}


class MessageError(ValueError):
    """The parts do not make a message; the text says which part and why, without quoting an address."""


def build_message(  # noqa: PLR0913 - a message has these parts
    *,
    sender: Mailbox,
    to: Mailbox,
    reply_to: Mailbox,
    subject: str,
    text: str,
    html: str,
    message_id: str,
    headers: dict[str, str],
    date: datetime,
    boundary_of: str = "",
) -> bytes:
    """Put one message together.

    `sender`, `to` and `reply_to` are an address, "Name <address>" or (name, address); `reply_to` may be "". `html`
    may be "" for a plain message. `message_id` comes with or without its angle brackets. `headers` are further
    fields such as Content-Language, in their order. `date` must know its time zone and is written in UTC. The boundary
    between the parts is made from `boundary_of`, or else from the Message-ID: equal ones give equal bytes.

    Gives CRLF lines of at most 76 octets wherever a line can be folded, all below 128. Raises MessageError.
    """
    if date.tzinfo is None:
        raise MessageError("The date has no time zone.")
    bracketed = message_id if message_id.startswith("<") else f"<{message_id}>"
    if not MESSAGE_ID.fullmatch(bracketed):
        raise MessageError("The Message-ID is not of the form <left@domain>.")
    lines = [
        f"From: {mailbox_value('From', sender)}",
        f"To: {mailbox_value('To', to)}",
        f"Subject: {text_value('Subject', subject, break_long_words=True)}",
        f"Date: {format_datetime(date.astimezone(UTC))}",
        f"Message-ID: {bracketed}",
    ]
    if reply_to:
        lines.insert(2, f"Reply-To: {mailbox_value('Reply-To', reply_to)}")
    lines += list(_further(headers))
    lines.append("MIME-Version: 1.0")
    head = "\r\n".join(lines).encode("ascii")
    return head + b"\r\n" + _body(text, html, boundary_of or bracketed)


@lru_cache(maxsize=256)
def ascii_address(address: str) -> str:
    """The address as it travels: the domain as its IDNA A-label. Raises MessageError when it cannot be written."""
    local, _, domain = address.strip().rpartition("@")
    try:
        travelled = f"{local}@{domain if domain.isascii() else idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError as error:
        raise MessageError("The domain of the address cannot be written in ASCII.") from error
    if not ADDRESS.fullmatch(travelled) or len(travelled) > 254:
        raise MessageError("The address has characters that this mail path cannot carry.")
    return travelled


def _further(headers: dict[str, str]) -> Iterator[str]:
    seen = set(OURS)
    for name, value in headers.items():
        if not HEADER_NAME.fullmatch(name):
            raise MessageError("A header's name has characters that are not allowed in one.")
        if name.lower() in seen:
            raise MessageError(f"The header {name} would appear twice.")
        seen.add(name.lower())
        yield f"{name}: {text_value(name, value)}"


def mailbox_value(field: str, mailbox: Mailbox) -> str:
    """A header's value: one name and address, folded (RFC 5322 3.4); the name as atoms, in quotes or encoded.

    Raises MessageError.
    """
    name, address = mailbox if isinstance(mailbox, tuple) else _split(mailbox)
    _refuse_controls(field, name)
    address = ascii_address(address)
    name = " ".join(name.split())
    if not name:
        return address
    plain = name.isascii() and "=?" not in name and len(name) <= WIDTH - len(field) - 4
    if plain:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        words = name if ATOMS.fullmatch(name) else f'"{escaped}"'
    else:
        words = _encoded(name, WIDTH - len(field) - 2)
    last = words.rsplit("\r\n", 1)[-1]
    start = len(field) + 2 if last == words else 0
    gap = " " if start + len(last) + len(address) + 3 <= WIDTH else "\r\n "
    return f"{words}{gap}<{address}>"


def _split(mailbox: str) -> tuple[str, str]:
    """ "Name <address>" in two, without a parser that would take a comma for a second mailbox."""
    name, bracket, rest = mailbox.rpartition("<")
    if not bracket:
        return "", mailbox
    name = name.strip()
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return name, rest.rstrip().removesuffix(">")


def text_value(field: str, value: str, *, break_long_words: bool = False) -> str:
    """A header's value: a text folded at its spaces, or as encoded words where it is not ASCII.

    With `break_long_words` also where it has a word too long for a line. Raises MessageError for control characters.
    """
    _refuse_controls(field, value)
    first = WIDTH - len(field) - 2
    words = value.split()
    if not value.isascii() or "=?" in value:
        return _encoded(value, first)
    if break_long_words and (value != " ".join(words) or max(map(len, words), default=0) > first):
        return _encoded(value, first)
    lines, room = [""], first
    for word in words:
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append("")
            room = WIDTH - 1
        lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return "\r\n ".join(lines)


def _encoded(text: str, first: int) -> str:
    """RFC 2047 words of at most 75 octets, one a line, none cutting a character in two."""
    data = text.encode("utf-8")
    as_q = len(_q(data)) <= len(data) * 4 / 3
    words, chunk, size, room = [], 0, 0, min(first, 75)
    if _framed(len(_q(data)) if as_q else len(data), as_q=as_q) <= room:
        return _word(data, as_q=as_q)
    for at, character in enumerate(text):
        more = len(_q(character.encode("utf-8"))) if as_q else len(character.encode("utf-8"))
        if at > chunk and _framed(size + more, as_q=as_q) > room:
            words.append(_word(text[chunk:at].encode("utf-8"), as_q=as_q))
            chunk, size, room = at, 0, min(WIDTH - 1, 75)
        size += more
    return "\r\n ".join([*words, _word(text[chunk:].encode("utf-8"), as_q=as_q)])


def _q(data: bytes) -> str:
    """Bytes as the Q encoding writes them (RFC 2047 4.2)."""
    return "".join([Q_LETTERS[byte] for byte in data])


def _framed(size: int, *, as_q: bool) -> int:
    """The length of an encoded word, "=?utf-8?q?" and "?=" included."""
    return 12 + (size if as_q else 4 * -(-size // 3))


def _word(data: bytes, *, as_q: bool) -> str:
    return f"=?utf-8?q?{_q(data)}?=" if as_q else f"=?utf-8?b?{base64.b64encode(data).decode()}?="


def _refuse_controls(field: str, value: str) -> None:
    if CONTROL.search(value):
        raise MessageError(f"{field} holds a line break or another control character.")


def _body(text: str, html: str, seed: str) -> bytes:
    if not html:
        return _part("plain", text)
    # "=_" cannot occur in quoted-printable, so the boundary is never part of the text.
    boundary = "=_" + hashlib.sha256(seed.encode()).hexdigest()[:32]
    mark = f"--{boundary}".encode()
    head = f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n'.encode()
    parts = [mark + b"\r\n" + _part(kind, content) for kind, content in (("plain", text), ("html", html))]
    return head + b"\r\n".join(parts) + b"\r\n" + mark + b"--\r\n"


def _part(kind: str, content: str) -> bytes:
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return head.encode() + quoted_printable(content)


def quoted_printable(content: str) -> bytes:
    """The text as quoted-printable (RFC 2045 6.7), CRLF at its end. Raises MessageError for a NUL character.

    Each line is encoded by itself: what is done to one never depends on another.
    """
    return quoted_lines(LINE_BREAK.sub("\n", content).removesuffix("\n")) + b"\r\n"


def quoted_lines(content: str) -> bytes:
    """One or more whole lines of a body as `quoted_printable` writes them, without the last line's end."""
    if "\r" in content:
        content = LINE_BREAK.sub("\n", content)
    try:
        data = content.replace("\n", "\r\n").encode("utf-8")
    except UnicodeEncodeError:
        raise MessageError(UNFIT_BODY) from None
    if b"\0" in data:
        raise MessageError(UNFIT_BODY)
    encoded = binascii.b2a_qp(data + b"\r\n", quotetabs=False, istext=True)[:-2]
    # A line that starts with "From " gets a ">" from some old stores (RFC 4155 appendix), which breaks signatures.
    return FROM_LINE.sub(b"=46rom ", encoded) if b"From " in encoded else encoded
