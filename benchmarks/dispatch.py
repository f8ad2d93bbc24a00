"""How fast newsletters leave, beside everything else that could send them, in one run on this machine.

Each part sends the same personalised 12 KB message with two parts to a fresh `smtp-sink` on loopback. The parts take
turns within a round, with smtp-source (ten kept connections) before and after ours; every figure is the median of the
rounds, and every ratio that of rates of one round. docs/scaling.md says how to read it.

With --issue ours is an issue that was put together from blocks, beside a plain newsletter as long.
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.rig import servers
from benchmarks.rig.checking import check, check_digests, check_issue
from benchmarks.rig.client import run_dkim, run_pipelining
from benchmarks.rig.issue import PERIOD, choose, make_issue
from benchmarks.rig.newsletter import SIZE, make_newsletter, make_people
from benchmarks.rig.ours import run_ours, send_plainly
from benchmarks.rig.peers import Peers
from benchmarks.rig.reference import run_smtp_source
from benchmarks.rig.results import issue_summary, print_table, summary, versions
from benchmarks.rig.usage import load
from benchmarks.stage import fresh_database, show

# Slow peers send fewer: rates are compared.
COUNTS = {
    "django_loop": 600,
    "celery_per_recipient": 600,
    "celery_tuned": 800,
    "post_office": 1_000,
    "nodemailer": 1_000,
}
# Not a way to send the list: what the client alone gains or pays.
CLIENT = {"pipelining": run_pipelining, "dkim": run_dkim}
PARTS = ["smtp_source", "ours", "ours_one_process", "ours_sqlite", *COUNTS, *CLIENT]
ISSUE_PARTS = ["smtp_source", "ours", "ours_plain", "ours_tenth", "ours_one_process", "ours_sqlite"]
ON_SQLITE = {"smtp_source", "ours", "ours_plain", "ours_tenth"}
# Readers of the check before anything is measured.
CHECKED = 24
# Beside an issue the reference sends no more: rates are compared, and a run of 100,000 should not last for ever.
REFERENCE = 20_000


def main() -> None:
    """Read the options, start the servers, run the rounds, print what was found."""
    options = read_options()
    # A TERM unwinds as Ctrl-C does: nothing that was started stays behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with contextlib.ExitStack() as stack:
        bench = (IssueBench if options.issue else Bench)(options, stack)
        for number in range(options.rounds):
            bench.round(number)
        found = (issue_summary if options.issue else summary)(bench.rounds) | bench.facts
    if options.json:
        show({"benchmark": "dispatch of an issue" if options.issue else "dispatch", **found}, as_json=True)
    else:
        print_table(found)


def read_options(words: list[str] | None = None) -> argparse.Namespace:
    """The command line, or `words` in its place."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000, help="recipients of ours and of smtp-source")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help=f"some of these, with commas: {', '.join(PARTS)}")
    parser.add_argument("--issue", action="store_true", help=f"an issue of blocks; parts: {', '.join(ISSUE_PARTS)}")
    parser.add_argument("--database", choices=["postgres", "sqlite"], default="postgres")
    parser.add_argument("--json", action="store_true", help="one object on one line as the only output")
    options = parser.parse_args(words)
    known = ISSUE_PARTS if options.issue else PARTS
    options.parts = [name for name in options.only.split(",") if name] or known
    unknown = set(options.parts) - set(known)
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    if options.database == "sqlite":
        options.parts = [name for name in options.parts if name in ON_SQLITE]
    if options.issue and options.messages < 10 * PERIOD:
        parser.error(f"an issue has {PERIOD} kinds of readers: give --messages {10 * PERIOD} or more")
    return options


