"""Reading a message that anybody may have written: with limits, and never an exception.

The standard library's parser with the `compat32` policy, which hands fields out as they came in; its newer
policies parse a field when it is asked for, and raise on some that are only malformed.
"""

import re
from collections.abc import Iterator
from email import policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses
from html.parser import HTMLParser

# What is parsed of a message; the rest is attachments.
MOST_BYTES = 1024 * 1024
MOST_PARTS = 50
MOST_FIELD = 10_000
MOST_TEXT = 100_000
_PART = re.compile(rb"^content-type:\s*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SPACE = re.compile(r"[^\S\n]+")


def read(raw: bytes) -> Message:
    """Parse at most MOST_BYTES; a message nested deeper than MOST_PARTS is read as its header fields alone."""
    head = raw[:MOST_BYTES]
    too_deep = len(_PART.findall(head)) > MOST_PARTS
    try:
        return BytesParser(policy=policy.compat32).parsebytes(head, headersonly=too_deep)
    except (RecursionError, ValueError, LookupError, IndexError, AttributeError, TypeError):
        return Message()


def parts(message: Message) -> Iterator[Message]:
    """The message and its parts, depth first, at most MOST_PARTS of them."""
    found = [message]
    for _count in range(MOST_PARTS):
        if not found:
            return
        part = found.pop()
        yield part
        payload = part.get_payload()
        if isinstance(payload, list):
            found.extend(inner for inner in reversed(payload[:MOST_PARTS]) if isinstance(inner, Message))


def field(message: Message, name: str) -> str:
    """A header field as one line of text, "" when it is missing."""
    return next(iter(fields(message, name)), "")


def fields(message: Message, *names: str) -> list[str]:
    """All fields of these names as text that can be stored, encoded words decoded."""
    found = []
    for name in names:
        for value in (message.get_all(name) or [])[:20]:
            found.append(storable(_decoded(str(value)[:MOST_FIELD]), " ").strip())
    return found


def addresses(message: Message, *names: str) -> list[tuple[str, str]]:
    """Name and address of each mailbox in these fields; what is no address is left out."""
    found = []
    for value in fields(message, *names):
        try:
            found += [(name, address) for name, address in getaddresses([value]) if "@" in address]
        except (ValueError, IndexError, TypeError, AttributeError):
            continue
    return found


def _decoded(value: str) -> str:
    value = " ".join(value.split())
    if "=?" not in value:
        return value
    try:
        pieces = [_as_text(piece, charset) for piece, charset in decode_header(value)]
    except (HeaderParseError, ValueError, TypeError, IndexError):
        return value
    return "".join(pieces)


def _as_text(piece: bytes | str, charset: str | None) -> str:
    if isinstance(piece, str):
        return piece
    try:
        return piece.decode(charset or "ascii", "replace")
    except (LookupError, ValueError, TypeError):  # a charset that does not exist, or is none
        return piece.decode("latin-1")


def body(part: Message) -> str:
    """The text of one part, whatever it says about its charset; at most MOST_TEXT characters."""
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, TypeError, IndexError, AttributeError):
        payload = None
    if not isinstance(payload, bytes):
        return ""
    try:
        charset = part.get_content_charset()
    except (ValueError, TypeError, LookupError, AttributeError):
        charset = None
    text = _utf8_or(payload[: 4 * MOST_TEXT], charset)
    return storable(text.replace("\r\n", "\n").replace("\r", "\n"))[:MOST_TEXT]


def _utf8_or(payload: bytes, charset: str | None) -> str:
    try:
        return payload.decode(charset or "utf-8")
    except (LookupError, ValueError, TypeError):
        try:
            return payload.decode("utf-8")
        except ValueError:
            return payload.decode("cp1252", "replace")


def text_of(message: Message) -> str:
    """What a reader sees first: the first plain text, or the first HTML without its tags."""
    html = ""
    for part in parts(message):
        kind = part.get_content_type()
        if part.is_multipart() or (part.get_content_disposition() or "") == "attachment":
            continue
        if kind == "text/plain":
            found = body(part).strip()
            if found:
                return found
        elif kind == "text/html" and not html:
            html = _without_tags(body(part))
    return html


def storable(text: str, instead: str = "") -> str:
    """Text that both databases take: no NUL, no control characters but line ends and tabs, no lone surrogates."""
    return _UNSTORABLE.sub(instead, text)


class _Words(HTMLParser):
    """Collects the words of HTML; a script, a style or a title is not read."""

    SILENT = {"script", "style", "title", "head"}
    BREAKS = {"p", "br", "div", "tr", "li", "h1", "h2", "h3", "h4", "blockquote"}

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block begins a new line."""
        self.silent += tag in self.SILENT
        if tag in self.BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """What was silent may be over."""
        self.silent = max(0, self.silent - (tag in self.SILENT))

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        if not self.silent:
            self.words.append(data)


def _without_tags(html: str) -> str:
    reader = _Words()
    try:
        reader.feed(html)
        reader.close()
    except (AssertionError, ValueError, RecursionError):
        return ""
    lines = [_SPACE.sub(" ", line).strip() for line in "".join(reader.words).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
