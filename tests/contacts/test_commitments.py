"""What somebody promised comes back on its day, to whoever wrote it down, until it is done."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from contacts import commitments
from contacts.models import Interaction
from tests.factories import ContactFactory, UserFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 30)


@pytest.fixture(autouse=True)
def on_a_monday(time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 30, 9, 0, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def ana():
    return ContactFactory(given_name="Ana", family_name="Horvat")


def promise(person, by, due=TODAY, **fields):
    given = {"kind": "commitment", "at": timezone.now(), "note": "Will table it."} | fields
    return Interaction.objects.create(contact=person, by=by, due_on=due, **given)


def home(client, user) -> str:
    client.force_login(user)
    return client.get(reverse("desk:home")).content.decode()


def test_a_promise_with_a_day_is_written_down_and_stands_in_the_timeline(client, ana, officer):
    client.force_login(officer)
    url = reverse("contacts:interaction_create", args=[ana.public_id])
    assert 'value="commitment"' in client.get(url, {"kind": "commitment"}).content.decode().split("checked")[0]
    data = {"kind": "commitment", "at": "2026-11-23T10:00", "note": "Will table it.", "due_on": "2026-12-09"}
    assert client.post(url, data).status_code == 302
    assert Interaction.objects.get().due_on == dt.date(2026, 12, 9)
    page = client.get(reverse("contacts:person_detail", args=[ana.public_id])).content.decode()
    assert "Comes back on 9 Dec 2026." in page


def test_a_day_that_is_none_is_told(client, ana, officer):
    client.force_login(officer)
    url = reverse("contacts:interaction_create", args=[ana.public_id])
    answer = client.post(url, {"kind": "commitment", "at": "2026-11-23T10:00", "due_on": "soon"})
    assert answer.status_code == 422
    assert "This is not a day." in answer.content.decode()


def test_it_stands_on_the_first_page_from_its_day_on(client, ana, officer):
    promise(ana, officer, TODAY + dt.timedelta(days=1), note="Tomorrow’s")
    promise(ana, officer, TODAY - dt.timedelta(days=3), note="Overdue")
    promise(ana, officer, note="Due now")
    page = home(client, officer)
    assert "Overdue" in page
    assert "Due now" in page
    assert "Tomorrow’s" not in page


def test_only_who_wrote_it_is_reminded(client, ana, officer, approver, viewer):
    promise(ana, officer)
    assert "Will table it." in home(client, officer)
    for other in (approver, viewer):
        assert "Will table it." not in home(client, other)


def test_what_a_colleague_left_behind_comes_to_the_administrators(client, ana, administrator):
    promise(ana, UserFactory(is_active=False))
    assert "Will table it." in home(client, administrator)


def test_done_it_does_not_come_back_until_somebody_says_otherwise(client, ana, officer):
    entry = promise(ana, officer)
    client.force_login(officer)
    url = reverse("contacts:interaction_done", args=[entry.pk])
    for _time in range(2):
        assert client.post(url).status_code == 302
    assert "Will table it." not in home(client, officer)
    client.post(url, {"undo": "1"})
    assert "Will table it." in home(client, officer)
    told = list(AuditEvent.objects.order_by("id").values_list("sentence", flat=True))
    assert told == [
        "came back to a recorded commitment with a contact",
        "left open a recorded commitment with a contact",
    ]


def test_a_colleague_cannot_tick_off_anothers(client, ana, officer, approver):
    entry = promise(ana, officer)
    client.force_login(approver)
    assert client.post(reverse("contacts:interaction_done", args=[entry.pk])).status_code == 403
    entry.refresh_from_db()
    assert entry.done_at is None


def test_thrown_away_or_of_somebody_erased_it_does_not_come_back(client, ana, officer):
    promise(ana, officer, deleted_at=timezone.now())
    gone = ContactFactory(erased_at=timezone.now(), email="", given_name="", family_name="")
    promise(gone, officer)
    assert list(commitments.due(officer)) == []


def test_the_rows_cost_one_query_however_many(ana, officer, django_assert_num_queries):
    for _number in range(5):
        promise(ana, officer)
    with django_assert_num_queries(1):
        assert len(list(commitments.due(officer))) == 5
