"""The steps of an issue: what the buttons of each page do."""

import pytest
from django.urls import reverse

from contacts.models import Segment
from mailing import recounting
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
