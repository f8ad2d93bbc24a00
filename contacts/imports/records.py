"""What a file says about people, whatever its format."""

from dataclasses import dataclass, field
from datetime import date

from contacts.imports.errors import Problem, UnknownLabel, UnknownWord


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat in a body, by the body's code and our role code; dates where the source gives them."""

    code: str
    role: str
    started_on: date | None = None
    ended_on: date | None = None


@dataclass(slots=True)
class Record:
    """One person of a file. None means that the file says nothing about it, and so changes nothing.

    `seats` holds, for each kind of body the file speaks of, every open seat of the person; a kind that is not in it
    is left alone.
    """

    row: int
    ep_id: int | None = None
    given_name: str | None = None
    family_name: str | None = None
    family_name_is_guessed: bool = False
    email: str | None = None
    email_key: str | None = None  # Set with the check of the addresses.
    gender: str | None = None
    language: str | None = None
    country: str | None = None
    group: str | None = None
    group_since: date | None = None
    national_party: str | None = None
    seats: dict[str, list[Seat]] = field(default_factory=dict)
    mandate_started_on: date | None = None
    mandate_ended_on: date | None = None
    phone: str | None = None
    postal_address: str | None = None
    organisation: str | None = None
    title: str | None = None
    body_kind: str = ""  # The organisation is a body of this kind, such as a national parliament.
    since: date | None = None  # The first day of the post.
    tags: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Pull:
    """Everything one file says, ready to be compared with what is stored.

    `is_complete`: the file lists every sitting member, so whoever is missing has left. `carries_email`: the format
    has a place for addresses, so a file without any has lost them; `rows_with_address` are the rows that give one,
    right or wrong. `office_domain`: where members' addresses lie; others are pointed out. `covers`: for a kind of body
    the codes the file speaks of; a seat elsewhere is left alone. `columns` names the fields in the file's own words.
    `unknown` holds the words that a person is asked about, by kind and label.
    """

    source: str
    file_name: str
    digest: str
    as_of: date
    records: list[Record]
    problems: list[Problem] = field(default_factory=list)
    is_complete: bool = False
    carries_email: bool = False
    rows_with_address: set[int] = field(default_factory=set)
    office_domain: str = ""
    covers: dict[str, set[str]] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    unknown: dict[tuple[str, str], UnknownLabel] = field(default_factory=dict)

    def column(self, name: str) -> str:
        """What the file calls a field."""
        return self.columns.get(name, name)

    def tell_unknown(self, row: int, column: str, error: UnknownWord, value: str) -> None:
        """Put down a word that no table knows: as a problem of its row, and once as a question to a person."""
        self.problems.append(Problem(row, column, str(error), "unknown_word", value[:200]))
        if not error.kind:
            return
        known = self.unknown.get((error.kind, error.label))
        if known is None:
            found = UnknownLabel(error.kind, error.label, row, suggestion=error.suggestion)
            self.unknown[error.kind, error.label] = found
        else:
            known.count += 1
