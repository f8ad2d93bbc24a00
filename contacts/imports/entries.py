"""The change set of an import: what each change did, with what stood there before; enough to take it back."""

import json
from typing import Any

from django.db.models import JSONField, TextField, Value
from django.db.models.functions import Cast

from contacts.imports.plan import Change
from contacts.models import ImportRun


class ChangeSet:
    """The entries of an import, gathered batch by batch as text: as objects they would take five times the memory."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def add(self, changes: list[Change]) -> None:
        """Put down what these changes did, once they are written."""
        text = json.dumps(entries_of(changes))[1:-1]
        if text:
            self._parts.append(text)

    def __bool__(self) -> bool:
        return bool(self._parts)

    def save(self, run: ImportRun) -> None:
        """Write the entries to a stored run. The object has none of them afterwards: read it again."""
        text = Value("[" + ", ".join(self._parts) + "]", output_field=TextField())
        self._parts.clear()
        ImportRun.objects.filter(pk=run.pk).update(changes=Cast(text, JSONField()))


def entries_of(changes: list[Change]) -> list[dict[str, Any]]:
    """What the changes did, for those that changed something: enough to take them back."""
    return [entry for entry in map(_entry, changes) if entry]


def _entry(change: Change) -> dict[str, Any] | None:
    """What one change did, with what stood there before. None when nothing changed."""
    if change.kind == "unchanged":
        return None
    entry: dict[str, Any] = {"contact": change.contact.pk, "kind": change.kind}
    if change.row is not None:
        entry["row"] = change.row
    if not change.is_new:
        entry["fields"] = {name: [before, after] for name, (before, after) in change.fields.items()}
    mandate = change.mandate
    if mandate is not None:
        entry["mandate"] = mandate.pk
        entry["mandate_is_new"] = change.mandate_is_new
        entry["mandate_fields"] = {
            name: [_plain(before), _plain(after)] for name, (before, after) in change.mandate_fields.items()
        }
    entry["ended"] = [[ended.pk, on.isoformat()] for ended, on in change.ended]
    entry["opened"] = [
        [seat.kind, seat.code, seat.role, _plain(seat.started_on), _plain(seat.ended_on)] for seat in change.opened
    ]
    entry["closed"] = [[seat.pk, on.isoformat()] for seat, on in change.closed]
    entry["dated"] = [[seat.pk, on.isoformat()] for seat, on in change.dated]
    if change.organisation:
        entry["organisation"], entry["title"] = change.organisation, change.title or ""
        if change.since:
            entry["since"] = _plain(change.since)
    if change.new_tags:
        entry["tags"] = change.new_tags
    if not change.is_new:
        entry["facts_as_of"], entry["facts_before"] = change.stamps, change.stamps_before
    return {key: value for key, value in entry.items() if value not in ({}, [])}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
