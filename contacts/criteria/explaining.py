"""Criteria as arithmetic: what each condition leaves, and which one leaves nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from contacts.counting import count_each
from contacts.criteria.joining import join
from contacts.criteria.matching import condition
from contacts.criteria.vocabulary import FULL_MEMBERS, field_of, normalise
from contacts.criteria.wording import Wording, rank, taken_away
from contacts.models import Contact

# Beyond this many conditions the rest are counted as one, so that one query stays one query of sensible size.
MOST_STEPS = 12


@dataclass(frozen=True)
class Step:
    """One condition of the outermost "all": its words, who matches it alone, and who is left after it."""

    words: str
    alone: int
    left: int
    key: str = ""
    # Whether the condition takes people away: "not", or one that says no; `words` and `alone` are then of those.
    is_left_out: bool = False


class Arithmetic:
    """The conditions of a rule one after the other: what to count, and the steps that the numbers make."""

    def __init__(self, criteria: dict[str, Any]) -> None:
        found = normalise(criteria)
        self.children = _children(found) if found else []
        self.wording = Wording(found, words=found.words)
        self.matches: list[Q] = []
        so_far = Q()
        for child in self.children:
            so_far &= condition(child, words=self.wording.words)
            away = taken_away(child)
            self.matches += [condition(child if away is None else away, words=self.wording.words), so_far]

    def steps(self, numbers: Sequence[int]) -> list[Step]:
        """Each condition in the order of its sentence, from the numbers of `matches`."""
        found = []
        for position, child in enumerate(self.children):
            away = taken_away(child)
            words = self.wording.people(child if away is None else away)
            alone, left = numbers[2 * position], numbers[2 * position + 1]
            found.append(Step(words, alone, left, next(iter(child)), is_left_out=away is not None))
        return found


def steps(criteria: dict[str, Any]) -> list[Step]:
    """Each condition of the outermost "all" in the order of its sentence, with counts. One counting query."""
    sum_ = Arithmetic(criteria)
    return sum_.steps(count_each(sum_.matches))


def why_empty(criteria: dict[str, Any]) -> str:
    """A sentence with numbers that names the condition which leaves nobody; "" when somebody matches."""
    found = normalise(criteria)
    if not found:
        return _("No condition is set, so nobody is meant.")
    sum_ = Arithmetic(found)
    counted = sum_.steps(count_each(sum_.matches))
    if not counted:
        return "" if Contact.objects.living().exists() else _("There are no contacts yet. Import some first.")
    return reason(sum_, counted)


def reason(sum_: Arithmetic, counted: list[Step]) -> str:
    """The same from numbers that are known already."""
    if not counted or counted[-1].left:
        return ""
    for position, step in enumerate(counted):
        if step.left:
            continue
        child = sum_.children[position]
        if position == 0 or (step.alone == 0 and not step.is_left_out):
            return _alone_empty(child, sum_.wording)
        before = sum_.children[0] if position == 1 else {"all": sum_.children[:position]}
        return _has(before, counted[position - 1].left, sum_.wording) + " " + _leaves_nobody(child)
    return ""


def _children(node: dict[str, Any]) -> list[dict[str, Any]]:
    """The conditions that narrow one after the other: the one that names the people first, what is left out last."""
    if "all" not in node:
        return [node]
    flat: list[dict[str, Any]] = []
    for child in node["all"]:
        flat += _children(child) if "all" in child else [child]
    flat.sort(key=rank)
    if len(flat) > MOST_STEPS:
        return [*flat[: MOST_STEPS - 1], {"all": flat[MOST_STEPS - 1 :]}]
    return flat


def _has(node: dict[str, Any], number: int, wording: Wording) -> str:
    """ "LIBE has 75 members;" or, for what is no single committee, "75 people match …;"."""
    seat = node.get("seat")
    if seat and "committee" in seat:
        roles = seat.get("role")
        who = _("members") if roles is None else _("full members") if set(roles) == set(FULL_MEMBERS) else ""
        if who:
            return _("%(committees)s has %(number)s %(members)s;") % {
                "committees": join(seat["committee"]),
                "number": number,
                "members": who,
            }
    return _("%(number)s people are %(people)s;") % {"number": number, "people": wording.people(node)}


def _leaves_nobody(node: dict[str, Any]) -> str:
    (key,) = node
    if taken_away(node) is not None:
        return _("what you leave out takes them all away.")
    if key in ("all", "any"):
        return _("your further conditions leave 0.")
    return _("your %(name)s filter leaves 0.") % {"name": field_of(key).short or field_of(key).label}


def _alone_empty(node: dict[str, Any], wording: Wording) -> str:
    if not Contact.objects.living().exists():
        return _("There are no contacts yet. Import some first.")
    if taken_away(node) is not None:
        return _("What you leave out takes everybody away.")
    return _("There are no %(people)s.") % {"people": wording.people(node)}