class Bench:
    """One run: its servers, its people, and what each round gave."""

    def __init__(self, options: argparse.Namespace, stack: contextlib.ExitStack) -> None:
        """Start the servers, make the people, install the peers; nothing is sent yet."""
        self.options = options
        self.rounds: list[dict[str, Any]] = []
        self.is_postgres = options.database == "postgres"
        server: dict[str, Any] = {"pid": 0, "url": ""}
        if self.is_postgres:
            server = stack.enter_context(servers.postgres())
            os.environ["DATABASE_URL"] = str(server["url"])
            self.broker = stack.enter_context(servers.redis())
        else:
            os.environ.pop("DATABASE_URL", None)
            self.broker = stack.enter_context(servers.embedded_broker())
        os.environ["REDIS_URL"] = self.broker
        self.postgres_pid = int(server["pid"])
        database = stack.enter_context(fresh_database())
        say(f"Making {options.messages} people.")
        make_people(options.messages)
        self.prepare(str(server["url"]), stack)
        self.sizes = self.checked()
        self.facts = {
            "database": database,
            "messages": options.messages,
            "message_octets": self.sizes,
            "rounds": options.rounds,
            "postgres": {name: server[name] for name in ("server", "files") if name in server} | promises(),
            "versions": versions(),
        }

    def prepare(self, server: str, stack: contextlib.ExitStack) -> None:
        """Install the peers that take part, and give them the list and the words."""
        names = set(COUNTS) & set(self.options.parts)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dmr-peers-")))
        peers = Peers(folder, server=server, broker=self.broker, names=names if self.is_postgres else set())
        self.first = make_newsletter("BENCH-LIST", is_leaving=False)
        peers.write(self.first, max(COUNTS.values()))
        stack.enter_context(peers.database())
        self.peers = peers

    def checked(self) -> dict[str, int]:
        """Let everybody write to a recording server first; gives each part's octets a message."""
        found = {}
        for name in self.options.parts:
            if name != "ours" and name not in COUNTS:
                continue
            say(f"Checking {name}")
            count = min(CHECKED, self.options.messages)
            send = partial(self.peers.send, name, count=count) if name in COUNTS else partial(self.send_few, count)
            found[name] = check(send, self.peers.list, count)
        found.setdefault("ours", SIZE)
        return found

    def send_few(self, count: int, port: int) -> None:
        """Ours, to the first readers only."""
        mailing = make_newsletter("BENCH-CHECK", limit=count)
        send_plainly(mailing, f"smtp://127.0.0.1:{port}", broker=self.broker)

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
            if name in ("ours", "ours_plain", "ours_one_process") and "smtp_source" in self.options.parts:
                found.append("smtp_source")
        return found

    def part(self, name: str, number: int) -> dict[str, Any]:
        """Run one part against a fresh sink and give its figures."""
        if name in CLIENT:
            return CLIENT[name](self.first)
        if name == "ours_sqlite":
            return on_sqlite(min(self.options.messages, 10_000))
        if name == "smtp_source":
            with servers.Sink() as sink:
                return run_smtp_source(self.options.messages, self.sizes["ours"], sink)
        if name in COUNTS:
            count = min(COUNTS[name], self.options.messages)
            with servers.Sink() as sink:
                said = self.peers.send(name, sink.port, count)
                return peer_figures(name, said, sink.rate(count, self.sizes[name]))
        return self.ours(name, make_newsletter(f"BENCH-{number}-{name}"))

    def ours(self, name: str, mailing: Any) -> dict[str, Any]:
        """Our workers send a mailing to a fresh sink."""
        processes = 1 if name == "ours_one_process" or not self.is_postgres else 2
        server: dict[str, Any] = {"broker": self.broker, "postgres_pid": self.postgres_pid}
        with servers.Sink() as sink:
            return run_ours(mailing, self.sizes["ours"], sink, processes=processes, **server)


class IssueBench(Bench):
    """The same with an issue: beside it a plain newsletter that is as long, and the issue to a tenth of the readers."""

    def prepare(self, server: str, stack: contextlib.ExitStack) -> None:
        """Give the readers languages and topics. No peer takes part: none of them has blocks."""
        from contacts.models import ContactList

        choose(ContactList.objects.get(name="Newsletter"))

    def checked(self) -> dict[str, int]:
        """Let ours write an issue to a recording server first; gives the octets of a message."""
        say("Checking the issue")
        mailing = make_issue("BENCH-CHECK", limit=CHECKED)
        return {"ours": check_issue(mailing, lambda port: self.send_issue(mailing, port))}

    def send_issue(self, mailing: Any, port: int) -> None:
        """An issue to whoever listens there; nothing is measured."""
        send_plainly(mailing, f"smtp://127.0.0.1:{port}", broker=self.broker)

    def part(self, name: str, number: int) -> dict[str, Any]:
        """Run one part against a fresh sink and give its figures."""
        messages, size = self.options.messages, self.sizes["ours"]
        if name == "ours_sqlite":
            return on_sqlite(min(messages, 10_000), "--issue")
        if name == "smtp_source":
            with servers.Sink() as sink:
                return run_smtp_source(min(messages, REFERENCE), size, sink)
        reference = f"BENCH-{number}-{name}"
        if name == "ours_plain":
            mailing = make_newsletter(reference, size=size)
        else:
            mailing = make_issue(reference, limit=messages // 10 if name == "ours_tenth" else None)
        found = self.ours(name, mailing)
        # What left, and not only what was checked before: the digests of some readers, made again the slow way.
        return found | {"digests_compared": check_digests(mailing), "skeletons": mailing.skeletons.count()}


def peer_figures(name: str, said: dict[str, Any], rates: dict[str, float]) -> dict[str, Any]:
    """The rate at the sink, and the peer's CPU.

    post_office alone prepares everything before its first message and writes everything down after its last: its rate
    is taken over the whole of that call, and the one at the sink told as well.
    """
    found = {**rates, "cpu_s_per_1000": round(said["cpu_s"] / rates["messages"] * 1000, 4), "said": said}
    if name == "post_office":
        whole = round(rates["messages"] / said["own_seconds"], 1)
        found |= {"per_second": whole, "per_second_at_the_sink": rates["per_second"]}
    return found


def on_sqlite(messages: int, *more: str) -> dict[str, Any]:
    """A small installation: SQLite, the embedded broker, one worker process; in a process of its own, with its own
    reference before and after.
    """
    options = ["--database", "sqlite", "--only", "smtp_source,ours", "--rounds", "1", "--messages", str(messages)]
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "benchmarks.dispatch", *options, *more, "--json"],
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
    )
    found = json.loads(done.stdout)
    (ours,) = found["raw"][0]["ours"]
    return {**ours, "of_smtp_source": found["ratios"]["smtp_source"], "reference": found["raw"][0]["smtp_source"]}


def promises() -> dict[str, str]:
    """What the database server is set to keep; nothing on SQLite. Says so when a server of yours keeps less."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return {}
    found = {}
    with connection.cursor() as cursor:
        for name in ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers"):
            cursor.execute(f"SHOW {name}")
            found[name] = str(cursor.fetchone()[0])
    if found["fsync"] != "on" or found["synchronous_commit"] != "on":
        say("This server does not keep what it confirms (fsync, synchronous_commit): the figures are not comparable.")
    return found


def say(text: str) -> None:
    """Tell the person what happens, on standard error."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
