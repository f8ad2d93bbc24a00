"""PDFs that were made, kept as files under the digest of what they are made from, and one made at a time on a host.

A file is never stale: other words have another digest. The folder may be emptied at any time. However often people ask,
each document is set once; a document that cannot be set is not tried again for ten minutes.
"""

import contextlib
import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from advocacy.typesetting import PdfError

logger = logging.getLogger(__name__)

WAIT_SECONDS = 10
FAILED_SECONDS = 600
MOST_FILES = 1000


class Busy(PdfError):
    """Others are being made; ask again in some seconds."""


def folder() -> Path:
    """Where they lie; made when it is not there. Raises PdfError where nothing can be written."""
    path = Path(settings.MEDIA_ROOT) / "pdf"
    try:
        path.mkdir(mode=0o750, parents=True, exist_ok=True)
        (path / "lock").touch()
    except OSError as error:
        logger.exception("The folder of PDFs cannot be written to.")
        raise PdfError(_("PDFs cannot be made on this server now. Tell the administrator.")) from error
    return path


def kept_or_made(digest: str, make: Callable[[], bytes]) -> bytes:
    """The PDF of this digest (hex), from its file or made now and kept. Raises PdfError, or Busy after 10 seconds."""
    place = folder()
    file, failed = place / f"{digest}.pdf", place / f"{digest}.failed"
    found = _read(file, failed)
    if found is not None:
        return found
    with one_at_a_time():
        # Whoever held the lock may have made it.
        found = _read(file, failed)
        if found is not None:
            return found
        try:
            made = make()
        except PdfError as error:
            _write(failed, str(error).encode())
            raise
        _write(file, made)
        _make_room(place)
        return made


def _read(file: Path, failed: Path) -> bytes | None:
    with contextlib.suppress(FileNotFoundError):
        made = file.read_bytes()
        with contextlib.suppress(OSError):
            os.utime(file)
        return made
    with contextlib.suppress(FileNotFoundError):
        if time.time() - failed.stat().st_mtime < FAILED_SECONDS:
            raise PdfError(failed.read_text(encoding="utf-8"))
    return None


def _write(path: Path, content: bytes) -> None:
    """All of it or nothing; a full disk costs the file, not the answer."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix="new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.replace(name, path)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
    except OSError:
        logger.exception("A PDF could not be kept.")


def _make_room(place: Path) -> None:
    """Keep the files that were asked for last."""
    # A person may be emptying the folder at this moment.
    with contextlib.suppress(OSError):
        files = [(entry.stat().st_mtime, entry.path) for entry in os.scandir(place) if entry.name != "lock"]
        for _at, path in sorted(files)[: max(len(files) - MOST_FILES, 0)]:
            os.unlink(path)


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold this host's only place for making a PDF, so that asking for many cannot take its processors."""
    import fcntl

    until = time.monotonic() + WAIT_SECONDS
    with open(folder() / "lock", "w", encoding="utf-8") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise Busy(_("Other PDFs are being made now. Try again in a minute.")) from None
                time.sleep(0.05)
        yield
