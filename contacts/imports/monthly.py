"""Monthly pulls of the Parliament's list with each member's profile page, as JSON: {country: [member, …]}.

A profile page hides its address from harvesters: backwards, with words for its signs. Source of the form: the pulls of
zeyus/contact-mep-representative (MIT).
"""

from typing import Any

from django.utils.translation import gettext as _

from contacts.imports import vocabulary
from contacts.imports.errors import ImportRefused, Problem
from contacts.imports.fields import clean_name, clean_phone, clean_street, read_ep_id, set_full_name
from contacts.imports.reading import MAX_ROWS, OFFICE_DOMAIN
from contacts.imports.records import Pull, Record

SOURCE = "europarl-monthly"
COLUMNS = {
    "name": "fullName",
    "country": "country",
    "group": "politicalGroup",
    "ep_id": "id",
    "national_party": "nationalPoliticalGroup",
    "email": "contact_data.email",
}


def is_monthly(content: Any) -> bool:
    """Whether a JSON content is a monthly pull: lists of members under names of countries."""
    if not isinstance(content, dict) or not content or "data" in content:
        return False
    return all(isinstance(members, list) for members in content.values()) and any(
        isinstance(member, dict) and "fullName" in member for members in content.values() for member in members
    )


def parse_monthly(content: dict[str, Any], pull: Pull) -> Pull:
    """Fill the pull with the members of every country. Raises ImportRefused with the reason."""
    pull.source, pull.columns, pull.is_complete = SOURCE, COLUMNS, True
    pull.carries_email, pull.office_domain = True, OFFICE_DOMAIN
    entries = [(country, member) for country, members in content.items() for member in members]
    if len(entries) > MAX_ROWS:
        raise ImportRefused(_("The list has more than %(n)s entries.") % {"n": MAX_ROWS})
    for number, (country, member) in enumerate(entries, start=1):
        record = _record(number, country, member, pull)
        if record is not None:
            pull.records.append(record)
    return pull


def plain_address(text: str) -> str:
    """The address that a profile page hides: without "mailto:", "[at]" and "[dot]" as signs, and turned around.

    "elpmaxe[dot]eciffo[at]ana" gives ana@office.example. One that is not hidden is given as it is.
    """
    text = text.strip()
    bare = text.replace("mailto:", "")
    if "[at]" not in bare and "[dot]" not in bare:
        return bare
    return bare.replace("[at]", "@").replace("[dot]", ".")[::-1].removeprefix("mailto:")


def _record(number: int, country: str, member: Any, pull: Pull) -> Record | None:
    if not isinstance(member, dict):
        pull.problems.append(Problem(number, "id", _("The entry is no member, so it was left out."), "missing"))
        return None
    ep_id = read_ep_id(_first(member.get("id")))
    if ep_id is None:
        problem = _("The entry has no number of a member, so it was left out.")
        pull.problems.append(Problem(number, "id", problem, "missing", _first(member.get("id"))[:60]))
        return None
    record = Record(number, ep_id)
    record.national_party = vocabulary.party(clean_name(_first(member.get("nationalPoliticalGroup")))) or None
    labels = {"country": _first(member.get("country")) or country, "group": _first(member.get("politicalGroup"))}
    for field, label in labels.items():
        try:
            if label:
                code = vocabulary.country(label) if field == "country" else vocabulary.group(label, pull.as_of)
                setattr(record, field, code)
        except vocabulary.UnknownWord as error:
            pull.tell_unknown(number, pull.column(field), error, label)
    set_full_name(record, _first(member.get("fullName")), pull)
    page = member.get("contact_data")
    if isinstance(page, dict):
        record.email = plain_address(_first(page.get("email"))) or None
        _set_office(record, page.get("official_contacts"))
    return record


def _set_office(record: Record, offices: Any) -> None:
    """The office in Brussels: letters go there."""
    for office in offices if isinstance(offices, list) else []:
        if isinstance(office, dict) and _first(office.get("type")) == "Brussels":
            record.phone = clean_phone(_first(office.get("phone"))) or None
            address = office.get("address")
            record.postal_address = clean_street(address) or None if isinstance(address, str) else None
            return


def _first(value: Any) -> str:
    """The text of a field that stands in a list of one, or by itself; "" for anything else."""
    if isinstance(value, list):
        value = value[0] if value else ""
    return " ".join(value.split())[:2000] if isinstance(value, str) else ""
