"""What other processes used, read from /proc: CPU seconds, memory, bytes read. Linux only."""

import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Self

TICKS = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """A process and everything that descends from it, now."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = _stat(int(entry.name))
            if fields:
                parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [pid]
    for one in found:
        found.extend(parents.get(one, []))
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, of its living descendants, and of those it has waited for.

    The clock of /proc ticks 100 times a second. A child that died unwaited for is not counted.
    """
    total = 0
    for one in family(pid):
        fields = _stat(one)
        if fields:
            total += sum(map(int, fields[11:15]))
    return total / TICKS


def memory_mb(pid: int) -> tuple[float, float]:
    """Resident memory of one process in MB (2^20 octets): now, and its peak. Zeros when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0.0, 0.0
    found = {line.partition(":")[0]: line for line in lines}
    now, peak = (int(found.get(name, "x: 0 kB").split()[1]) / 1024 for name in ("VmRSS", "VmHWM"))
    return round(now, 1), round(peak, 1)


def octets_read(pid: int) -> int:
    """How much a process has read() so far, from files and sockets."""
    for line in Path(f"/proc/{pid}/io").read_text(encoding="ascii").splitlines():
        if line.startswith("rchar:"):
            return int(line.split()[1])
    return 0


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from `state` on; nothing when the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


class Watch:
    """Looks every few milliseconds at something that grows, until it is left; then tells when it grew.

    A look costs some 20 us, and it is the same for everybody who is measured.
    """

    def __init__(self, look: Callable[[], int], *, step: float = 0.01) -> None:
        """`look` gives the number that grows; `step` is in seconds."""
        self._look, self._step = look, step
        self._seen: list[tuple[float, int]] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._seen.append((time.monotonic(), self._look()))
        self._thread.start()
        return self

    def __exit__(self, *details: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._step):
            self._note()
        self._note()

    def _note(self) -> None:
        value = self._look()
        if value != self._seen[-1][1]:
            self._seen.append((time.monotonic(), value))

    @property
    def grown(self) -> int:
        """By how much it has grown so far."""
        return self._seen[-1][1] - self._seen[0][1]

    def seconds_between(self, low: int, high: int) -> float:
        """From the first look at which it had grown by `low` to the first at which it had grown by `high`."""
        base = self._seen[0][1]
        return _first(self._seen, base + high) - _first(self._seen, base + low)


def _first(seen: Iterable[tuple[float, int]], wanted: int) -> float:
    for at, value in seen:
        if value >= wanted:
            return at
    raise ValueError("It never grew so far.")


def load() -> float:
    """The load average of the last minute."""
    return round(os.getloadavg()[0], 2)


def medium(values: list[float]) -> float:
    """The median; 0 of nothing."""
    ordered = sorted(values)
    if not ordered:
        return 0.0
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def file_system(folder: str) -> str:
    """The kind of file system that holds a folder ("ext4"): what fsync costs depends on it."""
    best, kind = "", "unknown"
    for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines():
        _device, point, name, *_rest = line.split()
        if (folder == point or folder.startswith(point.rstrip("/") + "/")) and len(point) > len(best):
            best, kind = point, name
    return kind


Figures = dict[str, Any]
