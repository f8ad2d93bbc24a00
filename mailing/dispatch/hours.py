"""When a mailing may leave: hours of the day on some weekdays in a time zone, and the time after which it asks.

Pure functions of a mailing's columns and a moment; nothing is read or written. Times of the day are those of the wall:
a time that a change to summer time skips is the moment of the change, and a time that comes twice is its first one.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from mailing.models import Mailing

EVERY_DAY = "1234567"
# A week, with room for a window that a change of time swallows.
DAYS_AHEAD = 15


def wait_seconds(mailing: Mailing, now: datetime) -> float:
    """Seconds from `now` (aware) until the mailing's hours begin; 0.0 inside them, or when it has none."""
    start = next_start(mailing, now)
    return (start - now.astimezone(UTC)).total_seconds() if start else 0.0


def next_start(mailing: Mailing, now: datetime) -> datetime | None:
    """When its hours begin next, in UTC; None when it may leave now."""
    for start, end in windows(mailing, now):
        if end > now:
            return start if start > now else None
    return None


def open_since(mailing: Mailing, now: datetime) -> datetime | None:
    """When the hours it is in now began; None outside them, or when it has none."""
    for start, end in windows(mailing, now):
        if start <= now < end:
            return start
    return None


def seconds_left(mailing: Mailing, now: datetime) -> float:
    """Seconds from `now` until its hours or its latest time end; 0.0 outside of them, infinite without either."""
    if wait_seconds(mailing, now):
        return 0.0
    ends = [end for start, end in windows(mailing, now) if start <= now < end]
    ends += [mailing.latest_at] if mailing.latest_at else []
    return min((max(0.0, (end - now.astimezone(UTC)).total_seconds()) for end in ends), default=float("inf"))


def is_missed(mailing: Mailing, now: datetime) -> bool:
    """Whether its latest time has passed: what has not left by then leaves only when a person says so."""
    return mailing.latest_at is not None and now >= mailing.latest_at


def zone_of(mailing: Mailing) -> ZoneInfo:
    """The time zone of its hours; the office's when it names none that exists here."""
    try:
        return ZoneInfo(mailing.hours_zone or settings.TIME_ZONE)
    except (KeyError, ValueError, OSError):
        return ZoneInfo(settings.TIME_ZONE)


def windows(mailing: Mailing, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Its hours as pairs of moments in UTC, in order, from yesterday's on for two weeks; none without hours.

    A weekday is that of the beginning: Friday 22:00 to 04:00 ends on Saturday. Hours that end when they begin last a
    whole day, and so do weekdays without hours.
    """
    days = mailing.weekdays or EVERY_DAY
    if mailing.hours_from is None and days == EVERY_DAY:
        return
    zone = zone_of(mailing)
    begins, ends = mailing.hours_from or time(0), mailing.hours_to or time(0)
    today = now.astimezone(zone).date()
    for number in range(-1, DAYS_AHEAD):
        day = today + timedelta(days=number)
        if str(day.isoweekday()) not in days:
            continue
        last = day if ends > begins else day + timedelta(days=1)
        start, end = _moment(datetime.combine(day, begins), zone), _moment(datetime.combine(last, ends), zone)
        if start < end:
            yield start, end


def _moment(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first moment at which clocks in the zone show `wall`, or the change that skips it; in UTC.

    In UTC because Python compares and subtracts two moments of one zone by the wall, whatever changed in between.
    """
    early = wall.replace(tzinfo=zone)
    after = early.astimezone(UTC)
    if after.astimezone(zone).replace(tzinfo=None) == wall:
        return after
    # Read with the offset from after the change, a skipped time lies before it: the change is between the two.
    before = early.replace(fold=1).astimezone(UTC)
    summer = after.astimezone(zone).utcoffset()
    while after - before > timedelta(microseconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == summer:
            after = middle
        else:
            before = middle
    return after
