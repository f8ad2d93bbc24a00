"""The form of step 5: when what was approved leaves. Now, at a set time, or in hours of the day at a pace."""

from copy import copy
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mailing.dispatch import hours
from mailing.models import Mailing
from mailing.story import is_issue
from mailing.timing import OFFICE_DAYS, Timing, ends_at, zone_word

PACES = [6, 30, 60, 300]
FURTHEST = timedelta(days=2 * 366)
LATER = ["day", "time", "pace"]
WINDOW = ["first_day", "hours_from", "hours_to", "weekdays", "zone", "window_pace", "latest_day", "latest_time"]


def _date() -> forms.DateInput:
    return forms.DateInput({"class": "input", "type": "date"}, format="%Y-%m-%d")


def _time() -> forms.TimeInput:
    return forms.TimeInput({"class": "input", "type": "time"}, format="%H:%M")


def _select() -> forms.Select:
    return forms.Select({"class": "input"})


def _number(text: str) -> int | None:
    return int(text) if text else None


@lru_cache(maxsize=1)
def zones() -> list[str]:
    """The office's time zone and those of Europe."""
    return sorted({settings.TIME_ZONE} | {name for name in available_timezones() if name.startswith("Europe/")})


def zone_choices() -> list[tuple[str, str]]:
    """Time zones by the name of their city."""
    return [(name, zone_word(name)) for name in zones()]


