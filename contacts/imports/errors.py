"""What can be wrong with a file, in sentences."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _


class ImportRefused(Exception):
    """The whole file is refused and nothing was imported; the message is a sentence for the person who gave it."""


class ChangedMeanwhile(ImportRefused):
    """Somebody changed, merged or erased the same people between the comparison and the writing."""

    def __init__(self) -> None:
        super().__init__(
            _("Somebody else changed the same contacts at the same moment. Nothing was imported; start it again.")
        )


class UnknownWord(ValueError):
    """A word that no table knows; the message says so, with the nearest known word.

    `kind` says what sort of word it is (a RememberedName.Kind), "" where a person cannot say what it means;
    `suggestion` is the code of the nearest known word, or "".
    """

    def __init__(self, message: str, *, kind: str = "", label: str = "", suggestion: str = "") -> None:
        super().__init__(message)
        self.kind, self.label, self.suggestion = kind, label, suggestion


@dataclass(slots=True)
class UnknownLabel:
    """A word of a file that a person is asked about once: what it is, where it stands first and how often."""

    kind: str
    label: str
    row: int
    count: int = 1
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing a person should look at, with its place in the file.

    `row` counts a sheet's rows as a spreadsheet does (the header is row 1), and entries of an XML or JSON file from 1;
    it is None for what is missing in the file. `kind` is a short word that programs count by. `problem` names nobody:
    only `value` may hold personal data, and it is not stored.
    """

    row: int | None
    column: str
    problem: str
    kind: str
    value: str | None = None

    def as_json(self, *, with_value: bool = True) -> dict[str, Any]:
        """The problem as one object; `with_value=False` for what is kept in the database."""
        found: dict[str, Any] = {"row": self.row, "column": self.column, "problem": self.problem, "kind": self.kind}
        if with_value and self.value is not None:
            found["value"] = self.value
        return found

    def __str__(self) -> str:
        if self.row is None:
            place = self.column
        else:
            place = _("Row %(row)s, column %(column)s") % {"row": self.row, "column": self.column}
        # A sentence about a word shows the word itself already.
        shown = f" ({self.value})" if self.value and self.kind != "unknown_word" else ""
        return f"{place}: {self.problem}{shown}"
