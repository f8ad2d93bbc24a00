"""From criteria to the contacts they match, in SQL that needs no DISTINCT."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from contacts.criteria.fields.people import language_within
from contacts.criteria.vocabulary import Words, field_of, normalise
from contacts.models import Contact
from contacts.models.people import ContactQuerySet


def resolve(criteria: dict[str, Any], *, added: Iterable[int] = (), removed: Iterable[int] = ()) -> ContactQuerySet:
    """The living contacts that match, each once, as a query set that can be narrowed, counted and inserted from.

    Aliases are understood. Words nobody knows (a tag deleted since) match nobody, and so do empty criteria: a rule
    that says nothing must not write to everybody. Raises CriteriaError for a wrong shape.

    `added` and `removed` are ids of people chosen by hand; one who is both stays out.
    """
    found = normalise(criteria)
    living = Contact.objects.living()
    people = living.filter(condition(found, words=found.words)) if found else living.none()
    if added := list(added):
        # A union keeps the rule's own plan; beside an OR the database would read every contact.
        by_hand = Contact.objects.order_by().filter(pk__in=added).values("pk")
        people = living.filter(pk__in=people.order_by().values("pk").union(by_hand) if found else by_hand)
    if removed := list(removed):
        people = people.exclude(pk__in=removed)
    return people


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
    return field_of(key).condition(value, words)


def _all(children: list[dict[str, Any]], words: Words) -> Q:
    """Every child holds. Languages beside countries are asked together, in words one index answers."""
    countries = [set(child["country"]) for child in children if "country" in child]
    within = set.intersection(*countries) if countries else None
    combined = Q()
    for child in children:
        if within and "language" in child:
            combined &= language_within(child["language"], within)
        else:
            combined &= condition(child, words=words)
    return combined
