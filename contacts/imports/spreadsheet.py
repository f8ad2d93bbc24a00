"""Sheets of contacts, CSV or XLSX, read with a mapping: as records."""

import re
from collections import deque
from dataclasses import dataclass, field
from datetime import date
from sys import intern

from django.utils.translation import gettext as _

from contacts.imports import vocabulary
from contacts.imports.errors import ImportRefused, Problem
from contacts.imports.fields import clean_name, clean_phone, clean_street, read_ep_id, set_full_name, set_names
from contacts.imports.mapping import Mapping
from contacts.imports.reading import digest
from contacts.imports.records import Pull, Record, Seat
from contacts.imports.remembering import remembering
from contacts.imports.tables import Table, read_table
from contacts.models import Body

# A header that is the code of a committee, or meant to be one: LIBE, ING2, LlBE.
_COMMITTEE_HEADER = re.compile(r"^[A-Z][A-Za-z0-9]{3}$")
_SEPARATORS = re.compile(r"[|;,]")


@dataclass(slots=True)
class Layout:
    """Where the fields stand in this table: field → column, and columns of committees, column → code or problem."""

    header: list[str]
    positions: dict[str, int]
    committees: dict[int, str]
    unknown_committees: dict[int, vocabulary.UnknownWord]
    lists: list[tuple[int, str, str, str]]
    bodies: dict[str, str] = field(default_factory=dict)  # Codes and aliases of the mapping's kind of body → its name.


def parse_sheet(  # noqa: PLR0913 - a file, how it is read, and the day it speaks for
    data: bytes, *, file_name: str, mapping: Mapping, as_of: date, encoding: str = "", sheet: str = ""
) -> Pull:
    """A sheet as records; of a workbook the first one or the one named. Raises ImportRefused with the reason."""
    with remembering():
        return _parse(
            read_table(data, file_name, encoding, sheet), Pull("", file_name, digest(data), as_of, []), mapping
        )


def _parse(table: Table, pull: Pull, mapping: Mapping) -> Pull:
    layout = _layout(table, mapping)
    if mapping.body_kind:
        layout.bodies = {word: body.name for word, body in Body.objects.by_alias(mapping.body_kind).items()}
    pull.source, pull.problems = f"sheet-{mapping.name}"[:60], table.problems
    pull.columns = {name: table.header[position] for name, position in layout.positions.items()}
    pull.columns.setdefault("name", pull.columns.get("family_name", pull.columns.get("full_name", "name")))
    pull.carries_email = "email" in layout.positions
    pull.office_domain = mapping.office_domain
    _set_covers(pull, layout, mapping)
    rows, table.rows = deque(table.rows), []
    while rows:  # Row by row out of memory: a large sheet is there once, not twice.
        number, cells = rows.popleft()
        record = _Row(number, cells, layout, mapping, pull).record()
        if record is not None:
            pull.records.append(record)
    if "committee" in layout.positions:
        pull.records = _merge_seats(pull.records)
    if not pull.records:
        raise ImportRefused(
            _("No row of the file can be used. The first reason: %(reason)s")
            % {"reason": pull.problems[0] if pull.problems else _("it has no rows.")}
        )
    return pull


def _layout(table: Table, mapping: Mapping) -> Layout:
    known = {name.casefold(): position for position, name in enumerate(table.header) if name}
    layout = Layout(table.header, {}, {}, {}, [])
    for name, headers in mapping.columns.items():
        position = next((known[header.casefold()] for header in headers if header.casefold() in known), None)
        if position is not None:
            layout.positions[name] = position
        elif name in mapping.required:
            raise ImportRefused(
                _("The file has no column “%(header)s”, which the mapping “%(mapping)s” needs.")
                % {"header": headers[0], "mapping": mapping.name}
            )
    for item in mapping.lists:
        if item.column.casefold() in known:
            layout.lists.append((known[item.column.casefold()], item.kind, item.role, item.separator))
    if mapping.committee_columns:
        taken = {*layout.positions.values(), *(position for position, *_rest in layout.lists)}
        for position, header in enumerate(table.header):
            if position not in taken and _COMMITTEE_HEADER.match(header):
                try:
                    layout.committees[position] = vocabulary.committee(header)
                except vocabulary.UnknownWord as error:
                    layout.unknown_committees[position] = error
    return layout


def _set_covers(pull: Pull, layout: Layout, mapping: Mapping) -> None:
    """Which seats the file may close: those of the bodies it speaks of, and none where it lists only some."""
    if layout.committees:
        pull.covers["committee"] = set(layout.committees.values())
    if not mapping.complete_seats:
        pull.covers = {"committee": set(), "delegation": set()}


def _merge_seats(records: list[Record]) -> list[Record]:
    """One row a seat: the rows of a member become one record, the first row's with all the seats."""
    first: dict[int, Record] = {}
    found = []
    for record in records:
        if record.ep_id is None or record.ep_id not in first:
            if record.ep_id is not None:
                first[record.ep_id] = record
            found.append(record)
            continue
        for kind, seats in record.seats.items():
            first[record.ep_id].seats.setdefault(kind, []).extend(seats)
    return found


