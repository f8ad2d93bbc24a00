"""Criteria as a sentence: "Full members of LIBE or EMPL from Ireland"."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from contacts.criteria.vocabulary import FULL_MEMBERS, CriteriaError, Words, normalise
from contacts.languages import country_name, language_name
from contacts.models import Organisation

# Which condition names the people; the others follow as what is true of them.
HEADS = ("seat", "kind", "group", "tag", "organisation", "country", "language")


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


def join(words: Iterable[Any], conjunction: str = "") -> str:
    """ "a, b or c" from ["a", "b", "c"]."""
    items = [str(word) for word in words]
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {conjunction or _('or')} {items[-1]}"


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
        return self.noun(key, value)

    def all(self, children: list[dict[str, Any]]) -> str:
        """Conditions that hold together: one names the people, the others say what is true of them."""
        if not children:
            return _("everybody")
        if len(children) == 1:
            return self.people(children[0])
        wanted = [child for child in children if "not" not in child]
        head = min(wanted, key=_rank, default=None)
        words = _("people") if head is None else self.people(head)
        rest = [child for child in wanted if child is not head]
        rest.sort(key=lambda child: "any" in child or "all" in child)
        for child in rest:
            words += " " + self.true_of_them(child)
        without = [self.people(child["not"]) for child in children if "not" in child]
        if without:
            words += _(", without %(people)s") % {"people": join(without, _("and"))}
        return words

    def noun(self, key: str, value: Any) -> str:
        """A single condition as a noun phrase."""
        if key == "seat":
            return self.seat(value)
        if key == "kind":
            return join(KIND_WORDS[kind]() for kind in value)
        if key == "group":
            return _("MEPs in %(groups)s") % {"groups": self.group_names(value)}
        return _("people") + " " + self.true_of_them({key: value})

    def true_of_them(self, node: dict[str, Any]) -> str:
        """A node as what follows the noun: "from Ireland", "who get French"."""
        ((key, value),) = node.items()
        if key == "country":
            return _("from %(countries)s") % {"countries": join(map(country_name, value))}
        if key == "group":
            return _("in %(groups)s") % {"groups": self.group_names(value)}
        if key == "language":
            return _("who get %(languages)s") % {"languages": join(map(language_name, value))}
        if key == "tag":
            return _("tagged %(tags)s") % {"tags": join(f"“{tag}”" for tag in value)}
        if key == "organisation":
            return _("with a post at %(organisations)s") % {"organisations": self.organisation_names(value)}
        return _("who %(do)s") % {"do": self.predicate(node)}

    def predicate(self, node: dict[str, Any]) -> str:
        """A node as what people do or are: "are from Ireland", "get French or sit in LIBE"."""
        ((key, value),) = node.items()
        if key == "any":
            return join([self.predicate(child) for child in value])
        if key == "all":
            return join([self.predicate(child) for child in value], _("and")) or _("are anybody")
        if key == "not":
            return _("are not %(people)s") % {"people": self.people(value)}
        if key == "language":
            return _("get %(languages)s") % {"languages": join(map(language_name, value))}
        if key == "organisation":
            return _("have a post at %(organisations)s") % {"organisations": self.organisation_names(value)}
        if key in ("seat", "kind"):
            return _("are %(people)s") % {"people": self.noun(key, value)}
        return _("are %(what)s") % {"what": self.true_of_them(node)}

    def seat(self, seat: dict[str, list[str]]) -> str:
        """Who holds a seat: "full members of LIBE or EMPL"."""
        roles = seat.get("role")
        if roles is None:
            who = _("members and substitutes")
        elif set(roles) == set(FULL_MEMBERS):
            who = _("full members")
        else:
            who = join(ROLE_WORDS[role]() if role in ROLE_WORDS else role for role in roles)
        if "committee" not in seat:
            return _("%(members)s of a committee") % {"members": who}
        return _("%(members)s of %(committees)s") % {"members": who, "committees": join(seat["committee"])}

    def organisation_names(self, ids: list[int]) -> str:
        """Organisations by name."""
        return join(self.organisations.get(pk, _("an organisation that is gone")) for pk in ids)

    def group_names(self, codes: list[str]) -> str:
        """Groups as people write them: S&D for SD."""
        return join(self.words.group_names.get(code, code) for code in codes)


def _rank(node: dict[str, Any]) -> int:
    (key,) = node
    return HEADS.index(key) if key in HEADS else 99


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


KIND_WORDS: dict[str, Callable[[], str]] = {
    "mep": lambda: _("MEPs"),
    "stakeholder": lambda: _("stakeholders"),
    "press": lambda: _("press contacts"),
    "subscriber": lambda: _("subscribers"),
}
ROLE_WORDS: dict[str, Callable[[], str]] = {
    "chair": lambda: _("chairs"),
    "vice_chair": lambda: _("vice-chairs"),
    "co_chair": lambda: _("co-chairs"),
    "member": lambda: _("members without an office"),
    "substitute": lambda: _("substitutes"),
    "bureau": lambda: _("members of the bureau"),
    "coordinator": lambda: _("coordinators"),
}
