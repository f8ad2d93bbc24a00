"""When a mailing leaves, in words: its pace, its hours, its latest time, what slows it down, and about when it ends."""

from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mailing.dispatch import hours, throttle
from mailing.models import Delivery, Mailing, Throttle

OFFICE_DAYS = "12345"


@dataclass(frozen=True)
class Timing:
    """What a person chose beside the first moment; each empty value means "no limit"."""

    pace_per_minute: int | None = None
    hours_from: time | None = None
    hours_to: time | None = None
    weekdays: str = ""
    hours_zone: str = ""
    latest_at: datetime | None = None

    def columns(self) -> dict[str, Any]:
        """Columns of the mailing."""
        return asdict(self)


def zone_word(zone: ZoneInfo | str) -> str:
    """ "Brussels" for Europe/Brussels."""
    return str(zone).rpartition("/")[2].replace("_", " ")


def pace_of(mailing: Mailing) -> int | None:
    """Messages a minute at most, by the mailing or its sender; None when neither has a pace."""
    paces = [pace for pace in (mailing.pace_per_minute, mailing.sender.pace_per_minute) if pace]
    return min(paces, default=None)


def pace_sentence(mailing: Mailing) -> str:
    """ "At most 6 a minute.", and whose pace it is when the sender is the slower one; "" without a pace."""
    pace = pace_of(mailing)
    if pace is None:
        return ""
    if not mailing.pace_per_minute or mailing.pace_per_minute > pace:
        return _("At most %(n)d a minute, the pace of its sender.") % {"n": pace}
    return _("At most %(n)d a minute.") % {"n": pace}


def hours_sentence(mailing: Mailing) -> str:
    """ "On weekdays from 09:00 to 11:30 (Brussels)."; "" when it may leave at any time."""
    if mailing.hours_from is None and (not mailing.weekdays or mailing.weekdays == hours.EVERY_DAY):
        return ""
    values = {"days": days_phrase(mailing.weekdays), "zone": zone_word(hours.zone_of(mailing))}
    if mailing.hours_from is None or mailing.hours_to is None:
        return _("%(days)s (%(zone)s).") % values
    values |= {"begin": mailing.hours_from.strftime("%H:%M"), "end": mailing.hours_to.strftime("%H:%M")}
    return _("%(days)s from %(begin)s to %(end)s (%(zone)s).") % values


def days_phrase(weekdays: str) -> str:
    """ISO numbers of weekdays as words: "On weekdays", "Every day", "On Mon, Wed"."""
    if weekdays in ("", hours.EVERY_DAY):
        return _("Every day")
    if weekdays == OFFICE_DAYS:
        return _("On weekdays")
    return _("On %(days)s") % {"days": ", ".join(str(WEEKDAYS_ABBR[int(number) - 1]) for number in weekdays)}


def day_and_time(moment: datetime, zone: ZoneInfo) -> str:
    """A moment in a zone: "Monday at 09:00" within the coming week, else "Monday 30 November at 09:00"."""
    local, today = moment.astimezone(zone), timezone.now().astimezone(zone).date()
    days = (local.date() - today).days
    values = {"time": local.strftime("%H:%M"), "day": str(WEEKDAYS[local.weekday()])}
    if days == 0:
        return _("today at %(time)s") % values
    if 0 < days < 7:
        return _("%(day)s at %(time)s") % values
    return _("%(day)s at %(time)s") % (values | {"day": date_format(local, "l j F")})


def waiting_sentence(mailing: Mailing, now: datetime) -> str:
    """ "Waiting for its hours: goes on Monday at 09:00 (Brussels)."; "" when it may leave now."""
    start = hours.next_start(mailing, now)
    if start is None:
        return ""
    zone = hours.zone_of(mailing)
    values = {"when": day_and_time(start, zone), "zone": zone_word(zone)}
    return _("Waiting for its hours: goes on %(when)s (%(zone)s).") % values


