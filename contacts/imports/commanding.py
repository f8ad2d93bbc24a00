"""What the two import commands share: their options, the day of the file, the progress bar and the outcome."""

import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm

from contacts.imports.errors import ImportRefused
from contacts.imports.reading import day_in_name, read_bytes
from contacts.imports.records import Pull, Record
from contacts.imports.reporting import as_json, as_text
from contacts.imports.running import apply, dry_run
from contacts.imports.uploading import keep_for_release


class ImportCommand(BaseCommand):
    """A dry run without --apply. Standard output holds the outcome alone; everything else goes to standard error."""

    requires_system_checks = []  # The URLs and the pages do not matter here.

    def add_arguments(self, parser: CommandParser) -> None:
        """The options of both commands."""
        parser.add_argument("file", type=Path, help="The file to read.")
        parser.add_argument("--apply", action="store_true", help="Import it. Without this nothing is changed.")
        parser.add_argument("--json", action="store_true", help="Print one JSON object and nothing else.")
        parser.add_argument("--as-of", default="", metavar="DATE", help="The day the file speaks for (YYYY-MM-DD).")
        parser.add_argument("--release-held", action="store_true", help="Go on though the pull is or would be held.")
        parser.add_argument("--encoding", default="", help="The encoding of the file, if it is not Unicode.")

    def read(self, path: Path, as_of: date, options: dict[str, Any]) -> Pull:
        """The file as records; raises ImportRefused."""
        raise NotImplementedError

    def again(self, options: dict[str, Any]) -> dict[str, Any]:
        """How the same file is read again when a person releases it on the page of imports."""
        return {"reader": "members", "encoding": options["encoding"]}

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, compare, apply where asked, and say what came of it."""
        path: Path = options["file"]
        run = apply if options["apply"] else dry_run
        try:
            pull = self.read(path, _day(options["as_of"], path.name), options)
            plan = run(pull, join=options.get("join", False), release_held=options["release_held"], progress=_bar)
            if options["apply"] and plan.hold_reason:
                keep_for_release(pull, read_bytes(path), self.again(options))
        except ImportRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["json"]:
            self.stdout.write(as_json(plan))
        else:
            self.stdout.write(as_text(plan, applied=options["apply"], join=options.get("join", False)))


def _day(given: str, name: str) -> date:
    """--as-of, else the day in the file's name, else today."""
    if not given:
        return day_in_name(name) or timezone.localdate()
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise ImportRefused(_("--as-of takes a day such as 2026-03-17, not “%(word)s”.") % {"word": given}) from error


def _bar(records: Iterable[Record]) -> Iterable[Record]:
    return tqdm(records, unit=" people", file=sys.stderr, disable=not sys.stderr.isatty(), leave=False)
