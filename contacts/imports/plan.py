"""The outcome of a comparison: what an import would do, person by person."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from contacts.imports.errors import Problem
from contacts.imports.records import Pull
from contacts.models import Contact, Mandate, Membership


@dataclass(frozen=True, slots=True)
class NewSeat:
    """A seat to open on a change's mandate."""

    kind: str
    code: str
    role: str
    started_on: date | None
    ended_on: date | None = None


@dataclass(slots=True)
class Change:
    """What an import does to one contact. `contact` and `mandate` are unsaved where they are new."""

    contact: Contact
    row: int | None = None
    is_new: bool = False
    is_gone: bool = False
    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    mandate: Mandate | None = None
    mandate_is_new: bool = False
    mandate_fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    ended: list[tuple[Mandate, date]] = field(default_factory=list)
    opened: list[NewSeat] = field(default_factory=list)
    closed: list[tuple[Membership, date]] = field(default_factory=list)
    dated: list[tuple[Membership, date]] = field(default_factory=list)
    organisation: str | None = None
    title: str | None = None
    body_kind: str = ""
    since: date | None = None
    new_tags: list[str] = field(default_factory=list)
    stamps: dict[str, str] = field(default_factory=dict)
    # What stood in the place of the stamps, known when they are written.
    stamps_before: dict[str, str | None] = field(default_factory=dict)
    # Fields a person corrected that the file has otherwise: they stay, unless somebody asks for the file's.
    kept: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """new, gone, changed or unchanged."""
        if self.is_new:
            return "new"
        if self.is_gone:
            return "gone"
        touched = (self.fields, self.mandate_fields, self.ended, self.opened, self.closed, self.dated, self.new_tags)
        return "changed" if any(touched) or self.mandate_is_new or self.organisation is not None else "unchanged"


@dataclass
class Plan:
    """All changes of a pull, what a person should look at, and why it is held if it is.

    Of a large sheet not every change is kept: `counted` has how many people of each kind the others are,
    `counted_known` for how many of them we have an address, and `rest()` gives their changes again, batch by batch.
    With `last` the rows of the file are let go meanwhile, and nobody asks again.
    """

    pull: Pull
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    hold_reason: str = ""
    counted: dict[str, int] = field(default_factory=dict)
    counted_known: int = 0
    rest: Callable[..., Iterator[list[Change]]] = lambda **_last: iter(())

    @property
    def would(self) -> dict[str, int]:
        """How many people are new, changed, unchanged and gone, held or not."""
        found = {"new": 0, "changed": 0, "unchanged": 0, "gone": 0} | self.counted
        for change in self.changes:
            found[change.kind] += 1
        return found

    def counts(self) -> dict[str, int]:
        """The five figures: where the pull is held, what it would have changed counts as held."""
        would = self.would
        if not self.hold_reason:
            return {**would, "held": 0}
        held = would["new"] + would["changed"] + would["gone"]
        return {"new": 0, "changed": 0, "unchanged": would["unchanged"], "gone": 0, "held": held}
