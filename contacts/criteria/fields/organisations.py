"""Conditions about organisations: posts at them, their kind, how they belong to the platform and where they are."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.criteria.field import Choice, Codes, Field, Part, Reader
from contacts.criteria.joining import join
from contacts.criteria.words import CriteriaError, Words, unique, values_of
from contacts.models import Organisation, OrganisationMembership, Post
from contacts.models.organisations import FOUNDER, OrganisationMembershipQuerySet

SECTION = gettext_lazy("Organisations")
# What countries with a member organisation means: members, not associates and partners.
MEMBER = OrganisationMembership.Kind.MEMBER
# So many organisations are offered as boxes; the others are written by name.
MOST_OFFERED = 200


def open_post(**fields: Any) -> Exists:
    """The person has a post that has not ended."""
    return Exists(Post.objects.filter(contact=OuterRef("pk"), ended_on__isnull=True, **fields))


def _offered(words: Words) -> list[Choice]:
    rows = words.once(
        "organisations offered", lambda: list(Organisation.objects.values_list("name", flat=True)[: MOST_OFFERED + 1])
    )
    return [(name, name) for name in rows]


def is_beyond(item: int | str) -> bool:
    """Whether a number is larger than any id, or below nought."""
    return (isinstance(item, int) or item.isdecimal()) and not 0 <= int(str(item)[:40]) < 2**63


class AtOrganisation(Field):
    """An open post there."""

    key, section, short, head = "organisation", SECTION, gettext_lazy("organisation"), 5
    label = gettext_lazy("Post at an organisation")
    verb = gettext_lazy("has a post at")
    parts = (Part("organisation", gettext_lazy("Organisations by name, one on each line"), "names", choices=_offered),)

    def read(self, value: Any, reader: Reader) -> list[int]:
        """Ids for ids or names; one query for all of them."""
        items = values_of("organisation", value, (int, str))
        # A number no row can have is nobody's; a database would choke on it.
        items = [0 if is_beyond(item) and not reader.strict else item for item in items]
        ids = {int(item) for item in items if not is_beyond(item) and (isinstance(item, int) or item.isdecimal())}
        if not reader.strict and len(ids) == len(items):
            return unique(int(item) for item in items)
        names = [item for item in items if isinstance(item, str)]
        rows = list(Organisation.objects.filter(Q(pk__in=ids) | Q(name__in=names)).values_list("pk", "name"))
        known: dict[Any, int] = {name: pk for pk, name in rows} | {pk: pk for pk, _name in rows}
        return unique(self._one(item, known, reader) for item in items)

    def _one(self, item: int | str, known: dict[Any, int], reader: Reader) -> int:
        pk = known.get(item, 0)
        if not pk and (isinstance(item, int) or item.isdecimal()):
            pk = known.get(int(item), 0 if reader.strict else int(item))
        if not pk and reader.strict:
            raise CriteriaError(_("There is no organisation “%(word)s”.") % {"word": item})
        return pk

    def condition(self, value: list[int], words: Words) -> Q:
        """An open post at one of them."""
        return Q(open_post(organisation__in=value))

    def after(self, value: list[int], wording: Any) -> str:
        """ "with a post at The Council"."""
        return _("with a post at %(organisations)s") % {"organisations": wording.organisation_names(value)}

    def predicate(self, value: list[int], wording: Any) -> str:
        """ "have a post at The Council"."""
        return _("have a post at %(organisations)s") % {"organisations": wording.organisation_names(value)}

    def from_form(self, chosen: dict[str, list[str]]) -> list[str] | None:
        """Names on lines of their own."""
        lines = [line.strip() for text in chosen.get("organisation", []) for line in text.splitlines()]
        return [line for line in lines if line] or None


class OrganisationKind(Codes):
    """An open post at an organisation of a kind: the type of stakeholder."""

    key, section, short = "organisation_kind", SECTION, gettext_lazy("kind of organisation")
    label = gettext_lazy("Kind of organisation (stakeholder type)")
    verb = gettext_lazy("has a post at an organisation of the kind")
    parts = (
        Part("organisation_kind", gettext_lazy("Kinds of organisation"), choices=lambda words: list(_kinds().items())),
    )

    def known(self, words: Words) -> Mapping[str, str]:
        """Codes and labels of the kinds there are."""
        return {str(label).casefold(): code for code, label in _kinds().items()} | {code: code for code in _kinds()}

    def not_known(self) -> str:
        """The sentence for a word nobody knows."""
        return _("“%(word)s” is not a kind of organisation.")

    def condition(self, value: list[str], words: Words) -> Q:
        """An open post at one of that kind."""
        return Q(open_post(organisation__kind__in=value))

    def after(self, value: list[str], wording: Any) -> str:
        """ "at an organisation of the kind NGO"."""
        return _("at an organisation of the kind %(kinds)s") % {
            "kinds": join(_kinds().get(code, code) for code in value)
        }


def _kinds() -> dict[str, Any]:
    return dict(Organisation._meta.get_field("kind").flatchoices)


def belonging_kinds() -> dict[str, Any]:
    """How an organisation may belong to the platform; founders are members who were there first."""
    return {**dict(OrganisationMembership.Kind.choices), FOUNDER: gettext_lazy("Founder")}


def _memberships(kinds: list[str]) -> OrganisationMembershipQuerySet:
    return OrganisationMembership.objects.on(timezone.localdate()).of_kinds(kinds)


class Belonging(Codes):
    """An open post at an organisation that belongs to the platform today."""

    key, section, short = "belonging", SECTION, gettext_lazy("membership")
    label = gettext_lazy("Post at a member organisation")
    verb = gettext_lazy("has a post at an organisation that is")
    parts = (
        Part(
            "belonging",
            gettext_lazy("How the organisation belongs to the platform"),
            choices=lambda words: list(belonging_kinds().items()),
            initial=(MEMBER.value,),
        ),
    )

    def known(self, words: Words) -> Mapping[str, str]:
        """Codes and labels."""
        found = belonging_kinds()
        return {str(label).casefold(): code for code, label in found.items()} | {code: code for code in found}

    def not_known(self) -> str:
        """The sentence for a word nobody knows."""
        return _("“%(word)s” is not a way to belong to the platform.")

    def condition(self, value: list[str], words: Words) -> Q:
        """An open post at one of today's; their ids stand in the query, as few as they are."""
        return Q(open_post(organisation__in=words.once(f"belonging {value}", lambda: _organisations(value))))

    def after(self, value: list[str], wording: Any) -> str:
        """ "at a member organisation"."""
        labels = belonging_kinds()
        kinds = join(str(labels.get(code, code)).lower() for code in value)
        return _("at an organisation that is %(kinds)s of the platform") % {"kinds": kinds}


