"""Which imports made or changed one person: "Row 9 of IMP-2026-031"."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from contacts.correcting import FIELDS
from contacts.models import Contact, ImportRun
from contacts.models.merges import ids_of_person

MOST = 20
DONE = (ImportRun.Status.APPLIED, ImportRun.Status.REVERTED)


@dataclass(frozen=True)
class ImportRow:
    """What one import did to a person: "new", "changed" or "gone", and the names of the fields it set."""

    run: ImportRun
    row: int | None
    kind: str
    fields: list[str]


def import_rows_of(contact: Contact, runs: Any) -> list[ImportRow]:
    """The newest MOST of these runs that touched a contact or a row merged into it; two queries.

    A run keeps its changes as one JSON text, which the database searches from end to end: this is asked for on its own
    page and not on the person's.
    """
    pks = [row["pk"] for row in ids_of_person(contact)]
    touched = Q()
    for pk in pks:
        # The last key of an object on one database, another on the other.
        touched |= Q(text__contains=f'"contact": {pk},') | Q(text__contains=f'"contact": {pk}' + "}")
    found = runs.filter(status__in=DONE).annotate(text=Cast("changes", TextField())).filter(touched)
    return [row for run in found.defer("problems")[:MOST] for row in _rows(run, set(pks))]


def _rows(run: ImportRun, pks: set[int]) -> Iterator[ImportRow]:
    for entry in run.changes:
        if entry.get("contact") in pks:
            names = [*entry.get("fields", {}), *entry.get("mandate_fields", {})]
            words = [FIELDS.get(name, name.replace("_", " ")) for name in names]
            yield ImportRow(run, entry.get("row"), entry.get("kind", ""), words)
