"""Criteria as a sentence: "Full members of LIBE or EMPL from Ireland"."""

from collections.abc import Iterable
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from contacts.criteria.joining import join
from contacts.criteria.vocabulary import CriteriaError, Words, field_of, normalise
from contacts.models import Organisation

COMBINATION = 60


def describe(criteria: dict[str, Any]) -> str:
    """One sentence without a full stop that says who is meant. Raises CriteriaError for a wrong shape."""
    found = normalise(criteria)
    return capfirst(Wording(found, words=found.words).people(found)) if found else _("Nobody: no condition is set")


def describe_all(rules: Iterable[dict[str, Any]]) -> list[str]:
    """The sentence of each rule, with a fixed number of queries; for a rule nobody can read, why that is so."""
    words = Words()
    read: list[dict[str, Any] | str] = []
    for rule in rules:
        try:
            read.append(normalise(rule, words=words))
        except CriteriaError as error:
            read.append(str(error))
    wording = Wording(*(rule for rule in read if isinstance(rule, dict)), words=words)
    nobody = _("Nobody: no condition is set")
    return [rule if isinstance(rule, str) else capfirst(wording.people(rule)) if rule else nobody for rule in read]


class Wording:
    """Words for the nodes of one tree; bodies and organisations are read once for all of them."""

    def __init__(self, *nodes: dict[str, Any], words: Words | None = None) -> None:
        self.words = words or Words()
        ids = _organisations(nodes)
        self.organisations = dict(Organisation.objects.filter(pk__in=ids).values_list("pk", "name") if ids else [])

    def people(self, node: dict[str, Any]) -> str:
        """A node as a noun phrase: "full members of LIBE", "people from Ireland"."""
        ((key, value),) = node.items()
        if key == "any":
            return join([self.people(child) for child in value])
        if key == "not":
            return _("everybody except %(people)s") % {"people": self.people(value)}
        if key == "all":
            return self.all(value)
        return field_of(key).noun(value, self)

    def all(self, children: list[dict[str, Any]]) -> str:
        """Conditions that hold together: one names the people, the others say what is true of them."""
        if not children:
            return _("everybody")
        if len(children) == 1:
            return self.people(children[0])
        wanted = [child for child in children if taken_away(child) is None]
        head = min(wanted, key=rank, default=None)
        words = _("people") if head is None else self.people(head)
        rest = [child for child in wanted if child is not head]
        rest.sort(key=lambda child: "any" in child or "all" in child)
        for child in rest:
            words += " " + self.true_of_them(child)
        without = [self.people(away) for child in children if (away := taken_away(child)) is not None]
        if without:
            words += _(", without %(people)s") % {"people": join(without, _("and"))}
        return words

    def true_of_them(self, node: dict[str, Any]) -> str:
        """A node as what follows the noun: "from Ireland", "who get French"."""
        ((key, value),) = node.items()
        if key in ("any", "all", "not"):
            return _("who %(do)s") % {"do": self.predicate(node)}
        return field_of(key).after(value, self)

    def predicate(self, node: dict[str, Any]) -> str:
        """A node as what people do or are: "are from Ireland", "get French or sit in LIBE"."""
        ((key, value),) = node.items()
        if key == "any":
            return join([self.predicate(child) for child in value])
        if key == "all":
            return join([self.predicate(child) for child in value], _("and")) or _("are anybody")
        if key == "not":
            return _("are not %(people)s") % {"people": self.people(value)}
        return field_of(key).predicate(value, self)

    def organisation_names(self, ids: list[int]) -> str:
        """Organisations by name."""
        return join(self.organisations.get(pk, _("an organisation that is gone")) for pk in ids)


def taken_away(node: dict[str, Any]) -> dict[str, Any] | None:
    """What a node leaves out: the inside of a "not", or of a condition that says no ("not written to"); else None."""
    ((key, value),) = node.items()
    if key == "not":
        inner: dict[str, Any] = value
        return inner
    if key in ("any", "all"):
        return None
    positive = field_of(key).positive(value)
    return None if positive is None else {key: positive}


def rank(node: dict[str, Any]) -> int:
    """The place of a condition in a sentence: the one that names the people first, what is left out last."""
    (key,) = node
    if taken_away(node) is not None:
        return 100
    return COMBINATION if key in ("any", "all") else field_of(key).head


def _organisations(nodes: Iterable[dict[str, Any]]) -> set[int]:
    """Ids of the organisations that occur anywhere in the trees."""
    ids: set[int] = set()
    for node in nodes:
        for key, value in node.items():
            if key in ("all", "any", "not"):
                ids |= _organisations(value if isinstance(value, list) else [value])
            elif key == "organisation":
                ids.update(value)
    return ids
