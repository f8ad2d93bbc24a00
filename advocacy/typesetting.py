"""From a document as data to the bytes of a tagged PDF: typst in a process of its own, within limits.

A document is what its template in templates/pdf/ reads: document.typ for statements and plans, letter.typ for letters.
Every word in it is a string; see docs/adr/0012-pdf.md.
"""

import hashlib
import json
import logging
import subprocess
import sys
from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)

SECONDS = 20
LARGEST = 10 * 1024 * 1024
# Few threads: on a machine with many processors each would take its share of the memory the child may have.
_ENVIRONMENT = {"RAYON_NUM_THREADS": "2", "MALLOC_ARENA_MAX": "2"}
_CHILD = Path(__file__).with_name("typesetting_child.py")
# What the fonts inside typst can show, as first and last code point: Latin, Greek, Cyrillic with their accents,
# Armenian, Hebrew, Georgian, punctuation, currencies, letterlike signs, arrows, mathematics, lines and shapes.
# tests/advocacy/test_typesetting.py sets every one of them.
# fmt: off
PRINTABLE = [
    (0x20, 0x7E), (0xA0, 0x377), (0x37A, 0x37F), (0x384, 0x38A), (0x38C, 0x38C), (0x38E, 0x3A1), (0x3A3, 0x4FF),
    (0x510, 0x513), (0x51A, 0x51D), (0x531, 0x556), (0x559, 0x58A), (0x5D0, 0x5EA), (0x10D0, 0x10FF),
    (0x1E00, 0x1F15), (0x1F18, 0x1F1D), (0x1F20, 0x1F45), (0x1F48, 0x1F4D), (0x1F50, 0x1F57), (0x1F59, 0x1F59),
    (0x1F5B, 0x1F5B), (0x1F5D, 0x1F5D), (0x1F5F, 0x1F7D), (0x1F80, 0x1FB4), (0x1FB6, 0x1FC4), (0x1FC6, 0x1FD3),
    (0x1FD6, 0x1FDB), (0x1FDD, 0x1FEF), (0x1FF2, 0x1FF4), (0x1FF6, 0x1FFE), (0x2000, 0x2027), (0x202A, 0x2040),
    (0x2042, 0x2042), (0x2044, 0x2052), (0x2054, 0x2064),
    (0x2066, 0x206F), (0x20A0, 0x20BF), (0x2100, 0x211E), (0x2120, 0x2120),
    (0x2122, 0x2122), (0x2124, 0x2124), (0x2126, 0x214F), (0x2190, 0x22FF), (0x2500, 0x25FF), (0xFFFD, 0xFFFD),
]
# fmt: on
_FIRST = [first for first, _last in PRINTABLE]
MISSING = "\N{REPLACEMENT CHARACTER}"


class PdfError(Exception):
    """A PDF could not be made; the message is a sentence for people."""


def is_printable(character: str) -> bool:
    """Whether the fonts have a sign for it."""
    place = bisect_right(_FIRST, ord(character)) - 1
    return place >= 0 and ord(character) <= PRINTABLE[place][1]


def printable(words: str) -> tuple[str, set[str]]:
    """The words with a replacement character for each that no font has, and which those were.

    Control characters become spaces; selectors of a variant, which show nothing themselves, go.
    """
    missing: set[str] = set()
    out = []
    for one in words:
        if is_printable(one):
            out.append(one)
        elif ord(one) < 0xA0 or one in "\u2028\u2029":
            out.append(" ")
        elif not (0xFE00 <= ord(one) <= 0xFE0F or 0xE0000 <= ord(one) <= 0xE01EF or one == "\ufeff"):
            missing.add(one)
            out.append(MISSING)
    return "".join(out), missing


def make_printable(document: Any) -> tuple[Any, set[str]]:
    """The same for every string in a document, wherever it stands."""
    missing: set[str] = set()

    def walk(value: Any) -> Any:
        if isinstance(value, str):
            shown, unknown = printable(value)
            missing.update(unknown)
            return shown
        if isinstance(value, list):
            return [walk(one) for one in value]
        if isinstance(value, dict):
            return {name: walk(one) for name, one in value.items()}
        return value

    return walk(document), missing


@cache
def _template(name: str = "document") -> str:
    place = Path(settings.BASE_DIR) / "templates" / "pdf"
    return "".join((place / f"{part}.typ").read_text(encoding="utf-8") for part in ("pieces", name))


def digest_of_document(document: dict[str, Any], moment: datetime) -> str:
    """SHA-256 over all that decides the bytes: the document, the day it bears, the template and typst itself; hex."""
    plain = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    parts = [version("typst"), _template(), str(int(moment.timestamp())), plain]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def typeset(document: dict[str, Any], moment: datetime, *, template: str = "document") -> bytes:
    """The PDF of a document: PDF/UA-1 and PDF/A-2a, created at `moment`; the same bytes for the same document.

    Raises PdfError when it cannot be set, takes longer than SECONDS or is larger than LARGEST bytes.
    """
    return typeset_all([document], moment, template=template)[0]


def typeset_all(documents: Sequence[dict[str, Any]], moment: datetime, *, template: str = "document") -> list[bytes]:
    """The PDFs of several documents, in their order, set by one process: each gets the bytes that `typeset` gives it.

    SECONDS are for all of them together. Raises PdfError, and then none of them is there.
    """
    order = {
        "template": _template(template),
        "data": [json.dumps(document, ensure_ascii=False) for document in documents],
        "timestamp": int(moment.timestamp()),
    }
    try:
        # The child needs no key of ours. -I: it imports what is installed and no more.
        done = subprocess.run(
            [sys.executable, "-I", str(_CHILD)],
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env=_ENVIRONMENT,
        )
    except subprocess.TimeoutExpired:
        logger.warning("A PDF took longer than %s seconds.", SECONDS)
        raise PdfError(_("This text is too long or too tangled for a PDF. Make its tables simpler.")) from None
    except OSError as error:
        logger.exception("The process that sets PDFs did not start.")
        raise PdfError(_("PDFs cannot be made on this server now. Tell the administrator.")) from error
    made = _cut(done.stdout)
    if done.returncode != 0 or len(made) != len(documents) or not all(one.startswith(b"%PDF") for one in made):
        # The words of the document may stand in the error: only its first kind goes into the log.
        logger.error("typst refused a document, exit %s: %.60s", done.returncode, done.stderr.decode(errors="replace"))
        raise PdfError(_("This text cannot be made into a PDF. Tell the administrator; the page can be printed."))
    if max(map(len, made), default=0) > LARGEST:
        raise PdfError(_("The PDF of this text would be larger than 10 MB."))
    return made


def _cut(stream: bytes) -> list[bytes]:
    """What the child wrote, one PDF after the other, each with its length in eight bytes before it."""
    found, at = [], 0
    while at + 8 <= len(stream):
        end = at + 8 + int.from_bytes(stream[at : at + 8], "big")
        found.append(stream[at + 8 : end])
        at = end
    return found
