"""Applies the retention rules; beat does the same every night."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from contacts.retention import purge, rules


class Command(BaseCommand):
    """One line a rule, or one JSON object with --json."""

    help = "Delete or empty personal data that were kept long enough. With --dry-run only count them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Count only; print JSON."""
        parser.add_argument("--dry-run", action="store_true", help="change nothing, only count")
        parser.add_argument("--json", action="store_true", help="print one JSON object on one line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Apply and print."""
        found = purge(dry_run=options["dry_run"])
        if options["json"]:
            days = {rule.name: rule.days for rule in rules()}
            rows = [{"rule": name, "days": days[name], "rows": number} for name, number in found.items()]
            self.stdout.write(json.dumps({"dry_run": options["dry_run"], "rules": rows}))
            return
        for rule in rules():
            self.stdout.write(f"{found[rule.name]:>8}  {rule.what} (after {rule.days} days)")
