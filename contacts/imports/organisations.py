"""Organisations by spreadsheet: what they are, their register number, and since when they belong to the platform.

The key is the name. A sheet that lacks a fact wipes none. What makes an organisation findable (street, telephone,
e-mail) is written and told to nobody: it is in no problem, no record of the run and no line of the audit trail. Once
an organisation is marked as secret, no sheet takes the mark away.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from contacts.addresses import AddressError, clean_address
from contacts.imports import vocabulary
from contacts.imports.errors import ImportRefused, Problem
from contacts.imports.fields import clean_name, clean_phone, clean_street
from contacts.imports.reading import digest
from contacts.imports.remembering import remembering
from contacts.imports.tables import read_table
from contacts.models import ImportRun, Organisation, OrganisationMembership

SOURCE = "sheet-organisations"
COLUMNS = {
    "name": ("name", "organisation", "organization"),
    "kind": ("kind", "type"),
    "country": ("country",),
    "transparency_register_id": ("register number", "transparency register", "register"),
    "membership": ("membership", "member"),
    "is_founder": ("founder",),
    "started_on": ("since", "member since", "from"),
    "ended_on": ("until", "member until", "to"),
    "postal_address": ("street", "postal address", "address"),
    "phone": ("phone", "telephone"),
    "email": ("email", "e-mail"),
    "is_confidential": ("secret", "secret address", "confidential"),
}
PLAIN = ("kind", "country", "transparency_register_id", "postal_address", "phone", "email", "is_confidential")
YES, NO = {"yes", "y", "true", "1", "x", "oui", "ja"}, {"no", "n", "false", "0", "", "non", "nein"}
# Six to fifteen digits, a dash, two digits (no checksum).
REGISTER_NUMBER = re.compile(r"\d{6,15}-\d{2}")


@dataclass(slots=True)
class Sheet:
    """The usable rows: row number and the facts it gives, by field; what is wrong with the others."""

    file_name: str
    digest: str
    rows: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def parse_organisations(data: bytes, *, file_name: str, encoding: str = "") -> Sheet:
    """The rows of a sheet of organisations. Raises ImportRefused with the reason."""
    table = read_table(data, file_name, encoding)
    known = {header.casefold(): position for position, header in enumerate(table.header) if header}
    positions = {
        name: next(known[header] for header in headers if header in known)
        for name, headers in COLUMNS.items()
        if any(header in known for header in headers)
    }
    if "name" not in positions:
        raise ImportRefused(_("The file has no column “name”: an organisation is known by it."))
    sheet = Sheet(file_name, digest(data), problems=table.problems)
    seen: dict[str, int] = {}
    with remembering():
        for number, cells in table.rows:
            facts = _facts(number, {name: cells[position].strip() for name, position in positions.items()}, sheet)
            key = facts.get("name", "").casefold()
            if not key or key in seen:
                problem = (
                    _("The row has no name.") if not key else _("The row repeats row %(row)s.") % {"row": seen[key]}
                )
                sheet.problems.append(Problem(number, "name", problem, "missing" if not key else "repeated"))
                continue
            seen[key] = number
            sheet.rows.append((number, facts))
    if not sheet.rows:
        raise ImportRefused(_("No row of the file can be used: each needs a name."))
    return sheet


def _facts(number: int, cells: dict[str, str], sheet: Sheet) -> dict[str, Any]:
    """What a row says; a cell that cannot be read is told without its value and left out."""
    found: dict[str, Any] = {}
    for name, text in cells.items():
        if not text or text in ("N/A", "n/a", "-", "–"):
            continue
        try:
            found[name] = _read(name, text)
        except (ValueError, AddressError) as error:
            told = str(error) if isinstance(error, vocabulary.UnknownWord) else _why_not(name)
            sheet.problems.append(Problem(number, name, told, "bad_value"))
    started_on, ended_on = found.get("started_on"), found.get("ended_on")
    if started_on and ended_on and ended_on < started_on:
        del found["ended_on"]
        sheet.problems.append(Problem(number, "ended_on", _("The last day is before the first."), "bad_value"))
    return found


def _read(name: str, text: str) -> Any:
    """One cell. Raises ValueError or AddressError where it cannot be read."""
    if name == "country":
        return vocabulary.country(text)
    if name in ("started_on", "ended_on"):
        return date.fromisoformat(text)
    if name in ("is_founder", "is_confidential"):
        if text.casefold() not in YES | NO:
            raise ValueError(name)
        return text.casefold() in YES
    if name in ("kind", "membership"):
        choices = Organisation.Kind if name == "kind" else OrganisationMembership.Kind
        words = {str(word).casefold(): value for value, label in choices.choices for word in (value, label)}
        if text.casefold() not in words or words[text.casefold()] == Organisation.Kind.PLATFORM:
            raise ValueError(name)
        return words[text.casefold()]
    if name == "transparency_register_id" and not REGISTER_NUMBER.fullmatch(text):
        raise ValueError(name)
    readers = {"email": clean_address, "phone": clean_phone, "postal_address": clean_street}
    return readers.get(name, clean_name)(text)


def _why_not(name: str) -> str:
    return {
        "started_on": _("This is not a day such as 2026-03-17."),
        "ended_on": _("This is not a day such as 2026-03-17."),
        "is_founder": _("Write yes or no."),
        "is_confidential": _("Write yes or no."),
        "kind": _("This is not a kind of organisation: ngo, institution, government, press or other."),
        "membership": _("This is not a kind of membership: member, associate or partner."),
        "transparency_register_id": _("A register number looks like 153882995425-37."),
        "email": _("This is not an address one can write to."),
    }.get(name, _("This cannot be read."))


def import_organisations(sheet: Sheet, *, actor: User | None = None, apply: bool = False) -> dict[str, Any]:
    """Compare the sheet with what is stored, and write it with `apply`: the counts and the problems.

    One transaction, one record of the run and one line in the audit trail; none of them holds an address.
    """
    counts = {"new": 0, "changed": 0, "unchanged": 0}
    with transaction.atomic():
        known = {organisation.name.casefold(): organisation for organisation in Organisation.objects.all()}
        for _number, facts in sheet.rows:
            organisation = known.get(facts["name"].casefold())
            counts[_compare(organisation, facts, apply=apply)] += 1
        found = {**counts, "problems": [problem.as_json(with_value=False) for problem in sheet.problems]}
        if apply and (counts["new"] or counts["changed"]):
            run = ImportRun.objects.create(
                source=SOURCE,
                file_name=sheet.file_name[:200],
                file_digest=sheet.digest,
                as_of=timezone.localdate(),
                status=ImportRun.Status.APPLIED,
                counts=counts | {"gone": 0, "held": 0},
                problems=found["problems"],
                by=actor,
            )
            sentence = "applied the import of organisations: {new} new, {changed} changed".format(**counts)
            audit.record(actor, sentence, about=run, label=sheet.file_name)
    return found


def _compare(organisation: Organisation | None, facts: dict[str, Any], *, apply: bool) -> str:
    """new, changed or unchanged; writes what changes with `apply`."""
    is_new = organisation is None
    organisation = organisation or Organisation(name=facts["name"])
    changed = []
    for name in PLAIN:
        value = facts.get(name)
        if value is None or (name == "is_confidential" and not value) or getattr(organisation, name) == value:
            continue
        setattr(organisation, name, value)
        changed.append(name)
    if apply and (is_new or changed):
        organisation.save()
    memberships = list(_memberships(organisation, facts))
    if apply:
        for membership in memberships:
            membership.organisation = organisation
            membership.save()
    return "new" if is_new else "changed" if changed or memberships else "unchanged"


def _memberships(organisation: Organisation, facts: dict[str, Any]) -> Iterator[OrganisationMembership]:
    """The membership that the row opens or changes; one that ended long ago is kept beside a new one."""
    kind = facts.get("membership")
    if kind is None:
        return
    have = list(organisation.memberships.filter(kind=kind).order_by("id")) if organisation.pk else []
    started_on = facts.get("started_on")
    same = [one for one in have if one.ended_on is None or one.started_on == started_on]
    membership = same[-1] if same else OrganisationMembership(kind=kind)
    before = (membership.pk, membership.started_on, membership.ended_on, membership.is_founder)
    membership.started_on = started_on or membership.started_on
    membership.ended_on = facts.get("ended_on") or membership.ended_on
    membership.is_founder = facts.get("is_founder", membership.is_founder)
    if membership.started_on and membership.ended_on and membership.ended_on < membership.started_on:
        return
    after = (membership.pk, membership.started_on, membership.ended_on, membership.is_founder)
    if membership.pk is None or after != before:
        yield membership
