"""How a list grew: who joined by which way, who left and why, month by month; numbers alone.

Counted from the subscriptions as they are: somebody who left and came back has joined once and not left.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, QuerySet, Value
from django.db.models.functions import TruncMonth
from django.urls import reverse
from django.utils import timezone

from contacts.models import ContactList, Subscription
from contacts.registry import Section

MONTHS = 12
CARD_MONTHS = 3
SOURCES = dict(Subscription.Source.choices)
ENDED = dict(Subscription.Ended.choices)


@dataclass
class Month:
    """One month: joined by source, left by reason."""

    day: dt.date
    joined: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)

    @property
    def came(self) -> int:
        """How many joined."""
        return self.joined.total()

    @property
    def went(self) -> int:
        """How many left."""
        return self.left.total()

    @property
    def net(self) -> int:
        """By how many the list grew; below 0 it shrank."""
        return self.came - self.went


@dataclass(frozen=True)
class Growth:
    """The months, newest first, which sources and reasons there are in them, and how many get the list now."""

    months: list[Month]
    sources: list[tuple[str, str]]
    reasons: list[tuple[str, str]]
    readers: int

    @property
    def largest(self) -> int:
        """The longest bar."""
        return max((max(month.came, month.went) for month in self.months), default=0) or 1

    def rows(self) -> Iterator[tuple[Month, list[int], list[int]]]:
        """Each month with its numbers in the order of `sources` and `reasons`."""
        for month in self.months:
            came = [month.joined[code] for code, _words in self.sources]
            yield month, came, [month.left[code] for code, _words in self.reasons]


def growth_of(contact_list: ContactList, months: int = MONTHS) -> Growth:
    """The last months of a list, this one first. One query."""
    since = _month_before(timezone.localdate().replace(day=1), months - 1)
    start = timezone.make_aware(dt.datetime(since.year, since.month, 1))
    found: dict[dt.date, Month] = {}
    for number in range(months):
        day = _month_before(timezone.localdate().replace(day=1), number)
        found[day] = Month(day)
    readers = 0
    for month, code, count, what in _counted(contact_list, start):
        if what == "now":
            readers += count
        else:
            getattr(found[timezone.localtime(month).date()], what)[code] += count
    there: dict[str, set[str]] = defaultdict(set)
    for one in found.values():
        there["joined"] |= set(one.joined)
        there["left"] |= set(one.left)
    return Growth(
        list(found.values()),
        [(code, str(words)) for code, words in SOURCES.items() if code in there["joined"]],
        [(code, str(words)) for code, words in ENDED.items() if code in there["left"]],
        readers,
    )


def _counted(contact_list: ContactList, start: dt.datetime) -> QuerySet[Any]:
    """Month, source or reason, number, and of what: of who "joined" or "left" since `start`, or gets it "now"."""
    rows = Subscription.objects.filter(contact_list=contact_list, confirmed_at__isnull=False).order_by()
    left = rows.filter(status=Subscription.Status.UNSUBSCRIBED, unsubscribed_at__gte=start)
    parts = [
        (rows.filter(confirmed_at__gte=start), TruncMonth("confirmed_at"), F("source"), "joined"),
        (left, TruncMonth("unsubscribed_at"), F("ended_by"), "left"),
        # Those who get it are counted whenever they joined; a column of the others has to be filled.
        (rows.filter(status=Subscription.Status.ACTIVE), Value(start), Value(""), "now"),
    ]
    first, *others = (
        found.annotate(month=month, code=code).values("month", "code").annotate(n=Count("pk"), what=Value(what))
        for found, month, code, what in parts
    )
    return first.union(*others, all=True).values_list("month", "code", "n", "what")


def growth_card(contact_list: ContactList) -> Iterator[Section]:
    """The last three months, for the list's own page."""
    url = reverse("newsletters:list_growth", args=[contact_list.pk])
    yield Section("mailing/_list_growth_card.html", growth_of(contact_list, CARD_MONTHS).months, url)


def _month_before(day: dt.date, number: int) -> dt.date:
    """The first day of the month so many months before that of `day`."""
    total = day.year * 12 + day.month - 1 - number
    return dt.date(total // 12, total % 12 + 1, 1)
