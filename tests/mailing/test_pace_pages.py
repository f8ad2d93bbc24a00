"""Choosing hours, pace and a latest time, and reading on the pages what waits, what is slow and what was missed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from mailing.dispatch import throttle
from mailing.models import Delivery, Mailing, Sender, Throttle
from mailing.scheduling import pace_choices

pytestmark = pytest.mark.django_db
BRUSSELS = ZoneInfo("Europe/Brussels")
# A Tuesday in winter: 13:00 in Brussels.
TUESDAY = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
WINDOW = {
    "when": "window",
    "hours_from": "09:00",
    "hours_to": "11:30",
    "weekdays": ["1", "2", "3", "4", "5"],
    "zone": "Europe/Brussels",
    "window_pace": "6",
    "first_day": "",
    "latest_day": "",
    "latest_time": "",
}


def page(response):
    return response.content.decode()


@pytest.fixture(autouse=True)
def nothing_known():
    throttle.forget()


@pytest.fixture
def send(approved, sign_in, officer):
    """Posts the form of step 5 on that Tuesday: send(hours_to="10:00")."""
    client = sign_in(officer)

    def post(follow=False, **fields):
        with time_machine.travel(TUESDAY, tick=False):
            client.force_login(officer)
            address = reverse("mailing:letter_send", args=[approved.reference])
            return client.post(address, {**WINDOW, **fields}, follow=follow)

    return post


@pytest.fixture
def underway(approved, start):
    start(approved)
    return approved


def progress(client, mailing):
    return page(client.get(reverse("mailing:letter_progress", args=[mailing.reference])))


def test_the_page_offers_hours_beside_now_and_later(approved, sign_in, officer):
    shown = page(sign_in(officer).get(reverse("mailing:letter_send", args=[approved.reference])))
    assert 'value="window" id="when-window"' in shown
    assert "Outside these hours letters wait." in shown
    assert "6 a minute (about 1 minute)" in shown
    assert '<option value="Europe/Brussels" selected>Brussels</option>' in shown
    assert shown.count('name="weekdays"') == 7
    assert "Nothing leaves late by itself." in shown
    assert "Sender’s pace" not in shown


def test_the_page_tells_the_senders_own_pace(approved, sign_in, officer):
    Sender.objects.update(pace_per_minute=30)
    shown = page(sign_in(officer).get(reverse("mailing:letter_send", args=[approved.reference])))
    assert "never faster than 30 a minute" in shown


def test_the_paces_say_how_long_it_takes():
    labels = [label for _value, label in pace_choices(900)]
    assert labels[:3] == [
        "As fast as possible",
        "6 a minute (about 3 hours)",
        "30 a minute (about 30 minutes)",
    ]


def test_a_window_begins_at_its_next_hours(send, approved):
    assert send(latest_day="2026-11-27", latest_time="11:30").status_code == 302
    row = Mailing.objects.get(pk=approved.pk)
    assert row.status == "scheduled"
    assert row.scheduled_at == datetime(2026, 11, 25, 9, tzinfo=BRUSSELS)
    assert row.latest_at == datetime(2026, 11, 27, 11, 30, tzinfo=BRUSSELS)
    assert (row.pace_per_minute, row.weekdays, row.hours_zone) == (6, "12345", "Europe/Brussels")


def test_a_window_that_is_open_begins_now(send, approved):
    send(hours_to="18:00")
    assert Mailing.objects.get(pk=approved.pk).scheduled_at <= TUESDAY + timedelta(minutes=2)


def test_a_window_may_begin_on_a_later_day_and_by_another_clock(send, approved):
    send(first_day="2026-12-05", zone="Europe/Kyiv", window_pace="")
    row = Mailing.objects.get(pk=approved.pk)
    assert row.scheduled_at == datetime(2026, 12, 7, 9, tzinfo=ZoneInfo("Europe/Kyiv"))
    assert row.pace_per_minute is None


def test_later_takes_a_pace_and_no_hours(send, approved):
    send(when="later", day="2026-11-30", time="09:00", pace="30")
    row = Mailing.objects.get(pk=approved.pk)
    assert (row.pace_per_minute, row.hours_from, row.weekdays) == (30, None, "")
    assert row.scheduled_at == datetime(2026, 11, 30, 9, tzinfo=BRUSSELS)


def test_the_confirmation_tells_how_it_leaves(send):
    shown = page(send(follow=True, latest_day="2026-11-27", latest_time="11:30"))
    assert "On weekdays from 09:00 to 11:30 (Brussels)." in shown
    assert "At most 6 a minute." in shown
    assert "Until Friday at 11:30 (Brussels); after that it asks before anything more leaves." in shown
    assert "about 25 Nov, 09:00" in shown


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"when": ""}, "Choose when it leaves."),
        ({"hours_from": "", "hours_to": ""}, "Choose the time until which it leaves."),
        ({"hours_from": ""}, "Choose the time from which it leaves."),
        ({"hours_to": ""}, "Choose the time until which it leaves."),
        ({"hours_to": "09:00"}, "Choose another time than “from”."),
        ({"hours_from": "25:00"}, "Enter a valid time."),
        ({"weekdays": []}, "Choose at least one day."),
        ({"weekdays": ["8"]}, "8 is not one of the available choices."),
        ({"zone": "Europe/Atlantis"}, "Europe/Atlantis is not one of the available choices."),
        ({"window_pace": "7"}, "7 is not one of the available choices."),
        ({"first_day": "2026-11-23"}, "That day has passed."),
        ({"latest_day": "2026-11-27"}, "Choose the time of the latest day, or leave both empty."),
        ({"latest_time": "11:30"}, "Choose the day of the latest time, or leave both empty."),
        (
            {"latest_day": "2026-11-24", "latest_time": "20:00"},
            "The first letter leaves on Wednesday 25 November, 09:00. Choose a later time.",
        ),
        ({"first_day": "9999-12-31"}, "Choose a day within two years."),
        ({"latest_day": "9999-12-31", "latest_time": "23:59"}, "Choose a day within two years."),
        ({"when": "later", "day": "0001-01-01", "time": "00:00"}, "That time has passed. Choose a later one."),
        ({"when": "later", "day": "", "time": "09:00"}, "Choose a day."),
        ({"when": "later", "day": "2026-11-23", "time": "09:00"}, "That time has passed."),
    ],
)
def test_what_is_missing_or_wrong_gets_a_sentence(send, approved, fields, sentence):
    refused = send(**fields)
    assert refused.status_code == 422
    assert sentence in page(refused)
    assert Mailing.objects.get(pk=approved.pk).status == "approved"


def test_a_pace_that_cannot_be_done_by_the_latest_time_is_refused(send, approved):
    Mailing.objects.filter(pk=approved.pk).update(recipients=2000)
    refused = page(send(latest_day="2026-11-26", latest_time="11:30"))
    assert "At this pace the last letter leaves about Friday 27 November, 09:" in refused
    assert send(latest_day="2026-11-27", latest_time="11:30").status_code == 302


def test_nonsense_in_a_choice_that_was_not_taken_does_no_harm(send, approved):
    assert send(when="now", hours_from="soon", weekdays=["x"], day="never").status_code == 302
    assert Mailing.objects.get(pk=approved.pk).hours_from is None


def test_the_pages_of_step_five_cost_few_queries(approved, sign_in, officer, send, django_assert_max_num_queries):
    client = sign_in(officer)
    with django_assert_max_num_queries(12):
        client.get(reverse("mailing:letter_send", args=[approved.reference]))
    with django_assert_max_num_queries(12):
        client.post(reverse("mailing:letter_send", args=[approved.reference]), {**WINDOW, "hours_to": "09:00"})
    send(latest_day="2026-11-27", latest_time="11:30")
    with django_assert_max_num_queries(12):
        client.get(reverse("mailing:letter_sent", args=[approved.reference]))


def test_a_viewer_chooses_nothing(approved, sign_in, viewer):
    address = reverse("mailing:letter_send", args=[approved.reference])
    assert sign_in(viewer).post(address, WINDOW).status_code == 403


def test_outside_its_hours_the_report_says_when_it_goes_on(underway, sign_in, officer):
    with time_machine.travel(TUESDAY, tick=False):
        hours = {"hours_from": "09:00", "hours_to": "11:30", "weekdays": "1", "hours_zone": "Europe/Brussels"}
        Mailing.objects.filter(pk=underway.pk).update(**hours, last_activity_at=TUESDAY - timedelta(hours=2))
        client = sign_in(officer)
        client.force_login(officer)
        shown = progress(client, underway)
    assert "Waiting for its hours: goes on Monday at 09:00 (Brussels)." in shown
    assert "On Mon from 09:00 to 11:30 (Brussels)." in shown
    assert "Nothing has moved" not in shown


def test_when_its_hours_have_just_begun_nobody_is_silent_yet(underway, sign_in, officer):
    begins = datetime(2026, 11, 24, 9, 0, 20, tzinfo=BRUSSELS)
    hours = {"hours_from": "09:00", "hours_to": "11:30", "weekdays": "2", "hours_zone": "Europe/Brussels"}
    Mailing.objects.filter(pk=underway.pk).update(**hours, last_activity_at=begins - timedelta(days=7))
    client = sign_in(officer)
    for seconds, is_silent in ((0, False), (60, True)):
        with time_machine.travel(begins + timedelta(seconds=seconds), tick=False):
            client.force_login(officer)
            assert ("Nothing has moved" in progress(client, underway)) is is_silent


def test_who_waits_for_its_turn_at_a_slow_pace_is_not_silent(underway, sign_in, officer):
    now = timezone.now()
    Mailing.objects.filter(pk=underway.pk).update(pace_per_minute=1, last_activity_at=now - timedelta(seconds=90))
    client = sign_in(officer)
    shown = progress(client, underway)
    assert "Nothing has moved" not in shown
    assert "At most 1 a minute." in shown
    Mailing.objects.filter(pk=underway.pk).update(last_activity_at=now - timedelta(seconds=130))
    assert "Nothing has moved" in progress(client, underway)
    underway.chunks.update(not_before=now + timedelta(seconds=20))
    assert "Nothing has moved" not in progress(client, underway)


def slowed(domain, per_minute=30, minutes=7, key="domain"):
    until = timezone.now() + timedelta(minutes=minutes)
    Throttle.objects.create(key=f"{key}:{domain}", slowed_per_minute=per_minute, slowed_until=until)
    return f"{timezone.localtime(until):%H:%M}"


def test_the_report_names_the_domain_that_slows_us_down(underway, sign_in, officer):
    row = underway.deliveries.first()
    domain = row.email_key.rpartition("@")[2]
    until = slowed(domain)
    slowed("elsewhere.example")
    client = sign_in(officer)
    assert "asked us to slow down" not in progress(client, underway)
    again = timezone.now() + timedelta(seconds=9)
    Delivery.objects.filter(pk=row.pk).update(next_attempt_at=again, error_kind="throttled")
    shown = progress(client, underway)
    assert f"{domain} asked us to slow down: at most 30 a minute until {until}." in shown
    assert "elsewhere.example" not in shown


def test_the_report_tells_when_our_own_server_slows_us_down(underway, sign_in, officer):
    Sender.objects.update(pace_per_minute=60)
    Throttle.objects.create(
        key=f"sender:{underway.sender_id}",
        per_minute=60,
        slowed_per_minute=7.5,
        slowed_until=timezone.now() + timedelta(minutes=5),
    )
    underway.deliveries.update(next_attempt_at=timezone.now() + timedelta(seconds=9))
    shown = progress(sign_in(officer), underway)
    assert "Our mail server asked us to slow down: at most 7.5 a minute until" in shown
    assert "At most 60 a minute, the pace of its sender." in shown


def test_a_slow_down_that_is_over_is_not_told(underway, sign_in, officer):
    slowed(underway.deliveries.first().email_key.rpartition("@")[2], minutes=-25)
    underway.deliveries.update(next_attempt_at=timezone.now())
    assert "slow down" not in progress(sign_in(officer), underway)


def test_a_poll_asks_one_question_more_while_letters_are_delayed_and_two_while_one_domain_is_slow(
    underway, sign_in, officer
):
    client = sign_in(officer)
    address = reverse("mailing:letter_progress", args=[underway.reference])

    def queries():
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    calm = queries()
    assert calm <= 2 + 3
    underway.deliveries.update(next_attempt_at=timezone.now() + timedelta(minutes=15))
    assert queries() == calm + 1
    slowed(underway.deliveries.first().email_key.rpartition("@")[2])
    assert queries() == calm + 2
