"""Reading the fields that every format has: the member's number and the name."""

import unicodedata

from django.utils.translation import gettext as _

from contacts.imports.errors import Problem
from contacts.imports.reading import has_lost_letters
from contacts.imports.records import Pull, Record
from contacts.names import readable_family_name, split_full_name
from transport.one_line import one_line

MAX_NAME = 200


def read_ep_id(text: str) -> int | None:
    """The Parliament's number of a person, or None when the text is none."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) <= 9 and int(text) > 0:
        return int(text)
    return None


def clean_name(text: str) -> str:
    """A name without control and direction marks in its normal form (NFC), at most 200 characters."""
    text = text[: 4 * MAX_NAME]
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return one_line(text)[:MAX_NAME].rstrip()


def clean_phone(text: str) -> str:
    """A telephone number as it stands, without control and direction marks, at most 40 characters."""
    return clean_name(text)[:40]


def clean_street(text: str) -> str:
    """A postal address, line by line, without control and direction marks; at most 12 lines of 200 characters."""
    lines = [clean_name(line) for line in text.splitlines()[:12]]
    return "\n".join(line for line in lines if line)


def set_names(record: Record, given: str, family: str, pull: Pull) -> None:
    """Put a name into the record, its family name in readable form; says when letters were lost in it.

    Call it after the country is known: some capitals depend on it.
    """
    lost = has_lost_letters(given + family)
    given, family = clean_name(given), clean_name(family)
    if not family:
        return
    if lost:
        problem = _("Letters of the name were lost; the name was not taken over.")
        pull.problems.append(Problem(record.row, pull.column("name"), problem, "lost_letters", f"{given} {family}"))
        return
    record.given_name = given
    record.family_name, record.family_name_is_guessed = readable_family_name(family, record.country or "")


def set_full_name(record: Record, full_name: str, pull: Pull) -> None:
    """Put a name that stands in one field into the record."""
    set_names(record, *split_full_name(full_name), pull)
