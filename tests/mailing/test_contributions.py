"""What letters add to home, search, statements, people and segments."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from advocacy.models import Statement
from contacts.models import Mandate, Segment
from mailing import contributions, lifecycle
from mailing.models import AudienceRule, Delivery, DeliveryChunk, Mailing
from tests.factories import MailingFactory, StatementFactory
from transport.models import SystemMail

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(letter, member, officer, approver):
    member()
    return lifecycle.submit(letter, actor=officer, approver=approver)


@pytest.fixture
def underway(waiting, officer, approver):
    waiting.refresh_from_db()
    lifecycle.approve(waiting, actor=approver, digest=waiting.review_digest)
    lifecycle.schedule(waiting, actor=officer)
    Mailing.objects.update(scheduled_at=timezone.now() - timedelta(seconds=1))
    lifecycle.start_due()
    return Mailing.objects.get(pk=waiting.pk)


def actions(user):
    return [(task.action, task.reference) for task in contributions.tasks(user)]


def test_a_letter_waits_for_whoever_may_approve_it_and_not_for_its_author(waiting, officer, approver, viewer):
    assert actions(approver) == [("Read and decide", waiting.reference)]
    assert next(iter(contributions.tasks(approver))).primary is True
    assert actions(officer) == []
    assert actions(viewer) == []


def test_an_approved_letter_waits_to_be_sent(waiting, officer, approver):
    waiting.refresh_from_db()
    lifecycle.approve(waiting, actor=approver, digest=waiting.review_digest)
    assert actions(officer) == [("Send", waiting.reference)]


def test_a_pause_and_an_unknown_outcome_need_somebody(underway, officer):
    assert actions(officer) == []
    Delivery.objects.update(status="uncertain", error_kind="outcome_unknown")
    assert actions(officer) == [("Settle", underway.reference)]
    lifecycle.pause(underway, None, "The mail server refuses our sign-in.")
    tasks = {task.action: task.detail for task in contributions.tasks(officer)}
    assert tasks["Look"] == "The mail server refuses our sign-in."
    assert tasks["Settle"] == "1 letter may or may not have arrived"


def test_strangers_get_nothing(underway, stranger):
    assert list(contributions.tasks(stranger)) == []
    assert list(contributions.outgoing(stranger)) == []
    assert list(contributions.search(stranger, underway.reference)) == []
    assert list(contributions.tiles(stranger)) == []


def test_going_out_shows_how_far_it_is(underway, officer):
    row = next(iter(contributions.outgoing(officer)))
    assert (row.reference, row.done, row.total, row.state) == (underway.reference, 0, 1, "Sending")
    Delivery.objects.update(status="sent", sent_at=timezone.now())
    assert next(iter(contributions.outgoing(officer))).done == 1


def test_drafts_are_ones_own(letter, officer, administrator):
    assert [draft.title for draft in contributions.drafts(officer)] == [letter.title]
    assert list(contributions.drafts(administrator)) == []


def test_the_tile_counts_accepted_letters_of_this_year(underway, officer):
    assert list(contributions.tiles(officer)) == []
    Delivery.objects.update(status="sent", sent_at=timezone.now())
    tile = next(iter(contributions.tiles(officer)))
    assert (tile.value, tile.note) == ("1", "in 1 mailing")


def test_letters_are_found_by_reference_and_title(letter, officer):
    MailingFactory(title="Something else")
    assert [hit.title for hit in contributions.search(officer, "compensation vote")] == [letter.title]
    assert [hit.title for hit in contributions.search(officer, letter.reference)] == [letter.title]


def test_a_statement_tells_to_how_many_it_was_sent(underway, approver):
    statement = StatementFactory(status=Statement.Status.APPROVED, approved_by=approver, approved_at=timezone.now())
    Mailing.objects.update(statement=statement)
    assert list(contributions.sent_to(statement)) == []
    Delivery.objects.update(status="sent", sent_at=timezone.now())
    told = list(contributions.sent_to(statement))
    assert [entry.sentence for entry in told] == ["Sent to 1 MEP"]
    Mandate.objects.update(ended_on=told[0].at.date() - timedelta(days=1))
    assert [entry.sentence for entry in contributions.sent_to(statement)] == ["Sent to 1 person"]
    Mailing.objects.update(started_at=None)
    assert list(contributions.sent_to(statement)) == []


def test_a_person_s_page_lists_the_letters_to_them(underway):
    person = Delivery.objects.get().contact
    entry = next(iter(contributions.timeline(person)))
    assert (entry.reference, entry.detail) == (underway.reference, "Waiting")


def test_a_segment_names_the_letters_built_on_it(letter):
    segment = Segment.objects.create(name="France", criteria={"country": ["FR"]})
    AudienceRule.objects.create(mailing=letter, segment=segment)
    assert [use.reference for use in contributions.segment_uses(segment)] == [letter.reference]


def test_people_are_told_by_mail_what_was_decided_and_how_it_ended(underway, officer, approver):
    lifecycle.pause(underway, None, "The mail server refuses our sign-in.")
    lifecycle.resume(underway, actor=officer)
    Delivery.objects.update(status="sent", sent_at=timezone.now())
    DeliveryChunk.objects.update(state="done", cursor=F("hi"))
    lifecycle.finish_if_done(underway.pk)
    told = list(SystemMail.objects.order_by("pk").values_list("purpose", "to"))
    assert told == [
        ("approval-asked", approver.email),
        ("approved", officer.email),
        ("sending-stopped", officer.email),
        ("sending-done", officer.email),
    ]
    done = SystemMail.objects.get(purpose="sending-done").context
    assert (done["recipients"], done["accepted"], done["not_sent"], done["not_known"]) == (1, 1, 0, 0)


def test_a_person_s_own_pause_is_not_mailed(underway, officer):
    lifecycle.pause(underway, officer, "Lunch.")
    assert not SystemMail.objects.filter(purpose="sending-stopped").exists()


def test_asked_changes_are_mailed_with_the_comment(waiting, officer, approver):
    lifecycle.ask_changes(waiting, actor=approver, note="Ask 5 is missing.")
    mail = SystemMail.objects.get(purpose="changes-asked")
    assert (mail.to, mail.context["note"]) == (officer.email, "Ask 5 is missing.")
