"""From criteria to the contacts they match, in SQL that needs no DISTINCT."""

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.lookups import In

from contacts.criteria.vocabulary import normalise
from contacts.languages import effective_language
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
    return Contact.objects.living().filter(condition(found))


def condition(node: dict[str, Any]) -> Q:
    """One normalised node as a condition on Contact."""
    ((key, value),) = node.items()
    if key == "all":
        combined = Q()
        for child in value:
            combined &= condition(child)
        return combined
    if key == "any":
        combined = condition(value[0])
        for child in value[1:]:
            combined |= condition(child)
        return combined
    if key == "not":
        inner = condition(value)
        return ~inner if inner else ~Q(pk__isnull=False)
    return CONDITIONS[key](value)


def _open_mandate(**fields: Any) -> Exists:
    return Exists(Mandate.objects.open().filter(contact=OuterRef("pk"), **fields))


def _open_seat(kind: str, **fields: Any) -> Exists:
    return Exists(
        Membership.objects.filter(
            mandate__contact=OuterRef("pk"),
            mandate__ended_on__isnull=True,
            ended_on__isnull=True,
            body__kind=kind,
            **fields,
        )
    )


def _open_post(**fields: Any) -> Exists:
    return Exists(Post.objects.filter(contact=OuterRef("pk"), ended_on__isnull=True, **fields))


def _tagged(names: list[str]) -> Exists:
    return Exists(Contact.tags.through.objects.filter(contact=OuterRef("pk"), tag__name__in=names))


def _country(codes: list[str]) -> Q:
    """An MEP's country is that of the open mandate; anybody else's is the contact's own."""
    return Q(_open_mandate(country__in=codes)) | (Q(country__in=codes) & ~Q(_open_mandate()))


def _group(codes: list[str]) -> Q:
    return Q(_open_seat(Body.Kind.GROUP, body__code__in=codes))


def _seat(seat: dict[str, list[str]]) -> Q:
    """Committee and role hold for the same open seat."""
    fields: dict[str, Any] = {}
    if "committee" in seat:
        fields["body__code__in"] = seat["committee"]
    if "role" in seat:
        fields["role__in"] = seat["role"]
    return Q(_open_seat(Body.Kind.COMMITTEE, **fields))


def _language(codes: list[str]) -> Q:
    return Q(In(effective_language(), [Value(code) for code in codes]))


def _kind(kinds: list[str]) -> Q:
    any_kind = Q(pk__in=[])
    for kind in kinds:
        if kind == "mep":
            any_kind |= Q(_open_mandate())
        elif kind == "stakeholder":
            any_kind |= Q(_open_post()) | Q(_tagged(["stakeholder"]))
        elif kind == "press":
            any_kind |= Q(_open_post(organisation__kind=Organisation.Kind.PRESS)) | Q(_tagged(["press"]))
        elif kind == "subscriber":
            any_kind |= Q(
                Exists(Subscription.objects.filter(contact=OuterRef("pk"), status=Subscription.Status.ACTIVE))
            )
    return any_kind


CONDITIONS: dict[str, Callable[[Any], Q]] = {
    "country": _country,
    "group": _group,
    "seat": _seat,
    "language": _language,
    "kind": _kind,
    "tag": lambda names: Q(_tagged(names)),
    "organisation": lambda ids: Q(_open_post(organisation__in=ids)),
}
