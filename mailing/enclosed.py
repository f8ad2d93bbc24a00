"""Files that came with an answer: found in the stored message, told by their content, given out as downloads only.

What a message says about a file is written by strangers: neither its name nor its type is believed. Only kinds that
start nothing by themselves keep their type; everything else leaves as bytes without one, and never inside a page.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import Message
from email.parser import BytesParser

from django.http import HttpResponse

from advocacy.attaching import TYPES, clean_name, kind_of
from advocacy.road import PublishingError
from mailing import reading
from mailing.models import Reply

MOST_FILES = 20
# Of these the content is known, and opening one starts no program.
HARMLESS = set(TYPES)


@dataclass(frozen=True)
class File:
    """One file of an answer: its safe name, its kind ("" where it is none that we know), size in bytes, content."""

    number: int
    name: str
    kind: str
    size: int
    content: bytes

    @property
    def is_known(self) -> bool:
        """Whether it is of a kind that starts nothing by itself."""
        return self.kind in HARMLESS


def count(message: Message) -> int:
    """How many files a message carries, at most MOST_FILES."""
    return sum(1 for _part in _carriers(message))


def files_of(reply: Reply) -> list[File]:
    """The files of an answer, in their order; none when its message was emptied."""
    raw = bytes(reply.mail.raw)
    # Deeply nested ones are read as their header fields alone, as everywhere (reading.read).
    message = _whole(raw) if reading.read(raw).is_multipart() else reading.read(raw)
    return [_file(number, part) for number, part in enumerate(_carriers(message), start=1)]


def download(file: File) -> HttpResponse:
    """The file as a download that no browser opens as a page, runs or guesses about."""
    kind = TYPES[file.kind] if file.is_known else "application/octet-stream"
    response = HttpResponse(file.content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def _whole(raw: bytes) -> Message:
    try:
        return BytesParser(policy=policy.compat32).parsebytes(raw)
    except (RecursionError, ValueError, LookupError, IndexError, AttributeError, TypeError):
        return Message()


def _carriers(message: Message) -> Iterator[Message]:
    found = 0
    for part in reading.parts(message):
        if part is message or part.is_multipart() or found >= MOST_FILES:
            continue
        is_text = part.get_content_type() in ("text/plain", "text/html")
        if (part.get_content_disposition() or "") == "attachment" or not is_text or _said_name(part):
            found += 1
            yield part


def _said_name(part: Message) -> str:
    try:
        return reading.storable(part.get_filename() or "", " ").strip()
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""


def _file(number: int, part: Message) -> File:
    try:
        content = part.get_payload(decode=True)
    except (ValueError, TypeError, IndexError, AttributeError):
        content = b""
    content = content if isinstance(content, bytes) else b""
    try:
        kind = kind_of(content)
    except PublishingError:
        kind = ""
    # A name of ours in ASCII: what is not known gets an ending that nothing opens.
    said, ending = _said_name(part), kind or "bin"
    name = clean_name(said, ending) if said and said.isascii() else f"file-{number}.{ending}"
    return File(number, name, kind, len(content), content)
