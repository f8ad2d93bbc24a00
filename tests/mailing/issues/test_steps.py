"""The steps of an issue: what each page asks of the database, and what its buttons do."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.models import Segment
from mailing import lifecycle, recounting
from mailing.models import AudienceRule, Mailing

pytestmark = pytest.mark.django_db


def address(name, mailing):
    return reverse(f"mailing:{name}", args=[mailing.reference])


@pytest.fixture
def audience_page(sign_in, officer, reviewed):
    client = sign_in(officer)
    return lambda **data: client.post(address("letter_audience", reviewed), data)


def test_the_people_of_a_saved_audience_are_left_out_and_taken_back(audience_page, reviewed, readers, officer):
    readers(2, country="FR")
    readers(1, country="IE")
    segment = Segment.objects.create(name="In France", criteria={"country": ["FR"]}, owner=reviewed.owner)
    audience_page(segment=segment.pk)
    rule = AudienceRule.objects.get(mailing=reviewed, segment=segment)
    assert rule.effect == "exclude"
    audience_page(segment="", drop=f"segment:{segment.pk}")
    assert not AudienceRule.objects.filter(mailing=reviewed, segment=segment).exists()


def test_the_list_itself_cannot_be_taken_out(audience_page, reviewed):
    audience_page(segment="", drop=f"list:{reviewed.contact_list_id}")
    assert AudienceRule.objects.filter(mailing=reviewed, contact_list=reviewed.contact_list_id).exists()


@pytest.mark.parametrize("wrong", ["99999", "x", "-1", "9" * 40])
def test_a_saved_audience_that_is_not_there_gets_a_sentence(audience_page, wrong):
    assert audience_page(segment=wrong).status_code == 422


def test_the_text_of_an_issue_is_written_in_its_own_editor(sign_in, officer, reviewed):
    answer = sign_in(officer).get(address("letter_write", reviewed), {"lang": "fr"})
    assert answer.status_code == 302
    assert answer.url == reverse("newsletters:issue_write", args=[reviewed.reference]) + "?lang=fr"


def test_back_to_draft_when_it_asks(sign_in, officer, due, readers):
    readers(5)
    recounting.begin(due.pk)
    sign_in(officer).post(address("letter_withdraw", due))
    assert Mailing.objects.get(pk=due.pk).status == "draft"


def test_sending_to_those_there_are_now_when_it_asks(sign_in, officer, due, readers):
    readers(5)
    recounting.begin(due.pk)
    answer = sign_in(officer).post(address("letter_send", due), {"when": "now", "in_recess": "on"})
    assert answer.status_code == 302
    assert Mailing.objects.get(pk=due.pk).status == "scheduled"


@pytest.fixture(params=[10, 300])
def many(request, reviewed, readers, monthly):
    law, work = monthly.topics.order_by("position")
    readers(request.param - 2, topics=[law])
    readers(1, topics=[law, work], language="fr")
    readers(1)
    return reviewed


def queries_of(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


@pytest.mark.parametrize("name", ["letter_audience", "letter_check", "letter_approve", "letter_people"])
def test_a_page_before_the_approval_asks_little(sign_in, officer, many, name):
    assert queries_of(sign_in(officer), address(name, many)) <= MOST[name]


@pytest.mark.parametrize("name", ["letter_send", "letter_sent", "letter_report"])
def test_a_page_after_the_approval_asks_little(sign_in, officer, approver, many, name):
    row = lifecycle.submit(many, actor=officer, approver=approver)
    row = lifecycle.approve(row, actor=approver, digest=row.review_digest)
    if name != "letter_send":
        lifecycle.schedule(row, actor=officer)
    if name == "letter_report":
        Mailing.objects.filter(pk=row.pk).update(scheduled_at=row.created_at)
        assert recounting.begin(row.pk)
    assert queries_of(sign_in(officer), address(name, many)) <= MOST[name]


# However many readers. The check and the approval make whole messages, each of which reads the issue's blocks anew.
MOST = {
    **dict.fromkeys(["letter_audience", "letter_people", "letter_send", "letter_sent"], 12),
    "letter_report": 16,
    "letter_check": 24,
    "letter_approve": 44,
}
