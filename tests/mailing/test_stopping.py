"""Stopping the rest, finishing, and settling what is not known."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from mailing import lifecycle
from mailing.models import Delivery, DeliveryChunk, Mailing

pytestmark = pytest.mark.django_db


def hand_out(mailing, rows):
    """As the engine does: the window is open and its rows have no result yet."""
    first, last = rows[0], rows[-1]
    DeliveryChunk.objects.filter(mailing=mailing).update(
        window_lo=first.pk, cursor=last.pk, owner="w", lease_until=timezone.now() + timedelta(seconds=30)
    )


def test_stop_the_rest_cancels_what_has_not_left_and_leaves_what_is_in_flight(letter, member, officer, approver, start):
    for _number in range(6):
        member()
    lifecycle.submit(letter, actor=officer, approver=approver)
    letter.refresh_from_db()
    lifecycle.approve(letter, actor=approver, digest=letter.review_digest)
    start(letter)
    rows = list(Delivery.objects.filter(mailing=letter).order_by("pk"))
    Delivery.objects.filter(pk=rows[0].pk).update(status="sent", sent_at=timezone.now())
    Delivery.objects.filter(pk=rows[1].pk).update(next_attempt_at=timezone.now() + timedelta(hours=1))
    hand_out(letter, rows[2:3])
    stopped = lifecycle.stop_the_rest(letter, actor=officer)
    assert stopped.sentence == "2 already left, 4 will not be sent."
    assert letter.status == "cancelled"
    found = {row.pk: row.status for row in Delivery.objects.filter(mailing=letter)}
    assert list(found.values()).count("cancelled") == 4
    assert (found[rows[0].pk], found[rows[2].pk]) == ("sent", "queued")


def test_stopping_before_the_start_cancels_everything(approved, officer):
    lifecycle.schedule(approved, actor=officer)
    assert lifecycle.stop_the_rest(approved, actor=officer).sentence == "0 already left, 2 will not be sent."
    assert Delivery.objects.filter(status="cancelled").count() == 2


def test_a_stopped_mailing_cannot_be_stopped_again(approved, officer):
    lifecycle.stop_the_rest(approved, actor=officer)
    with pytest.raises(lifecycle.LifecycleError, match="nothing left to stop"):
        lifecycle.stop_the_rest(approved, actor=officer)


def test_it_finishes_when_nothing_is_queued_and_not_before(approved, officer, start):
    start(approved)
    assert lifecycle.finish_if_done(approved.pk) is False
    first, second = Delivery.objects.filter(mailing=approved)
    Delivery.objects.filter(pk=first.pk).update(status="sent", sent_at=timezone.now())
    Delivery.objects.filter(pk=second.pk).update(status="uncertain", error_kind="outcome_unknown")
    approved.chunks.update(state="done", cursor=F("hi"))
    assert lifecycle.finish_if_done(approved.pk) is True
    assert lifecycle.finish_if_done(approved.pk) is False
    assert Mailing.objects.get(pk=approved.pk).status == "finished"


@pytest.fixture
def unsure(approved, officer, start):
    """A finished mailing of which one letter's outcome is not known."""
    start(approved)
    first, second = Delivery.objects.filter(mailing=approved)
    Delivery.objects.filter(pk=first.pk).update(status="sent", sent_at=timezone.now())
    Delivery.objects.filter(pk=second.pk).update(status="uncertain", error_kind="outcome_unknown")
    lifecycle.finish_if_done(approved.pk)
    return Delivery.objects.get(pk=second.pk)


@pytest.mark.parametrize(
    ("decision", "status"), [("treat_as_sent", "sent"), ("treat_as_not_sent", "failed"), ("resend", "queued")]
)
def test_an_unknown_outcome_is_settled_by_a_person_once(unsure, officer, decision, status):
    lifecycle.settle(unsure, actor=officer, decision=decision)
    assert unsure.status == status
    assert unsure.events.get().kind == decision
    assert unsure.events.get().actor_label == "Boris Editor"
    with pytest.raises(lifecycle.Moved):
        lifecycle.settle(unsure, actor=officer, decision=decision)
    assert unsure.events.count() == 1


def test_sending_again_wakes_a_finished_mailing_and_keeps_the_message_id(unsure, officer):
    before = unsure.public_id
    lifecycle.settle(unsure, actor=officer, decision="resend")
    mailing = Mailing.objects.get(pk=unsure.mailing_id)
    assert (mailing.status, mailing.finished_at) == ("sending", None)
    assert unsure.public_id == before
    assert unsure.next_attempt_at is not None
    assert lifecycle.start_due() == [mailing.pk]


def test_nothing_of_a_stopped_mailing_is_sent_again(approved, officer):
    row = Delivery.objects.filter(mailing=approved).first()
    Delivery.objects.filter(pk=row.pk).update(status="uncertain", error_kind="outcome_unknown")
    lifecycle.stop_the_rest(approved, actor=officer)
    with pytest.raises(lifecycle.LifecycleError, match="was stopped"):
        lifecycle.settle(row, actor=officer, decision="resend")
    lifecycle.settle(row, actor=officer, decision="treat_as_not_sent")
    assert row.status == "failed"