def pace_choices(people: int) -> list[tuple[str, str]]:
    """Paces, with the minutes that so many messages take at each."""
    found = [("", _("As fast as possible"))]
    for pace in PACES:
        minutes = -(-people // pace)
        lasts = ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
        if minutes > 120:
            lasts = _("%(n)d hours") % {"n": -(-minutes // 60)}
        found.append((str(pace), _("%(pace)d a minute (about %(time)s)") % {"pace": pace, "time": lasts}))
    return found


class SendForm(forms.Form):
    """When an approved mailing leaves. Fields of a choice that was not taken are not looked at."""

    when = forms.ChoiceField(
        choices=[
            ("now", gettext_lazy("Now")),
            ("later", gettext_lazy("Later, at a set time")),
            ("window", gettext_lazy("In hours of the day, at a pace")),
        ],
        error_messages={"required": gettext_lazy("Choose when it leaves.")},
    )
    day = forms.DateField(label=gettext_lazy("Day"), required=False, widget=_date())
    time = forms.TimeField(label=gettext_lazy("Time"), required=False, widget=_time())
    pace = forms.TypedChoiceField(
        label=gettext_lazy("Pace"), required=False, coerce=_number, empty_value=None, widget=_select()
    )
    hours_from = forms.TimeField(label=gettext_lazy("From"), required=False, widget=_time())
    hours_to = forms.TimeField(
        label=gettext_lazy("Until"),
        required=False,
        widget=_time(),
        help_text=gettext_lazy("Earlier than “from” means the next morning."),
    )
    zone = forms.ChoiceField(label=gettext_lazy("Clock of"), required=False, choices=zone_choices, widget=_select())
    weekdays = forms.MultipleChoiceField(
        label=gettext_lazy("On these days"),
        required=False,
        choices=[(str(number + 1), WEEKDAYS_ABBR[number]) for number in range(7)],
        widget=forms.CheckboxSelectMultiple,
    )
    window_pace = forms.TypedChoiceField(
        label=gettext_lazy("Pace"), required=False, coerce=_number, empty_value=None, widget=_select()
    )
    first_day = forms.DateField(
        label=gettext_lazy("Not before"), required=False, widget=_date(), help_text=gettext_lazy("Empty: from now on.")
    )
    latest_day = forms.DateField(label=gettext_lazy("Latest day"), required=False, widget=_date())
    latest_time = forms.TimeField(label=gettext_lazy("Latest time"), required=False, widget=_time())

    def __init__(self, *args: Any, mailing: Mailing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mailing = mailing
        choices = pace_choices(mailing.recipients or 0)
        self.fields["pace"].choices = self.fields["window_pace"].choices = choices  # type: ignore[attr-defined]
        for name in ("day", "time", "hours_from", "hours_to"):
            self.fields[name].widget.attrs["aria-required"] = "true"

    def clean(self) -> dict[str, Any]:
        """A set time needs day and time and lies ahead; hours need both ends and a day, and the latest time after."""
        data = super().clean() or {}
        taken = {"later": LATER, "window": WINDOW}.get(data.get("when", ""), [])
        for name in {*LATER, *WINDOW} - set(taken):
            self.errors.pop(name, None)
        for name in {"day", "first_day", "latest_day"} & set(taken):
            ahead = data[name] - timezone.localdate() if data.get(name) else timedelta()
            if ahead > FURTHEST:
                self.add_error(name, _("Choose a day within two years."))
            elif ahead < -FURTHEST:
                self.add_error(name, _("That time has passed. Choose a later one."))
        if self.errors:
            return data
        if data["when"] == "later":
            self._check_later(data)
        elif data["when"] == "window":
            self._check_window(data)
        return data

    def at(self) -> datetime | None:
        """The first moment, aware; None for now."""
        data = self.cleaned_data
        if data.get("when") == "later":
            return timezone.make_aware(datetime.combine(data["day"], data["time"]))
        if data.get("when") == "window":
            now = timezone.now()
            first = max(now, _in_zone(data["first_day"], time(0), self._zone())) if data["first_day"] else now
            start = hours.next_start(self.planned(), first) or first
            return start if start > now else None
        return None

    def timing(self) -> Timing:
        """Pace, hours and latest time of the choice that was taken."""
        data = self.cleaned_data
        if data.get("when") == "later":
            return Timing(pace_per_minute=data["pace"])
        if data.get("when") != "window":
            return Timing()
        latest = None
        if data["latest_day"] and data["latest_time"]:
            latest = _in_zone(data["latest_day"], data["latest_time"], self._zone())
        return Timing(
            pace_per_minute=data["window_pace"],
            hours_from=data["hours_from"],
            hours_to=data["hours_to"],
            weekdays="".join(sorted(data["weekdays"])),
            hours_zone=str(self._zone()),
            latest_at=latest,
        )

    def planned(self) -> Mailing:
        """The mailing as it would leave; not saved."""
        found = copy(self.mailing)
        for name, value in self.timing().columns().items():
            setattr(found, name, value)
        return found

    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.cleaned_data.get("zone") or settings.TIME_ZONE)

    def _check_later(self, data: dict[str, Any]) -> None:
        if not data["day"]:
            self.add_error("day", _("Choose a day."))
        if not data["time"]:
            self.add_error("time", _("Choose a time."))
        if not self.errors and (self.at() or timezone.now()) <= timezone.now():
            self.add_error("day", _("That time has passed. Choose a later one."))

    def _check_window(self, data: dict[str, Any]) -> None:
        if not data["hours_from"]:
            self.add_error("hours_from", _("Choose the time from which it leaves."))
        if not data["hours_to"]:
            self.add_error("hours_to", _("Choose the time until which it leaves."))
        elif data.get("hours_from") == data["hours_to"]:
            self.add_error("hours_to", _("Choose another time than “from”."))
        if not data["weekdays"]:
            self.add_error("weekdays", _("Choose at least one day."))
        if data["latest_time"] and not data["latest_day"]:
            self.add_error("latest_day", _("Choose the day of the latest time, or leave both empty."))
        elif data["latest_day"] and not data["latest_time"]:
            self.add_error("latest_time", _("Choose the time of the latest day, or leave both empty."))
        if data["first_day"] and data["first_day"] < timezone.now().astimezone(self._zone()).date():
            self.add_error("first_day", _("That day has passed. Choose a later one, or leave it empty."))
        if not self.errors:
            self._check_latest()

    def _check_latest(self) -> None:
        """The latest time comes after the first letter, and by then all can have left at the pace."""
        latest = self.timing().latest_at
        if latest is None:
            return
        start = self.at() or timezone.now() + timedelta(seconds=settings.SEND_HOLD_SECONDS)
        if latest <= start:
            sentence = _("The first letter leaves on %(start)s. Choose a later time.")
            if is_issue(self.mailing):
                sentence = _("The issue leaves on %(start)s. Choose a later time.")
            self.add_error("latest_day", sentence % {"start": self._said(start)})
            return
        end = ends_at(self.planned(), start, self.mailing.recipients or 0)
        if end is not None and end > latest:
            sentence = _("At this pace the last letter leaves about %(end)s. Choose a later time, or a faster pace.")
            if is_issue(self.mailing):
                sentence = _(
                    "At this pace the last reader gets it about %(end)s. Choose a later time, or a faster pace."
                )
            self.add_error("latest_day", sentence % {"end": self._said(end)})

    def _said(self, moment: datetime) -> str:
        return date_format(moment.astimezone(self._zone()), "l j F, H:i")


def first_values() -> dict[str, Any]:
    """What the form shows at first: the office's next morning, and office hours on weekdays."""
    return {
        "when": "now",
        "day": next_working_day(),
        "time": "09:00",
        "hours_from": "09:00",
        "hours_to": "11:30",
        "weekdays": list(OFFICE_DAYS),
        "zone": settings.TIME_ZONE,
        "window_pace": str(PACES[0]),
    }


def next_working_day() -> str:
    """The next day from Monday to Friday, as a date field takes it."""
    day = timezone.localdate() + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day.isoformat()


def _in_zone(day: Any, moment: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, moment, tzinfo=zone)
