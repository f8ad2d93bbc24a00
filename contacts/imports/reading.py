"""Reading a file within limits: its bytes, its text, and the day it speaks for."""

import codecs
import hashlib
import re
from datetime import date
from pathlib import Path

from django.utils.translation import gettext as _

from contacts.imports.errors import ImportRefused

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 100_000
OFFICE_DOMAIN = "europarl.europa.eu"  # Where members' addresses lie.
# Longest first: the mark of UTF-32 (little-endian) starts with that of UTF-16.
_MARKS = [
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
_DAY = re.compile(r"(?<!\d)(\d{4})-(\d{2})(?:-(\d{2}))?(?!\d)|(?<!\d)(20\d{2})(\d{2})(\d{2})(?!\d)")


def read_bytes(path: Path) -> bytes:
    """The bytes of a file. Raises ImportRefused when it is missing, empty or larger than 20 MB."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise ImportRefused(
                _("The file is %(size)s MB large; more than 20 MB is not read.") % {"size": round(size / 1024 / 1024)}
            )
        data = path.read_bytes()
    except IsADirectoryError as error:
        raise ImportRefused(_("%(name)s is a folder, not a file.") % {"name": path.name}) from error
    except OSError as error:
        raise ImportRefused(
            _("The file %(name)s cannot be read: %(reason)s.") % {"name": path.name, "reason": error.strerror}
        ) from error
    if not data.strip():
        raise ImportRefused(_("The file is empty."))
    return data


def decode(data: bytes, encoding: str = "") -> str:
    """The text of a file: by its byte order mark, else by `encoding`, else as UTF-8.

    Raises ImportRefused for anything else: guessing an encoding turns letters into others without a word.
    """
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    chosen = marked or encoding or "utf-8"
    try:
        return data.decode(chosen)
    except LookupError as error:
        raise ImportRefused(_("“%(name)s” is not an encoding we know.") % {"name": encoding}) from error
    except UnicodeError as error:
        if encoding or marked:
            raise ImportRefused(_("The file is not text in %(name)s.") % {"name": chosen}) from error
        line = data.count(b"\n", 0, getattr(error, "start", 0)) + 1
        raise ImportRefused(
            _(
                "The file is not in UTF-8 (line %(line)s). Save it as UTF-8, or give --encoding, for example "
                "--encoding windows-1252, and look at the names before you apply it."
            )
            % {"line": line}
        ) from error


def digest(data: bytes) -> str:
    """SHA-256 of a file, hex: the same file is known again whatever its name."""
    return hashlib.sha256(data).hexdigest()


def day_in_name(name: str) -> date | None:
    """The day a file's name holds (2026-03-17 or 20260317; 2019-03 is its first day), or None."""
    for found in _DAY.finditer(name):
        year, month, day_, *compact = found.groups()
        if compact[0]:
            year, month, day_ = compact
        try:
            return date(int(year), int(month), int(day_ or 1))
        except ValueError:
            continue
    return None


def has_lost_letters(text: str) -> bool:
    """Whether letters were lost on the way: "?" or U+FFFD inside a word, or UTF-8 read as something else ("Ã¼")."""
    return "?" in text or "\ufffd" in text or bool(re.search(r"[ÃÂÄÅ][\u0080-\u00bf]|â€", text))
