"""Import organisations from a sheet, CSV or XLSX."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from contacts.imports.errors import ImportRefused
from contacts.imports.organisations import import_organisations, parse_organisations
from contacts.imports.reading import read_bytes


class Command(BaseCommand):
    """`import_organisations FILE [--apply] [--json] [--encoding NAME]`: a dry run without --apply."""

    help = (
        "Import organisations: name, kind, country, register number, membership with dates. A dry run without --apply."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """The options."""
        parser.add_argument("file", type=Path, help="The file to read.")
        parser.add_argument("--apply", action="store_true", help="Import it. Without this nothing is changed.")
        parser.add_argument("--json", action="store_true", help="Print one JSON object and nothing else.")
        parser.add_argument("--encoding", default="", help="The encoding of the file, if it is not Unicode.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, compare, apply where asked, and say what came of it; never a value of a cell."""
        path: Path = options["file"]
        try:
            sheet = parse_organisations(read_bytes(path), file_name=path.name, encoding=options["encoding"])
        except ImportRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        found = import_organisations(sheet, apply=options["apply"])
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        self.stdout.write(_("%(new)s new, %(changed)s changed, %(unchanged)s unchanged.") % found)
        for problem in sheet.problems[:50]:
            self.stdout.write(f"  {problem}")
        if not options["apply"]:
            self.stdout.write(_("A dry run: nothing was changed. Add --apply to import it."))
