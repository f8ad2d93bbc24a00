"""Our part: real Celery workers, as production starts them, send one frozen newsletter to a sink."""

import time
from typing import Any

from benchmarks.rig.services import Sink
from benchmarks.rig.usage import cpu_seconds, family, memory_mb

# Longest time for one part, in seconds.
PATIENCE = 900.0


def run_ours(mailing: Any, size: int, *, broker: str, processes: int, postgres_pid: int = 0) -> dict[str, Any]:
    """Send it with `celery worker --concurrency N` (prefork, docker-compose.yml) and give rate, CPU and memory.

    CPU is that of the worker and its children from the bell to the end; their start is told apart.
    """
    from tests.processes import WorkerProcess

    with Sink() as sink:
        worker = Worker(WorkerProcess, broker=broker, smtp=sink.url, concurrency=processes)
        try:
            worker.wait_ready()
            found = _send(mailing, size, sink=sink, pid=worker.process.pid, postgres_pid=postgres_pid)
        finally:
            worker.signal(15)
            worker.kill()
    return {"processes": processes, **found}


def Worker(kind: Any, *, broker: str, smtp: str, concurrency: int) -> Any:
    """A worker with the pool that docker-compose.yml gives it: prefork, also of one."""

    class Prefork(kind):
        def start(self) -> None:
            self._command = ["prefork" if word == "solo" else word for word in self._command]
            super().start()

    return Prefork(broker=broker, smtp=smtp, concurrency=concurrency)


def _send(mailing: Any, size: int, *, sink: Sink, pid: int, postgres_pid: int) -> dict[str, Any]:
    from mailing import bell

    total = mailing.recipients
    before, database_before = cpu_seconds(pid), cpu_seconds(postgres_pid) if postgres_pid else 0.0
    if not bell.ring(mailing.pk):
        raise SystemExit("The broker did not take the bell.")
    early: float | None = None
    end = time.monotonic() + PATIENCE
    while not _is_finished(mailing):
        if early is None and sink.octets >= total * size // 4:
            early = max(memory_mb(one)[0] for one in family(pid))
        if time.monotonic() > end:
            raise SystemExit(f"The newsletter is not finished after {PATIENCE:.0f} s.")
        time.sleep(0.05)
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
