"""Looking at a ledger while processes die: it has to add up at every instant, and to tell the truth at the end."""

import time
from collections import Counter

from mailing.dispatch import recovery
from mailing.dispatch.store import counts
from mailing.models import Mailing
from tests.processes import moments

ROWS = ("queued", "sent", "failed", "cancelled", "uncertain", "skipped")
# Copies that a row of a status may stand for (G2, G3).
ALLOWED = {"sent": {1}, "uncertain": {0, 1}}


class Watch:
    """Looks at a mailing's ledger again and again: it has to add up at every instant (RELIABILITY G1)."""

    def __init__(self, mailing, catcher, processes=()):
        self.mailing, self.catcher, self.processes = mailing, catcher, processes

    def ledger(self) -> dict[str, int]:
        """The sums, which are the number of recipients."""
        found = counts(self.mailing.pk)
        assert sum(found[row] for row in ROWS) == self.mailing.recipients, found
        return found

    def until(self, is_so, seconds=40.0, *, beat_by_hand=False, supervise=()):
        """Wait until `is_so(ledger)`; rings and sweeps as beat does where a test has no beat.

        Those of `supervise` are started again when they die.
        """
        pulse = 0.0
        for now in moments(seconds):
            for process in supervise:
                process.revive()
            found = self.ledger()
            if is_so(found):
                return found
            if beat_by_hand and now - pulse > 0.5:
                pulse = now
                recovery.sweep()
                recovery.ring_due()
        for process in self.processes:
            getattr(process, "tell_where", lambda: None)()
        logs = "\n".join(process.log()[-3000:] for process in self.processes)
        raise AssertionError(
            f"After {seconds} s: {self.status()}, {self.ledger()}, {len(self.catcher.messages)} caught.\n{logs}"
        )

    def until_caught(self, number, **options):
        return self.until(lambda ledger: len(self.catcher.messages) >= number, **options)

    def until_finished(self, seconds=60.0, **options):
        self.until(lambda ledger: self.status() in ("finished", "cancelled"), seconds, **options)
        # The one that was looked at may be older than the status.
        return self.ledger()

    def status(self) -> str:
        return Mailing.objects.values_list("status", flat=True).get(pk=self.mailing.pk)

    def assert_the_ledger_tells_the_truth(self):
        """sent: exactly one copy; queued, failed, cancelled, skipped: none; uncertain: none or one (G2, G3)."""
        time.sleep(0.1)
        copies = Counter(self.catcher.recipients)
        for email, status in self.mailing.deliveries.values_list("email", "status"):
            assert copies[email] in ALLOWED.get(status, {0}), f"{status}: {copies[email]} copies"
        assert set(copies) <= set(self.mailing.deliveries.values_list("email", flat=True))
