"""Working days as offices in Brussels count them: Monday to Friday, without holidays and weeks of recess."""

from collections.abc import Iterable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Value

from mailing.models import Holiday, ParliamentWeek

BRUSSELS = ZoneInfo("Europe/Brussels")
# A count that gets no further than this has met a table that is full of holidays.
FURTHEST = timedelta(days=366)
SATURDAY = 5
WEEK = timedelta(days=6)


def days_off(first: date, last: date) -> set[date]:
    """Holidays and days of the Parliament's recess between two days, both included; one query."""
    holidays = Holiday.objects.filter(day__range=(first, last)).order_by()
    recess = ParliamentWeek.objects.filter(kind=ParliamentWeek.Kind.RECESS, monday__range=(first - WEEK, last))
    weeks = recess.order_by().values_list("monday", Value(7))
    found = holidays.values_list("day", Value(1)).union(weeks, all=True)
    return {day + timedelta(days=number) for day, days in found for number in range(days)}


def after(start: date, count: int, off: Iterable[date] = ()) -> date:
    """The day that is `count` working days after `start`; `off` are days of the week on which nobody works."""
    free, day = set(off), start
    while count > 0 and day - start < FURTHEST:
        day += timedelta(days=1)
        count -= day.weekday() < SATURDAY and day not in free
    return day
