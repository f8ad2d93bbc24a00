"""A letter to 300 people while workers are killed at random: who gets how many copies, and what the ledger says.

The kills are drawn from a seed that is printed. Any second copy, any row without a truthful status and any instant at
which the ledger does not add up is a violation, and the run ends with status 1.
"""

import argparse
import random
import sys
import time
from collections import Counter
from typing import Any

from benchmarks.stage import fresh_database, show

ROWS = ("queued", "sent", "failed", "cancelled", "uncertain", "skipped")


def main() -> None:
    """Run it once on a fresh database and print one result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with fresh_database() as vendor:
        found = FaultRun(options).go()
    show({"benchmark": "fault_run", "database": vendor, "seed": options.seed, **found}, as_json=options.json)
    sys.exit(1 if found["violations"] else 0)


class FaultRun:
    """One mailing, its workers, and the dice that kill them."""

    def __init__(self, options: argparse.Namespace) -> None:
        """Nothing is started yet."""
        self.options = options
        self.dice = random.Random(options.seed)  # noqa: S311 - chance for a test, not for a secret
        self.violations: list[str] = []
        self.kills = 0

    def go(self) -> dict[str, Any]:
        """Start everything, kill until the mailing is finished, and compare the ledger with what was caught."""
        from mailing import bell
        from tests.letters import OPENINGS, letter_being_sent
        from tests.processes import Broker, Catcher, WorkerProcess, point_celery_at

        self.mailing = letter_being_sent(self.options.people, languages=tuple(OPENINGS), chunk=20)
        broker = Broker()
        broker.start()
        point_celery_at("redis+socket://" + broker.url.removeprefix("unix://"))
        with Catcher(delay=0.03) as catcher:
            self.catcher = catcher
            self.start = lambda: WorkerProcess(broker=broker.url, smtp=catcher.url, LEASE_SECONDS=2)
            self.workers = [self.start() for _number in range(self.options.workers)]
            started = time.monotonic()
            try:
                bell.ring(self.mailing.pk)
                self._kill_until_finished(deadline=started + 170)
            finally:
                for worker in self.workers:
                    worker.kill()
                broker.close()
            return {**self._compare(), "seconds": round(time.monotonic() - started, 1)}

    def _kill_until_finished(self, *, deadline: float) -> None:
        from mailing.dispatch import recovery

        # Spread over the messages, so that each kill meets a worker at work.
        step = self.options.people / (self.options.kills + 1)
        next_pulse = 0.0
        while time.monotonic() < deadline:
            self.mailing.refresh_from_db()
            if self.mailing.status == "finished":
                return
            self._sample()
            if time.monotonic() > next_pulse:
                next_pulse = time.monotonic() + 0.5
                recovery.sweep()
                recovery.ring_due()
            if self.kills < self.options.kills and len(self.catcher.messages) >= step * (self.kills + 1):
                self._kill_one()
            time.sleep(0.02)
        self.violations.append("not finished in time")

    def _kill_one(self) -> None:
        time.sleep(self.dice.random() * 0.1)
        held = list(self.mailing.chunks.exclude(owner="").values_list("owner", flat=True))
        busy = [worker for worker in self.workers if any(f":{worker.process.pid}:" in owner for owner in held)]
        if not busy:
            return
        victim = self.dice.choice(busy)
        victim.kill()
        victim.start()
        self.kills += 1

    def _sample(self) -> None:
        from mailing.dispatch.store import counts

        found = counts(self.mailing.pk)
        if sum(found[row] for row in ROWS) != self.options.people:
            self.violations.append(f"ledger: {found}")

    def _compare(self) -> dict[str, Any]:
        from mailing.dispatch.store import counts

        copies = Counter(self.catcher.recipients)
        arrived = 0
        for email, status in self.mailing.deliveries.values_list("email", "status"):
            allowed = {"sent": {1}, "uncertain": {0, 1}}.get(status, {0})
            if copies[email] not in allowed:
                self.violations.append(f"{status}: {copies[email]} copies")
            arrived += copies[email] if status == "uncertain" else 0
        found = counts(self.mailing.pk)
        return {
            "people": self.options.people,
            "kills": self.kills,
            **{row: found[row] for row in ROWS},
            "uncertain_that_arrived": arrived,
            "second_copies": sum(number - 1 for number in copies.values() if number > 1),
            "violations": self.violations,
        }


if __name__ == "__main__":
    main()
