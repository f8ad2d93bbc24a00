"""What one recipient costs in a small and in a large mailing: our own work and the database's, without a mail server.

Each size has a fresh PostgreSQL database and a worker's turn in a process of its own, with a transport that throws
messages away at once; so everything that could grow with the list is measured, and nothing else is. Memory is looked
at after a quarter and at the end.
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from typing import Any, Self

from benchmarks.rig import servers
from benchmarks.rig.usage import cpu_seconds, load, memory_mb
from benchmarks.stage import fresh_database, show

SIZES = "10000,100000"
GOALS = {"cpu_growth": 1.2, "rss_mb": 120.0}


def main() -> None:
    """Measure every size in turn and compare the last with the first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=SIZES, help="people, with commas; the goal is 10000,100000,1000000")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--postgres", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--send", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one or options.send:
        print(json.dumps(measure(options.one, options.postgres) if options.one else send(options.send)))
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sizes = [int(word) for word in options.sizes.split(",")]
    raw: list[dict[str, Any]] = []
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(servers.postgres())
        os.environ["DATABASE_URL"] = str(server["url"])
        os.environ["REDIS_URL"] = stack.enter_context(servers.redis())
        for _round in range(options.rounds):
            for size in sizes:
                print(f"{size} people", file=sys.stderr, flush=True)
                raw.append(in_a_process("--one", str(size), "--postgres", str(server["pid"])))
    show({"benchmark": "scale", **compared(raw, sizes), "raw": raw}, as_json=options.json)


def in_a_process(*options: str) -> dict[str, Any]:
    """Run this module with hidden options in a fresh process, whose memory is then its own; gives what it printed."""
    command = [sys.executable, "-m", "benchmarks.scale", *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def compared(raw: list[dict[str, Any]], sizes: list[int]) -> dict[str, Any]:
    """The cheapest run of each size (what disturbs only adds), and how the cost grows from the first to the last."""
    best = {size: min((one for one in raw if one["people"] == size), key=_cost) for size in sizes}
    small, large = best[sizes[0]], best[sizes[-1]]
    growth = round(_cost(large) / _cost(small), 3)
    return {
        "sizes": sizes,
        "cpu_us": {size: one["worker_cpu_us"] + one["postgres_cpu_us"] for size, one in best.items()},
        "cpu_growth": growth,
        "rss_mb": max(one["rss_mb"] for one in raw),
        "rss_growth_mb": {
            size: round(one["rss_mb_at_end"] - one["rss_mb_at_quarter"], 1) for size, one in best.items()
        },
        "goals": GOALS,
    }


def _cost(one: dict[str, Any]) -> float:
    return float(one["worker_cpu_us"] + one["postgres_cpu_us"])


def measure(size: int, postgres_pid: int) -> dict[str, Any]:
    """Load people, freeze a newsletter to all of them, and let a fresh process send it to nowhere."""
    with fresh_database():
        from django.core.management import call_command

        from benchmarks.rig.newsletter import make_newsletter
        from benchmarks.rig.people import load as load_people
        from benchmarks.rig.people import subscribe_everybody
        from mailing.dispatch.store import counts

        call_command("load_reference", verbosity=0, stdout=sys.stderr)
        load_people(size)
        subscribe_everybody()
        began = time.perf_counter()
        mailing = make_newsletter("BENCH-SCALE")
        frozen = time.perf_counter() - began
        before, started = cpu_seconds(postgres_pid), time.perf_counter()
        found = in_a_process("--send", str(mailing.pk))
        database = cpu_seconds(postgres_pid) - before
        ledger = counts(mailing.pk)
        # Nobody of these was blocked after the freeze, so everybody was sent to.
        if not found["sent"] == ledger["sent"] == mailing.recipients:
            raise AssertionError(f"{found}, {ledger}")
    return {
        "people": size,
        "recipients": found["sent"],
        "freeze_seconds": round(frozen, 2),
        "whole_seconds": round(time.perf_counter() - started, 2),
        **found,
        "postgres_cpu_us": round(database / found["sent"] * 1e6, 1),
        "load": load(),
    }


def send(mailing_id: int) -> dict[str, Any]:
    """A worker's turn in this process that lasts until nobody is left."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    from mailing.dispatch import sending
    from mailing.models import Mailing

    nowhere = Nowhere(quarter=(Mailing.objects.get(pk=mailing_id).recipients or 0) // 4)
    started, cpu = time.perf_counter(), time.process_time()
    sent = sending.run(mailing_id, open_with=lambda: nowhere, budget=36_000.0)
    used, seconds = time.process_time() - cpu, time.perf_counter() - started
    end, peak = memory_mb(os.getpid())
    return {
        "sent": sent,
        "per_second": round(sent / seconds),
        "worker_cpu_us": round(used / sent * 1e6, 1),
        "rss_mb_at_quarter": nowhere.memory,
        "rss_mb_at_end": end,
        "rss_mb": peak,
    }


class Nowhere:
    """A transport that takes every message at once and keeps none."""

    def __init__(self, *, quarter: int) -> None:
        """Looks at this process's memory when `quarter` messages were taken."""
        self._left, self.memory = max(quarter, 1), 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        """Nothing is open."""

    def deliver_all(self, batch: Any, progress: Any) -> None:
        """Take a window as the SMTP client does: asked before each, told after each."""
        from transport.delivery import Receipt

        receipt = Receipt("250", "2.0.0 Ok")
        for number, _message in enumerate(batch):
            progress.started(number)
            progress.may_continue()
            progress.finished(number, receipt)
        self._left -= len(batch)
        if self._left <= 0 and not self.memory:
            self.memory, _peak = memory_mb(os.getpid())

    def deliver(self, **message: Any) -> Any:
        """Take one message, as it was before windows."""
        from transport.delivery import Receipt

        message["may_continue"]()
        self._left -= 1
        if self._left <= 0 and not self.memory:
            self.memory, _peak = memory_mb(os.getpid())
        return Receipt("250", "2.0.0 Ok")


if __name__ == "__main__":
    main()
