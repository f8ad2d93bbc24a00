"""The calendar: days that come back every year, the desk's hints, and the file that calendar programs read."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from advocacy import icalendar
from advocacy.days import coming, hints, next_date
from advocacy.icalendar import Occasion
from advocacy.models import CalendarDay
from tests.advocacy import ics_reader
from tests.advocacy.campaign_makers import make_campaign, make_event
from tests.factories import ContactFactory

MOMENT = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
DAY = {"name": "Day of the harbour", "month": "5", "day": "17", "remind_days": "30", "is_public": "on"}


def at(name, *args):
    return reverse(f"advocacy:{name}", args=args)


def written(*occasions, language="en"):
    return icalendar.write(occasions, name="Platform", language=language).encode()


def test_the_days_of_the_field_are_there_from_the_beginning(db):
    dates = set(CalendarDay.objects.values_list("month", "day"))
    assert dates >= {(10, 18), (11, 25), (12, 2), (12, 10), (12, 17)}
    assert CalendarDay.objects.get(month=10, day=18).name_in("fr").startswith("Journée européenne")
    assert CalendarDay.objects.get(month=10, day=18).name_in("mt") == "EU Anti-Trafficking Day"


@pytest.mark.parametrize(
    ("month", "day", "after", "date"),
    [
        (10, 18, "2026-09-21", "2026-10-18"),
        (10, 18, "2026-10-18", "2026-10-18"),
        (10, 18, "2026-10-19", "2027-10-18"),
        (2, 29, "2026-01-01", "2028-02-29"),
        (2, 29, "2096-03-01", "2104-02-29"),
    ],
)
def test_a_day_comes_next_on_its_date(month, day, after, date):
    assert next_date(month, day, after=dt.date.fromisoformat(after)) == dt.date.fromisoformat(date)


def test_the_desk_speaks_of_a_day_before_it_comes(officer, viewer, time_machine):
    time_machine.move_to(dt.datetime(2026, 9, 21, 10, tzinfo=dt.UTC))
    (hint,) = hints(officer)
    assert (hint.title, hint.detail) == ("EU Anti-Trafficking Day", "18 October is in 27 days.")
    assert list(hints(viewer)) == []
    time_machine.move_to(dt.datetime(2026, 10, 18, 10, tzinfo=dt.UTC))
    assert [hint.detail for hint in hints(officer)] == ["18 October is today."]
    time_machine.move_to(dt.datetime(2026, 9, 10, 10, tzinfo=dt.UTC))
    assert list(hints(officer)) == []


def test_the_home_page_shows_the_hint(sign_in, officer, time_machine, django_assert_max_num_queries):
    time_machine.move_to(dt.datetime(2026, 9, 21, 10, tzinfo=dt.UTC))
    client = sign_in(officer)
    assert at("day_hints") in client.get(reverse("desk:home")).content.decode()
    with django_assert_max_num_queries(3):
        page = client.get(at("day_hints")).content.decode()
    assert "18 October is in 27 days." in page
    assert "Start a statement" in page


def test_staff_add_change_and_remove_a_day(sign_in, officer):
    client = sign_in(officer)
    client.post(at("day_create"), DAY | {"names": "fr: Jour du port\n\nde: Tag des Hafens"})
    row = CalendarDay.objects.get(slug="day-of-the-harbour")
    assert row.names == {"fr": "Jour du port", "de": "Tag des Hafens"}
    assert "Day of the harbour" in client.get(at("calendar")).content.decode()
    client.post(at("day_edit", row.slug), DAY | {"day": "18", "names": "fr: Jour du port"})
    row.refresh_from_db()
    assert (row.day, row.names) == (18, {"fr": "Jour du port"})
    client.post(at("day_remove", row.slug))
    assert not CalendarDay.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"month": "2", "day": "30"}, "This month has no such day."),
        ({"month": "13"}, "Select a valid choice."),
        ({"day": "0"}, "greater than or equal to 1"),
        ({"names": "zz: Nothing"}, "Line 1 cannot be read."),
        ({"names": "fr Jour"}, "Line 1 cannot be read."),
        ({"remind_days": "9999"}, "less than or equal to 365"),
        ({"source_url": "javascript:alert(1)"}, "Enter a valid URL."),
    ],
)
def test_a_wrong_day_is_refused_with_a_sentence(sign_in, officer, wrong, sentence):
    answer = sign_in(officer).post(at("day_create"), DAY | wrong)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_the_public_file_holds_days_public_campaigns_and_public_events(client, db, settings):
    make_campaign("open", title="Pay; what, is\\due", public=True, ends_on=dt.date(2026, 12, 17))
    make_campaign("closed", title="For colleagues")
    make_event("hearing", days=5, place="Prague, Old Town", is_public=True, ends_at=timezone.now() + dt.timedelta(6))
    make_event("gone", title="Cancelled one", days=7, is_public=True, is_cancelled=True)
    make_event("inner", title="Inner circle", days=7)
    ContactFactory(family_name="Horvat")
    answer = client.get(reverse("calendar_file"))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "public" in answer["Cache-Control"]
    events = {event["UID"][1]: event for event in ics_reader.read(answer.content)}
    titles = {ics_reader.text(event["SUMMARY"][1]) for event in events.values()}
    assert titles >= {
        "EU Anti-Trafficking Day",
        "Pay; what, is\\due begins",
        "Pay; what, is\\due ends",
        "Hearing on wages",
        "Cancelled one",
    }
    assert not any("colleagues" in title or "Inner" in title for title in titles)
    day = next(event for event in events.values() if "Anti-Trafficking" in event["SUMMARY"][1])
    assert day["DTSTART"] == ({"VALUE": "DATE"}, "20241018")
    assert day["DTEND"] == ({"VALUE": "DATE"}, "20241019")
    assert day["RRULE"][1] == "FREQ=YEARLY"
    end = next(event for event in events.values() if event["SUMMARY"][1].endswith("ends"))
    assert end["DTSTART"][1] == "20261217"
    hearing = next(event for event in events.values() if event["SUMMARY"][1] == "Hearing on wages")
    assert ics_reader.text(hearing["LOCATION"][1]) == "Prague, Old Town"
    assert hearing["URL"][1].startswith(settings.SITE_URL)
    assert next(event for event in events.values() if "Cancelled" in event["SUMMARY"][1])["STATUS"][1] == "CANCELLED"


def test_the_file_stays_the_same_until_something_changes(client, db, time_machine):
    first = client.get(reverse("public:calendar", args=["en"]))
    time_machine.move_to(timezone.now() + dt.timedelta(days=2))
    again = client.get(reverse("public:calendar", args=["en"]), headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    CalendarDay.objects.all()[0].save()
    assert client.get(reverse("public:calendar", args=["en"])).content != first.content


def test_each_language_has_its_file(client, db, django_assert_max_num_queries):
    for number in range(20):
        make_campaign(f"campaign-{number}", public=True)
    with django_assert_max_num_queries(6):
        french = ics_reader.read(client.get(reverse("public:calendar", args=["fr"])).content)
    assert any("Journée européenne" in event["SUMMARY"][1] for event in french)
    assert {event["SUMMARY"][0]["LANGUAGE"] for event in french} == {"fr"}
    assert client.get("/zz/calendar.ics").status_code == 404


@given(st.text(max_size=300), st.text(max_size=200))
def test_any_words_come_back_as_they_were(summary, place):
    data = written(Occasion("one@platform.example", summary or "x", dt.date(2026, 5, 1), MOMENT, location=place))
    (event,) = ics_reader.read(data)

    def plain(words):
        lines = words.replace("\r\n", "\n").replace("\r", "\n")
        return "".join(letter for letter in lines if letter in "\n\t" or letter.isprintable() or ord(letter) > 0x9F)

    assert ics_reader.text(event["SUMMARY"][1]) == plain(summary or "x")


def test_moments_are_told_in_the_worlds_time_and_a_long_event_keeps_its_end():
    zone = dt.timezone(dt.timedelta(hours=2))
    start = dt.datetime(2026, 7, 1, 10, tzinfo=zone)
    (event,) = ics_reader.read(written(Occasion("x@y", "Hearing", start, MOMENT, ends=start + dt.timedelta(hours=2))))
    assert (event["DTSTART"][1], event["DTEND"][1]) == ("20260701T080000Z", "20260701T100000Z")
    (event,) = ics_reader.read(written(Occasion("x@y", "Hearing", start, MOMENT, ends=start)))
    assert "DTEND" not in event


def test_an_address_cannot_bring_a_line_of_its_own():
    url = "https://x.example/a\r\nATTENDEE:mailto:x@y.example"
    (event,) = ics_reader.read(written(Occasion("x@y", "Hearing", dt.date(2026, 7, 1), MOMENT, url=url)))
    assert "ATTENDEE" not in event


def test_the_calendar_page_lists_the_next_day_first(sign_in, viewer, django_assert_max_num_queries):
    for number in range(20):
        make_event(f"event-{number}", days=number + 1)
    client = sign_in(viewer)
    with django_assert_max_num_queries(12):
        page = client.get(at("calendar")).content.decode()
    rows = coming(CalendarDay.objects.all())
    places = [page.index(str(row.name).replace("'", "&#x27;")) for row in rows]
    assert places == sorted(places)
    assert "Add a day" not in page
