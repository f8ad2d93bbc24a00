"""Colleagues who sort and answer at once, and workers who send at once, on real connections and to a real server."""

import email
import email.policy
from uuid import uuid4

import pytest

from accounts.models import AuditEvent
from advocacy.models import Campaign, CampaignText, Position
from mailing import answering, bell, replies
from mailing.models import Answer, Mailing, Reply
from tests.mailing.coming_back import accepted_letter, comes_back
from tests.mailing.test_dispatch_races import at_once
from tests.transport.conftest import next_hop  # noqa: F401 - fixture

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def calm(monkeypatch):
    monkeypatch.setattr(bell, "ring_answers", lambda: None)


@pytest.fixture
def reply():
    """An answer to a letter of a campaign, matched by its number."""
    campaign = Campaign.objects.create(slug="compensation", starts_on="2026-01-01")
    CampaignText.objects.create(campaign=campaign, language="en", title="Compensation")
    delivery = accepted_letter()
    Mailing.objects.filter(pk=delivery.mailing_id).update(campaign=campaign)
    comes_back("reply-plain", delivery)
    return Reply.objects.get()


def test_of_two_who_sort_at_once_one_is_told_what_the_other_chose(reply, officer, approver):
    kinds = {"supports": officer, "opposes": approver}
    given = at_once(
        *[lambda kind=kind, who=who: replies.sort(reply, kind, actor=who, seen="") for kind, who in kinds.items()]
    )

    row = Reply.objects.get()
    refused = [one for one in given if isinstance(one, replies.ReplyError)]
    assert len(refused) == 1
    assert kinds[row.sort].name in str(refused[0])
    assert Position.objects.filter(is_current=True).count() == 1
    assert Position.objects.get().stance == {"supports": "supportive", "opposes": "opposed"}[row.sort]
    assert AuditEvent.objects.filter(sentence__startswith="sorted an answer").count() == 1


def test_sorting_and_undoing_at_once_leave_no_half_of_either(reply, officer, approver):
    replies.sort(reply, "supports", actor=officer)
    at_once(lambda: replies.undo(reply, actor=officer), lambda: replies.sort(reply, "opposes", actor=approver))

    row = Reply.objects.get()
    assert row.sort in ("", "opposes")
    current = list(Position.objects.filter(is_current=True).values_list("stance", flat=True))
    assert current == (["opposed"] if row.sort else [])


def test_one_form_sent_twice_at_once_is_one_answer(reply, officer):
    token = uuid4()
    write = [lambda: answering.answer(reply, "Thank you.", actor=officer, token=token)] * 4
    given = at_once(*write)

    assert {one.pk for one in given} == {Answer.objects.get().pk}
    assert AuditEvent.objects.filter(sentence__startswith="answered somebody").count() == 1


def test_four_workers_send_each_answer_once(reply, officer, next_hop):  # noqa: F811 - fixture
    for number in range(3):
        answering.answer(reply, f"Thank you, {number}.", actor=officer, token=uuid4())
    given = at_once(*[answering.send_due] * 4)

    assert sum(given) == 3
    sent = [email.message_from_bytes(caught.data, policy=email.policy.default) for caught in next_hop.messages]
    assert len({message["Message-ID"] for message in sent}) == len(sent) == 3
    assert {caught.rcpt_to for caught in next_hop.messages} == {reply.from_email}
    assert set(Answer.objects.values_list("status", flat=True)) == {"sent"}
