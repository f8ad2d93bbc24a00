"""A worker's notes on this host's disk of which messages it began and how they ended (DESIGN 5.3).

The ledger holds what is certain: rows of an open window "may be leaving". The journal narrows that down to one row a
connection after a kill: it says "started" when the next hop asked for the data, and "finished" with the answer before
the next one starts. It is written to the page cache, which outlives a process and not a crash of the host; so a journal
from before the last boot is believed in what it says, and not in what it does not say.
"""

import json
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

from django.conf import settings

from mailing.dispatch.results import Result

logger = logging.getLogger(__name__)

# The last fields of a result, as most results have them.
USUAL_FROM = Result._fields.index("attempted")
USUAL = tuple(Result._field_defaults[name] for name in Result._fields[USUAL_FROM:])
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
SUFFIX = ".journal"
# Made once: `json.dumps` makes a new one for every line.
ENCODE = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


class Journal:
    """One claim's notes. A context manager; the file goes with the block when `is_settled` was set meanwhile.

    A journal that cannot be written is given up and removed: less is known after a kill then, and nothing false. If it
    cannot even be removed, OSError ends the work before anything leaves.
    """

    def __init__(self, owner: str) -> None:
        """Nothing is written yet; `owner` is the claim's."""
        self.is_settled = False
        self._owner = owner
        self._path = path_of(owner)
        self._file: int | None = None
        self._pending = b""

    def __enter__(self) -> Self:
        try:
            folder().mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
            self._write(_line({"owner": self._owner, "boot": boot_id()}))
        except OSError as error:
            self._give_up(error)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if self._file is None:
            return
        self.flush()
        if self._file is not None:
            os.close(self._file)
            if self.is_settled:
                self._path.unlink(missing_ok=True)

    def window(self, ids: list[int]) -> None:
        """These rows may leave from now on; written at once, so that what is not started is known not to be."""
        if self._file is not None:
            self._pending += _line(ids)
            self.flush()

    def started(self, delivery_id: int) -> None:
        """The next hop asked for this one's data. On disk, with what finished before it, when this returns."""
        if self._file is not None:
            self._pending += b"+%d\n" % delivery_id
            self.flush()

    def finished(self, result: Result) -> None:
        """How one ended; written together with the next start, or by `flush`."""
        if self._file is not None:
            self._pending += b"=" + _line(_shortened(result))

    def flush(self) -> None:
        """Write what is pending."""
        if self._file is None or not self._pending:
            return
        try:
            self._write(self._pending)
        except OSError as error:
            self._give_up(error)
        self._pending = b""

    def _write(self, data: bytes) -> None:
        if self._file is not None and os.write(self._file, data) != len(data):
            raise OSError("The disk is full.")

    def _give_up(self, error: OSError) -> None:
        logger.warning("Sending goes on without a journal: %s", type(error).__name__)
        if self._file is not None:
            os.close(self._file)
            self._file = None
        self._path.unlink(missing_ok=True)


@dataclass
class Notes:
    """What a journal says. `rows` are those of its last window; `is_whole`: what it does not say did not happen."""

    owner: str
    is_whole: bool = False
    rows: list[int] = field(default_factory=list)
    started: set[int] = field(default_factory=set)
    finished: dict[int, Result] = field(default_factory=dict)


def read(owner: str) -> Notes | None:
    """The notes of a claim, or None where this host has none."""
    return read_file(path_of(owner)) if owner else None


def read_file(path: Path) -> Notes | None:
    """The notes in one file, or None when there is no file or it does not begin as ours do.

    A last line that was cut off by a crash counts as not written.
    """
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
        head = json.loads(lines[0])
        notes = Notes(head["owner"], is_whole=bool(head["boot"]) and head["boot"] == boot_id())
    except (OSError, ValueError, IndexError, KeyError, TypeError):
        return None
    for line in lines[1:]:
        if line.startswith(b"+"):
            notes.started.add(int(line))
        elif line.startswith(b"="):
            result = Result(*json.loads(line[1:]))
            notes.finished[result.delivery_id] = result
        else:
            notes.rows = json.loads(line)
    return notes


def paths() -> list[Path]:
    """Every journal on this host, of living workers too."""
    return sorted(folder().glob(f"*{SUFFIX}"))


def path_of(owner: str) -> Path:
    """Where a claim's journal lies: the last part of an owner is unlike any other's."""
    return folder() / f"{owner.rpartition(':')[2]}{SUFFIX}"


def folder() -> Path:
    """The folder of this host's journals."""
    return Path(settings.JOURNAL_DIR)


@cache
def boot_id() -> str:
    """This start of the machine, or "" where that is not known."""
    try:
        return BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _shortened(result: Result) -> Sequence[object]:
    """Without the usual values at its end."""
    return result[:USUAL_FROM] if result[USUAL_FROM:] == USUAL else result


def _line(content: object) -> bytes:
    return ENCODE(content).encode("ascii") + b"\n"
