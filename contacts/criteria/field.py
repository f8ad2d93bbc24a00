"""What a condition of segments is made of. Rooms to the right add theirs to `contacts.registry.segment_fields`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts.criteria.words import CriteriaError, Words, did_you_mean, kind_of, unique, values_of

if TYPE_CHECKING:
    from contacts.criteria.wording import Wording

# (value, label), or (label of a group, [(value, label), …]).
Choice = tuple[str, Any]
MOST_DAYS = 3650
YES, NO = "yes", "no"


@dataclass(frozen=True)
class Part:
    """One control of a condition's line: `many` boxes, `one` of a list, a `number`, or `names` that are written."""

    name: str
    label: Any
    kind: str = "many"
    choices: Callable[[Words], list[Choice]] = lambda words: []
    # Words around the control: "as …", "in the last … days".
    before: Any = ""
    after: Any = ""
    # What stands there while nothing is chosen.
    none: Any = ""
    # What a new line begins with.
    initial: tuple[str, ...] = ()


class Reader:
    """How a value is read: with which words, and whether unknown ones are refused (`strict`) or pass through."""

    def __init__(self, words: Words, *, strict: bool) -> None:
        self.words = words
        self.strict = strict

    def codes(self, name: str, value: Any, known: Mapping[str, str], not_known: str) -> list[str]:
        """Codes for the words of a condition; `not_known` is a sentence with %(word)s."""
        return unique(self._code(word, known, not_known) for word in values_of(name, value))

    def _code(self, word: str, known: Mapping[str, str], not_known: str) -> str:
        found = known.get(word.strip().casefold())
        if found is not None:
            return found
        if not self.strict:
            return word
        raise CriteriaError(not_known % {"word": word} + did_you_mean(word, known, dict(known)))

    def parts(self, name: str, value: Any, allowed: Iterable[str], needed: str) -> dict[str, Any]:
        """A value of several parts; `needed` is the sentence for one that has none."""
        names = list(allowed)
        if not isinstance(value, dict) or not value:
            raise CriteriaError(needed)
        for part in value:
            if part not in names:
                sentence = _("“%(key)s” is not a part of “%(name)s”.") % {"key": part, "name": name}
                raise CriteriaError(sentence + did_you_mean(part, names))
        return value

    def days(self, name: str, value: Any) -> int:
        """A number of days from 1 to ten years."""
        if isinstance(value, bool) or not isinstance(value, int):
            raise CriteriaError(_("“%(key)s” cannot be %(kind)s.") % {"key": name, "kind": kind_of(value)})
        if not 1 <= value <= MOST_DAYS:
            raise CriteriaError(
                _("Give a number of days from 1 to %(most)s, not %(number)s.") % {"most": MOST_DAYS, "number": value}
            )
        return value


class Field:
    """One condition: how its value is read, what it says, which people it means, and how a form asks for it.

    A subclass gives `key`, `label`, `section`, `parts`, `read`, `condition` and `predicate`; the rest follows.
    """

    key = ""
    # In the menu of conditions, and the heading it stands under there.
    label: Any = ""
    section: Any = ""
    # What the line begins with: "sits in".
    verb: Any = ""
    # In "your … filter leaves 0".
    short: Any = ""
    # The lowest of a rule names the people; the others say what is true of them.
    head = 40
    parts: tuple[Part, ...] = ()

    def read(self, value: Any, reader: Reader) -> Any:
        """The value in its normal form, which is what is stored. Raises CriteriaError with a sentence."""
        raise NotImplementedError

    def condition(self, value: Any, words: Words) -> Q:
        """A value in normal form as a condition on Contact, in words an index answers."""
        raise NotImplementedError

    def predicate(self, value: Any, wording: "Wording") -> str:
        """What people do or are: "are from Ireland", "get French"."""
        return _("are %(what)s") % {"what": self.after(value, wording)}

    def after(self, value: Any, wording: "Wording") -> str:
        """What follows the noun: "from Ireland", "who get French"."""
        return _("who %(do)s") % {"do": self.predicate(value, wording)}

    def noun(self, value: Any, wording: "Wording") -> str:
        """The people by name: "full members of LIBE"."""
        return _("people") + " " + self.after(value, wording)

    def positive(self, value: Any) -> Any | None:
        """For a value that says "not", the same without it; else None."""
        return None

    def to_form(self, value: Any) -> dict[str, list[str]]:
        """A value in normal form as what the controls hold; for one part that is the list itself."""
        return {self.parts[0].name: [str(item) for item in value]} if self.parts else {}

    def from_form(self, chosen: dict[str, list[str]]) -> Any | None:
        """What the controls hold as a value for `read`; None while nothing is chosen."""
        return chosen.get(self.parts[0].name) or None


