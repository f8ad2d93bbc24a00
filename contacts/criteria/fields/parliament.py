"""Conditions about the Parliament: seats, groups, and any other body."""

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.criteria.field import Choice, Codes, Field, Part, Reader
from contacts.criteria.joining import join
from contacts.criteria.words import FULL_MEMBERS, CriteriaError, Words, key
from contacts.models import Body, Mandate, Membership

PARLIAMENT = gettext_lazy("Parliament")
ROLE_WORDS: dict[str, Any] = {
    "chair": gettext_lazy("chairs"),
    "vice_chair": gettext_lazy("vice-chairs"),
    "co_chair": gettext_lazy("co-chairs"),
    "member": gettext_lazy("members without an office"),
    "substitute": gettext_lazy("substitutes"),
    "bureau": gettext_lazy("members of the bureau"),
    "coordinator": gettext_lazy("coordinators"),
}
ROLE_CHOICES: list[Choice] = [
    ("", gettext_lazy("member or substitute")),
    (",".join(FULL_MEMBERS), gettext_lazy("full member")),
    ("substitute", gettext_lazy("substitute")),
    ("chair,vice_chair", gettext_lazy("chair or vice-chair")),
    ("chair", gettext_lazy("chair")),
    ("vice_chair", gettext_lazy("vice-chair")),
    ("chair,vice_chair,coordinator", gettext_lazy("chair, vice-chair or coordinator")),
    ("coordinator", gettext_lazy("coordinator")),
    ("co_chair", gettext_lazy("co-chair")),
    ("bureau", gettext_lazy("member of the bureau")),
]
BODY_KINDS = (Body.Kind.DELEGATION, Body.Kind.NATIONAL_PARLIAMENT, Body.Kind.INTERGROUP)


def open_mandate() -> Exists:
    """The person is a sitting member."""
    return Exists(Mandate.objects.open().filter(contact=OuterRef("pk")))


def open_seat(bodies: Q) -> Exists:
    """The person holds an open seat, of an open mandate, that fits."""
    return Exists(
        Membership.objects.filter(
            bodies, mandate__contact=OuterRef("pk"), mandate__ended_on__isnull=True, ended_on__isnull=True
        )
    )


def role_words(roles: list[str] | None) -> str:
    """Who they are by their roles: "full members", "chairs or vice-chairs"."""
    if roles is None:
        return _("members and substitutes")
    if set(roles) == set(FULL_MEMBERS):
        return _("full members")
    return join(ROLE_WORDS.get(role, role) for role in roles)


def bodies_of(words: Words, *kinds: str) -> list[Choice]:
    """Bodies of today as choices; with several kinds each under its own heading."""
    labels = dict(Body.Kind.choices)
    of_kind = {kind: [body for body in words.bodies if body.kind == kind and not body.ended_on] for kind in kinds}
    if len(kinds) == 1:
        return [(body.code, body.short_name or body.code) for body in of_kind[kinds[0]]]
    return [
        (str(labels[kind]), [(key(body), _called(body)) for body in found]) for kind, found in of_kind.items() if found
    ]


def _called(body: Body) -> str:
    short = body.short_name or body.code
    return f"{short} ({body.name})" if body.name and body.name != short else short


class Seat(Field):
    """Committee and role of one and the same open seat."""

    key, section, verb, short, head = "seat", PARLIAMENT, gettext_lazy("sits in"), gettext_lazy("committee"), 1
    label = gettext_lazy("Committee and role")
    parts = (
        Part(
            "committee",
            gettext_lazy("Committees"),
            choices=lambda words: bodies_of(words, Body.Kind.COMMITTEE),
            none=gettext_lazy("any committee"),
        ),
        Part("role", gettext_lazy("Role"), "one", lambda words: ROLE_CHOICES, before=gettext_lazy("as")),
    )

    def read(self, value: Any, reader: Reader) -> dict[str, list[str]]:
        """Codes of committees and roles; either may be left out."""
        value = reader.parts("seat", value, ("committee", "role"), _("“seat” needs a committee, a role, or both."))
        found = {}
        if "committee" in value:
            not_known = _("“%(word)s” is not a committee.")
            found["committee"] = reader.codes("committee", value["committee"], reader.words.committee, not_known)
        if "role" in value:
            found["role"] = reader.codes("role", value["role"], reader.words.role, _("“%(word)s” is not a role."))
        return found

    def condition(self, value: dict[str, list[str]], words: Words) -> Q:
        """Both hold for the same open seat."""
        codes = value.get("committee")
        every = {body.code for body in words.bodies if body.kind == Body.Kind.COMMITTEE}
        bodies = Q(body__in=words.body_ids(Body.Kind.COMMITTEE, every if codes is None else codes))
        if "role" in value:
            bodies &= Q(role__in=value["role"])
        return Q(open_seat(bodies))

    def noun(self, value: dict[str, list[str]], wording: Any) -> str:
        """Who holds a seat: "full members of LIBE or EMPL"."""
        who = role_words(value.get("role"))
        if "committee" not in value:
            return _("%(members)s of a committee") % {"members": who}
        return _("%(members)s of %(committees)s") % {"members": who, "committees": join(value["committee"])}

    def predicate(self, value: dict[str, list[str]], wording: Any) -> str:
        """ "are full members of LIBE"."""
        return _("are %(people)s") % {"people": self.noun(value, wording)}

    def to_form(self, value: dict[str, list[str]]) -> dict[str, list[str]]:
        """The roles stand in one choice."""
        return {"committee": value.get("committee", []), "role": [",".join(value.get("role", []))]}

    def from_form(self, chosen: dict[str, list[str]]) -> dict[str, list[str]] | None:
        """A line with no committee means a seat in any, once a role is chosen."""
        found = {"committee": chosen.get("committee", []), "role": _roles(chosen)}
        return {name: codes for name, codes in found.items() if codes} or None


