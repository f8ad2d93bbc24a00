"""The Parliament's weeks are kept by colleagues and shown when somebody chooses when a letter leaves."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import AuditEvent
from mailing import parliament
from mailing.models import Mailing, ParliamentWeek

pytestmark = pytest.mark.django_db
# An invented calendar: nothing of the kind is shipped.
CALENDAR = "Week,Kind,Note\n2026-11-24,Committees,\n2026-12-02,plenary,A vote\n2026-12-21,recess,\n2026-12-28,recess,\n"
TUESDAY = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def page(response):
    return response.content.decode()


def file(text, name="calendar.csv"):
    return {"file": SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode(), "text/csv")}


@pytest.fixture
def calendar(officer):
    assert parliament.import_calendar(CALENDAR, actor=officer) == (4, 0)


@pytest.fixture
def on_tuesday(approved, sign_in, officer):
    """A signed-in officer's look at step five, and their answer, on that Tuesday."""
    client = sign_in(officer)
    url = reverse("mailing:letter_send", args=[approved.reference])

    def ask(data=None):
        with time_machine.travel(TUESDAY, tick=False):
            client.force_login(officer)
            return client.get(url) if data is None else client.post(url, data)

    return ask


def test_a_week_is_kept_by_its_monday(calendar):
    assert parliament.kind_on(date(2026, 12, 6)) == "plenary"
    assert parliament.kind_on(date(2026, 12, 7)) == ""
    assert parliament.is_recess(date(2027, 1, 3))
    assert not parliament.is_recess(date(2027, 1, 4))
    assert ParliamentWeek.objects.get(kind="plenary").monday == date(2026, 11, 30)


def test_days_of_recess_are_counted_within_the_limits_asked_for(calendar, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = parliament.recess_days(date(2026, 12, 24), date(2027, 2, 1))
    assert (min(found), max(found), len(found)) == (date(2026, 12, 24), date(2027, 1, 3), 11)


def test_a_recess_of_several_weeks_is_one(calendar):
    recess = parliament.next_recess(ParliamentWeek.objects.all())
    assert (recess.first, recess.last) == (date(2026, 12, 21), date(2027, 1, 3))
    assert parliament.next_recess([]) is None


def test_a_second_file_replaces_what_it_names(calendar, officer):
    assert parliament.import_calendar("week;kind\n2026-12-21;groups\n2027-01-04;mini\n", actor=officer) == (1, 1)
    assert parliament.kind_on(date(2026, 12, 21)) == "groups"
    assert AuditEvent.objects.filter(sentence__startswith="brought in the Parliament's calendar").count() == 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The submitted file is empty."),
        ("a,b\n1,2\n", "needs the columns week and kind"),
        ("week,kind\n", "There is no week in it."),
        ("week,kind\n21.12.2026,recess\n", "Line 2: “21.12.2026” is no day."),
        ("week,kind\n2026-12-21,holiday\n", "Line 2: “holiday” is no kind of week."),
        ("week,kind\n2026-12-21,recess\n2026-12-23,recess\n", "Line 3: this week stands there twice."),
        ("week,kind\n9999-12-31,recess\n2026-12-21\n", "Line 3: “” is no kind of week."),
        (b"\xff\xfe\x00week", "no UTF-8 text"),
        (b"x" * 300_000, "larger than 200 KB"),
        ("week,kind\n" + "2026-12-21,recess\n" * 700, "twice"),
    ],
)
def test_a_file_with_a_mistake_changes_nothing_and_says_where(sign_in, officer, text, sentence):
    refused = sign_in(officer).post(reverse("mailing:week_import"), file(text))
    assert refused.status_code == 422
    assert sentence in page(refused)
    assert not ParliamentWeek.objects.exists()


def test_the_calendar_is_brought_in_set_and_taken_out_on_its_page(sign_in, officer):
    client = sign_in(officer)
    empty = page(client.get(reverse("mailing:week_list")))
    assert "No week is known." in empty
    assert "4 weeks are new, 0 changed." in page(
        client.post(reverse("mailing:week_import"), file("\ufeff" + CALENDAR), follow=True)
    )
    client.post(reverse("mailing:week_save"), {"day": "2026-12-10", "kind": "constituency", "note": "Elections"})
    week = ParliamentWeek.objects.get(monday=date(2026, 12, 7))
    assert (week.kind, week.note) == ("constituency", "Elections")
    client.post(reverse("mailing:week_remove", args=[week.pk]))
    assert not ParliamentWeek.objects.filter(pk=week.pk).exists()
    assert client.post(reverse("mailing:week_remove", args=[week.pk])).status_code == 404
    assert client.post(reverse("mailing:week_save"), {"day": "soon", "kind": "x"}).status_code == 422


def test_a_viewer_reads_the_calendar_and_changes_nothing(calendar, sign_in, viewer):
    client = sign_in(viewer)
    assert client.get(reverse("mailing:week_list")).status_code == 200
    for name in ("week_save", "week_import"):
        assert client.post(reverse(f"mailing:{name}")).status_code == 403


def test_step_five_shows_the_weeks_and_the_recess(calendar, on_tuesday):
    shown = page(on_tuesday())
    assert "Session in Strasbourg, A vote" in shown
    assert "The Parliament’s recess lasts from Monday 21 December to Sunday 3 January." in shown


def test_nothing_leaves_in_a_recess_unless_it_is_meant(calendar, on_tuesday):
    late = {"when": "later", "day": "2026-12-22", "time": "09:00"}
    refused = on_tuesday(late)
    assert refused.status_code == 422
    assert "The first letter would leave in a recess of the Parliament." in page(refused)
    assert Mailing.objects.get().status == "approved"
    on_tuesday(late | {"in_recess": "on"})
    assert Mailing.objects.get().status == "scheduled"


def test_a_recess_far_ahead_is_asked_about_too(on_tuesday):
    ParliamentWeek.objects.create(monday=date(2027, 7, 26), kind="recess")
    late = {"when": "later", "day": "2027-07-28", "time": "09:00"}
    refused = on_tuesday(late)
    assert refused.status_code == 422
    assert 'name="in_recess"' in page(refused)
    on_tuesday(late | {"in_recess": "on"})
    assert Mailing.objects.get().status == "scheduled"


def test_without_a_calendar_step_five_says_so_and_works(on_tuesday):
    assert "The Parliament’s weeks are not known here." in page(on_tuesday())
    on_tuesday({"when": "now"})
    assert Mailing.objects.get().status == "scheduled"