def latest_sentence(mailing: Mailing) -> str:
    """ "Until Thursday at 11:30 (Brussels); after that it asks …"; "" without a latest time that is still to come."""
    if mailing.latest_at is None or hours.is_missed(mailing, timezone.now()):
        return ""
    zone = hours.zone_of(mailing)
    values = {"when": day_and_time(mailing.latest_at, zone), "zone": zone_word(zone)}
    return _("Until %(when)s (%(zone)s); after that it asks before anything more leaves.") % values


def missed_sentence(mailing: Mailing, waiting: int) -> str:
    """Why a mailing whose latest time has passed is paused, and what to choose."""
    zone = hours.zone_of(mailing)
    local = mailing.latest_at.astimezone(zone) if mailing.latest_at else timezone.now().astimezone(zone)
    values = {"n": waiting, "when": date_format(local, "l j F, H:i"), "zone": zone_word(zone)}
    return (
        ngettext(
            "The latest time you set, %(when)s (%(zone)s), has passed and one letter has not left.",
            "The latest time you set, %(when)s (%(zone)s), has passed and %(n)d letters have not left.",
            waiting,
        )
        % values
        + " "
        + _("Choose: send the rest now, or stop the rest.")
    )


# Of the letters that wait for another try so many are looked at, to name the domains that slow a mailing down.
LOOKED_AT = 500


def slowed_sentences(mailing: Mailing, moment: datetime) -> list[str]:
    """ "example.org asked us to slow down: at most 30 a minute until 14:20.", a sentence for each such domain.

    Of the recipients who wait for another try, and of the sender itself. One query while nobody is slowed down, else
    two.
    """
    rows = throttle.slowed_now()
    if not rows:
        return []
    waiting = mailing.deliveries.filter(status=Delivery.Status.QUEUED, next_attempt_at__isnull=False)
    keys = waiting.order_by("next_attempt_at").values_list("email_key", flat=True)[:LOOKED_AT]
    ours = {throttle.domain_key(key.rpartition("@")[2]) for key in keys if key}
    ours.add(throttle.sender_key(mailing.sender_id))
    return [_slowed_sentence(row, moment) for row in rows if row.key in ours]


def _slowed_sentence(row: Throttle, moment: datetime) -> str:
    found = row.slowed_at(moment)
    if found is None:
        return ""
    kind, _colon, name = row.key.partition(":")
    until = date_format(timezone.localtime(found.until), "H:i")
    values = {"name": name if kind == "domain" else _("Our mail server"), "n": found.per_minute, "time": until}
    if found.per_minute == int(found.per_minute):
        return _("%(name)s asked us to slow down: at most %(n)d a minute until %(time)s.") % values
    return _("%(name)s asked us to slow down: at most %(n).1f a minute until %(time)s.") % values


def timing_sentences(mailing: Mailing) -> list[str]:
    """What limits when it leaves, a sentence each."""
    found = [hours_sentence(mailing), pace_sentence(mailing), latest_sentence(mailing)]
    return [sentence for sentence in found if sentence]


def ends_at(mailing: Mailing, start: datetime, people: int) -> datetime | None:
    """About when the last of `people` letters leaves, from `start` on at the mailing's pace and in its hours.

    None without a pace (a server's speed is not known before), and when it takes longer than two weeks of hours.
    """
    pace = pace_of(mailing)
    if pace is None or people <= 0:
        return None
    each = timedelta(minutes=1) / pace
    if mailing.hours_from is None and not mailing.weekdays:
        return start + each * (people - 1)
    for begin, end in hours.windows(mailing, start):
        first = max(begin, start)
        if first >= end:
            continue
        fit = (end - first) // each + 1
        if people <= fit:
            return first + each * (people - 1)
        people -= fit
    return None


def office_zone() -> ZoneInfo:
    """The office's time zone."""
    return ZoneInfo(settings.TIME_ZONE)