class Codes(Field):
    """A condition whose value is a list of codes."""

    def known(self, words: Words) -> Mapping[str, str]:
        """Casefolded word → code."""
        found: Mapping[str, str] = getattr(words, self.key)
        return found

    def not_known(self) -> str:
        """The sentence for a word nobody knows, with %(word)s."""
        return _("“%(word)s” is not one of the choices.")

    def read(self, value: Any, reader: Reader) -> list[str]:
        """Codes in place of words."""
        return reader.codes(self.key, value, self.known(reader.words), self.not_known())


class Since(Field):
    """Something that happened, or did not: {"days": 14, "is": "no"}. Without days: ever."""

    # Other parts than `is` and `days`.
    more: tuple[str, ...] = ()

    def read(self, value: Any, reader: Reader) -> dict[str, Any]:
        """`is` only where it says no."""
        needed = _("“%(key)s” needs a number of days, or whether it happened at all.") % {"key": self.key}
        names = ("is", "days", *self.more)
        value = reader.parts(self.key, value, names, needed)
        found: dict[str, Any] = {name: self.read_part(name, value[name], reader) for name in self.more if name in value}
        if "days" in value:
            found["days"] = reader.days("days", value["days"])
        answer = value.get("is", YES)
        if answer not in (YES, NO):
            raise CriteriaError(_("“is” says yes or no."))
        return found | {"is": answer} if answer == NO or not found else found

    def read_part(self, name: str, value: Any, reader: Reader) -> Any:
        """One of `more` in normal form."""
        raise NotImplementedError

    def happened(self, value: dict[str, Any], words: Words) -> Q:
        """The condition of what happened, whatever `is` says."""
        raise NotImplementedError

    def condition(self, value: dict[str, Any], words: Words) -> Q:
        """What happened, or that it did not."""
        happened = self.happened(value, words)
        return ~happened if value.get("is") == NO else happened

    def positive(self, value: dict[str, Any]) -> dict[str, Any] | None:
        """The same without the no."""
        if value.get("is") != NO:
            return None
        return {name: part for name, part in value.items() if name != "is"} or {"is": YES}

    def to_form(self, value: dict[str, Any]) -> dict[str, list[str]]:
        """Every part as a list of words."""
        found = {"is": [YES], **value}
        return {
            name: [str(item) for item in (part if isinstance(part, list) else [part])] for name, part in found.items()
        }

    def from_form(self, chosen: dict[str, list[str]]) -> dict[str, Any] | None:
        """The parts that hold something; days as a number where they are one."""
        found: dict[str, Any] = {name: chosen[name] for name in self.more if chosen.get(name)}
        days = (chosen.get("days") or [""])[0].strip()
        if days:
            found["days"] = int(days) if days.isascii() and days.isdigit() and len(days) < 9 else days
        return found | {"is": (chosen.get("is") or [YES])[0]}


def is_part(yes: Any, no: Any) -> Part:
    """The control that says whether it happened."""
    return Part("is", yes, "one", lambda words: [(YES, yes), (NO, no)], initial=(YES,))


def days_part(initial: str = "") -> Part:
    """The control of days; empty means ever."""
    label = gettext_lazy("Number of days; empty: ever")
    around = gettext_lazy("in the last"), gettext_lazy("days")
    return Part("days", label, "number", before=around[0], after=around[1], initial=(initial,) if initial else ())


def in_days(days: int | None) -> str:
    """ " in the last 14 days", with a space before it, or "" for ever."""
    return " " + ngettext("in the last day", "in the last %(n)d days", days) % {"n": days} if days else ""
