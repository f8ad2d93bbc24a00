"""Fill the demo's database with invented people and a little history. Does nothing where it was done before."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from desk.demo.load import load


class Command(BaseCommand):
    """Loads the demo's data; one mailing really leaves through the worker, another waits for approval."""

    help = "Loads the demo's invented people, texts and mailings. Only in the demo (DEMO=1)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--no-send leaves the first mailing unsent, where no worker runs."""
        parser.add_argument("--no-send", action="store_true", help="send nothing: no worker runs")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and say what there is."""
        if not settings.DEMO:
            raise CommandError("This makes accounts with a known password. It works in the demo only (DEMO=1).")
        loaded = load(send=not options["no_send"], say=self.stderr.write)
        if options["json"]:
            self.stdout.write(json.dumps(loaded))
