"""The SMTP server of tests/faults/smtp.py as a process of its own, with a log that anybody can count again.

    python -m tests.faults.sink --log FILE [--faults FILE] [--port N] [--seed N]

Each message that was taken is one line of FILE, written (O_APPEND) before the server says so: seconds since 1970,
number of the connection, recipient, Message-ID and, as in the ledger, BLAKE2b-256 of the bytes, separated by tabs.
--faults gets a line for each time that it did not do the usual: time, phase, recipient and what (a reply, "drop",
"drop, taken").

It prints its port, then takes one line of JSON after the other on standard input and answers each with one:
{"rules": [...]} replaces the rules, {} asks how many messages and connections there were. It ends when standard input
does.
"""

import argparse
import asyncio
import contextlib
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from tests.faults.smtp import PHASES, Answer, Message, Server
from tests.patience import read_line

ROOT = Path(__file__).resolve().parent.parent.parent
MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^>]+)>", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Rule:
    """When something happens: at a phase, to an address, "@domain" or everybody (""), and how often.

    `times` counts down over all recipients; `each` is how many times each recipient meets it (None: always);
    `chance` is drawn from the seed, the phase, the recipient and the number of their visit.
    """

    phase: str
    answer: Answer
    to: str = ""
    times: int | None = None
    each: int | None = None
    chance: float = 1.0

    def __post_init__(self) -> None:
        assert self.phase in PHASES, self.phase

    def is_for(self, address: str) -> bool:
        return not self.to or address == self.to or (self.to.startswith("@") and address.endswith(self.to))


class Rules:
    """All rules of a server; the first that fits decides."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.replace([])

    def replace(self, rules: Iterable[Rule]) -> None:
        """Forget all earlier rules."""
        self.by_phase: dict[str, list[Rule]] = {}
        for rule in rules:
            self.by_phase.setdefault(rule.phase, []).append(rule)
        self.done: Counter[int] = Counter()
        self.met: Counter[tuple[int, str]] = Counter()
        self.visits: Counter[tuple[str, str]] = Counter()

    def decide(self, phase: str, address: str) -> Answer | None:
        """The answer of the first rule that fits."""
        rules = self.by_phase.get(phase)
        if not rules:
            return None
        visit = self.visits[phase, address] = self.visits[phase, address] + 1
        # One throw for the phase; the chances of its rules lie side by side.
        thrown = zlib.crc32(f"{self.seed}:{phase}:{address}:{visit}".encode()) / 2**32
        for rule in rules:
            if not rule.is_for(address) or self._is_spent(rule, address):
                continue
            if thrown < rule.chance:
                self.done[id(rule)] += 1
                self.met[id(rule), address] += 1
                return rule.answer
            thrown -= rule.chance
        return None

    def _is_spent(self, rule: Rule, address: str) -> bool:
        if rule.times is not None and self.done[id(rule)] >= rule.times:
            return True
        return rule.each is not None and self.met[id(rule), address] >= rule.each


class Line(NamedTuple):
    """One line of the log."""

    at: str
    connection: str
    recipient: str
    message_id: str
    digest: str


def read_log(path: Path) -> list[Line]:
    """Every complete line of a sink's log."""
    text = path.read_text() if path.exists() else ""
    return [Line(*line.split("\t")) for line in text.splitlines()]


class Sink:
    """Starts the process and talks to it. A context manager; `url` is where it takes mail."""

    def __init__(self, log: Path, *, faults: Path | None = None, seed: int = 0, port: int = 0) -> None:
        self.log = log
        command = [sys.executable, "-m", "tests.faults.sink"]
        options = ["--log", str(log), "--seed", str(seed), "--port", str(port)]
        options += ["--faults", str(faults)] if faults else []
        self.process = subprocess.Popen(
            [*command, *options], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.port = json.loads(self._read())["port"]

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def play(self, *rules: Rule) -> None:
        """From now on these rules hold, and no others."""
        self._ask({"rules": [asdict(rule) for rule in rules]})

    def counts(self) -> dict[str, int]:
        """How many messages were taken and connections were made."""
        return self._ask({})

    def lines(self) -> list[Line]:
        """The log."""
        return read_log(self.log)

    def _ask(self, question: dict) -> dict:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return json.loads(self._read())

    def _read(self) -> str:
        assert self.process.stdout
        return read_line(self.process.stdout, 30, "the mail server")

    def __enter__(self) -> "Sink":
        return self

    def __exit__(self, *details: object) -> None:
        self.process.kill()
        self.process.wait(10)


def main() -> None:
    """Listen until standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--log", required=True)
    parser.add_argument("--faults", default=os.devnull)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    # A test that is interrupted closes the pipe; the keyboard is its business alone.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(BrokenPipeError):
        asyncio.run(serve(options))


async def serve(options: argparse.Namespace) -> None:
    """Take mail and orders."""
    log, faults = (
        os.open(name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644) for name in (options.log, options.faults)
    )
    rules, taken = Rules(options.seed), Counter()

    def decide(phase: str, address: str) -> Answer | None:
        answer = rules.decide(phase, address)
        what = answer and (answer.reply or "hang" * answer.hang or "drop" * answer.drop)
        if answer and what:
            what += ", taken" if phase == "dot" and answer.is_kept else ""
            os.write(faults, f"{time.time():.6f}\t{phase}\t{address}\t{what}\n".encode())
        return answer

    def take(message: Message) -> None:
        found = MESSAGE_ID.search(message.data)
        digest = hashlib.blake2b(message.data, digest_size=32).hexdigest()
        words = [f"{time.time():.6f}", str(message.connection), message.recipient]
        line = "\t".join([*words, found[1].decode() if found else "", digest])
        os.write(log, f"{line}\n".encode())
        taken["messages"] += 1

    server = Server(decide, take)
    listener = await server.listen(options.port)
    print(json.dumps({"port": listener.sockets[0].getsockname()[1]}), flush=True)
    orders = asyncio.StreamReader(limit=2**22)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while line := await orders.readline():
        order = json.loads(line)
        if "rules" in order:
            rules.replace(Rule(**{**rule, "answer": Answer(**rule["answer"])}) for rule in order["rules"])
        print(json.dumps({"messages": taken["messages"], "connections": server.connections}), flush=True)


if __name__ == "__main__":
    main()