def _organisations(kinds: list[str]) -> list[int]:
    return sorted(set(_memberships(kinds).values_list("organisation_id", flat=True)))


class MemberCountry(Codes):
    """From a country in which an organisation belongs to the platform today."""

    key, section, short = "member_country", SECTION, gettext_lazy("member country")
    label = gettext_lazy("From a country with a member organisation")
    verb = gettext_lazy("is from a country with an organisation that is")
    parts = (
        Part(
            "member_country",
            gettext_lazy("How the organisation belongs to the platform"),
            choices=lambda words: list(belonging_kinds().items()),
            initial=(MEMBER.value,),
        ),
    )

    def known(self, words: Words) -> Mapping[str, str]:
        """Codes and labels."""
        return Belonging().known(words)

    def not_known(self) -> str:
        """The sentence for a word nobody knows."""
        return Belonging().not_known()

    def condition(self, value: list[str], words: Words) -> Q:
        """The countries of today stand in the query, so that the index by country answers it."""
        return Q(country_now__in=words.once(f"member countries {value}", lambda: _countries(value)))

    def after(self, value: list[str], wording: Any) -> str:
        """ "from countries with a member organisation"."""
        if value == [MEMBER.value]:
            return _("from countries with a member organisation")
        labels = belonging_kinds()
        kinds = join(str(labels.get(code, code)).lower() for code in value)
        return _("from countries with an organisation that is %(kinds)s of the platform") % {"kinds": kinds}


def _countries(kinds: list[str]) -> list[str]:
    rows = _memberships(kinds).exclude(organisation__country="")
    return sorted(set(rows.values_list("organisation__country", flat=True)))
