"""Answers of the Parliament's Open Data API v2 (JSON-LD): the list, show-current, and a person's detail.

Source: the publisher's OpenAPI description. The list gives names in natural case, show-current adds country and group,
the detail e-mail, gender and memberships with dates.
"""

import contextlib
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from contacts.imports import vocabulary
from contacts.imports.errors import ImportRefused, Problem
from contacts.imports.fields import read_ep_id, set_names
from contacts.imports.reading import MAX_ROWS, OFFICE_DOMAIN
from contacts.imports.records import Pull, Record, Seat
from contacts.names import split_full_name

COUNTRY, GROUP = "api:country-of-representation", "api:political-group"
COLUMNS = {
    "name": "label",
    "country": COUNTRY,
    "group": GROUP,
    "ep_id": "identifier",
    "email": "hasEmail",
    "gender": "hasGender",
    "seats": "hasMembership",
}
GENDERS = {"FEMALE": "F", "MALE": "M"}


Bodies = dict[str, tuple[str, str]]


def parse_jsonld(content: Any, pull: Pull, bodies: Bodies | None = None) -> Pull:
    """Fill the pull with the records of an answer. Raises ImportRefused with the reason.

    `bodies`: the service's numbers of bodies beyond those of our tables, each with kind and code (`parse_bodies`).
    """
    people = _people(content)
    known = vocabulary.organisations() | (bodies or {})
    is_detail = any("hasMembership" in person or "hasEmail" in person for person in people)
    is_current = not is_detail and all(COUNTRY in person for person in people)
    source = "europarl-api-detail" if is_detail else "europarl-api-current" if is_current else "europarl-api-list"
    pull.source, pull.is_complete, pull.columns = source, is_current, COLUMNS
    pull.carries_email, pull.office_domain = is_detail, OFFICE_DOMAIN if is_detail else ""
    for number, person in enumerate(people, start=1):
        record = _record(number, person, pull, known)
        if record is not None:
            pull.records.append(record)
    if is_detail:
        # A seat in a body whose number we do not know cannot be seen, so it is not closed either.
        for kind in ("committee", "delegation"):
            pull.covers[kind] = {code for of_kind, code in known.values() if of_kind == kind}
    return pull


def parse_bodies(content: Any) -> Bodies:
    """The numbers of groups, committees and delegations in an answer of /corporate-bodies, with kind and code.

    Bodies that our tables do not know are left out. Raises ImportRefused where the answer is none.
    """
    found: Bodies = {}
    for body in _data(content):
        if not isinstance(body, dict):
            continue
        classification, label = _last_part(body.get("classification")), _text(body.get("label"))
        with contextlib.suppress(vocabulary.UnknownWord):
            if classification == "EU_POLITICAL_GROUP":
                code = vocabulary.group(label, date.max)
                found[_text(body.get("identifier"))] = ("group", code)
            elif classification.startswith("COMMITTEE_PARLIAMENTARY"):
                found[_text(body.get("identifier"))] = ("committee", vocabulary.committee(label))
            elif classification.startswith("DELEGATION_"):
                found[_text(body.get("identifier"))] = ("delegation", vocabulary.delegation(label))
    return found


def person_ids(content: Any) -> list[int]:
    """The numbers of the persons in an answer, in its order. Raises ImportRefused where the answer is none."""
    numbers = [read_ep_id(_text(item.get("identifier"))) for item in _data(content) if isinstance(item, dict)]
    return [number for number in numbers if number]


def _data(answer: Any) -> list[Any]:
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, list):
        raise ImportRefused(_("This is not an answer of the Open Data API: it has no list called “data”."))
    return data


def _people(answer: Any) -> list[dict[str, Any]]:
    data = _data(answer)
    if not data:
        raise ImportRefused(_("The answer holds no member."))
    if len(data) > MAX_ROWS:
        raise ImportRefused(_("The answer has more than %(n)s entries.") % {"n": MAX_ROWS})
    people = [item for item in data if isinstance(item, dict) and item.get("type") == "Person"]
    if len(people) != len(data):
        raise ImportRefused(_("The answer holds entries that are not persons."))
    return people


