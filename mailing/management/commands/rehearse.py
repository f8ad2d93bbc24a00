"""Write every message of a mailing as an .eml file, without sending or changing anything."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mailing.models import Mailing
from mailing.rehearsing import CannotRehearse, write


class Command(BaseCommand):
    """`rehearse LSI-2026-014 --out folder`; exit code 1 when a message cannot be made."""

    help = "Write every message of a letter or newsletter as .eml files. Nothing is sent and nothing is changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which mailing, and where to."""
        parser.add_argument("reference", metavar="REF", help="the reference of the letter, such as LSI-2026-014")
        parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new or empty folder")
        parser.add_argument("--json", action="store_true", help="print one JSON object on one line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write and print. Raises CommandError with a sentence."""
        mailing = Mailing.objects.filter(reference=options["reference"])
        found = mailing.select_related("sender", "owner", "contact_list", "statement").first()
        if found is None:
            raise CommandError(f"There is no letter {options['reference']}.")
        try:
            written, broken = write(found, options["out"])
        except (CannotRehearse, OSError) as error:
            raise CommandError(str(error)) from error
        done = {"reference": found.reference, "written": written, "not_made": len(broken), "out": str(options["out"])}
        words = f"{written} messages of {found.reference} in {options['out']}. Nothing was sent."
        self.stdout.write(json.dumps(done) if options["json"] else words)
        if broken:
            first = f"Message {broken[0].number} ({broken[0].language}): {broken[0].problem}"
            raise CommandError(f"Not made: {len(broken)}. {first}")
