"""Add people who agreed to get a list, from a sheet with the proof of each consent."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from contacts.imports import subscriber_sheet, subscribing
from contacts.imports.errors import ImportRefused, Problem
from contacts.imports.reading import read_bytes
from contacts.imports.tables import read_table
from contacts.models import ContactList, ImportRun


class Told(NamedTuple):
    """What is left of a comparison once it was kept: its rows are many, and adding them compares anew."""

    digest: str
    counts: dict[str, int]
    problems: list[Problem]


class Command(BaseCommand):
    """`import_subscribers FILE --list NAME|ADDRESS --by E-MAIL [--apply] [--json] [--encoding E]`."""

    help = "Add people with proof of consent to a list, from CSV or XLSX. A dry run without --apply."
    requires_system_checks = []  # The URLs and the pages do not matter here.

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, the list, who does it, and whether it is done."""
        parser.add_argument(
            "file", type=Path, help="The file to read: one person a row, with day and place of the proof."
        )
        parser.add_argument("--list", required=True, help="The list's name, or the last part of its public address.")
        parser.add_argument("--by", required=True, metavar="E-MAIL", help="The colleague who answers for the proof.")
        parser.add_argument("--apply", action="store_true", help="Add them. Without this nothing is changed.")
        parser.add_argument("--json", action="store_true", help="Print one JSON object and nothing else.")
        parser.add_argument("--encoding", default="", help="The encoding of the file, if it is not Unicode.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, compare, add where asked, and say what came of it. Columns are guessed as on the page."""
        contact_list, actor = self._list(options["list"]), self._actor(options["by"])
        try:
            data = read_bytes(options["file"])
            run = subscribing.receive(data, options["file"].name, contact_list=contact_list, actor=actor)
            try:
                told = self._check(run, data, options)
                if options["apply"]:
                    subscribing.apply(run, told.digest, actor=actor)
            finally:
                # A dry run, and one that was refused, leaves nothing behind.
                ImportRun.objects.filter(pk=run.pk).exclude(status=ImportRun.Status.APPLIED).delete()
        except ImportRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self._tell(run, told, options)

    def _check(self, run: ImportRun, data: bytes, options: dict[str, Any]) -> Told:
        mapping = _guessed(data, run.file_name, options["encoding"])
        run.options |= {"columns": mapping, "encoding": options["encoding"]}
        ImportRun.objects.filter(pk=run.pk).update(options=run.options)
        found = subscribing.compare(run)
        preview = subscribing.keep(run, found)
        problems = [*found.sheet.refused, *found.blocked, *found.sheet.remarks]
        return Told(preview["digest"], preview["counts"], problems)

    def _tell(self, run: ImportRun, told: Told, options: dict[str, Any]) -> None:
        counts, problems = told.counts, told.problems
        if options["json"]:
            answer = {**counts, "reference": run.reference if options["apply"] else ""}
            listed = [problem.as_json(with_value=False) for problem in problems]
            self.stdout.write(json.dumps({**answer, "problems": listed}, ensure_ascii=False))
            return
        self.stdout.write(
            f"new {counts['new']}, known {counts['changed']}, on the list already {counts['unchanged']}, "
            f"not taken in {counts['errors']}"
        )
        for problem in problems:
            self.stdout.write(f"  row {problem.row} {problem.column}: {problem.problem}")
        done = f"Added as {run.reference}; it can be taken back on its page for 30 days."
        self.stdout.write(done if options["apply"] else "Nothing was changed. Add --apply to add them.")

    def _list(self, wanted: str) -> ContactList:
        found = ContactList.objects.filter(slug=wanted).first() or ContactList.objects.filter(name=wanted).first()
        if found is None:
            names = ", ".join(ContactList.objects.values_list("name", flat=True)) or "none"
            raise CommandError(f"There is no list “{wanted}”. There are: {names}.")
        return found

    def _actor(self, address: str) -> User:
        actor = User.objects.filter(email__iexact=address, is_active=True).first()
        if actor is None or not actor.has_perm("contacts.edit"):
            raise CommandError("--by names nobody who may change contacts. Give the address of a colleague's account.")
        return actor


def _guessed(data: bytes, file_name: str, encoding: str) -> dict[str, str]:
    """Which field each column holds, as the page would guess it. Raises ImportRefused."""
    columns, _last_time = subscriber_sheet.columns_of(read_table(data, file_name, encoding))
    return subscriber_sheet.checked_mapping({column.header: column.field for column in columns if column.header})
