"""The reference tables in contacts/reference/*.csv, and loading them into rows.

The files are the source: groups, committees, roles, terms of the Parliament, languages, countries, salutations and
the platform's member organisations. `load_reference()` may run as often as one likes; what a person changed stays.
"""

import csv
from datetime import date
from functools import cache
from pathlib import Path

from django.db import transaction

from contacts.models import Body, Organisation, OrganisationMembership, Salutation

FOLDER = Path(__file__).parent / "reference"
KINDS_OF_MEMBERS = {kind.value for kind in OrganisationMembership.Kind}


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """The rows of contacts/reference/<name>.csv."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def words(cell: str) -> list[str]:
    """The words of a cell that lists several with a bar between them."""
    return [word.strip() for word in cell.split("|") if word.strip()]


def day(cell: str) -> date | None:
    """The date of a cell, or None where it is empty."""
    return date.fromisoformat(cell) if cell else None


def term_on(when: date) -> int:
    """The Parliament's term on a day. Before the first term of terms.csv, the first of them."""
    terms = [int(row["term"]) for row in table("terms") if date.fromisoformat(row["starts_on"]) <= when]
    return max(terms, default=int(table("terms")[0]["term"]))


def term_ends_on(term: int) -> date | None:
    """The last day of a term, or None while nobody knows it."""
    return next((day(row["ends_on"]) for row in table("terms") if int(row["term"]) == term), None)


@transaction.atomic
def load_reference() -> dict[str, int]:
    """Load bodies, salutations and member organisations. Idempotent; gives how many rows of each were made."""
    return {
        "bodies": load_bodies(),
        "salutations": load_salutations(),
        "organisations": load_organisations(),
    }


def load_bodies() -> int:
    """Make or complete the groups and committees; aliases that a person added stay. Gives how many were made."""
    known = {(body.kind, body.code): body for body in Body.objects.filter(kind__in=["group", "committee"])}
    new, changed = [], []
    for wanted in _bodies():
        body = known.get((wanted.kind, wanted.code))
        if body is None:
            new.append(wanted)
            continue
        aliases = [*body.aliases, *(alias for alias in wanted.aliases if alias not in body.aliases)]
        before = (body.name, body.short_name, body.aliases, body.started_on, body.ended_on)
        if before != (wanted.name, wanted.short_name, aliases, wanted.started_on, wanted.ended_on):
            body.name, body.short_name, body.aliases = wanted.name, wanted.short_name, aliases
            body.started_on, body.ended_on = wanted.started_on, wanted.ended_on
            changed.append(body)
    Body.objects.bulk_create(new)
    Body.objects.bulk_update(changed, ["name", "short_name", "aliases", "started_on", "ended_on"])
    return len(new)


def _bodies() -> list[Body]:
    groups = [
        Body(
            kind=Body.Kind.GROUP,
            code=row["code"],
            name=row["official_name_en"],
            short_name=row["short_en"],
            aliases=_aliases(row, row["api_v2_label"], row["short_en"], row["short_fr"]),
            started_on=day(row["valid_from"]),
            ended_on=day(row["valid_to"]),
        )
        for row in table("groups")
    ]
    committees = [
        Body(
            kind=Body.Kind.COMMITTEE,
            code=row["code"],
            name=row["name_en"],
            short_name=row["code"],
            aliases=_aliases(row, row["name_en"]),
            started_on=day(row["valid_from"]),
            ended_on=day(row["valid_to"]),
        )
        for row in table("committees")
    ]
    return groups + committees


def _aliases(row: dict[str, str], *more: str) -> list[str]:
    return list(dict.fromkeys(word for word in [*more, *words(row["aliases"])] if word and word != row["code"]))


def load_salutations() -> int:
    """Make the salutations that are missing, unchecked; wording that stands in a row is never touched."""
    known = set(Salutation.objects.values_list("language", "gender"))
    new = [
        Salutation(
            language=row["language"],
            gender=row["gender"],
            opening=row["salutation"],
            closing=row["closing"],
            note=row["note"],
        )
        for row in table("salutations")
        if (row["language"], row["gender"]) not in known
    ]
    Salutation.objects.bulk_create(new)
    return len(new)


def load_organisations() -> int:
    """Make the member organisations that are missing, each with its membership and whether it was a founder."""
    made = 0
    for row in table("members"):
        organisation, is_new = Organisation.objects.get_or_create(
            name=row["name"], defaults={"kind": Organisation.Kind.NGO, "country": row["iso2"], "note": row["note"]}
        )
        if is_new and row["type"] in KINDS_OF_MEMBERS:
            organisation.memberships.create(kind=row["type"], is_founder=row["founder"] == "yes")
        made += is_new
    return made
