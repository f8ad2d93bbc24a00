"""Outside its hours a mailing waits and nobody is rung for it; after its latest time it asks and does not fire late."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from mailing import lifecycle
from mailing.dispatch.recovery import ring_due
from mailing.models import Delivery, DeliveryChunk, Mailing
from mailing.timing import Timing
from tests.factories import UserFactory
from transport.models import SystemMail

pytestmark = pytest.mark.django_db


def reload(mailing):
    return Mailing.objects.get(pk=mailing.pk)


def passed(mailing, **columns):
    """The mailing's latest time passed a moment ago."""
    Mailing.objects.filter(pk=mailing.pk).update(latest_at=timezone.now() - timedelta(seconds=1), **columns)


def closed_now():
    """Hours that begin in two hours from now, by UTC."""
    begins = (timezone.now() + timedelta(hours=2)).time().replace(second=0, microsecond=0)
    return {"hours_from": begins, "hours_to": (timezone.now() + timedelta(hours=3)).time(), "hours_zone": "UTC"}


@pytest.fixture
def moves():
    return lambda mailing: list(mailing.transitions.values_list("from_status", "to_status", "actor_label"))


def test_what_was_chosen_is_kept_with_the_mailing(approved, officer):
    latest = timezone.now() + timedelta(days=9)
    timing = Timing(6, time(9), time(11, 30), "12345", "Europe/Brussels", latest)
    lifecycle.schedule(approved, actor=officer, timing=timing)
    row = reload(approved)
    assert (row.pace_per_minute, row.hours_from, row.hours_to) == (6, time(9), time(11, 30))
    assert (row.weekdays, row.hours_zone, row.latest_at) == ("12345", "Europe/Brussels", latest)


def test_now_takes_what_was_chosen_before_away(approved, officer):
    Mailing.objects.filter(pk=approved.pk).update(pace_per_minute=6, weekdays="6")
    lifecycle.schedule(reload(approved), actor=officer)
    assert (reload(approved).pace_per_minute, reload(approved).weekdays) == (None, "")


def test_a_latest_time_before_the_first_letter_is_refused(approved, officer):
    start = timezone.now() + timedelta(days=2)
    with pytest.raises(lifecycle.LifecycleError, match="latest time comes before"):
        lifecycle.schedule(approved, actor=officer, at=start, timing=Timing(latest_at=start - timedelta(hours=1)))
    assert reload(approved).status == "approved"


def test_outside_its_hours_it_is_sending_and_nobody_is_rung(approved, start, monkeypatch):
    rung = []
    monkeypatch.setattr("mailing.bell.ring", lambda pk: rung.append(pk) or True)
    assert start(approved) == [approved.pk]
    Mailing.objects.filter(pk=approved.pk).update(**closed_now())
    assert lifecycle.start_due() == []
    assert ring_due() == 0
    assert rung == []
    assert reload(approved).status == "sending"
    Mailing.objects.filter(pk=approved.pk).update(hours_from=None, hours_to=None)
    assert ring_due() == 1


def test_a_latest_time_that_passed_before_the_start_pauses_it_at_once(approved, officer, moves):
    lifecycle.schedule(approved, actor=officer)
    passed(approved, scheduled_at=timezone.now() - timedelta(hours=3))
    assert lifecycle.start_due() == []
    row = reload(approved)
    assert row.status == "paused"
    assert "has passed and 2 letters have not left. Choose: send the rest now, or stop the rest." in row.pause_reason
    assert moves(row)[-2:] == [("scheduled", "sending", "Demarche"), ("sending", "paused", "Demarche")]
    assert set(row.deliveries.values_list("status", flat=True)) == {"queued"}


def test_a_latest_time_that_passes_while_letters_wait_pauses_it_and_asks_by_mail(approved, start, officer):
    start(approved)
    Delivery.objects.filter(pk=approved.deliveries.first().pk).update(status="sent", sent_at=timezone.now())
    passed(approved)
    assert lifecycle.start_due() == []
    assert lifecycle.start_due() == []
    row = reload(approved)
    assert row.status == "paused"
    assert "one letter has not left" in row.pause_reason
    mail = SystemMail.objects.get(purpose="sending-stopped")
    assert (mail.to, mail.context["left"]) == (officer.email, 1)
    assert mail.context["reason"] == row.pause_reason


