"""Numbers of people on pages: exact up to a limit, "10,000+ people" beyond it, and lists that go no further."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Q
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.models import Contact, people
from contacts.models.people import ContactQuerySet


def most() -> int:
    """How far pages count."""
    return people.MOST_COUNTED


def words_for(found: int) -> str:
    """ "72 people", or "10,000+ people" for what `count_up_to` gives beyond its limit."""
    if found > most():
        return _("%(number)s+ people") % {"number": number_format(most(), force_grouping=True)}
    return ngettext("%(number)s person", "%(number)s people", found) % {"number": number_format(found)}


def digits_for(found: int | None) -> str:
    """ "72", "10,000+" beyond the limit, "" for None."""
    if found is None:
        return ""
    if found > most():
        return f"{number_format(most(), force_grouping=True)}+"
    return number_format(found)


Countable = Q | ContactQuerySet


def count_each(matches: Sequence[Countable]) -> list[int]:
    """How many living contacts each condition matches, or each query set of contacts holds, up to `most()` + 1.

    One statement: each is counted in its own index and stops at the limit, and all of them see the same moment.
    """
    return count_more(matches, [])[0]


def count_more(always: Sequence[Countable], if_few: Sequence[Countable]) -> tuple[list[int], list[int] | None]:
    """The same, and of `if_few` only where there are no more contacts than pages count; else None. One statement."""
    limit = most() + 1
    matches = [Q(), *always, *if_few]
    numbers = [0] * len(matches)
    parts: list[str] = []
    params: list[Any] = []
    for place, match in enumerate(matches):
        found = Contact.objects.living().filter(match) if isinstance(match, Q) else match
        try:
            sql, given = found.order_by().values("pk")[:limit].query.sql_with_params()
        except EmptyResultSet:
            continue
        count = f"SELECT {place} AS place, COUNT(*) AS number FROM ({sql}) AS s{place}"  # noqa: S608
        # The database asks this once, before it begins to count.
        few = f" WHERE (SELECT number FROM everybody) < {limit}" if place > len(always) else ""  # noqa: S608
        everybody = f"WITH everybody AS ({count}) SELECT place, number FROM everybody"  # noqa: S608
        parts.append(f"{count}{few}" if place else everybody)
        params += given
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        for place, number in cursor.fetchall():
            numbers[place] = number
    counted = numbers[1 + len(always) :]
    return numbers[1 : 1 + len(always)], counted if numbers[0] < limit else None


class PeoplePaginator(Paginator):
    """Pages of a query set of contacts by name, counted no further than the limit; nobody leafs through more."""

    object_list: Any

    @cached_property
    def found(self) -> int:
        """The number of people, or one more than the limit."""
        return int(self.object_list.count_up_to())

    @cached_property
    def count(self) -> int:
        """The number of people that the pages reach."""
        return min(self.found, most())

    @property
    def is_capped(self) -> bool:
        """Whether there are more people than the pages reach."""
        return self.found > most()

    @property
    def words(self) -> str:
        """The number in words."""
        return words_for(self.found)

    def page(self, number: int | str) -> Page:
        """One page. Of few people the set is found first and then sorted, as in `ContactQuerySet.glance`."""
        if self.count and not self.is_capped:
            found = self.object_list.order_by().values("pk")[: most() + 1]
            self.object_list = self.object_list.filter(pk__in=found)
        return super().page(number)
