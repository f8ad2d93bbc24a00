"""Run once after a backup was restored and before workers and beat are started."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from contacts.suppression_export import BadFile
from mailing.restoring import after_restore


class Command(BaseCommand):
    """Prints what was done; a file that cannot be merged is a sentence and exit code 1, and mailings are paused."""

    help = "After a restored backup: pause everything, merge suppressions and erase again who was erased since."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The export of suppressions."""
        parser.add_argument("file", type=Path, nargs="?", help="the file of suppressions; else SUPPRESSION_EXPORT")
        parser.add_argument("--json", action="store_true", help="print one JSON object on one line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and print."""
        export = options["file"] or (Path(settings.SUPPRESSION_EXPORT) if settings.SUPPRESSION_EXPORT else None)
        try:
            done = asdict(after_restore(export))
        except (BadFile, OSError) as error:
            raise CommandError(f"All mailings are paused. The suppressions were not merged: {error}") from error
        words = ", ".join(f"{name.replace('_', ' ')}: {number}" for name, number in done.items())
        self.stdout.write(json.dumps(done) if options["json"] else words)