def test_letters_that_wait_for_another_try_are_asked_about_too(approved, start):
    start(approved)
    approved.deliveries.update(next_attempt_at=timezone.now() + timedelta(minutes=15))
    passed(approved)
    lifecycle.start_due()
    assert reload(approved).status == "paused"


def test_letters_in_flight_are_not_asked_about(approved, start):
    start(approved)
    ids = list(approved.deliveries.order_by("pk").values_list("pk", flat=True))
    DeliveryChunk.objects.filter(mailing=approved).delete()
    now = timezone.now()
    DeliveryChunk.objects.create(
        mailing=approved, lo=ids[0], hi=ids[-1], cursor=ids[-1], window_lo=ids[0], owner="w", lease_until=now
    )
    passed(approved)
    assert lifecycle.start_due() == [approved.pk]
    assert lifecycle.pause_missed(approved) is False


def test_a_mailing_whose_latest_time_is_ahead_is_left_alone(approved, start):
    start(approved)
    Mailing.objects.filter(pk=approved.pk).update(latest_at=timezone.now() + timedelta(minutes=1))
    assert lifecycle.start_due() == [approved.pk]
    assert lifecycle.pause_missed(approved) is False


def test_a_missed_mailing_is_resumed_only_by_who_means_it(approved, start, officer):
    start(approved)
    passed(approved)
    lifecycle.start_due()
    with pytest.raises(lifecycle.LifecycleError, match="say whether the rest is sent now or stopped"):
        lifecycle.resume(approved, actor=officer)
    assert reload(approved).status == "paused"

    lifecycle.resume(approved, actor=officer, is_late_meant=True)

    row = reload(approved)
    assert (row.status, row.latest_at, row.pause_reason) == ("sending", None, "")
    assert lifecycle.start_due() == [approved.pk]
    said = AuditEvent.objects.filter(actor_label=str(officer)).values_list("sentence", flat=True)
    assert f"sends the rest of {row.reference} after its latest time" in said


def test_a_pause_by_a_person_outlasts_the_latest_time_and_then_asks(approved, start, officer):
    start(approved)
    lifecycle.pause(approved, officer, "Lunch.")
    passed(approved)
    assert lifecycle.start_due() == []
    assert reload(approved).pause_reason == "Lunch."
    with pytest.raises(lifecycle.LifecycleError, match="latest time has passed"):
        lifecycle.resume(approved, actor=officer)


def test_a_missed_mailing_can_be_stopped(approved, start, officer):
    start(approved)
    passed(approved)
    lifecycle.start_due()
    assert lifecycle.stop_the_rest(approved, actor=officer).cancelled == 2
    assert reload(approved).status == "cancelled"


def test_resuming_lets_the_breaker_count_anew(approved, start, officer):
    start(approved)
    approved.chunks.update(accepted=10, refused=60)
    lifecycle.pause(approved, None, "Too many were refused.")
    lifecycle.resume(approved, actor=officer)
    assert set(approved.chunks.values_list("accepted", "refused")) == {(0, 0)}


def test_sending_one_letter_again_after_the_end_is_not_too_late(approved, start):
    colleague = UserFactory(role="officer")
    start(approved)
    rows = list(approved.deliveries.all())
    for chunk in approved.chunks.all():
        DeliveryChunk.objects.filter(pk=chunk.pk).update(cursor=chunk.hi, state="done")
    approved.deliveries.update(status="sent", sent_at=timezone.now())
    Delivery.objects.filter(pk=rows[0].pk).update(status="uncertain", error_kind="outcome_unknown", sent_at=None)
    assert lifecycle.finish_if_done(approved.pk)
    passed(approved)
    lifecycle.settle(Delivery.objects.get(pk=rows[0].pk), actor=colleague, decision="resend")
    assert lifecycle.start_due() == [approved.pk]
