"""Real workers, a catcher and a broker to stop, for tests of what must hold when processes die."""

import time

import pytest

from mailing.dispatch import recovery
from mailing.dispatch.store import counts
from mailing.models import Mailing
from tests.processes import BeatProcess, Broker, Catcher, WorkerProcess, moments, point_celery_at


@pytest.fixture
def catcher():
    with Catcher() as found:
        yield found


@pytest.fixture
def broker(transactional_db):
    """A broker of the test's own; this process rings there too."""
    found = Broker()
    found.start()
    former = point_celery_at("redis+socket://" + found.url.removeprefix("unix://"))
    yield found
    point_celery_at(former)
    found.close()


@pytest.fixture
def start_worker(broker, catcher):
    """Starts workers; what still lives is killed before the tables are emptied."""
    started = []

    def start(kind=WorkerProcess, **options):
        options = {"LEASE_SECONDS": 2, "RETRY_FIRST_SECONDS": 1, **options}
        started.append(kind(broker=broker.url, smtp=catcher.url, **options))
        return started[-1]

    yield start
    for process in started:
        process.kill()


@pytest.fixture
def start_beat(start_worker):
    return lambda: start_worker(BeatProcess)


class Watch:
    """Looks at a mailing's ledger again and again: it has to add up at every instant (RELIABILITY G1)."""

    def __init__(self, mailing, catcher, processes=()):
        self.mailing, self.catcher, self.processes = mailing, catcher, processes

    def ledger(self) -> dict[str, int]:
        found = counts(self.mailing.pk)
        rows = ("queued", "sent", "failed", "cancelled", "uncertain", "skipped")
        assert sum(found[row] for row in rows) == self.mailing.recipients, found
        return found

    def until(self, is_so, seconds=40.0, *, beat_by_hand=False):
        """Wait until `is_so(ledger)`; rings and sweeps as beat does where a test has no beat."""
        pulse = 0.0
        for now in moments(seconds):
            found = self.ledger()
            if is_so(found):
                return found
            if beat_by_hand and now - pulse > 0.5:
                pulse = now
                recovery.sweep()
                recovery.ring_due()
        logs = "\n".join(process.log()[-3000:] for process in self.processes)
        raise AssertionError(f"After {seconds} s: {self.ledger()}, {len(self.catcher.messages)} caught.\n{logs}")

    def until_caught(self, number, **options):
        return self.until(lambda ledger: len(self.catcher.messages) >= number, **options)

    def until_finished(self, seconds=60.0, **options):
        return self.until(lambda ledger: self.status() in ("finished", "cancelled"), seconds, **options)

    def status(self) -> str:
        return Mailing.objects.values_list("status", flat=True).get(pk=self.mailing.pk)

    def assert_the_ledger_tells_the_truth(self):
        """sent: exactly one copy; queued, failed, cancelled, skipped: none; uncertain: none or one (G2, G3)."""
        time.sleep(0.2)
        copies = self.catcher.recipients
        for email, status in self.mailing.deliveries.values_list("email", "status"):
            allowed = {"sent": {1}, "uncertain": {0, 1}}.get(status, {0})
            assert copies.count(email) in allowed, f"{status}: {copies.count(email)} copies"
        assert set(copies) <= set(self.mailing.deliveries.values_list("email", flat=True))


@pytest.fixture
def watch(catcher):
    return lambda mailing, *processes: Watch(mailing, catcher, processes)
