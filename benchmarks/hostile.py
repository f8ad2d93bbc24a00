"""Hostile and damaged files by the ten thousand, each offered to the product's own readers and importer.

For each format Hypothesis makes files from a seed; a file is imported whole, held or refused with a sentence, and is
taken back at once. Anything else ends the run and shows the file. The strategies are those of the tests.
"""

import argparse
import os
import sys
import time
from collections import Counter
from typing import Any

from benchmarks.rig.usage import load as load_average
from benchmarks.rig.usage import memory_mb
from benchmarks.stage import fresh_database, show

IN_PROCESS = "xlsx files are read in the process of the run, 1 in 100 of them in the product's process of its own"


def main() -> None:
    """Offer every format its files and print one result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000, help="files of each format")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--format", action="append", help="only this one; may be given several times")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    os.environ.pop("DATABASE_URL", None)
    with fresh_database() as vendor:
        from contacts.reference import load_bodies
        from tests.contacts.imports.hostile import FORMATS

        load_bodies()
        before, _peak = memory_mb(os.getpid())
        found = {name: run(name, options.cases, options.seed) for name in options.format or sorted(FORMATS)}
        after, peak = memory_mb(os.getpid())
    show(
        {
            "benchmark": "hostile",
            "database": vendor,
            "cases": options.cases,
            "seed": options.seed,
            "exceptions": 0,  # One would have ended the run.
            "partial_imports": 0,
            "formats": found,
            "rss_mb_before": before,
            "rss_mb_after": after,
            "rss_mb_peak": peak,
            "note": IN_PROCESS,
            "load_average": load_average(),
        },
        as_json=options.json,
    )


def run(name: str, cases: int, seed: int) -> dict[str, Any]:
    """Offer one format so many files. Raises what a reader raised, or AssertionError for a partial import."""
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded

    from contacts.imports import tables, workbook
    from tests.contacts.imports.hostile import FORMATS, offer

    files, read = FORMATS[name]
    outcomes: Counter[str] = Counter()
    own_process = tables.run_reader

    def reader(path: str, most: int = 0, sheet: str = "") -> dict[str, Any]:
        if outcomes.total() % 100 == 0:
            return own_process(path, most, sheet)
        return workbook.outcome(path, tables.MAX_ROWS, most=most, title=sheet)

    tables.run_reader = reader

    @seeded(seed)
    @settings(
        max_examples=cases,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(files)
    def check(data: bytes) -> None:
        outcomes[offer(read, data)] += 1

    started, cpu = time.monotonic(), time.process_time()
    try:
        check()
    finally:
        tables.run_reader = own_process
    seconds = {"seconds": round(time.monotonic() - started, 1), "cpu_seconds": round(time.process_time() - cpu, 1)}
    found = {"cases": outcomes.total(), **dict(sorted(outcomes.items())), **seconds}
    print(f"{name}: {found}", file=sys.stderr, flush=True)
    return found


if __name__ == "__main__":
    main()
