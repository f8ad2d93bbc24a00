"""How fast newsletters leave, beside everything else that could send them, in one run on this machine.

Each part sends the same personalised 12 KB message with two parts to a fresh `smtp-sink` on loopback. The parts take
turns within a round, with smtp-source (ten kept connections) before and after ours; every figure is the median of the
rounds, and every ratio that of rates of one round. docs/scaling.md says how to read it.
"""

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.rig import services
from benchmarks.rig.newsletter import make_newsletter, make_people, sample
from benchmarks.rig.ours import run_ours
from benchmarks.rig.reference import run_smtp_source
from benchmarks.rig.results import print_table, summary, versions
from benchmarks.rig.usage import load
from benchmarks.stage import fresh_database, show

PARTS = ["smtp_source", "ours", "ours_one_process"]


def main() -> None:
    """Read the options, start the servers, run the rounds, print what was found."""
    options = read_options()
    with contextlib.ExitStack() as stack:
        bench = Bench(options, stack)
        for number in range(options.rounds):
            bench.round(number)
        found = summary(bench.rounds) | bench.facts
    if options.json:
        show({"benchmark": "dispatch", **found}, as_json=True)
    else:
        print_table(found)


def read_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000, help="recipients of ours and of smtp-source")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help=f"some of these, with commas: {', '.join(PARTS)}")
    parser.add_argument("--database", choices=["postgres", "sqlite"], default="postgres")
    parser.add_argument("--json", action="store_true", help="one object on one line as the only output")
    options = parser.parse_args()
    options.parts = [name for name in options.only.split(",") if name] or PARTS
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    return options


class Bench:
    """One run: its servers, its people, and what each round gave."""

    def __init__(self, options: argparse.Namespace, stack: contextlib.ExitStack) -> None:
        """Start the servers and make the people; nothing is sent yet."""
        self.options = options
        self.rounds: list[dict[str, Any]] = []
        server = {"pid": 0}
        if options.database == "postgres":
            server = stack.enter_context(services.postgres())
            os.environ["DATABASE_URL"] = str(server["url"])
            self.broker = stack.enter_context(services.redis())
        else:
            os.environ.pop("DATABASE_URL", None)
            self.broker = stack.enter_context(services.embedded_broker())
        os.environ["REDIS_URL"] = self.broker
        self.postgres_pid = int(server["pid"])
        database = stack.enter_context(fresh_database())
        say(f"Making {options.messages} people.")
        make_people(options.messages)
        first = make_newsletter("BENCH-SAMPLE", limit=1)
        self.size = len(sample(first.contents.get()))
        self.facts = {
            "database": database,
            "messages": options.messages,
            "message_octets": self.size,
            "rounds": options.rounds,
            "postgres": {name: server[name] for name in ("server", "files") if name in server},
            "versions": versions(),
        }

    def round(self, number: int) -> None:
        """Every part once, the reference before and after ours."""
        found: dict[str, Any] = {}
        for name in self.order():
            say(f"Round {number + 1} of {self.options.rounds}: {name}")
            before, started = load(), time.monotonic()
            figures = self.part(name, number)
            figures |= {"load_before": before, "took": round(time.monotonic() - started, 1)}
            found.setdefault(name, []).append(figures)
        self.rounds.append(found)

    def order(self) -> list[str]:
        """The parts of one round in the order in which they run."""
        found = []
        for name in self.options.parts:
            found.append(name)
            if name.startswith("ours") and "smtp_source" in self.options.parts:
                found.append("smtp_source")
        return found

    def part(self, name: str, number: int) -> dict[str, Any]:
        """Run one part and give its figures."""
        runs: dict[str, Callable[[], dict[str, Any]]] = {
            "smtp_source": lambda: run_smtp_source(self.options.messages, self.size),
            "ours": lambda: self.ours(f"BENCH-{number}-2", 2 if self.options.database == "postgres" else 1),
            "ours_one_process": lambda: self.ours(f"BENCH-{number}-1", 1),
        }
        return runs[name]()

    def ours(self, reference: str, processes: int) -> dict[str, Any]:
        """A newsletter of its own for this part, by so many worker processes."""
        mailing = make_newsletter(reference)
        return run_ours(mailing, self.size, broker=self.broker, processes=processes, postgres_pid=self.postgres_pid)


def say(text: str) -> None:
    """Tell the person what happens, on standard error."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
