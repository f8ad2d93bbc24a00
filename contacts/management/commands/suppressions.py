"""Suppressions as a file outside the database: to add to it, and to merge it into a restored backup."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from contacts.suppression_export import BadFile, append_to, merge_from


class Command(BaseCommand):
    """Prints what was added; a file that is not ours is a sentence and exit code 1, and nothing is merged."""

    help = "Add suppressions to a file (export) or add those of a file to the database (merge). Both only add."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do and with which file."""
        parser.add_argument("action", choices=["export", "merge"])
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="print one JSON object on one line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Export or merge."""
        try:
            if options["action"] == "export":
                found = {"added": append_to(options["file"])}
            else:
                found = asdict(merge_from(options["file"]))
        except (BadFile, OSError) as error:
            raise CommandError(str(error)) from error
        words = ", ".join(f"{name.replace('_', ' ')}: {number}" for name, number in found.items())
        self.stdout.write(json.dumps(found) if options["json"] else words)
