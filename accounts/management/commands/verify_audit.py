"""Check the audit trail against its seals."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.sealing import verify


class Command(BaseCommand):
    """Exit code 0 when every seal holds, 1 when one does not."""

    help = "Compares the audit trail with its seals and says which events were changed since."

    def add_arguments(self, parser: CommandParser) -> None:
        """--json prints one object on one line."""
        parser.add_argument("--json", action="store_true", help="print one object on one line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and say so."""
        verdict = verify()
        if options["json"]:
            self.stdout.write(json.dumps(asdict(verdict)))
        else:
            for problem in verdict.problems:
                self.stderr.write(problem)
            self.stdout.write(
                f"{verdict.seals} seals over {verdict.sealed} events, {verdict.unsealed} not sealed yet, "
                f"{len(verdict.problems)} broken."
            )
        if verdict.problems:
            raise SystemExit(1)
