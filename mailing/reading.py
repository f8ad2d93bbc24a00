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
from html import unescape

# What is parsed of a message; the rest is attachments.
MOST_BYTES = 1024 * 1024
MOST_PARTS = 50
MOST_FIELD = 10_000
MOST_MAILBOXES = 2_000  # characters of a field of addresses: the parser goes down a level for each bracket
MOST_TEXT = 100_000
_PART = re.compile(rb"^content-type:\s*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SPACE = re.compile(r"[^\S\n]+")
_TAG = re.compile(r"<(/?[a-z][a-z0-9]{0,20})", re.IGNORECASE)
_SILENT = {"script", "style", "title", "head"}
_BLOCKS = {"p", "br", "div", "tr", "li", "h1", "h2", "h3", "h4", "blockquote"}


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
            found += [(name, address) for name, address in getaddresses([value[:MOST_MAILBOXES]]) if "@" in address]
        except (ValueError, IndexError, TypeError, AttributeError, RecursionError):
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


def _without_tags(html: str) -> str:
    """The words of HTML, a block a line; not what scripts, styles and titles hold.

    Walks through once and never back: html.parser takes minutes over 100,000 characters of open tags.
    """
    words: list[str] = []
    at = 0
    while (start := html.find("<", at)) >= 0:
        words.append(html[at:start])
        name = _TAG.match(html, start)
        tag = name[1].lower() if name else ""
        closing = "-->" if html.startswith("<!--", start) else f"</{tag}" if tag in _SILENT else ">"
        end = _find_folded(html, closing, start + 1)
        if end < 0:
            at = len(html)
            break
        if tag.removeprefix("/") in _BLOCKS:
            words.append("\n")
        # The end of a silent element is a tag of its own, and is read as one.
        at = end if closing.startswith("</") else end + len(closing)
    words.append(html[at:])
    lines = [_SPACE.sub(" ", line).strip() for line in storable(unescape("".join(words))).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _find_folded(html: str, what: str, start: int) -> int:
    """Where `what` stands, whatever the case of its letters."""
    found = re.compile(re.escape(what), re.IGNORECASE).search(html, start)
    return found.start() if found else -1
