"""Send without Celery: what beat and a worker do, in one loop. The engine needs no broker."""

import signal
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mailing import lifecycle, recounting
from mailing.dispatch import recovery, sending
from mailing.dispatch.claiming import has_work

# Seconds until it looks again when nothing was due, or nothing could be sent.
PAUSE = 1.0


class Command(BaseCommand):
    """`run_dispatch` works until it is stopped; `--once` until nothing can be sent now."""

    help = "Send what is due without Celery or a broker."
    is_stopping = False

    def add_arguments(self, parser: CommandParser) -> None:
        """--once ends when nothing can be sent now."""
        parser.add_argument("--once", action="store_true", help="End when nothing can be sent now.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep, start what is due and take a turn on every mailing that has work, again and again.

        Asked to stop (SIGTERM, SIGINT) it ends its turn first, so that nothing is left unknown: at most 8 s, or until
        the mail server has answered.
        """
        former = [(number, signal.signal(number, self._stop)) for number in (signal.SIGTERM, signal.SIGINT)]
        try:
            while not self.is_stopping:
                recovery.sweep()
                recounting.begin_due()
                due = [mailing_id for mailing_id in lifecycle.start_due() if has_work(mailing_id)]
                sent = sum(self._take_turn(mailing_id) for mailing_id in due)
                if not due and options["once"]:
                    return
                if not sent and not self.is_stopping:
                    time.sleep(PAUSE)
        finally:
            for number, handler in former:
                signal.signal(number, handler)

    def _take_turn(self, mailing_id: int) -> int:
        if self.is_stopping:
            return 0
        sent = sending.run(mailing_id)
        self.stdout.write(f"Mailing {mailing_id}: {sent} accepted.")
        return sent

    def _stop(self, number: int, frame: Any) -> None:
        """A second signal ends it at once."""
        self.is_stopping = True
        signal.signal(number, signal.SIG_DFL)
