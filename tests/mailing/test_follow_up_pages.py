"""The pages of follow-ups: the first page, the report, the draft, the holidays; and what they cost."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from mailing import follow_ups
from mailing.dispatch import sending
from mailing.models import Holiday, Mailing
from tests.letters import letter_being_sent
from tests.mailing.test_follow_ups import answer, calm, first  # noqa: F401 - fixtures
from tests.mailing.transports import FakeTransport

pytestmark = pytest.mark.django_db


def test_the_home_page_says_who_has_not_replied_until_somebody_follows_up(first, client, officer):  # noqa: F811 - fixture
    client.force_login(officer)
    answer(first.deliveries.first())
    home, page = reverse("desk:home"), reverse("mailing:letter_followup", args=[first.reference])
    shown = client.get(home).content.decode()
    assert "4 have not replied" in shown
    assert page in shown

    assert client.post(page).status_code == 302

    assert "have not replied" not in client.get(home).content.decode()


def test_it_is_not_due_before_its_working_days_are_over(first, client, officer):  # noqa: F811 - fixture
    client.force_login(officer)
    Mailing.objects.filter(pk=first.pk).update(finished_at=timezone.now() - dt.timedelta(days=11))
    assert "have not replied" not in client.get(reverse("desk:home")).content.decode()
    page = client.get(reverse("mailing:letter_followup", args=[first.reference])).content.decode()
    assert "It is early" in page


def test_who_says_that_none_is_needed_is_not_reminded(first, client, officer):  # noqa: F811 - fixture
    client.force_login(officer)
    url = reverse("mailing:letter_followup_decline", args=[first.reference])
    client.post(url)
    assert "have not replied" not in client.get(reverse("desk:home")).content.decode()
    client.post(url, {"undo": "1"})
    assert "have not replied" in client.get(reverse("desk:home")).content.decode()


def test_the_page_drafts_one_and_asks_before_a_second(first, client, officer):  # noqa: F811 - fixture
    client.force_login(officer)
    url = reverse("mailing:letter_followup", args=[first.reference])
    assert "Draft a follow-up to 5 people" in client.get(url).content.decode()
    made = client.post(url)
    draft = Mailing.objects.get(follows=first)
    assert made.url == reverse("mailing:letter_write", args=[draft.reference])

    refused = client.post(url)
    assert refused.status_code == 409
    assert draft.reference in refused.content.decode()
    assert client.post(url, {"second": "1"}).status_code == 302
    assert Mailing.objects.filter(follows=first).count() == 2


def test_the_report_shows_who_has_not_replied(first, client, officer):  # noqa: F811 - fixture
    client.force_login(officer)
    page = client.get(reverse("mailing:letter_report", args=[first.reference])).content.decode()
    assert "5 have not replied" in page
    assert reverse("mailing:letter_followup", args=[first.reference]) in page


def test_nobody_left_to_ask_is_said(first, client, officer):  # noqa: F811 - fixture
    client.force_login(officer)
    for delivery in first.deliveries.all():
        answer(delivery)
    url = reverse("mailing:letter_followup", args=[first.reference])
    assert "Nobody is left to ask" in client.get(url).content.decode()
    assert client.post(url).status_code == 409
    assert not Mailing.objects.filter(follows=first).exists()


def test_holidays_are_kept_by_colleagues(client, officer):
    client.force_login(officer)
    url = reverse("mailing:holiday_list")
    assert "No day yet." in client.get(url).content.decode()
    assert client.post(url, {"day": "2026-12-25", "name": "Christmas Day"}).status_code == 302
    assert "Christmas Day" in client.get(url).content.decode()
    twice = client.post(url, {"day": "2026-12-25", "name": "Again"})
    assert twice.status_code == 422
    assert "stands in the list already" in twice.content.decode()
    client.post(reverse("mailing:holiday_remove", args=[Holiday.objects.get().pk]))
    assert not Holiday.objects.exists()


@pytest.mark.parametrize("name", ["letter_report", "letter_followup"])
def test_the_pages_cost_the_same_for_five_people_and_for_forty(name, first, client, officer):  # noqa: F811 - fixture
    client.force_login(officer)
    other = letter_being_sent(40, author=officer)
    sending.run(other.pk, open_with=FakeTransport())
    found = []
    for mailing in (first, other):
        follow_ups.draft(mailing, actor=officer)
        url = reverse(f"mailing:{name}", args=[mailing.reference])
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        found.append(len(captured))
    assert found[0] == found[1]
    assert found[0] <= 12, "\n".join(query["sql"][:150] for query in captured)


def test_the_home_page_costs_no_more_with_many_letters_to_follow_up(
    first,  # noqa: F811 - fixture
    client,
    officer,
    django_assert_max_num_queries,
):
    client.force_login(officer)
    for number in range(4):
        other = letter_being_sent(2, author=officer)
        sending.run(other.pk, open_with=FakeTransport())
        ended = timezone.now() - dt.timedelta(days=30 + number)
        Mailing.objects.filter(pk=other.pk).update(finished_at=ended)
    with django_assert_max_num_queries(12):
        page = client.get(reverse("desk:home")).content.decode()
    assert page.count("Draft a follow-up") == 5
