"""Parltrack's list of members as JSON (TechToThePeople/mep): address, gender, seats with role and first day."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from contacts.imports import vocabulary
from contacts.imports.errors import ImportRefused, Problem
from contacts.imports.fields import clean_name, clean_phone, read_ep_id, set_names
from contacts.imports.reading import MAX_ROWS, OFFICE_DOMAIN
from contacts.imports.records import Pull, Record, Seat
from contacts.reference import term_on

SOURCE = "parltrack-json"
COLUMNS = {
    "name": "last_name",
    "country": "constituency.country",
    "national_party": "constituency.party",
    "group": "eugroup",
    "ep_id": "epid",
    "email": "mail",
    "gender": "Gender",
}
LISTS = {"committees": "committee", "delegations": "delegation"}


def is_parltrack(content: Any) -> bool:
    """Whether a JSON content is Parltrack's list: members with their number under "epid"."""
    return (
        isinstance(content, list)
        and bool(content)
        and any(isinstance(member, dict) and "epid" in member for member in content)
    )


def parse_parltrack(content: list[Any], pull: Pull) -> Pull:
    """Fill the pull with the members of the list. Raises ImportRefused with the reason."""
    pull.source, pull.columns = SOURCE, COLUMNS
    pull.carries_email, pull.office_domain = True, OFFICE_DOMAIN
    if len(content) > MAX_ROWS:
        raise ImportRefused(_("The list has more than %(n)s entries.") % {"n": MAX_ROWS})
    for number, member in enumerate(content, start=1):
        record = _record(number, member, pull)
        if record is not None:
            pull.records.append(record)
    return pull


def _record(number: int, member: Any, pull: Pull) -> Record | None:
    ep_id = read_ep_id(_text(member.get("epid"))) if isinstance(member, dict) else None
    if ep_id is None:
        problem = _("The entry has no number of a member, so it was left out.")
        pull.problems.append(Problem(number, "epid", problem, "missing"))
        return None
    if member.get("active") is False:
        problem = _("The entry says that this person does not sit any more; it was left out.")
        pull.problems.append(Problem(number, "active", problem, "not_sitting", str(ep_id)))
        return None
    record = Record(number, ep_id, email=_text(member.get("mail")) or None)
    _set_words(record, member, pull)
    set_names(record, _text(member.get("first_name")), _text(member.get("last_name")), pull)
    for name, kind in LISTS.items():
        if isinstance(member.get(name), list):
            record.seats[kind] = []
            for seat in member[name]:
                _add_seat(record, kind, seat, pull)
    addresses = member.get("Addresses")
    brussels = addresses.get("Brussels") if isinstance(addresses, dict) else None
    if isinstance(brussels, dict):
        record.phone = clean_phone(_text(brussels.get("Phone"))) or None
    return record


def _set_words(record: Record, member: dict[str, Any], pull: Pull) -> None:
    """Country, group and gender by their tables; party and first day of the mandate."""
    constituency = member.get("constituency")
    seat = constituency if isinstance(constituency, dict) else {}
    record.national_party = vocabulary.party(clean_name(_text(seat.get("party")))) or None
    started_on = _day(seat.get("start"))
    if started_on is not None and term_on(started_on) == term_on(pull.as_of):
        record.mandate_started_on = started_on
    for field, label, read in (
        ("country", _text(seat.get("country")), vocabulary.country),
        ("group", _text(member.get("eugroup")), lambda label: vocabulary.group(label, pull.as_of)),
        ("gender", _text(member.get("Gender")), vocabulary.gender),
    ):
        try:
            if label:
                setattr(record, field, read(label))
        except vocabulary.UnknownWord as error:
            pull.tell_unknown(record.row, pull.column(field), error, label)


def _add_seat(record: Record, kind: str, seat: Any, pull: Pull) -> None:
    name, role = (_text(seat.get(part)) if isinstance(seat, dict) else "" for part in ("name", "role"))
    column = next(column for column, known in LISTS.items() if known == kind)
    word, read = name, vocabulary.committee if kind == "committee" else vocabulary.delegation
    try:
        code = read(word)
        word = role
        found = Seat(code, vocabulary.role(role), _day(seat.get("start")))
    except vocabulary.UnknownWord as error:
        pull.tell_unknown(record.row, column, error, word)
    else:
        record.seats[kind].append(found)


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return ""
    return " ".join(str(value).split())[:2000] if isinstance(value, str | int) else ""
