"""Where one worker's time goes: one turn over a newsletter in this process, under cProfile, against smtp-sink.

Prints the rate with and without the profiler (which slows Python's own calls more than the kernel's), CPU by part, and
the functions that cost most. `--database sqlite` uses SQLite, else PostgreSQL as `bench dispatch` starts it.
"""

import argparse
import contextlib
import cProfile
import os
import pstats
import sys
import time
from typing import Any

from benchmarks.rig import servers
from benchmarks.rig.newsletter import make_newsletter, make_people, sample
from benchmarks.rig.usage import cpu_seconds
from benchmarks.stage import fresh_database, show


def main() -> None:
    """Send once plainly and once profiled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=5_000)
    parser.add_argument("--database", choices=["postgres", "sqlite"], default="postgres")
    parser.add_argument("--top", type=int, default=40, help="how many functions are shown")
    parser.add_argument("--sort", choices=["tottime", "cumtime", "ncalls"], default="tottime")
    parser.add_argument("--out", help="keep the profile in this file, for snakeviz or pstats")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        pid = 0
        if options.database == "postgres":
            server = stack.enter_context(servers.postgres())
            os.environ["DATABASE_URL"], pid = str(server["url"]), int(server["pid"])
        else:
            os.environ.pop("DATABASE_URL", None)
        os.environ["REDIS_URL"] = stack.enter_context(servers.redis())
        stack.enter_context(fresh_database())
        make_people(options.messages)
        plain = measure(make_newsletter("BENCH-PLAIN"), postgres_pid=pid)
        profile = cProfile.Profile()
        profiled = measure(make_newsletter("BENCH-PROFILE"), postgres_pid=pid, profile=profile)
    show({"benchmark": "profile", "database": options.database, **plain, "profiled": profiled}, as_json=options.json)
    if options.out:
        profile.dump_stats(options.out)
    pstats.Stats(profile, stream=sys.stderr).sort_stats(options.sort).print_stats(options.top)


def measure(mailing: Any, *, postgres_pid: int, profile: cProfile.Profile | None = None) -> dict[str, Any]:
    """One turn that lasts until everybody has theirs, in this process and thread."""
    from mailing.dispatch import sending
    from transport.smtp import SMTPTransport

    size = len(sample(mailing.contents.get()))
    with servers.Sink() as sink:
        started, cpu = time.perf_counter(), time.process_time()
        database = cpu_seconds(postgres_pid) if postgres_pid else 0.0
        with profile or contextlib.nullcontext():
            sent = sending.run(mailing.pk, open_with=lambda: SMTPTransport(sink.url), budget=3600.0)
        used, seconds = time.process_time() - cpu, time.perf_counter() - started
        assert sent == mailing.recipients, f"{sent} of {mailing.recipients}"  # noqa: S101
        rates = sink.rate(sent, size)
        database = cpu_seconds(postgres_pid) - database if postgres_pid else 0.0
    return {
        **rates,
        "turn_seconds": round(seconds, 3),
        "worker_cpu_us": round(used / sent * 1e6),
        "postgres_cpu_us": round(database / sent * 1e6),
    }


if __name__ == "__main__":
    main()
