"""What the rooms to the right contribute to the pages of people and segments. Filled in AppConfig.ready()."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from contacts.models import Contact, ContactList, Segment, Subscription

if TYPE_CHECKING:
    from accounts.models import User
    from contacts.criteria.field import Field


@dataclass(frozen=True)
class Entry:
    """One line of "What passed between us" on a person's page."""

    at: datetime
    title: str
    detail: str = ""
    url: str = ""
    reference: str = ""
    icon: str = "info"
    # The tab it stands under: letters, replies, meetings; others stand under "All" alone.
    kind: str = ""
    # Where whoever wrote it (the id of a user) may change it.
    edit_url: str = ""
    by: int | None = None


@dataclass(frozen=True)
class Use:
    """One place that uses a segment, such as a letter."""

    title: str
    reference: str
    url: str
    icon: str = "mail"


@dataclass(frozen=True)
class Section:
    """A card beside a person's facts that another room fills: its template, which reads `section.rows` and `.url`."""

    template: str
    rows: Any
    url: str = ""


# What segments may ask (contacts/criteria/field.py says what a field is); the order is that of the menu.
segment_fields: list["Field"] = []
# Where one can write to the people of a segment: gives an address to follow, or "" for who may not.
segment_letters: list[Callable[["User", Segment], str]] = []
# Where one can write to one person: gives an address to follow, or "" for who may not.
person_letters: list[Callable[["User", Contact], str]] = []
# Why two people cannot be made one now, in sentences (contacts.merging).
merge_refusals: list[Callable[[Contact, Contact], Iterable[str]]] = []
# What the rows of a model are called when they move from one person to another: label → words.
model_words: dict[str, Any] = {}
person_sections: list[Callable[["User", Contact], Iterable[Section]]] = []
# Short rows of a person, read in one query with ours (contacts.remarks): what they are, the rows, names of columns.
remarks: list[Callable[[Contact], Iterable[tuple[str, Any, dict[str, str]]]]] = []
# Cards on a list's page, such as how it grew.
list_sections: list[Callable[[ContactList], Iterable[Section]]] = []
# Tokens of other rooms that open a reader's settings, such as that of the mail they got: token → the subscription.
preference_tokens: list[Callable[[str], Subscription | None]] = []
timeline: list[Callable[[Contact], Iterable[Entry]]] = []
segment_uses: list[Callable[[Segment], Iterable[Use]]] = []
# Which letters that are not frozen yet would change with these contacts (their ids), for the check page of an import.
letters_touched: list[Callable[[set[int]], Iterable[Use]]] = []
# Sections of "everything we hold" that no foreign key leads to: dicts of what, model, rows (contacts.personal_data).
personal_data: list[Callable[[Contact], Iterable[dict[str, Any]]]] = []
# Rules of contacts.retention, made when they are needed: their days are settings.
retention: list[Callable[[], Any]] = []
# Models whose rows about an erased person stay, and why: label → reason. All others are deleted (contacts.erasure).
kept_on_erasure: dict[str, str] = {}


def timeline_of(contact: Contact) -> list[Entry]:
    """Every room's entries about a person, newest first."""
    found = [entry for contribute in timeline for entry in contribute(contact)]
    return sorted(found, key=lambda entry: entry.at, reverse=True)


def panels_of_list(contact_list: ContactList) -> list[Section]:
    """Every room's cards on a list's page."""
    return [section for contribute in list_sections for section in contribute(contact_list)]


def uses_of(segment: Segment) -> list[Use]:
    """Every room's uses of a segment."""
    return [use for contribute in segment_uses for use in contribute(segment)]


def letters_of(contacts: set[int]) -> list[Use]:
    """The draft letters that have one of these contacts (ids) among their people."""
    return [use for contribute in letters_touched for use in contribute(contacts)]


def letter_for(user: "User", segment: Segment) -> str:
    """Where this person may write to the people of a segment; "" where no room offers it."""
    return next((url for contribute in segment_letters if (url := contribute(user, segment))), "")


def letter_to(user: "User", contact: Contact) -> str:
    """Where this person may write to one contact; "" where no room offers it."""
    return next((url for contribute in person_letters if (url := contribute(user, contact))), "")
