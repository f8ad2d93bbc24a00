"""Mappings: which column of a sheet is which of our fields. Shipped ones lie in mappings/, others are files of yours.

The format is described in docs/imports.md. A mapping that does not follow it is refused with a sentence.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from contacts.imports.errors import ImportRefused

FOLDER = Path(__file__).parent / "mappings"
FIELDS = (
    "ep_id", "full_name", "given_name", "family_name", "email", "gender", "language", "country", "group",
    "national_party", "organisation", "title", "tags", "committee", "role", "since", "body", "phone",
    "postal_address",
)  # fmt: skip
BODY_KINDS = ("", "national_parliament", "intergroup")
EMPTY = ["N/A", "n/a", "-", "–", "—"]


@dataclass(frozen=True, slots=True)
class SeatList:
    """A column that lists bodies in which the person has the same role."""

    column: str
    kind: str
    role: str
    separator: str = "|"


@dataclass(slots=True)
class Mapping:
    """A checked mapping. `columns` gives for each of our fields the headers it may stand under."""

    name: str
    columns: dict[str, list[str]]
    required: list[str] = field(default_factory=list)
    committee_columns: bool = False
    lists: list[SeatList] = field(default_factory=list)
    complete_seats: bool = False
    office_domain: str = ""
    empty: list[str] = field(default_factory=lambda: list(EMPTY))
    tags: list[str] = field(default_factory=list)
    body_kind: str = ""


def load_mapping(name: str) -> Mapping:
    """The mapping of a name we ship, or of a JSON file. Raises ImportRefused with the reason."""
    shipped = sorted(path.stem for path in FOLDER.glob("*.json"))
    path = FOLDER / f"{name}.json" if name in shipped else Path(name)
    if path.suffix != ".json" or not path.is_file():
        raise ImportRefused(
            _("There is no mapping called “%(name)s”. We ship %(shipped)s; or name a .json file.")
            % {"name": name, "shipped": ", ".join(shipped)}
        )
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ImportRefused(_("The mapping %(name)s is not readable JSON.") % {"name": path.name}) from error
    return check_mapping(content, path.stem)


def check_mapping(content: Any, name: str) -> Mapping:
    """A mapping from its JSON. Raises ImportRefused naming what does not follow the format."""
    if not isinstance(content, dict):
        raise _wrong(name, _("it must be an object"))
    known = {
        "description", "columns", "required", "committee_columns", "lists", "complete_seats", "office_domain", "empty",
        "tags", "body_kind",
    }  # fmt: skip
    unknown = sorted(set(content) - known)
    if unknown:
        raise _wrong(name, _("it has the unknown part “%(part)s”") % {"part": unknown[0]})
    columns = _columns(content.get("columns"), name)
    required = _texts(content.get("required", []), "required", name)
    missing = [part for part in required if part not in columns]
    if missing:
        raise _wrong(name, _("“required” names “%(part)s”, which is not in “columns”") % {"part": missing[0]})
    if "email" not in columns and "ep_id" not in columns:
        raise _wrong(name, _("“columns” needs ep_id or email: people are known by one of them, never by their name"))
    for part in ("committee_columns", "complete_seats"):
        if not isinstance(content.get(part, False), bool):
            raise _wrong(name, _("“%(part)s” must be true or false") % {"part": part})
    if not isinstance(content.get("office_domain", ""), str):
        raise _wrong(name, _("“%(part)s” must be a text") % {"part": "office_domain"})
    if content.get("body_kind", "") not in BODY_KINDS or ("body" in columns) is not bool(content.get("body_kind")):
        raise _wrong(name, _("a column “body” goes with “body_kind”: national_parliament or intergroup"))
    return Mapping(
        name,
        columns,
        required,
        committee_columns=content.get("committee_columns", False),
        lists=_lists(content.get("lists", []), name),
        complete_seats=content.get("complete_seats", False),
        office_domain=content.get("office_domain", "").casefold(),
        empty=[*EMPTY, *_texts(content.get("empty", []), "empty", name)],
        tags=_texts(content.get("tags", []), "tags", name),
        body_kind=content.get("body_kind", ""),
    )


def _columns(content: Any, name: str) -> dict[str, list[str]]:
    if not isinstance(content, dict) or not content:
        raise _wrong(name, _("“columns” must be an object that says which column is which field"))
    columns = {}
    for part, headers in content.items():
        if part not in FIELDS:
            known = ", ".join(FIELDS)
            raise _wrong(name, _("“%(part)s” is not a field; fields are %(known)s") % {"part": part, "known": known})
        columns[part] = _texts([headers] if isinstance(headers, str) else headers, part, name)
    return columns


def _lists(content: Any, name: str) -> list[SeatList]:
    found = []
    for item in content if isinstance(content, list) else [None]:
        if (
            not isinstance(item, dict)
            or not {"column", "kind", "role"} <= set(item) <= {"column", "kind", "role", "separator"}
            or not all(isinstance(value, str) and value for value in item.values())
            or item["kind"] not in {"committee", "delegation"}
        ):
            problem = _("each of “lists” needs column, kind (committee or delegation) and role, as texts")
            raise _wrong(name, problem)
        found.append(SeatList(**item))
    return found


def _texts(content: Any, part: str, name: str) -> list[str]:
    if not isinstance(content, list) or not all(isinstance(text, str) and text for text in content):
        raise _wrong(name, _("“%(part)s” must be a text or a list of texts") % {"part": part})
    return content


def _wrong(name: str, problem: str) -> ImportRefused:
    return ImportRefused(_("The mapping “%(name)s” cannot be used: %(problem)s.") % {"name": name, "problem": problem})
