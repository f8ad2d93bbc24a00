"""Counts the contacts that match conditions given on the command line."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from contacts.criteria import CriteriaError, describe, resolve, validate


class Command(BaseCommand):
    """Prints one number, or one JSON object with --json; an unknown code is a sentence and exit code 1."""

    help = (
        "Count the contacts that match. Values of one option are alternatives, options narrow, "
        "and committee and role hold for the same seat. Without options everybody is counted."
    )
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The conditions; each may be given several times."""
        parser.add_argument("--country", action="append", metavar="XX", help="ISO code; EL and UK are understood")
        parser.add_argument("--group", action="append", metavar="CODE", help="political group: code or alias")
        parser.add_argument("--committee", action="append", metavar="CODE", help="committee: code or alias")
        parser.add_argument("--role", action="append", metavar="ROLE", help="chair, vice_chair, member, substitute")
        parser.add_argument("--language", action="append", metavar="xx", help="language they are written to in")
        parser.add_argument("--json", action="store_true", help="print one JSON object on one line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Count and print."""
        try:
            criteria = validate(_criteria(options))
        except CriteriaError as error:
            raise CommandError(str(error)) from error
        count = resolve(criteria).count()
        if options["json"]:
            found = {"count": count, "criteria": criteria, "sentence": describe(criteria)}
            self.stdout.write(json.dumps(found, ensure_ascii=False))
        else:
            self.stdout.write(str(count))


def _criteria(options: dict[str, Any]) -> dict[str, Any]:
    seat = {part: options[part] for part in ("committee", "role") if options[part]}
    conditions: list[dict[str, Any]] = [{"seat": seat}] if seat else []
    conditions += [{key: options[key]} for key in ("country", "group", "language") if options[key]]
    return {"all": conditions}