class _Row:
    """Reads one row: a wrong key leaves the row out, a wrong optional field only itself; both are told."""

    def __init__(self, number: int, cells: list[str], layout: Layout, mapping: Mapping, pull: Pull) -> None:
        self.number, self.cells, self.layout, self.mapping, self.pull = number, cells, layout, mapping, pull

    def cell(self, name: str) -> str:
        """The text under a field, "" where there is no such column or it says N/A."""
        position = self.layout.positions.get(name)
        return "" if position is None else self.text_at(position)

    def text_at(self, position: int) -> str:
        text = self.cells[position].strip()
        return "" if text in self.mapping.empty else text

    def tell(self, column: str, problem: str, kind: str, value: str) -> None:
        self.pull.problems.append(Problem(self.number, column, problem, kind, value[:200]))

    def record(self) -> Record | None:
        """The row as a record, or None when its key is wrong."""
        record = Record(self.number)
        number = self.cell("ep_id")
        if number or "email" not in self.layout.positions:
            record.ep_id = read_ep_id(number)
            if record.ep_id is None:
                problem = _("This is not the number of a member; the row was left out.")
                self.tell(self.pull.column("ep_id"), problem, "bad_key", number)
                return None
        record.email = self.cell("email") or None
        self.words(record)
        if self.cell("family_name"):
            set_names(record, self.cell("given_name"), self.cell("family_name"), self.pull)
        else:
            set_full_name(record, self.cell("full_name"), self.pull)
        record.national_party = vocabulary.party(clean_name(self.cell("national_party"))) or None
        # A word that stands in thousands of rows is kept once.
        record.organisation = intern(clean_name(self.cell("organisation"))) or None
        record.title = intern(clean_name(self.cell("title"))) or None
        if record.ep_id is None and record.organisation and not self.cell("family_name") + self.cell("full_name"):
            record.family_name = record.organisation  # An office: its name is the organisation's.
        tags = [clean_name(tag)[:60] for tag in _SEPARATORS.split(self.cell("tags"))]
        record.tags = list(dict.fromkeys(intern(tag) for tag in [*tags, *self.mapping.tags] if tag))
        record.phone = clean_phone(self.cell("phone")) or None
        record.postal_address = clean_street(self.cell("postal_address")) or None
        self.body(record)
        self.seats(record)
        return record

    def body(self, record: Record) -> None:
        """A seat in a body outside the European Parliament: a post at an organisation of the body's name."""
        name = clean_name(self.cell("body"))
        if name:
            record.organisation = self.layout.bodies.get(name.casefold(), name)
            record.body_kind, record.since = self.mapping.body_kind, self.since()

    def words(self, record: Record) -> None:
        """The fields that hold a word of a table."""
        for name, read in (
            ("country", vocabulary.country),
            ("language", vocabulary.language),
            ("gender", vocabulary.gender),
            ("group", lambda label: vocabulary.group(label, self.pull.as_of)),
        ):
            label = self.cell(name)
            if label:
                try:
                    setattr(record, name, read(label))
                except vocabulary.UnknownWord as error:
                    self.pull.tell_unknown(self.number, self.pull.column(name), error, label)

    def seats(self, record: Record) -> None:
        """Seats, in whichever of the three ways the sheet has: a column a committee, lists, one row a seat."""
        if record.ep_id is None:
            return
        if self.layout.committees:
            record.seats["committee"] = []
        for position, code in self.layout.committees.items():
            if self.text_at(position):
                self.add_seat(record, "committee", code, self.text_at(position), self.layout.header[position])
        for position, error in self.layout.unknown_committees.items():
            if self.text_at(position):
                self.pull.tell_unknown(self.number, self.layout.header[position], error, self.text_at(position))
        for position, kind, role, separator in self.layout.lists:
            record.seats.setdefault(kind, [])
            for label in filter(None, (part.strip() for part in self.text_at(position).split(separator))):
                self.add_named_seat(record, kind, label, role, self.layout.header[position])
        if self.cell("committee"):
            record.seats.setdefault("committee", [])
            self.add_named_seat(record, "committee", self.cell("committee"), self.cell("role"), "")

    def add_named_seat(self, record: Record, kind: str, label: str, role: str, column: str) -> None:
        """A seat in a body that the cell names."""
        try:
            code = vocabulary.committee(label) if kind == "committee" else vocabulary.delegation(label)
        except vocabulary.UnknownWord as error:
            self.pull.tell_unknown(self.number, column or self.pull.column("committee"), error, label)
            return
        self.add_seat(record, kind, code, role, column or self.pull.column("role"))

    def add_seat(self, record: Record, kind: str, code: str, role: str, column: str) -> None:
        """A seat with the role that the cell names."""
        try:
            seat = Seat(code, vocabulary.role(role), self.since())
        except vocabulary.UnknownWord as error:
            self.pull.tell_unknown(self.number, column, error, role)
        else:
            record.seats[kind].append(seat)

    def since(self) -> date | None:
        """The day the row says its seat began."""
        try:
            return date.fromisoformat(self.cell("since")) if self.cell("since") else None
        except ValueError:
            self.tell(
                self.pull.column("since"), _("This is not a day such as 2026-03-17."), "bad_day", self.cell("since")
            )
            return None