def _record(number: int, person: dict[str, Any], pull: Pull, bodies: Bodies) -> Record | None:
    identifier = _text(person.get("identifier"))
    ep_id = read_ep_id(identifier)
    if ep_id is None:
        problem = _("The entry has no number of a member, so it was left out.")
        pull.problems.append(Problem(number, "identifier", problem, "missing", identifier[:60]))
        return None
    record = Record(number, ep_id)
    gender = _last_part(person.get("hasGender"))
    record.gender = GENDERS.get(gender)
    record.email = _text(person.get("hasEmail")).removeprefix("mailto:") or None
    memberships = person.get("hasMembership")
    if isinstance(memberships, list):
        _set_memberships(record, [item for item in memberships if isinstance(item, dict)], pull, bodies)
    _set_word(record, "country", _text(person.get(COUNTRY)), pull)
    _set_word(record, "group", _text(person.get(GROUP)), pull)
    _set_names(record, person, pull)
    return record


def _set_names(record: Record, person: dict[str, Any], pull: Pull) -> None:
    given, family = _text(person.get("givenName")), _text(person.get("familyName"))
    if not family:
        given, family = split_full_name(_text(person.get("label")))
    set_names(record, given, family, pull)


def _set_word(record: Record, field: str, label: str, pull: Pull) -> None:
    if not label:
        return
    try:
        code = vocabulary.country(label) if field == "country" else vocabulary.group(label, pull.as_of)
        setattr(record, field, code)
    except vocabulary.UnknownWord as error:
        pull.tell_unknown(record.row, pull.column(field), error, label)


def _set_memberships(record: Record, memberships: list[dict[str, Any]], pull: Pull, bodies: Bodies) -> None:
    """The mandate and the seats that are open on the day of the pull, with their dates."""
    kinds = {kind for kind, _code in bodies.values()} - {"group"}
    record.seats = {kind: [] for kind in sorted(kinds)}
    mandates = []
    for item in memberships:
        started_on, ended_on = _days(item)
        role = _last_part(item.get("role"))
        if role == "MEMBER_PARLIAMENT":
            mandates.append((started_on or date.min, ended_on, item))
        elif (started_on or date.min) <= pull.as_of <= (ended_on or date.max):
            _add_seat(record, item, pull, bodies)
    if mandates:
        started_on, ended_on, item = max(mandates, key=lambda mandate: mandate[0])
        record.mandate_started_on = started_on if started_on != date.min else None
        record.mandate_ended_on = ended_on if ended_on and ended_on <= pull.as_of else None
        represents = item.get("represents")
        if isinstance(represents, list) and represents:
            _set_word(record, "country", _last_part(represents[0]), pull)


def _add_seat(record: Record, item: dict[str, Any], pull: Pull, bodies: Bodies) -> None:
    classification, role = _last_part(item.get("membershipClassification")), _last_part(item.get("role"))
    started_on, _ended_on = _days(item)
    number = _last_part(item.get("organization"))
    kind, code = bodies.get(number, ("", ""))
    if not code:
        if classification == "EU_POLITICAL_GROUP" or classification.startswith("COMMITTEE_PARLIAMENTARY"):
            problem = _("The body with the number %(number)s is not in our tables; the seat was left out.")
            told = problem % {"number": number[:20]}
            pull.problems.append(Problem(record.row, "hasMembership", told, "unknown_word"))
        return
    if kind == "group":
        record.group, record.group_since = code, started_on
        return
    try:
        record.seats.setdefault(kind, []).append(Seat(code, vocabulary.role(role), started_on))
    except vocabulary.UnknownWord as error:
        pull.tell_unknown(record.row, "hasMembership", error, role[:60])


def _days(item: dict[str, Any]) -> tuple[date | None, date | None]:
    period = item.get("memberDuring")
    if not isinstance(period, dict):
        return None, None
    return _day(period.get("startDate")), _day(period.get("endDate"))


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _text(value: Any) -> str:
    return " ".join(value.split())[:2000] if isinstance(value, str) else ""


def _last_part(value: Any) -> str:
    return _text(value).rstrip("/").rsplit("/", 1)[-1]
