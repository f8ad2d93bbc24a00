"""What criteria may say: the shape, the words, and the nearest known word for one that is not known."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from contacts.languages import country_aliases, language_aliases
from contacts.models import Body, Membership, Organisation, Tag
from contacts.reference import table, words

MAX_DEPTH = 5
MAX_VALUES = 500
KINDS = ("mep", "stakeholder", "press", "subscriber")
COMBINATIONS = ("all", "any", "not")
CONDITIONS = ("country", "group", "seat", "language", "kind", "tag", "organisation")
SEAT_PARTS = ("committee", "role")
FULL_MEMBERS = ("chair", "vice_chair", "member")


class CriteriaError(ValueError):
    """The criteria cannot be used; the message is a sentence for the person who wrote them."""


class Words:
    """The known words of each condition, read from the database at most once per object."""

    @cached_property
    def bodies(self) -> list[Body]:
        """Committees and political groups."""
        return list(Body.objects.filter(kind__in=[Body.Kind.COMMITTEE, Body.Kind.GROUP]).order_by("kind", "code"))

    @cached_property
    def committee(self) -> dict[str, str]:
        """Casefolded word → code of a committee."""
        return _aliases(self.bodies, Body.Kind.COMMITTEE)

    @cached_property
    def group(self) -> dict[str, str]:
        """Casefolded word → code of a political group."""
        return _aliases(self.bodies, Body.Kind.GROUP)

    @cached_property
    def group_names(self) -> dict[str, str]:
        """Code → what people write: S&D for SD."""
        return {body.code: str(body) for body in self.bodies if body.kind == Body.Kind.GROUP}

    @cached_property
    def tag(self) -> dict[str, str]:
        """Casefolded word → tag as it is written."""
        return {name.casefold(): name for name in self.tag_ids}

    @cached_property
    def tag_ids(self) -> dict[str, int]:
        """Tag as it is written → id."""
        return dict(Tag.objects.values_list("name", "pk"))

    def body_ids(self, kind: str, codes: Iterable[str]) -> list[int]:
        """The ids of the bodies of a kind with these codes."""
        wanted = set(codes)
        return [body.pk for body in self.bodies if body.kind == kind and body.code in wanted]

    @cached_property
    def country(self) -> dict[str, str]:
        """Casefolded word → ISO code."""
        return country_aliases()

    @cached_property
    def language(self) -> dict[str, str]:
        """Casefolded word → language code."""
        return language_aliases()

    @cached_property
    def role(self) -> dict[str, str]:
        """Casefolded word → role code; the aliases are those of contacts/reference/roles.csv."""
        rows = [row for row in table("roles") if row["seat_role"]]
        aliases = {
            word.casefold(): row["seat_role"]
            for row in rows
            for word in [row["code"], row["label_en"], *words(row["aliases"])]
        }
        return aliases | {value: value for value in Membership.Role.values}

    @cached_property
    def kind(self) -> dict[str, str]:
        """The four kinds."""
        return {kind: kind for kind in KINDS}


class NormalCriteria(dict[str, Any]):
    """Criteria that were read once; reading them again costs nothing. `words` are those they were read with."""

    words: Words | None = None


def validate(criteria: Any) -> NormalCriteria:
    """Criteria in their normal form, with codes in place of aliases. Raises CriteriaError with a sentence.

    Two keys beside each other mean both ("all"). An empty object is refused: it says nothing. `{"all": []}` is
    everybody, said on purpose.
    """
    if criteria == {}:
        raise CriteriaError(_("Choose at least one condition."))
    return normalise(criteria, strict=True)


def normalise(criteria: Any, *, strict: bool = False, words: Words | None = None) -> NormalCriteria:
    """Like validate(), but without `strict` unknown words pass through (they match nobody), and so does {}.

    Give `words` when reading many, so that the known words are looked up once.
    """
    if isinstance(criteria, NormalCriteria):
        return criteria
    words = words or Words()
    found = NormalCriteria(_Reader(strict, words).node(criteria, depth=1))
    found.words = words
    return found


class _Reader:
    """Walks criteria once, keeping the words it has looked up."""

    def __init__(self, strict: bool, words: Words) -> None:
        self.strict = strict
        self.words = words

    def node(self, node: Any, *, depth: int) -> dict[str, Any]:
        if not isinstance(node, dict):
            raise CriteriaError(
                _("A condition is an object such as %(example)s; this is %(kind)s.")
                % {"example": '{"country": ["IE"]}', "kind": _kind_of(node)}
            )
        if depth > MAX_DEPTH:
            raise CriteriaError(_("Conditions may be nested %(depth)s deep at most.") % {"depth": MAX_DEPTH})
        if not node:
            if depth > 1:
                raise CriteriaError(_("There is an empty condition. Fill it or remove it."))
            return {}
        if len(node) > 1:
            return {"all": [self.node({key: value}, depth=depth + 1) for key, value in node.items()]}
        ((key, value),) = node.items()
        if key in ("all", "any"):
            return {key: self.children(key, value, depth=depth)}
        if key == "not":
            if value == {}:
                raise CriteriaError(_("“not” needs a condition to leave out."))
            return {"not": self.node(value, depth=depth + 1)}
        return {key: self.condition(key, value)}

    def children(self, key: str, value: Any, *, depth: int) -> list[dict[str, Any]]:
        if not isinstance(value, list):
            raise CriteriaError(_("“%(key)s” needs a list of conditions.") % {"key": key})
        if key == "any" and not value:
            raise CriteriaError(_("“any” needs at least one condition."))
        return [self.node(child, depth=depth + 1) for child in value]

    def condition(self, key: Any, value: Any) -> Any:
        if key not in CONDITIONS:
            raise CriteriaError(
                _("“%(key)s” is not a condition.") % {"key": key} + _did_you_mean(key, [*CONDITIONS, *COMBINATIONS])
            )
        if key == "seat":
            return self.seat(value)
        if key == "organisation":
            return self.organisations(value)
        return self.codes(key, value)

    def seat(self, value: Any) -> dict[str, list[str]]:
        if not isinstance(value, dict) or not value:
            raise CriteriaError(_("“seat” needs a committee, a role, or both."))
        for part in value:
            if part not in SEAT_PARTS:
                raise CriteriaError(
                    _("“%(key)s” is not a part of “seat”.") % {"key": part} + _did_you_mean(part, SEAT_PARTS)
                )
        return {part: self.codes(part, value[part]) for part in SEAT_PARTS if part in value}

    def codes(self, key: str, value: Any) -> list[str]:
        known: dict[str, str] = getattr(self.words, key)
        return _unique(self.code(key, word, known) for word in _values(key, value, str))

    def code(self, key: str, word: str, known: dict[str, str]) -> str:
        found = known.get(word.strip().casefold())
        if found is not None:
            return found
        if not self.strict:
            return word
        raise CriteriaError(_NOT_KNOWN[key]() % {"word": word} + _did_you_mean(word, known, known))

    def organisations(self, value: Any) -> list[int]:
        return _unique(self.organisation(item) for item in _values("organisation", value, (int, str)))

    def organisation(self, item: int | str) -> int:
        by_id = isinstance(item, int) or item.isdecimal()
        if by_id and not self.strict:
            return int(item)
        match = Organisation.objects.filter(**({"pk": int(item)} if by_id else {"name": item}))
        pk = match.values_list("pk", flat=True).first()
        if pk is None and self.strict:
            raise CriteriaError(_("There is no organisation “%(word)s”.") % {"word": item})
        return pk or 0


_NOT_KNOWN: dict[str, Callable[[], str]] = {
    "country": lambda: _("“%(word)s” is not a country."),
    "group": lambda: _("“%(word)s” is not a political group."),
    "committee": lambda: _("“%(word)s” is not a committee."),
    "role": lambda: _("“%(word)s” is not a role."),
    "language": lambda: _("“%(word)s” is not a language we write in."),
    "kind": lambda: _("“%(word)s” is not a kind of contact."),
    "tag": lambda: _("There is no tag “%(word)s”."),
}


def _aliases(bodies: list[Body], kind: str) -> dict[str, str]:
    """Every code, name and alias of a kind, casefolded.

    A code wins over an alias of another body, a body of today over one that ended: GUE/NGL is The Left.
    """
    found: dict[str, str] = {}
    of_kind = sorted((body for body in bodies if body.kind == kind), key=lambda body: body.ended_on is not None)
    for body in of_kind:
        found.setdefault(body.code.casefold(), body.code)
    for body in of_kind:
        for word in [body.short_name, body.name, *body.aliases]:
            if word:
                found.setdefault(word.casefold(), body.code)
    return found


def _values(key: str, value: Any, of: type | tuple[type, ...]) -> list[Any]:
    items = value if isinstance(value, list) else [value]
    if not items:
        raise CriteriaError(_("“%(key)s” names nothing. Give at least one value or remove it.") % {"key": key})
    if len(items) > MAX_VALUES:
        raise CriteriaError(_("“%(key)s” names more than %(most)s values.") % {"key": key, "most": MAX_VALUES})
    for item in items:
        if isinstance(item, bool) or not isinstance(item, of) or item == "":
            raise CriteriaError(_("“%(key)s” cannot be %(kind)s.") % {"key": key, "kind": _kind_of(item)})
    return items


def _unique(items: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(items))


def _did_you_mean(word: Any, known: Iterable[str], codes: dict[str, str] | None = None) -> str:
    # One letter off a word of two is anything.
    if len(str(word).strip()) < 3:
        return ""
    by_fold = {str(item).casefold(): item for item in known}
    near = get_close_matches(str(word).strip().casefold(), by_fold, n=1, cutoff=0.55)
    if not near:
        return ""
    best = by_fold[near[0]]
    return " " + _("Did you mean %(word)s?") % {"word": codes[best] if codes else best}


def _kind_of(value: Any) -> str:
    if value is None or value == "":
        return _("nothing")
    if isinstance(value, bool):
        return _("yes or no")
    if isinstance(value, int | float):
        return _("a number")
    if isinstance(value, str):
        return _("a word")
    return _("a list") if isinstance(value, list) else _("an object")
