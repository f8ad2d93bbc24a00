"""The words that criteria may use, and a sentence with the nearest known one for a word that is not known."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from contacts.languages import country_aliases, language_aliases
from contacts.models import Body, ContactList, Membership, Tag
from contacts.reference import table, words

MAX_VALUES = 500
KINDS = ("mep", "stakeholder", "press", "subscriber")
FULL_MEMBERS = ("chair", "vice_chair", "member")


class CriteriaError(ValueError):
    """The criteria cannot be used; the message is a sentence for the person who wrote them."""


class Words:
    """The known words of each condition, read from the database at most once per object."""

    def __init__(self) -> None:
        self._kept: dict[str, Any] = {}

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make()` gives, made at most once per object: for the words of fields that other rooms add."""
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]

    @cached_property
    def bodies(self) -> list[Body]:
        """Every body: committees, groups, delegations, national parliaments, intergroups."""
        return list(Body.objects.order_by("kind", "code"))

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
    def body(self) -> dict[str, str]:
        """Casefolded "kind:code", or a code, name or alias alone, → "kind:code"."""
        found = {key(body).casefold(): key(body) for body in self.bodies}
        for kind in Body.Kind.values:
            for word, code in _aliases(self.bodies, kind).items():
                found.setdefault(word, f"{kind}:{code}")
        return found

    @cached_property
    def tag(self) -> dict[str, str]:
        """Casefolded word → tag as it is written."""
        return {name.casefold(): name for name in self.tag_ids}

    @cached_property
    def tag_ids(self) -> dict[str, int]:
        """Tag as it is written → id."""
        return dict(Tag.objects.values_list("name", "pk"))

    @cached_property
    def list_names(self) -> dict[int, str]:
        """Id of a list → its name."""
        return dict(ContactList.objects.values_list("pk", "name"))

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


def key(body: Body) -> str:
    """A body as criteria name it where its code alone would not do: "delegation:D-US"."""
    return f"{body.kind}:{body.code}"


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


def values_of(key: str, value: Any, of: type | tuple[type, ...] = str) -> list[Any]:
    """The values of a condition as a list; one alone is a list of one. Raises CriteriaError for anything else."""
    items = value if isinstance(value, list) else [value]
    if not items:
        raise CriteriaError(_("“%(key)s” names nothing. Give at least one value or remove it.") % {"key": key})
    if len(items) > MAX_VALUES:
        raise CriteriaError(_("“%(key)s” names more than %(most)s values.") % {"key": key, "most": MAX_VALUES})
    for item in items:
        if isinstance(item, bool) or not isinstance(item, of) or item == "":
            raise CriteriaError(_("“%(key)s” cannot be %(kind)s.") % {"key": key, "kind": kind_of(item)})
    return items


def unique(items: Iterable[Any]) -> list[Any]:
    """The items, each once, in their order."""
    return list(dict.fromkeys(items))


def did_you_mean(word: Any, known: Iterable[str], codes: dict[str, str] | None = None) -> str:
    """ " Did you mean LIBE?", with a space before it, or "" when nothing known is near."""
    # One letter off a word of two is anything.
    if len(str(word).strip()) < 3:
        return ""
    by_fold = {str(item).casefold(): item for item in known}
    near = get_close_matches(str(word).strip().casefold(), by_fold, n=1, cutoff=0.55)
    if not near:
        return ""
    best = by_fold[near[0]]
    return " " + _("Did you mean %(word)s?") % {"word": codes[best] if codes else best}


def kind_of(value: Any) -> str:
    """What a JSON value is, for a sentence: "a number", "a list", "nothing"."""
    if value is None or value == "":
        return _("nothing")
    if isinstance(value, bool):
        return _("yes or no")
    if isinstance(value, int | float):
        return _("a number")
    if isinstance(value, str):
        return _("a word")
    return _("a list") if isinstance(value, list) else _("an object")
