"""People who stand in the address book twice, perhaps. The same address cannot be: its key is unique.

What makes two rows look alike: the same name whatever its case, accents and order, with the same country, or with no
country on one of them, or with a post at the same organisation.
"""

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Concat, StrIndex, Substr
from django.utils.translation import gettext as _

from contacts.models import Contact, NotSame
from contacts.models.people import ContactQuerySet
from contacts.names import sort_key

# Pairs on the page, and people named before a second one is made.
MOST_PAIRS = 50
MOST_NEAR = 5
# How alike two names are, from 0 to 1, to be shown to whoever adds somebody.
ALIKE = 0.85
CANDIDATES = 500


@dataclass(frozen=True)
class Pair:
    """Two people who may be one, and why."""

    one: Contact
    other: Contact
    why: str


def likely_pairs(people: ContactQuerySet) -> list[Pair]:
    """Pairs of these people that look alike and that nobody called two, by name: MOST_PAIRS at most, four queries.

    The database looks each name up once as it is and once with its first word last ("orban viktor", "viktor orban").
    """
    found = people.living().exclude(sort_key="").annotate(turned=_turned())
    alike = found.filter(Exists(_twins("sort_key")) | Exists(_twins("turned"))).order_by("sort_key", "pk")
    rows: list[Any] = list(alike.prefetch_related("posts")[:CANDIDATES])
    by_name: dict[str, dict[int, Contact]] = {}
    for row in [*rows, *people.living().filter(sort_key__in={row.turned for row in rows}).prefetch_related("posts")]:
        by_name.setdefault(row.sort_key, {})[row.pk] = row
    known = set(NotSame.objects.filter(one__in=[row.pk for row in rows]).values_list("one_id", "other_id"))
    known |= set(NotSame.objects.filter(other__in=[row.pk for row in rows]).values_list("one_id", "other_id"))
    pairs: dict[tuple[int, int], Pair] = {}
    for row in rows:
        for other in [*by_name.get(row.sort_key, {}).values(), *by_name.get(row.turned, {}).values()]:
            pair = _pair(row, other)
            if pair is not None and (pair.one.pk, pair.other.pk) not in known:
                pairs.setdefault((pair.one.pk, pair.other.pk), pair)
    return list(pairs.values())[:MOST_PAIRS]


def lookalikes(people: ContactQuerySet, given_name: str, family_name: str) -> list[Contact]:
    """The people whose name is nearest to a new one's, most alike first; one query, read with_seats()."""
    key = sort_key(f"{family_name} {given_name}")
    words = key.split()
    if not words:
        return []
    begins = Q()
    for word in {words[0], words[-1]}:
        begins |= Q(sort_key__startswith=word[:4]) | Q(sort_key__contains=f" {word[:4]}")
    rows = people.living().filter(begins).with_seats()[:CANDIDATES]
    wanted = " ".join(sorted(words))
    ranked = [(SequenceMatcher(None, wanted, " ".join(sorted(row.sort_key.split()))).ratio(), row) for row in rows]
    near = sorted((pair for pair in ranked if pair[0] >= ALIKE), key=lambda pair: -pair[0])
    return [row for _alike, row in near[:MOST_NEAR]]


def not_the_same(one: Contact, other: Contact, *, actor: Any) -> bool:
    """Remember that two people are two. True when nobody had said so."""
    first, second = sorted([one.pk, other.pk])
    _row, created = NotSame.objects.get_or_create(one_id=first, other_id=second, defaults={"by": actor})
    return created


def _turned() -> Case:
    """A key of a name with its first word put last."""
    space = StrIndex("sort_key", Value(" "))
    turned = Concat(Substr("sort_key", space + 1), Value(" "), Substr("sort_key", 1, space - 1))
    # PostgreSQL refuses a length below nought, which a single word would give.
    return Case(When(sort_key__contains=" ", then=turned), default=F("sort_key"))


def _twins(key: str) -> ContactQuerySet:
    """Other living people whose name is this row's `key`."""
    return Contact.objects.living().filter(sort_key=OuterRef(key)).exclude(pk=OuterRef("pk"))


def _pair(one: Contact, other: Contact) -> Pair | None:
    """The two as a pair with the reason, the lower id first; None where nothing but the name is the same."""
    if one.pk == other.pk:
        return None
    places = [{post.organisation_id for post in person.posts.all()} for person in (one, other)]
    if places[0] & places[1]:
        why = _("Same name, same organisation")
    elif one.country_now == other.country_now:
        why = _("Same name, same country")
    elif not one.country_now or not other.country_now:
        why = _("Same name, country not known of one of them")
    else:
        return None
    first, second = sorted([one, other], key=lambda person: person.pk)
    return Pair(first, second, why)
