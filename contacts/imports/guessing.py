"""Which column of a sheet is which field: guessed from headers and sample values, remembered for the same header."""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from contacts.imports import vocabulary
from contacts.imports.errors import ImportRefused
from contacts.imports.mapping import FIELDS, check_mapping
from contacts.imports.tables import Table
from contacts.models import RememberedMapping

SAMPLES = 3
COMMITTEE = "committee_column"
LABELS = {
    "ep_id": gettext_lazy("Member's number in the Parliament"),
    "full_name": gettext_lazy("Name, in one cell"),
    "given_name": gettext_lazy("Given name"),
    "family_name": gettext_lazy("Family name"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
    "postal_address": gettext_lazy("Postal address"),
    "gender": gettext_lazy("Gender"),
    "language": gettext_lazy("Language"),
    "country": gettext_lazy("Country"),
    "group": gettext_lazy("Political group"),
    "national_party": gettext_lazy("National party"),
    "organisation": gettext_lazy("Organisation"),
    "title": gettext_lazy("Post"),
    "tags": gettext_lazy("Tags"),
    "committee": gettext_lazy("Committee, one row a seat"),
    "role": gettext_lazy("Role in the committee"),
    "since": gettext_lazy("Seat held since"),
}
_HEADERS = {
    "ep_id": "epid|ep id|mep id|id of the member|identifier|member number|numero",
    "full_name": "name|full name|fullname|nom complet|naam|nombre completo|nome completo|contact|person",
    "given_name": "given name|first name|firstname|forename|prenom|vorname|voornaam|nombre|nome|imie",
    "family_name": "family name|last name|lastname|surname|nom|nom de famille|nachname|achternaam|apellidos|cognome",
    "email": "email|e-mail|mail|e-mail address|email address|adresse e-mail|adresse mail|courriel|e-post|correo",
    "phone": "phone|telephone|tel|phone number|mobile|telefon|telefono|telefoon",
    "postal_address": "postal address|street|street address|postadresse|adresse postale",
    "gender": "gender|sex|genre|geschlecht|geslacht|sexo|genero",
    "language": "language|lang|langue|sprache|taal|idioma|lingua",
    "country": "country|pays|land|pais|paese|kraj|member state|country code",
    "group": "group|political group|eugroup|ep group|groupe|groupe politique|fraktion|fractie",
    "national_party": "party|national party|parti|partei|partij|partido|partito",
    "organisation": "organisation|organization|institution|company|employer|media|outlet|organismo|organisation name",
    "title": "title|post|function|job title|position|fonction|funktion|functie|cargo",
    "tags": "tags|tag|kind|type|stakeholder type|category",
    "committee": "committee|commission|ausschuss|comite",
    "role": "role|committee role|rolle|rol",
    "since": "since|start|start date|from",
}
_COMMITTEE_HEADER = re.compile(r"^[A-Z][A-Za-z0-9]{3}$")


@dataclass(slots=True)
class Column:
    """One column of the sheet with a few of its values and the field it is taken for ("" for none)."""

    number: int
    header: str
    samples: list[str]
    field: str


def field_choices() -> list[tuple[str, str]]:
    """Every field a column can be, for a menu."""
    known = [(name, str(LABELS.get(name, name))) for name in FIELDS]
    return [("", _("Leave out")), *known, (COMMITTEE, _("Committee, the role in its cells"))]


def columns_of(table: Table) -> tuple[list[Column], int]:
    """The columns with their guessed or remembered fields, and how many fields come from the last time."""
    remembered = RememberedMapping.objects.filter(key=header_key(table.header)).first()
    known: dict[str, str] = remembered.columns if remembered else {}
    taken: set[str] = set()
    found = []
    for number, header in enumerate(table.header):
        values = [cells[number].strip() for _row, cells in table.rows]
        values = [value for value in dict.fromkeys(values) if value]
        field = known.get(header, "") if remembered else guess(header, values, taken)
        if field != COMMITTEE:
            taken.add(field)
        found.append(Column(number, header, [value[:80] for value in values[:SAMPLES]], field))
    return found, sum(1 for column in found if column.field) if remembered else 0


def guess(header: str, values: Sequence[str], taken: Iterable[str] = ()) -> str:
    """The field a column most likely is, by its header, else by its values; "" for none. `taken` fields are given."""
    key = re.sub(r"[\s_.]+", " ", vocabulary.word_key(header)).strip()
    by_header = {word: name for name, words in _HEADERS.items() for word in words.split("|")}
    field = by_header.get(key) or by_header.get(key.replace("-", " "), "")
    if not field and _COMMITTEE_HEADER.match(header) and _is_committee(header):
        return COMMITTEE
    if field == "" and values:
        field = _by_values(values)
    return "" if field in taken or (field and field not in FIELDS) else field


def _is_committee(header: str) -> bool:
    try:
        vocabulary.committee(header)
    except vocabulary.UnknownWord:
        return False
    return True


def _by_values(values: Sequence[str]) -> str:
    if sum("@" in value and " " not in value for value in values) * 2 > len(values):
        return "email"
    for field, read in (("country", vocabulary.country), ("language", vocabulary.language)):
        if _share_read(values, read) > 0.8:
            return field
    return ""


def _share_read(values: Sequence[str], read: Any) -> float:
    understood = 0
    for value in values:
        try:
            read(value)
        except vocabulary.UnknownWord:
            continue
        understood += len(value) > 1
    return understood / len(values)


def header_key(header: Iterable[str]) -> str:
    """The same for every sheet with the same columns in the same order."""
    return hashlib.sha256(json.dumps([name.casefold() for name in header]).encode()).hexdigest()


def mapping_from(chosen: dict[str, str]) -> dict[str, Any]:
    """A mapping in the format of docs/imports.md from header → field. Raises ImportRefused when it cannot work."""
    columns: dict[str, Any] = {}
    for header, field in chosen.items():
        if not field or field == COMMITTEE:
            continue
        if field in columns:
            raise ImportRefused(
                _("Two columns are “%(field)s”: %(one)s and %(other)s. Choose one of them.")
                % {"field": LABELS.get(field, field), "one": columns[field], "other": header}
            )
        columns[field] = header
    if "email" not in columns and "ep_id" not in columns:
        raise ImportRefused(
            _("Say which column holds the e-mail address or the member's number: people are known by it.")
        )
    has_committees = COMMITTEE in chosen.values()
    content: dict[str, Any] = {"columns": columns, "required": ["email"] if "ep_id" not in columns else ["ep_id"]}
    if has_committees:
        content |= {"committee_columns": True, "complete_seats": True}
    check_mapping(content, "upload")
    return content


def remember_columns(chosen: dict[str, str], *, actor: User) -> None:
    """The same header needs no matching next time."""
    RememberedMapping.objects.update_or_create(
        key=header_key(chosen), defaults={"columns": {k: v for k, v in chosen.items() if v}, "by": actor}
    )