class Group(Codes):
    """An open seat in a political group."""

    key, section, verb, short, head = "group", PARLIAMENT, gettext_lazy("belongs to"), gettext_lazy("group"), 3
    label = gettext_lazy("Political group")
    parts = (
        Part("group", label, choices=lambda words: bodies_of(words, Body.Kind.GROUP), none=gettext_lazy("choose")),
    )

    def not_known(self) -> str:
        """The sentence for a word nobody knows."""
        return _("“%(word)s” is not a political group.")

    def condition(self, value: list[str], words: Words) -> Q:
        """An open seat in one of them."""
        return Q(open_seat(Q(body__in=words.body_ids(Body.Kind.GROUP, value))))

    def after(self, value: list[str], wording: Any) -> str:
        """ "in S&D": groups as people write them."""
        names = join(wording.words.group_names.get(code, code) for code in value)
        return _("in %(groups)s") % {"groups": names}

    def noun(self, value: list[str], wording: Any) -> str:
        """ "MEPs in S&D"."""
        return _("MEPs") + " " + self.after(value, wording)


class AnyBody(Field):
    """A seat in a delegation, a national parliament or any other body: by its name, by the kind of body, by role."""

    key, section, verb, short, head = "body", PARLIAMENT, gettext_lazy("sits in"), gettext_lazy("body"), 2
    label = gettext_lazy("Delegation, national parliament, other body")
    parts = (
        Part("kind", gettext_lazy("Kinds of body"), choices=lambda words: list(Body.Kind.choices)),
        Part(
            "body",
            gettext_lazy("Bodies"),
            choices=lambda words: bodies_of(words, *BODY_KINDS),
            before=gettext_lazy("or"),
        ),
        Part("role", gettext_lazy("Role"), "one", lambda words: ROLE_CHOICES, before=gettext_lazy("as")),
    )

    def read(self, value: Any, reader: Reader) -> dict[str, list[str]]:
        """Kinds, bodies as "kind:code", and roles; a kind or a body is needed."""
        needed = _("“body” needs a kind of body or a body.")
        value = reader.parts("body", value, ("kind", "body", "role"), needed)
        if "kind" not in value and "body" not in value:
            raise CriteriaError(needed)
        kinds = {kind: kind for kind in Body.Kind.values}
        tables = {
            "kind": (kinds, _("“%(word)s” is not a kind of body.")),
            "body": (reader.words.body if "body" in value else {}, _("“%(word)s” is not a body.")),
            "role": (reader.words.role, _("“%(word)s” is not a role.")),
        }
        return {name: reader.codes(name, value[name], *tables[name]) for name in tables if name in value}

    def condition(self, value: dict[str, list[str]], words: Words) -> Q:
        """One open seat in one of the bodies, or in any of the kind, with one of the roles."""
        kinds, keys = set(value.get("kind", [])), set(value.get("body", []))
        fits = Q(body__in=[body.pk for body in words.bodies if body.kind in kinds or key(body) in keys])
        if "role" in value:
            fits &= Q(role__in=value["role"])
        return Q(open_seat(fits))

    def noun(self, value: dict[str, list[str]], wording: Any) -> str:
        """ "members and substitutes of the delegation D-US"."""
        labels = dict(Body.Kind.choices)
        names = {key(body): str(body) for body in wording.words.bodies} if "body" in value else {}
        what = [_("a %(kind)s") % {"kind": str(labels.get(kind, kind)).lower()} for kind in value.get("kind", [])]
        what += [names.get(code, code) for code in value.get("body", [])]
        return _("%(members)s of %(committees)s") % {"members": role_words(value.get("role")), "committees": join(what)}

    def predicate(self, value: dict[str, list[str]], wording: Any) -> str:
        """ "are members of D-US"."""
        return _("are %(people)s") % {"people": self.noun(value, wording)}

    def to_form(self, value: dict[str, list[str]]) -> dict[str, list[str]]:
        """The roles stand in one choice."""
        return {**value, "role": [",".join(value.get("role", []))]}

    def from_form(self, chosen: dict[str, list[str]]) -> dict[str, list[str]] | None:
        """Nothing until a kind or a body is chosen."""
        found = {"kind": chosen.get("kind", []), "body": chosen.get("body", []), "role": _roles(chosen)}
        given = {name: codes for name, codes in found.items() if codes}
        return given if "kind" in given or "body" in given else None


def _roles(chosen: dict[str, list[str]]) -> list[str]:
    return [code for text in chosen.get("role", []) for code in text.split(",") if code]
