"""Import the Parliament's list of members: the full-list XML or an answer of the Open Data API."""

from datetime import date
from pathlib import Path
from typing import Any

from contacts.imports.commanding import ImportCommand
from contacts.imports.europarl import parse_meps
from contacts.imports.reading import read_bytes
from contacts.imports.records import Pull


class Command(ImportCommand):
    """`import_meps FILE [--apply] [--json] [--as-of DATE] [--release-held]`."""

    help = "Import members of the European Parliament. A dry run without --apply."

    def read(self, path: Path, as_of: date, options: dict[str, Any]) -> Pull:
        """The list as records."""
        return parse_meps(read_bytes(path), file_name=path.name, as_of=as_of, encoding=options["encoding"])
