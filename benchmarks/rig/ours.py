"""Our part: real Celery workers, as production starts them, send one frozen newsletter to a sink."""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.rig.servers import Sink
from benchmarks.rig.usage import cpu_seconds, family, memory_mb

# Longest time for one part, in seconds.
PATIENCE = 900.0
BEAT = 5.0


def run_ours(  # noqa: PLR0913 - one keyword for each server
    mailing: Any, size: int, sink: Sink, *, broker: str, processes: int, postgres_pid: int = 0
) -> dict[str, Any]:
    """Send it with `celery worker --concurrency N` (prefork, docker-compose.yml) and give rate, CPU and memory.

    CPU is that of the worker and its children from the bell to the end; their start is told apart.
    """
    with started(broker=broker, smtp=sink.url, concurrency=processes) as worker:
        found = _send(mailing, size, sink=sink, pid=worker.process.pid, postgres_pid=postgres_pid)
    return {"processes": processes, **found}


def send_plainly(mailing: Any, url: str, *, broker: str) -> None:
    """Send it with two worker processes to whoever listens there; nothing is measured."""
    from mailing import bell

    with started(broker=broker, smtp=url, concurrency=2):
        bell.ring(mailing.pk)
        _wait(mailing)


@contextlib.contextmanager
def started(*, broker: str, smtp: str, concurrency: int) -> Iterator[Any]:
    """A worker that has answered a ping; its whole process group ends with the block."""
    from tests.processes import WorkerProcess

    class Prefork(WorkerProcess):
        """With the pool that docker-compose.yml gives it, also of one: tests use solo there."""

        _command: list[str]

        def start(self) -> None:
            self._command = ["prefork" if word == "solo" else word for word in self._command]
            super().start()

    worker = Prefork(broker=broker, smtp=smtp, concurrency=concurrency)
    try:
        worker.wait_ready()
        yield worker
    finally:
        worker.signal(15)
        worker.kill()


def _send(mailing: Any, size: int, *, sink: Sink, pid: int, postgres_pid: int) -> dict[str, Any]:
    from mailing import bell

    total = mailing.recipients
    before, database_before = cpu_seconds(pid), cpu_seconds(postgres_pid) if postgres_pid else 0.0
    if not bell.ring(mailing.pk):
        raise SystemExit("The broker did not take the bell.")
    early: float | None = None

    def look() -> None:
        nonlocal early
        if early is None and sink.octets >= total * size // 4:
            early = max(memory_mb(one)[0] for one in family(pid))

    _wait(mailing, look)
    # Descendants are read before the pool forgets them.
    late = [memory_mb(one) for one in family(pid)]
    used = cpu_seconds(pid) - before
    rates = sink.rate(total, size)
    database = cpu_seconds(postgres_pid) - database_before if postgres_pid else 0.0
    return {
        **rates,
        **_ledger(mailing),
        "cpu_s_per_1000": round(used / total * 1000, 4),
        "start_cpu_s": round(before, 2),
        "postgres_cpu_s_per_1000": round(database / total * 1000, 4) if postgres_pid else None,
        "rss_mb_at_quarter": early,
        "rss_mb_at_end": max(now for now, _peak in late),
        "rss_mb": max(peak for _now, peak in late),
    }


def _wait(mailing: Any, look: Callable[[], None] = lambda: None) -> None:
    """Until it is finished; every five seconds this process does what beat does in production."""
    from mailing.dispatch import recovery

    end = time.monotonic() + PATIENCE
    pulse = time.monotonic() + BEAT
    while not _is_finished(mailing):
        look()
        if time.monotonic() > pulse:
            pulse += BEAT
            recovery.sweep()
            recovery.ring_due()
        if time.monotonic() > end:
            raise SystemExit(f"The newsletter is not finished after {PATIENCE:.0f} s.")
        time.sleep(0.05)


def _is_finished(mailing: Any) -> bool:
    status = type(mailing).objects.values_list("status", flat=True).get(pk=mailing.pk)
    if status == "paused":
        mailing.refresh_from_db()
        raise SystemExit(f"The newsletter paused: {mailing.pause_reason}")
    return status == "finished"


def _ledger(mailing: Any) -> dict[str, Any]:
    """Everybody accepted once, or AssertionError; and the rate by the ledger's own times, to compare."""
    from django.db.models import Max, Min

    from mailing.dispatch.store import counts

    found = counts(mailing.pk)
    if found["sent"] != mailing.recipients:
        raise AssertionError(f"Not everybody was sent to: {found}")
    times = mailing.deliveries.aggregate(first=Min("sent_at"), last=Max("sent_at"))
    seconds = (times["last"] - times["first"]).total_seconds()
    return {"ledger_per_second": round(mailing.recipients / seconds, 1) if seconds else None}
