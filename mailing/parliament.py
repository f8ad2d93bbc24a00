"""The Parliament's weeks: which week is of what kind, what lies ahead, and keeping the table by hand or from a file.

Nothing is shipped: the Parliament publishes its calendar each year, and a colleague brings it in.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from mailing.models import ParliamentWeek

Kind = ParliamentWeek.Kind
# Weeks that a page looks ahead.
AHEAD = 10
# A calendar of ten years; more is another file.
MOST_ROWS = 600
# What a file may call a kind, besides the name of it: the Parliament's own words and colours.
ALIASES = {
    "plenary": Kind.PLENARY,
    "strasbourg": Kind.PLENARY,
    "session": Kind.PLENARY,
    "part-session": Kind.PLENARY,
    "red": Kind.PLENARY,
    "mini": Kind.BRUSSELS_PLENARY,
    "mini-session": Kind.BRUSSELS_PLENARY,
    "mini-plenary": Kind.BRUSSELS_PLENARY,
    "brussels": Kind.BRUSSELS_PLENARY,
    "committee": Kind.COMMITTEES,
    "committees": Kind.COMMITTEES,
    "pink": Kind.COMMITTEES,
    "group": Kind.GROUPS,
    "groups": Kind.GROUPS,
    "blue": Kind.GROUPS,
    "constituency": Kind.CONSTITUENCY,
    "constituencies": Kind.CONSTITUENCY,
    "external": Kind.CONSTITUENCY,
    "turquoise": Kind.CONSTITUENCY,
    "recess": Kind.RECESS,
    "white": Kind.RECESS,
}
COLUMNS = ("week", "kind", "note")


class BadCalendar(ValueError):
    """A file that is not taken over; `problems` are sentences with the number of each line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def kind_on(day: date) -> str:
    """The kind of the week that a day lies in; "" where the calendar says nothing."""
    found = ParliamentWeek.objects.filter(monday=monday_of(day)).values_list("kind", flat=True).first()
    return str(found or "")


def is_recess(day: date) -> bool:
    """Whether the Parliament is known to be in recess on a day."""
    return kind_on(day) == Kind.RECESS


def recess_days(first: date, last: date) -> set[date]:
    """All days of recess from `first` to `last`, both included; one query."""
    weeks = ParliamentWeek.objects.filter(kind=Kind.RECESS, monday__gte=monday_of(first), monday__lte=last)
    days = {week + timedelta(days=n) for week in weeks.values_list("monday", flat=True) for n in range(7)}
    return {day for day in days if first <= day <= last}


def ahead(today: date, weeks: int = AHEAD) -> list[ParliamentWeek]:
    """The weeks that are known from this one on."""
    start = monday_of(today)
    return list(ParliamentWeek.objects.filter(monday__gte=start, monday__lt=start + timedelta(weeks=weeks)))


@dataclass(frozen=True)
class Recess:
    """Weeks of recess without one between them: first and last day."""

    first: date
    last: date


def next_recess(weeks: Iterable[ParliamentWeek]) -> Recess | None:
    """The first recess among weeks in order."""
    found: Recess | None = None
    for week in weeks:
        if week.kind != Kind.RECESS:
            if found:
                break
        elif found is None:
            found = Recess(week.monday, week.sunday)
        elif week.monday == found.last + timedelta(days=1):
            found = Recess(found.first, week.sunday)
        else:
            break
    return found


def recess_sentence(recess: Recess) -> str:
    """ "The Parliament’s recess lasts from Monday 21 December to Sunday 10 January." """
    values = {"first": date_format(recess.first, "l j F"), "last": date_format(recess.last, "l j F")}
    return _("The Parliament’s recess lasts from %(first)s to %(last)s.") % values


def save_week(day: date, kind: str, note: str, *, actor: User) -> ParliamentWeek:
    """Set what kind a week is; it replaces what was known of that week."""
    with transaction.atomic():
        values = {"kind": kind, "note": note[:200]}
        week, _made = ParliamentWeek.objects.update_or_create(monday=monday_of(day), defaults=values)
        label = week.monday.isoformat()
        record(actor, f"set a week of the Parliament to {kind}", about=week, label=label)
    return week


def remove_week(week: ParliamentWeek, *, actor: User) -> None:
    """Take a week out of the calendar."""
    with transaction.atomic():
        record(actor, "took a week of the Parliament out", about=week, label=week.monday.isoformat())
        ParliamentWeek.objects.filter(pk=week.pk).delete()


def read_calendar(text: str) -> list[tuple[date, str, str]]:
    """Read a CSV with the columns week (any day of it, 2026-12-21), kind and, if wanted, note. Raises BadCalendar."""
    text = text.removeprefix("\ufeff").replace("\x00", "")
    delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restkey="more")
    names = [str(name).strip().lower() for name in rows.fieldnames or []]
    if not {"week", "kind"} <= set(names):
        raise BadCalendar([_("The first line needs the columns week and kind, such as: week,kind,note")])
    rows.fieldnames = names
    found: dict[date, tuple[date, str, str]] = {}
    problems = []
    try:
        for number, row in enumerate(rows, start=2):
            if number > MOST_ROWS:
                problems.append(_("More than %(n)d lines: give one file for each term.") % {"n": MOST_ROWS - 1})
                break
            try:
                week = _read_row(row)
            except ValueError as error:
                problems.append(_("Line %(n)d: %(why)s") % {"n": number, "why": error})
                continue
            if week[0] in found:
                problems.append(_("Line %(n)d: this week stands there twice.") % {"n": number})
            found[week[0]] = week
    except csv.Error:
        raise BadCalendar([_("This is no CSV file.")]) from None
    if problems or not found:
        raise BadCalendar(problems or [_("There is no week in it.")])
    return sorted(found.values())


def _read_row(row: dict[str, str]) -> tuple[date, str, str]:
    day, word = (row.get("week") or "").strip(), (row.get("kind") or "").strip()
    try:
        monday = monday_of(date.fromisoformat(day))
    except (ValueError, OverflowError):
        sentence = _("“%(day)s” is no day. Write it as 2026-12-21.")
        raise ValueError(sentence % {"day": day[:20]}) from None
    kind = ALIASES.get(word.casefold()) or (word if word in Kind.values else "")
    if not kind:
        kinds = ", ".join(sorted(Kind.values))
        raise ValueError(
            _("“%(word)s” is no kind of week. These are: %(kinds)s.") % {"word": word[:30], "kinds": kinds}
        )
    return monday, str(kind), (row.get("note") or "").strip()[:200]


def import_calendar(text: str, *, actor: User) -> tuple[int, int]:
    """Take a whole file over or nothing of it; gives (new weeks, changed weeks). Raises BadCalendar."""
    rows = read_calendar(text)
    with transaction.atomic():
        known = {week.monday: week for week in ParliamentWeek.objects.filter(monday__in=[row[0] for row in rows])}
        new = changed = 0
        for monday, kind, note in rows:
            week = known.get(monday)
            if week is None:
                ParliamentWeek.objects.create(monday=monday, kind=kind, note=note)
                new += 1
            elif (week.kind, week.note) != (kind, note):
                ParliamentWeek.objects.filter(pk=week.pk).update(kind=kind, note=note)
                changed += 1
        record(actor, f"brought in the Parliament's calendar: {new} weeks new, {changed} changed", label="calendar")
    return new, changed
