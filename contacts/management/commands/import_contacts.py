"""Import contacts from a sheet, CSV or XLSX, with a mapping of its columns."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from contacts.imports.commanding import ImportCommand
from contacts.imports.mapping import load_mapping
from contacts.imports.reading import read_bytes
from contacts.imports.records import Pull
from contacts.imports.spreadsheet import parse_sheet
from contacts.imports.uploading import mapping_options


class Command(ImportCommand):
    """`import_contacts FILE --mapping NAME|FILE.json [--join] [--apply] [--json] [--as-of DATE] [--release-held]`."""

    help = "Import contacts from a CSV or XLSX sheet. A dry run without --apply."

    def add_arguments(self, parser: CommandParser) -> None:
        """The common options, the mapping and --join."""
        super().add_arguments(parser)
        parser.add_argument("--mapping", required=True, help="A mapping we ship (parltrack, generic…) or a .json file.")
        parser.add_argument(
            "--join", action="store_true", help="Only complete people we know; list the unknown instead of making them."
        )

    def read(self, path: Path, as_of: date, options: dict[str, Any]) -> Pull:
        """The sheet as records."""
        mapping = load_mapping(options["mapping"])
        return parse_sheet(
            read_bytes(path), file_name=path.name, mapping=mapping, as_of=as_of, encoding=options["encoding"]
        )

    def again(self, options: dict[str, Any]) -> dict[str, Any]:
        """The mapping and --join belong to it."""
        mapping = load_mapping(options["mapping"])
        return mapping_options(mapping, encoding=options["encoding"], join=options["join"])
