"""What the rooms to the right contribute to the pages of people and segments. Filled in AppConfig.ready()."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from contacts.models import Contact, Segment


@dataclass(frozen=True)
class Entry:
    """One line of "What passed between us" on a person's page."""

    at: datetime
    title: str
    detail: str = ""
    url: str = ""
    reference: str = ""
    icon: str = "info"


@dataclass(frozen=True)
class Use:
    """One place that uses a segment, such as a letter."""

    title: str
    reference: str
    url: str
    icon: str = "mail"


timeline: list[Callable[[Contact], Iterable[Entry]]] = []
segment_uses: list[Callable[[Segment], Iterable[Use]]] = []


def timeline_of(contact: Contact) -> list[Entry]:
    """Every room's entries about a person, newest first."""
    found = [entry for contribute in timeline for entry in contribute(contact)]
    return sorted(found, key=lambda entry: entry.at, reverse=True)


def uses_of(segment: Segment) -> list[Use]:
    """Every room's uses of a segment."""
    return [use for contribute in segment_uses for use in contribute(segment)]
