"""From criteria to the contacts they match, in SQL that needs no DISTINCT."""

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q

from contacts.criteria.vocabulary import Words, normalise
from contacts.languages import FALLBACK, default_languages
from contacts.models import Body, Contact, Mandate, Membership, Organisation, Post, Subscription
from contacts.models.people import ContactQuerySet


def resolve(criteria: dict[str, Any]) -> ContactQuerySet:
    """The living contacts that match, each once, as a query set that can be narrowed, counted and inserted from.

    Aliases are understood. Words nobody knows (a tag deleted since) match nobody, and so do empty criteria: a rule
    that says nothing must not write to everybody. Raises CriteriaError for a wrong shape.
    """
    found = normalise(criteria)
    if not found:
        return Contact.objects.none()
    return Contact.objects.living().filter(condition(found, words=found.words))


def condition(node: dict[str, Any], *, words: Words | None = None) -> Q:
    """One normalised node as a condition on Contact.

    The ids of tags and bodies stand in the query, not their names: the database knows how many people carry tag 7,
    and nothing about a name that it has to look up first. `words` are those the criteria were read with.
    """
    words = words or Words()
    ((key, value),) = node.items()
    if key == "all":
        return _all(value, words)
    if key == "any":
        combined = condition(value[0], words=words)
        for child in value[1:]:
            combined |= condition(child, words=words)
        return combined
    if key == "not":
        inner = condition(value, words=words)
        return ~inner if inner else ~Q(pk__isnull=False)
    return CONDITIONS[key](value, words)


def _all(children: list[dict[str, Any]], words: Words) -> Q:
    """Every child holds. Languages beside countries are asked together, in words one index answers."""
    countries = [set(child["country"]) for child in children if "country" in child]
    within = set.intersection(*countries) if countries else None
    combined = Q()
    for child in children:
        if within and "language" in child:
            combined &= _language_within(child["language"], within)
        else:
            combined &= condition(child, words=words)
    return combined


def _open_mandate(**fields: Any) -> Exists:
    return Exists(Mandate.objects.open().filter(contact=OuterRef("pk"), **fields))


def _open_seat(bodies: Q) -> Exists:
    return Exists(
        Membership.objects.filter(
            bodies, mandate__contact=OuterRef("pk"), mandate__ended_on__isnull=True, ended_on__isnull=True
        )
    )


def _open_post(**fields: Any) -> Exists:
    return Exists(Post.objects.filter(contact=OuterRef("pk"), ended_on__isnull=True, **fields))


def _tagged(names: list[str], words: Words) -> Exists:
    ids = [words.tag_ids[name] for name in names if name in words.tag_ids]
    return Exists(Contact.tags.through.objects.filter(contact=OuterRef("pk"), tag__in=ids))


def _country(codes: list[str], words: Words) -> Q:
    """An MEP's country is that of the open mandate; anybody else's is the contact's own."""
    return Q(country_now__in=codes)


def _group(codes: list[str], words: Words) -> Q:
    return Q(_open_seat(Q(body__in=words.body_ids(Body.Kind.GROUP, codes))))


def _seat(seat: dict[str, list[str]], words: Words) -> Q:
    """Committee and role hold for the same open seat."""
    codes = seat.get("committee")
    committees = {body.code for body in words.bodies if body.kind == Body.Kind.COMMITTEE} if codes is None else codes
    bodies = Q(body__in=words.body_ids(Body.Kind.COMMITTEE, committees))
    if "role" in seat:
        bodies &= Q(role__in=seat["role"])
    return Q(_open_seat(bodies))


def _language(codes: list[str], words: Words) -> Q:
    """`effective_language() IN codes`, in words an index answers: their own language, or none and its country."""
    countries = [country for country, language in default_languages().items() if language in codes]
    of_country = Q(country_now__in=countries)
    if FALLBACK in codes:
        # English is also what every country without a default falls back to.
        of_country = ~Q(country_now__in=[country for country in default_languages() if country not in countries])
    return Q(language__in=codes) | (Q(language="") & of_country)


def _language_within(codes: list[str], countries: set[str]) -> Q:
    """The same for people whose country is known to be one of these; where all of them agree, without an OR."""
    speaking = sorted(country for country in countries if default_languages().get(country, FALLBACK) in codes)
    if not speaking:
        return Q(language__in=codes)
    found = Q(language__in=[*codes, ""])
    others = sorted(countries.difference(speaking))
    return found & ~Q(language="", country_now__in=others) if others else found


def _kind(kinds: list[str], words: Words) -> Q:
    any_kind = Q(pk__in=[])
    for kind in kinds:
        if kind == "mep":
            any_kind |= Q(_open_mandate())
        elif kind == "stakeholder":
            any_kind |= Q(_open_post()) | Q(_tagged(["stakeholder"], words))
        elif kind == "press":
            any_kind |= Q(_open_post(organisation__kind=Organisation.Kind.PRESS)) | Q(_tagged(["press"], words))
        elif kind == "subscriber":
            any_kind |= Q(
                Exists(Subscription.objects.filter(contact=OuterRef("pk"), status=Subscription.Status.ACTIVE))
            )
    return any_kind


CONDITIONS: dict[str, Callable[[Any, Words], Q]] = {
    "country": _country,
    "group": _group,
    "seat": _seat,
    "language": _language,
    "kind": _kind,
    "tag": lambda names, words: Q(_tagged(names, words)),
    "organisation": lambda ids, words: Q(_open_post(organisation__in=ids)),
}
