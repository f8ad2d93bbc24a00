"""Criteria as arithmetic: what each condition leaves, and which one leaves nobody."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from contacts.criteria.matching import condition
from contacts.criteria.vocabulary import FULL_MEMBERS, normalise
from contacts.criteria.wording import HEADS, Wording, join
from contacts.models import Contact, people

# Beyond this many conditions the rest are counted as one, so that one query stays one query of sensible size.
MOST_STEPS = 12


@dataclass(frozen=True)
class Step:
    """One condition of the outermost "all": its words, who matches it alone, and who is left after it."""

    words: str
    alone: int
    left: int
    key: str = ""

    @property
    def is_left_out(self) -> bool:
        """Whether the condition takes people away ("not")."""
        return self.key == "not"


def steps(criteria: dict[str, Any], *, among_many: bool | None = None) -> list[Step]:
    """Each condition of the outermost "all" in the order of its sentence, with counts. One counting query.

    Say whether there are more contacts than pages count where that is known; else it is asked.
    """
    found = normalise(criteria)
    return _steps(_children(found), Wording(found, words=found.words), among_many) if found else []


def why_empty(criteria: dict[str, Any]) -> str:
    """A sentence with numbers that names the condition which leaves nobody; "" when somebody matches."""
    found = normalise(criteria)
    if not found:
        return _("No condition is set, so nobody is meant.")
    children = _children(found)
    wording = Wording(found, words=found.words)
    counted = _steps(children, wording)
    if not counted:
        return "" if Contact.objects.living().exists() else _("There are no contacts yet. Import some first.")
    if counted[-1].left:
        return ""
    for position, step in enumerate(counted):
        if step.left:
            continue
        if position == 0 or (step.alone == 0 and not step.is_left_out):
            return _alone_empty(children[position], wording)
        before = children[0] if position == 1 else {"all": children[:position]}
        return _has(before, counted[position - 1].left, wording) + " " + _leaves_nobody(children[position])
    return ""


def _children(node: dict[str, Any]) -> list[dict[str, Any]]:
    """The conditions that narrow one after the other: the one that names the people first, what is left out last."""
    if "all" not in node:
        return [node]
    flat: list[dict[str, Any]] = []
    for child in node["all"]:
        flat += _children(child) if "all" in child else [child]
    flat.sort(key=_order)
    if len(flat) > MOST_STEPS:
        return [*flat[: MOST_STEPS - 1], {"all": flat[MOST_STEPS - 1 :]}]
    return flat


def _order(node: dict[str, Any]) -> int:
    (key,) = node
    return HEADS.index(key) if key in HEADS else 100 if key == "not" else 50


def _steps(children: list[dict[str, Any]], wording: Wording, among_many: bool | None = None) -> list[Step]:
    if not children:
        return []
    pairs: list[tuple[Q, Q]] = []
    so_far = Q()
    for child in children:
        so_far &= condition(child, words=wording.words)
        pairs.append((condition(child.get("not", child), words=wording.words), so_far))
    numbers = _numbers([match for pair in pairs for match in pair], among_many)
    return [
        Step(
            words=wording.people(child.get("not", child)),
            alone=numbers[2 * position],
            left=numbers[2 * position + 1],
            key=next(iter(child)),
        )
        for position, child in enumerate(children)
    ]


def _numbers(matches: list[Q], among_many: bool | None) -> list[int]:
    """How many contacts match each. Among very many each is counted on its own, in an index and up to the limit."""
    living = Contact.objects.living()
    if living.count_up_to() > people.MOST_COUNTED if among_many is None else among_many:
        return [living.filter(match).count_up_to() for match in matches]
    counts = {f"n_{position}": Count("pk", filter=match) for position, match in enumerate(matches)}
    found = living.aggregate(**counts)
    return [found[f"n_{position}"] for position in range(len(matches))]


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
    if key == "not":
        return _("what you leave out takes them all away.")
    names = {
        "country": _("country"),
        "group": _("group"),
        "seat": _("committee"),
        "language": _("language"),
        "kind": _("kind"),
        "tag": _("tag"),
        "organisation": _("organisation"),
    }
    if key not in names:
        return _("your further conditions leave 0.")
    return _("your %(name)s filter leaves 0.") % {"name": names[key]}


def _alone_empty(node: dict[str, Any], wording: Wording) -> str:
    if not Contact.objects.living().exists():
        return _("There are no contacts yet. Import some first.")
    if "not" in node:
        return _("What you leave out takes everybody away.")
    return _("There are no %(people)s.") % {"people": wording.people(node)}
