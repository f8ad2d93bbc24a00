"""Sheets of people who agreed to get a list: address, name, language, country, topics, day and place of the proof."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from contacts.addresses import AddressError, clean_address, email_key
from contacts.forgetting import names_person
from contacts.imports import vocabulary
from contacts.imports.errors import ImportRefused, Problem
from contacts.imports.fields import clean_name
from contacts.imports.guessing import LABELS, SAMPLES, Column, guess, header_key
from contacts.imports.remembering import remembering
from contacts.imports.tables import Table
from contacts.models import Contact, ContactList, RememberedMapping
from contacts.names import readable_family_name, split_full_name

FIELDS = {
    "email": LABELS["email"],
    "full_name": LABELS["full_name"],
    "given_name": LABELS["given_name"],
    "family_name": LABELS["family_name"],
    "language": LABELS["language"],
    "country": LABELS["country"],
    "topics": gettext_lazy("Topics"),
    "given_on": gettext_lazy("Day on which they agreed"),
    "proof": gettext_lazy("Where the proof lies"),
}
_HEADERS = {
    "topics": "topics|topic|interests|interest|themes|themen|thèmes|sujets",
    "given_on": "agreed on|agreed|day of consent|date of consent|consent date|consent|consent day|opt-in date|"
    "opt in date|subscribed on|date|confirmed at|confirm time|optin time|day|date du consentement",
    "proof": "proof|proof of consent|where the proof lies|where|consent source|source|evidence|preuve|nachweis",
}
_DAYS = (
    (re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T].*)?"), (1, 2, 3)),
    (re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})"), (3, 2, 1)),
)
_SEPARATORS = re.compile(r"[|;,]")
# A day written 03/04/2026 means two days in two countries: it is not read.
_SLASHES = re.compile(r"\d{1,2}/\d{1,2}/\d{2,4}")


@dataclass(slots=True)
class Reader:
    """One row that can be used: who agreed, when, and where the proof lies."""

    row: int
    email: str
    key: str
    given_name: str
    family_name: str
    language: str
    country: str
    given_on: date
    proof: str
    topics: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Sheet:
    """What a sheet says: the rows that can be used, those that cannot with the reason, and remarks."""

    readers: list[Reader]
    refused: list[Problem]
    remarks: list[Problem]
    rows: int = 0


def field_choices() -> list[tuple[str, str]]:
    """Every field a column can be, for a menu."""
    return [("", _("Leave out")), *((name, str(label)) for name, label in FIELDS.items())]


def columns_of(table: Table) -> tuple[list[Column], int]:
    """The columns with their guessed or remembered fields, and how many fields come from the last time."""
    remembered = RememberedMapping.objects.filter(key=_key(table.header)).first()
    known: dict[str, str] = remembered.columns if remembered else {}
    taken: set[str] = set()
    found = []
    for number, header in enumerate(table.header):
        values = [cells[number].strip() for _row, cells in table.rows]
        values = [value for value in dict.fromkeys(values) if value]
        name = known.get(header, "") if remembered else _guess(header, values, taken)
        taken.add(name)
        found.append(Column(number, header, [value[:80] for value in values[:SAMPLES]], name))
    return found, sum(1 for column in found if column.field) if remembered else 0


def _guess(header: str, values: Sequence[str], taken: set[str]) -> str:
    key = re.sub(r"[\s_.]+", " ", vocabulary.word_key(header)).strip()
    own = next((name for name, words in _HEADERS.items() if key in words.split("|")), "")
    found = own or guess(header, values, taken)
    return found if found in FIELDS and found not in taken else ""


def checked_mapping(chosen: dict[str, str]) -> dict[str, str]:
    """Field → header from header → field. Raises ImportRefused when it cannot work."""
    columns: dict[str, str] = {}
    for header, name in chosen.items():
        if name and name in columns:
            raise ImportRefused(
                _("Two columns are “%(field)s”: %(one)s and %(other)s. Choose one of them.")
                % {"field": FIELDS[name], "one": columns[name], "other": header}
            )
        if name:
            columns[name] = header
    for name in ("email", "given_on", "proof"):
        if name not in columns:
            raise ImportRefused(
                _("Say which column is “%(field)s”. Nobody is added without address, day and proof of their consent.")
                % {"field": FIELDS[name]}
            )
    return columns


def remember_columns(chosen: dict[str, str], *, actor: User) -> None:
    """The same header needs no matching next time."""
    RememberedMapping.objects.update_or_create(
        key=_key(list(chosen)), defaults={"columns": {k: v for k, v in chosen.items() if v}, "by": actor}
    )


def _key(header: Sequence[str]) -> str:
    """As for other sheets, but apart from them: the fields are others."""
    return header_key(["readers of a list", *header])


def read_sheet(table: Table, columns: dict[str, str], contact_list: ContactList) -> Sheet:
    """The rows of a sheet, each address once. A row without address, day or proof is refused and told by its number.

    A wrong language, country or topic leaves only itself out. Raises ImportRefused where a column is not there.
    """
    places = {header: number for number, header in enumerate(table.header)}
    lost = [header for header in columns.values() if header not in places]
    if lost:
        raise ImportRefused(_("The file has no column “%(header)s” any more.") % {"header": lost[0]})
    sheet = Sheet([], list(table.problems), [], rows=len(table.rows) + len(table.problems))
    reading = _Reading({name: places[header] for name, header in columns.items()}, columns, contact_list, sheet)
    with remembering():
        for number, cells in table.rows:
            reader = reading.reader(number, cells)
            if reader is not None:
                sheet.readers.append(reader)
    return sheet


class _Reading:
    """Reads rows one by one, and knows which addresses it has seen."""

    def __init__(
        self, places: dict[str, int], columns: dict[str, str], contact_list: ContactList, sheet: Sheet
    ) -> None:
        self.places, self.columns, self.sheet = places, columns, sheet
        self.seen: dict[str, int] = {}
        self.today = timezone.localdate()
        self.topics: dict[str, int] = {}
        for topic in contact_list.topics.prefetch_related("texts"):
            for word in (topic.slug, *(text.name for text in topic.texts.all())):
                self.topics[vocabulary.word_key(word)] = topic.pk

    def reader(self, row: int, cells: list[str]) -> Reader | None:
        """What one row says; None where it is refused, which is then told."""
        get = {name: cells[place].strip() for name, place in self.places.items()}
        try:
            email = clean_address(get["email"])
        except AddressError as error:
            return self._refuse(row, "email", str(error))
        key = email_key(email)
        if key in self.seen:
            told = _("This address stands in row %(row)d as well; that row counts.") % {"row": self.seen[key]}
            return self._refuse(row, "email", told)
        if not get["given_on"]:
            return self._refuse(row, "given_on", _("There is no day of consent. Without it nobody is added."))
        given_on = _day(get["given_on"])
        if given_on is None:
            return self._refuse(row, "given_on", _why_no_day(get["given_on"]))
        if given_on > self.today:
            return self._refuse(row, "given_on", _("That day has not come yet."))
        proof = clean_name(get["proof"])
        if not proof:
            return self._refuse(row, "proof", _("It does not say where the proof lies. Without it nobody is added."))
        given, family = self._name(get)
        if names_person(proof, Contact(given_name=given, family_name=family, email=email)):
            told = _("The proof is kept for ever, so it must not hold the person's name or address. Say where it lies.")
            return self._refuse(row, "proof", told)
        self.seen[key] = row
        found = Reader(row, email, key, given, family, "", "", given_on, proof)
        self._optional(found, get)
        return found

    def _refuse(self, row: int, name: str, problem: str) -> Reader | None:
        self.sheet.refused.append(Problem(row, self.columns[name], problem, "refused"))
        return None

    def _name(self, get: dict[str, str]) -> tuple[str, str]:
        given, family = clean_name(get.get("given_name", "")), clean_name(get.get("family_name", ""))
        if not family and get.get("full_name"):
            given, family = split_full_name(clean_name(get["full_name"]))
        return given, readable_family_name(family)[0] if family else ""

    def _optional(self, found: Reader, get: dict[str, str]) -> None:
        """Language, country and topics: what is not known leaves only itself out."""
        for name, read in (("language", vocabulary.language), ("country", vocabulary.country)):
            if get.get(name):
                try:
                    setattr(found, name, read(get[name]))
                except vocabulary.UnknownWord as error:
                    self.sheet.remarks.append(Problem(found.row, self.columns[name], str(error), "left_out"))
        for word in filter(None, map(str.strip, _SEPARATORS.split(get.get("topics", "")))):
            pk = self.topics.get(vocabulary.word_key(word))
            if pk is None:
                told = _("“%(word)s” is not a topic of this list; it is left out.") % {"word": clean_name(word)[:60]}
                self.sheet.remarks.append(Problem(found.row, self.columns["topics"], told, "left_out"))
            elif pk not in found.topics:
                found.topics.append(pk)


def _day(text: str) -> date | None:
    """A day such as 2026-03-01 or 1.3.2026; None for anything else."""
    for pattern, (year, month, day) in _DAYS:
        match = pattern.fullmatch(text)
        if match:
            try:
                return date(int(match[year]), int(match[month]), int(match[day]))
            except ValueError:
                return None
    return None


def _why_no_day(text: str) -> str:
    if _SLASHES.fullmatch(text):
        return _("A day with slashes means two days in two countries. Write it as 2026-03-01.")
    return _("This is not a day. Write it as 2026-03-01.")


def problem_as_json(problem: Problem) -> dict[str, Any]:
    """A problem for the check page; it names a place in the file and no person."""
    return problem.as_json(with_value=False)
