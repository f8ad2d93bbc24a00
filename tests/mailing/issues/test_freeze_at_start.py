"""An issue is frozen when it starts: all of it or nothing, once, and only what was approved."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts import consent
from mailing import bell, lifecycle, recounting
from mailing.lifecycle import LifecycleError
from mailing.models import BlockText, Delivery, DeliveryChunk, Mailing
from transport.models import SystemMail

pytestmark = pytest.mark.django_db


def test_an_approval_writes_no_row(approved_issue):
    assert (approved_issue.status, approved_issue.recipients, approved_issue.frozen_at) == ("approved", 10, None)
    assert not Delivery.objects.exists()


def test_its_start_writes_all_rows_and_sends(due, again):
    assert recounting.begin(due.pk)
    row = again(due)
    assert (row.status, row.matched, row.recipients) == ("sending", 10, 10)
    assert row.frozen_at
    assert row.started_at
    assert row.freezing_until is None
    assert Delivery.objects.filter(mailing=row, status="queued").count() == 10
    assert DeliveryChunk.objects.filter(mailing=row).exists()


def test_the_clock_asks_a_worker_for_the_start_and_does_not_freeze_itself(due, monkeypatch):
    rung = []
    monkeypatch.setattr(bell, "ring_start", lambda pk: bool(rung.append(pk)) or True)
    assert lifecycle.start_due() == []
    assert rung == [due.pk]
    assert not Delivery.objects.exists()


def test_a_second_start_does_nothing(due, again):
    recounting.begin(due.pk)
    assert not recounting.begin(due.pk)
    assert again(due).transitions.filter(to_status="sending").count() == 1
    assert Delivery.objects.count() == 10


def test_nobody_begins_while_somebody_freezes_it_and_a_lost_worker_is_waited_for_so_long(due):
    Mailing.objects.filter(pk=due.pk).update(freezing_until=timezone.now() + timedelta(seconds=30))
    assert not recounting.begin(due.pk)
    assert not Delivery.objects.exists()
    Mailing.objects.filter(pk=due.pk).update(freezing_until=timezone.now() - timedelta(seconds=1))
    assert recounting.begin(due.pk)


def test_nothing_starts_before_its_time(due):
    Mailing.objects.filter(pk=due.pk).update(scheduled_at=timezone.now() + timedelta(minutes=5))
    assert not recounting.begin(due.pk)


def test_who_confirmed_after_the_approval_gets_it_and_who_left_does_not(due, readers, monthly, again):
    readers(1)
    gone = monthly.subscriptions.order_by("pk").first()
    consent.leave(gone.contact, monthly, source="unsubscribe page")
    recounting.begin(due.pk)
    assert again(due).recipients == 10
    assert not Delivery.objects.filter(contact=gone.contact, status="queued").exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda issue: BlockText.objects.filter(block__mailing=issue, language="fr").update(body="<p>Other.</p>"),
        lambda issue: issue.blocks.filter(topic__isnull=False).update(topic=None),
        lambda issue: issue.blocks.filter(position=3).update(position=9, kind="dates"),
        lambda issue: issue.contents.update(preheader="Another"),
        lambda issue: type(issue.sender).objects.update(person="Somebody Else"),
        lambda issue: type(issue.contact_list).objects.update(counts_clicks=True),
        lambda issue: issue.audience_rules.all().delete(),
    ],
    ids=["words", "topics", "blocks", "preheader", "sender", "counting", "audience"],
)
def test_what_is_not_as_it_was_approved_takes_it_back_to_a_draft(due, change, again, officer):
    change(due)
    assert not recounting.begin(due.pk)
    row = again(due)
    assert (row.status, row.approver, row.frozen_at, row.freezing_until) == ("draft", None, None, None)
    assert "not what was approved" in row.transitions.last().note
    assert not Delivery.objects.exists()
    assert SystemMail.objects.get(purpose="start-asked").to == officer.email


def test_an_undo_before_the_start_leaves_nothing(due, officer, again):
    lifecycle.undo(due, actor=officer)
    assert not recounting.begin(due.pk)
    assert again(due).status == "draft"


def test_giving_it_up_before_the_start_leaves_nothing(due, officer, again):
    lifecycle.cancel(due, actor=officer)
    assert not recounting.begin(due.pk)
    assert (again(due).status, again(due).recipients) == ("cancelled", None)


def test_stopping_the_rest_before_the_start_stops_all_of_it(due, officer, again):
    assert lifecycle.stop_the_rest(due, actor=officer).left == 0
    assert not recounting.begin(due.pk)
    assert again(due).status == "cancelled"


def test_a_pause_before_the_start_takes_its_time_away(due, officer, again):
    assert lifecycle.pause(due, officer, "Paused by Boris.")
    row = again(due)
    assert (row.status, row.scheduled_at) == ("approved", None)
    assert not recounting.begin(due.pk)
    lifecycle.schedule(row, actor=officer)
    assert again(due).status == "scheduled"


def test_after_the_freeze_it_pauses_stops_and_cannot_be_undone(due, officer, again):
    recounting.begin(due.pk)
    with pytest.raises(LifecycleError):
        lifecycle.undo(due, actor=officer)
    assert lifecycle.pause(due, officer, "Paused by Boris.")
    assert again(due).status == "paused"
    assert lifecycle.stop_the_rest(due, actor=officer).cancelled == 10


def test_after_its_latest_time_it_is_frozen_and_asks(due, again, officer):
    Mailing.objects.filter(pk=due.pk).update(latest_at=timezone.now() - timedelta(seconds=1))
    recounting.begin(due.pk)
    assert again(due).status == "paused"
    assert SystemMail.objects.filter(purpose="sending-stopped", to=officer.email).count() == 1
