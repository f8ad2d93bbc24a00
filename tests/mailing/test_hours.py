"""Hours of the day on weekdays in a time zone, over midnight and over changes of the clock; and the latest time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailing.dispatch import hours
from mailing.models import Mailing

BRUSSELS = ZoneInfo("Europe/Brussels")
HOUR = 3600.0


def office(begins="09:00", ends="11:30", weekdays="12345", zone="Europe/Brussels", **fields):
    return Mailing(
        hours_from=time.fromisoformat(begins) if begins else None,
        hours_to=time.fromisoformat(ends) if ends else None,
        weekdays=weekdays,
        hours_zone=zone,
        **fields,
    )


def brussels(text):
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS)


def test_a_mailing_without_hours_may_leave_at_any_time():
    assert hours.wait_seconds(Mailing(), brussels("2026-11-24 03:00")) == 0.0
    assert hours.next_start(Mailing(), brussels("2026-11-24 03:00")) is None
    assert hours.open_since(Mailing(), brussels("2026-11-24 03:00")) is None


@pytest.mark.parametrize(
    ("now", "seconds"),
    [
        ("2026-11-24 08:59:59", 1.0),  # A Tuesday.
        ("2026-11-24 09:00:00", 0.0),
        ("2026-11-24 11:29:59", 0.0),
        ("2026-11-24 11:30:00", 21.5 * HOUR),
        ("2026-11-24 00:00:00", 9 * HOUR),
        ("2026-11-27 12:00:00", 69 * HOUR),  # Friday noon to Monday 09:00.
        ("2026-11-28 10:00:00", 47 * HOUR),
        ("2026-12-31 11:30:00", 21.5 * HOUR),
    ],
)
def test_it_waits_for_the_next_office_morning(now, seconds):
    assert hours.wait_seconds(office(), brussels(now)) == seconds


def test_the_moment_may_be_told_in_any_zone():
    moment = brussels("2026-11-24 08:00")
    assert hours.wait_seconds(office(), moment.astimezone(UTC)) == HOUR
    assert hours.wait_seconds(office(), moment.astimezone(ZoneInfo("Asia/Kolkata"))) == HOUR


def test_the_hours_are_those_of_their_own_zone():
    noon_in_kyiv = datetime(2026, 11, 24, 10, tzinfo=UTC)
    assert hours.wait_seconds(office("12:00", "13:00", zone="Europe/Kyiv"), noon_in_kyiv) == 0.0
    assert hours.wait_seconds(office("12:00", "13:00"), noon_in_kyiv) == HOUR


def test_without_a_zone_it_is_the_office_and_so_is_a_zone_that_does_not_exist(settings):
    settings.TIME_ZONE = "Europe/Kyiv"
    noon_in_kyiv = datetime(2026, 11, 24, 10, tzinfo=UTC)
    for zone in ("", "Europe/Atlantis", "../etc/passwd"):
        assert hours.wait_seconds(office("12:00", "13:00", zone=zone), noon_in_kyiv) == 0.0


@pytest.mark.parametrize(
    ("now", "seconds"),
    [
        ("2026-11-27 21:00", HOUR),  # Friday.
        ("2026-11-27 23:59", 0.0),
        ("2026-11-28 00:00", 0.0),  # The night that began on Friday.
        ("2026-11-28 03:59", 0.0),
        ("2026-11-28 04:00", 66 * HOUR),  # Saturday night is none: Monday 22:00.
        ("2026-11-28 23:00", 47 * HOUR),
    ],
)
def test_hours_over_midnight_belong_to_the_day_they_begin(now, seconds):
    assert hours.wait_seconds(office("22:00", "04:00"), brussels(now)) == seconds


def test_hours_that_end_at_midnight():
    evening = office("20:00", "00:00", "5")
    assert hours.wait_seconds(evening, brussels("2026-11-27 23:59:59")) == 0.0
    assert hours.wait_seconds(evening, brussels("2026-11-28 00:00:00")) == (6 * 24 + 20) * HOUR


def test_hours_that_end_when_they_begin_last_a_day():
    assert hours.wait_seconds(office("09:00", "09:00", "2"), brussels("2026-11-25 08:59")) == 0.0
    assert hours.wait_seconds(office("09:00", "09:00", "2"), brussels("2026-11-25 09:00")) == 6 * 24 * HOUR


def test_weekdays_without_hours_are_whole_days():
    weekdays = office(None, None)
    assert hours.wait_seconds(weekdays, brussels("2026-11-27 23:59")) == 0.0
    assert hours.wait_seconds(weekdays, brussels("2026-11-28 00:00")) == 48 * HOUR


def test_the_leap_day_is_a_day():
    assert hours.wait_seconds(office(weekdays="2"), brussels("2028-02-28 09:00")) == 24 * HOUR
    assert hours.wait_seconds(office(weekdays="2"), brussels("2028-02-29 10:00")) == 0.0
    assert hours.wait_seconds(office(weekdays="3"), brussels("2028-02-28 09:00")) == 48 * HOUR


def test_the_day_of_summer_time_has_23_hours():
    saturday = brussels("2026-03-28 09:00")
    assert hours.wait_seconds(office(weekdays="7"), saturday) == 23 * HOUR
    assert hours.next_start(office(weekdays="7"), saturday) == datetime(2026, 3, 29, 7, tzinfo=UTC)


def test_the_day_of_winter_time_has_25_hours():
    assert hours.wait_seconds(office(weekdays="7"), brussels("2026-10-24 09:00")) == 25 * HOUR


def test_a_skipped_hour_begins_when_the_clock_is_changed():
    change = datetime(2026, 3, 29, 1, tzinfo=UTC)
    night = office("02:30", "04:00", "7")
    assert hours.next_start(night, brussels("2026-03-28 12:00")) - change < timedelta(milliseconds=1)
    assert hours.wait_seconds(night, brussels("2026-03-29 03:00")) == 0.0
    assert hours.wait_seconds(night, brussels("2026-03-29 04:00")) > 6 * 24 * HOUR


def test_hours_that_the_change_swallows_come_the_week_after():
    assert hours.next_start(office("02:10", "02:50", "7"), brussels("2026-03-28 12:00")) == datetime(
        2026, 4, 5, 0, 10, tzinfo=UTC
    )


def test_hours_that_come_twice_are_taken_the_first_time():
    night = office("02:10", "02:50", "7")
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert first.astimezone(BRUSSELS).time() == second.astimezone(BRUSSELS).time() == time(2, 30)
    assert hours.wait_seconds(night, first) == 0.0
    assert hours.wait_seconds(night, second) > 6 * 24 * HOUR


def test_it_knows_when_the_hours_began():
    assert hours.open_since(office(), brussels("2026-11-24 10:00")) == brussels("2026-11-24 09:00")
    assert hours.open_since(office("22:00", "04:00"), brussels("2026-11-28 01:00")) == brussels("2026-11-27 22:00")
    assert hours.open_since(office(), brussels("2026-11-24 12:00")) is None


def test_it_knows_how_long_it_may_go_on():
    assert hours.seconds_left(Mailing(), brussels("2026-11-24 10:00")) == float("inf")
    assert hours.seconds_left(office(), brussels("2026-11-24 11:29:55")) == 5.0
    assert hours.seconds_left(office(), brussels("2026-11-24 11:30:00")) == 0.0
    latest = brussels("2026-11-24 10:00:03")
    assert hours.seconds_left(office(latest_at=latest), brussels("2026-11-24 10:00:00")) == 3.0
    assert hours.seconds_left(Mailing(latest_at=latest), brussels("2026-11-24 11:00:00")) == 0.0
    # Over the night of a change of the clock: 22:00 to 04:00 lasts five hours.
    assert hours.seconds_left(office("22:00", "04:00", "6"), brussels("2026-03-28 22:00")) == 5 * HOUR


def test_the_latest_time_is_missed_from_its_second_on():
    latest = brussels("2026-11-26 11:30")
    mailing = Mailing(latest_at=latest)
    assert not hours.is_missed(mailing, latest - timedelta(seconds=1))
    assert hours.is_missed(mailing, latest)
    assert not hours.is_missed(Mailing(), latest)


ZONES = ["Europe/Brussels", "Europe/Kyiv", "UTC", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu"]
TIMES = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))


@settings(max_examples=200, deadline=None)
@given(
    now=st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC)),
    begins=TIMES,
    ends=TIMES,
    weekdays=st.sets(st.sampled_from("1234567"), min_size=1).map(lambda days: "".join(sorted(days))),
    zone=st.sampled_from(ZONES),
)
def test_after_the_wait_it_is_open_and_until_then_it_is_not(now, begins, ends, weekdays, zone):
    mailing = Mailing(hours_from=begins, hours_to=ends, weekdays=weekdays, hours_zone=zone)
    wait = hours.wait_seconds(mailing, now)
    assert 0 <= wait <= 15 * 24 * HOUR
    start = now + timedelta(seconds=wait)
    assert hours.wait_seconds(mailing, start + timedelta(milliseconds=1)) == 0.0
    for share in (0.0, 0.3, 0.7, 0.999):
        if wait > 1:
            assert hours.wait_seconds(mailing, now + timedelta(seconds=wait * share)) > 0
    local = (start + timedelta(milliseconds=1)).astimezone(ZoneInfo(zone))
    if not wait and not _near_a_change(local):
        assert _is_in(local, begins, ends, weekdays)


def _near_a_change(local):
    """Within a day of a change of the clock the wall may show a time twice or never."""
    day = timedelta(days=1)
    return (local + day).utcoffset() != (local - day).utcoffset()


def _is_in(local, begins, ends, weekdays):
    """The same rule told another way: by the wall."""
    today, yesterday = str(local.isoweekday()), str((local - timedelta(days=1)).isoweekday())
    wall = local.time()
    if begins < ends:
        return today in weekdays and begins <= wall < ends
    return (today in weekdays and wall >= begins) or (yesterday in weekdays and wall < ends)


def test_a_year_of_every_hour_in_brussels():
    mailing, moment = office(), datetime(2026, 1, 1, tzinfo=UTC)
    for _hour in range(365 * 24):
        local = moment.astimezone(BRUSSELS)
        is_open = local.isoweekday() <= 5 and time(9) <= local.time() < time(11, 30)
        assert (hours.wait_seconds(mailing, moment) == 0.0) is is_open, local
        moment += timedelta(hours=1)
    assert moment.date() == date(2027, 1, 1)
