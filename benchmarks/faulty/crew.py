"""The workers of a run and the ways in which they die."""

import os
import random
import signal
from pathlib import Path
from typing import Any

from benchmarks.faulty.notes import Notes
from tests.faults.zygote import ForkedWorker, Zygote
from tests.processes import Broker, live_database_url, point_celery_at

LOOPS = 3
# Chances for each time a point is passed: c2 once a claim, c6 once a message of a letter.
TRAPS = "c1:0.004,c2:0.004,c3:0.002,c4:0.002,c5:0.002,c6:0.002,c7:0.002,c8:0.002,c9:0.03"
NOWHERE = "unix:///nonexistent/broker.sock"


class Crew:
    """Some workers, kept at their number whatever happens to them. A context manager."""

    def __init__(self, zygote: Zygote, notes: Notes, *, smtp_port: int, is_celery: bool, dice: random.Random) -> None:
        """Start nothing yet."""
        self.zygote, self.notes, self.port, self.is_celery, self.dice = zygote, notes, smtp_port, is_celery, dice
        self.workers: list[ForkedWorker] = []
        self.most_connections = 1
        # Processes that a kill was meant for, so that a death is told once.
        self.meant: set[int] = set()
        self.broker: Broker | None = None

    def start(self, *, with_traps: bool) -> None:
        """Fork them."""
        if self.is_celery:
            self.broker = Broker()
            self.broker.start()
            point_celery_at(f"redis+socket://{self.broker.url.removeprefix('unix://')}")
        for number in range(1 if self.is_celery else LOOPS):
            self.workers.append(
                ForkedWorker(
                    self.zygote,
                    "worker" if self.is_celery else "fast_loop",
                    **self._order(number, with_traps=with_traps and not self.is_celery),
                )
            )

    def _order(self, number: int, *, with_traps: bool) -> dict[str, Any]:
        order: dict[str, Any] = {
            "database": live_database_url(),
            "broker": self.broker.url if self.broker else NOWHERE,
            "seed": str(self.dice.random()),
            "settings": {
                "LEASE_SECONDS": 2,
                "RETRY_FIRST_SECONDS": 1,
                "SMTP_URL": f"smtp://127.0.0.1:{self.port}",
                "JOURNAL_DIR": str(self.notes.folder / "journal"),
            },
        }
        if with_traps:
            order["failpoints"] = TRAPS
        if self.is_celery:
            pool = ["--pool", "prefork", "-c", "2", "-Q", "dispatch,default", "-n", f"bench{number}@{os.getpid()}"]
            order["arguments"] = pool
            order["arguments"] += ["--without-gossip", "--without-mingle", "--loglevel", "ERROR"]
        return order

    def tend(self, campaign: int) -> None:
        """Start those again that died, and tell of those that no kill was meant for: they died at a fail point."""
        for worker in self.workers:
            pid = worker.process.pid
            if worker.revive():
                if pid not in self.meant:
                    end = worker.former[-1].wait(5)
                    kind = "failpoint" if end == -signal.SIGKILL else f"crash {end}"
                    self.notes.add("kills" if end == -signal.SIGKILL else "crashes", campaign, kind, pid, 1)
                for child in worker.former:
                    child.poll()
                worker.former = [child for child in worker.former if child.returncode is None]

    def kill_one(self, campaign: int, busy: set[int]) -> bool:
        """SIGKILL one process that holds a lease now (or, of Celery, sometimes its parent); False if there is none."""
        mine = {pid for pid in busy if is_ours(pid, self.workers, self.meant)}
        if not mine:
            return False
        victim, kind = self.dice.choice(sorted(mine)), "loop"
        open_connections = connections_to(self.port, victim)
        self.most_connections = max(self.most_connections, open_connections)
        if self.is_celery:
            kind = "celery-child"
            if self.dice.random() < 0.2:
                # The parent alone: its children are orphans and end their task by themselves.
                kind, victim = "celery-parent", self.workers[0].process.pid
        self.meant.add(victim)
        os.kill(victim, signal.SIGKILL)
        self.notes.add("kills", campaign, kind, victim, open_connections)
        return True

    def stop(self) -> None:
        """End all of them at once."""
        for worker in self.workers:
            worker.kill()
        if self.broker:
            self.broker.close()

    def logs(self) -> str:
        """What they said last."""
        return "\n".join(worker.log()[-2000:] for worker in self.workers)


def is_ours(pid: int, workers: list[ForkedWorker], dead: set[int]) -> bool:
    """Whether a process that a lease names is a worker of this run, or its child, and alive as far as we know."""
    if pid in dead:
        return False
    groups = {worker.process.pid for worker in workers}
    try:
        return os.getpgid(pid) in groups
    except ProcessLookupError:
        return False


def connections_to(port: int, pid: int) -> int:
    """How many connections to a port of loopback a process has open; 1 where that cannot be seen."""
    try:
        links = [os.readlink(path) for path in Path(f"/proc/{pid}/fd").iterdir()]
        inodes = {link.removeprefix("socket:[")[:-1] for link in links if link.startswith("socket:[")}
        rows = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    except OSError:
        return 1
    target = f":{port:04X}"
    return sum(row[2].endswith(target) and row[3] == "01" and row[9] in inodes for row in rows)
