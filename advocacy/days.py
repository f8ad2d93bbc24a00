"""The days of the field that come back every year: which is next, and what the desk says before it comes."""

import calendar
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from advocacy.models import CalendarDay

MOST_HINTS = 3


@dataclass(frozen=True)
class Hint:
    """What the desk says before a day comes: its name, and when it is as a sentence."""

    title: str
    detail: str


@dataclass(frozen=True)
class Coming:
    """A day of the calendar and the date it falls on next."""

    day: CalendarDay
    on: dt.date
    in_days: int

    @property
    def name(self) -> str:
        """What it is called in the reader's language."""
        return self.day.name_in(get_language() or "")

    @property
    def when(self) -> str:
        """In how many days, as words."""
        if self.in_days == 0:
            return _("today")
        if self.in_days == 1:
            return _("tomorrow")
        return ngettext("in %(n)d day", "in %(n)d days", self.in_days) % {"n": self.in_days}


def next_date(month: int, day: int, *, after: dt.date) -> dt.date:
    """The next time this day comes, `after` itself included; 29 February waits for a leap year."""
    year = after.year
    while True:
        if day <= calendar.monthrange(year, month)[1] and (date := dt.date(year, month, day)) >= after:
            return date
        year += 1


def coming(days: Iterable[CalendarDay], *, today: dt.date | None = None) -> list[Coming]:
    """Each day with the date it falls on next, soonest first."""
    now = today or timezone.localdate()
    dates = [(day, next_date(day.month, day.day, after=now)) for day in days]
    return sorted((Coming(day, on, (on - now).days) for day, on in dates), key=lambda row: (row.on, row.day.name))


def hints(user: User) -> Iterable[Hint]:
    """What the desk says before a day comes: "18 October is in 27 days"; one query."""
    if not user.has_perm("advocacy.edit"):
        return
    soon = [row for row in coming(CalendarDay.objects.all()) if row.in_days <= row.day.remind_days]
    for row in soon[:MOST_HINTS]:
        sentence = _("%(date)s is %(when)s.") % {"date": date_format(row.on, "j F"), "when": row.when}
        yield Hint(row.name, sentence)


@transaction.atomic
def save_day(day: CalendarDay, *, actor: User) -> None:
    """Save a new or changed day of the calendar."""
    verb = "changed" if day.pk else "added"
    day.save()
    record(actor, f"{verb} a day of the calendar", about=day, label=day.slug)


@transaction.atomic
def remove_day(day: CalendarDay, *, actor: User) -> None:
    """Take a day out of the calendar."""
    record(actor, "took a day out of the calendar", about=day, label=day.slug)
    CalendarDay.objects.filter(pk=day.pk).delete()


def is_a_date(month: Any, day: Any) -> bool:
    """Whether there is such a day in any year; 29 February is one."""
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(2024, month)[1]
