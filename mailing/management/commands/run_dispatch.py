"""Send without Celery: what beat and a worker do, in one loop. The engine needs no broker."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mailing import lifecycle
from mailing.dispatch import recovery, sending
from mailing.dispatch.claiming import has_work


class Command(BaseCommand):
    """`run_dispatch` works until it is stopped; `--once` until nothing can be sent now."""

    help = "Send what is due without Celery or a broker."

    def add_arguments(self, parser: CommandParser) -> None:
        """--once ends when nothing can be sent now."""
        parser.add_argument("--once", action="store_true", help="End when nothing can be sent now.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep, start what is due and take a turn on every mailing that has work, again and again."""
        while True:
            recovery.sweep()
            due = [mailing_id for mailing_id in lifecycle.start_due() if has_work(mailing_id)]
            for mailing_id in due:
                sent = sending.run(mailing_id)
                self.stdout.write(f"Mailing {mailing_id}: {sent} accepted.")
            if not due:
                if options["once"]:
                    return
                time.sleep(1)
