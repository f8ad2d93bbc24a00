"""The engine keeps to paces, hours, the latest time and the breaker: nobody is lost, nobody waits for nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.models import Contact
from mailing import lifecycle
from mailing.dispatch import sending, throttle
from mailing.models import Delivery, Mailing, Throttle
from tests.factories import ContactFactory
from tests.letters import letter_being_sent, statuses
from tests.mailing.transports import FakeTransport
from transport.errors import PermanentError, Phase, TransientError

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_known():
    throttle.forget()


def refusal(code):
    kind = PermanentError if code.startswith("5") else TransientError
    return kind(f"{code} says the server", code=code, phase=Phase.RCPT)


def living_at(domain, mailing, *numbers):
    """Move some recipients, counted from 0, to another domain."""
    rows = list(mailing.deliveries.order_by("pk"))
    for number in numbers:
        address = f"person{number}@{domain}"
        Contact.objects.filter(pk=rows[number].contact_id).update(email=address, email_key=address)
        Delivery.objects.filter(pk=rows[number].pk).update(email=address, email_key=address)


def test_a_paced_mailing_sends_one_a_second_in_a_turn():
    mailing, hop = letter_being_sent(10, pace_per_minute=60), FakeTransport()
    sent = sending.run(mailing.pk, open_with=hop, budget=2.5)
    assert 2 <= sent <= 4
    assert statuses(mailing).count("queued") == 10 - sent
    assert not mailing.chunks.filter(window_lo__isnull=False).exists()


def test_a_slow_mailing_gives_its_lot_back_until_the_next_slot():
    mailing, hop = letter_being_sent(3, pace_per_minute=6), FakeTransport()
    assert sending.run(mailing.pk, open_with=hop, budget=5) == 1
    left = mailing.chunks.get(state="open")
    assert timedelta(seconds=5) < left.not_before - timezone.now() <= timedelta(seconds=10)
    assert left.owner == ""
    assert sending.run(mailing.pk, open_with=hop, budget=5) == 0
    assert len(hop.taken) == 1


def test_a_slow_domain_waits_its_turn_and_the_others_do_not(settings):
    settings.DOMAIN_PACE = {"slow.example": 6.0}
    mailing, hop = letter_being_sent(6), FakeTransport()
    living_at("slow.example", mailing, 0, 2, 4)
    sending.run(mailing.pk, open_with=hop, budget=5)
    assert [address.rpartition("@")[2] for address in hop.recipients].count("slow.example") == 1
    assert len(hop.taken) == 4
    waiting = mailing.deliveries.filter(status="queued").order_by("next_attempt_at")
    assert set(waiting.values_list("error_kind", "attempts")) == {("throttled", 0)}
    first, second = waiting.values_list("next_attempt_at", flat=True)
    assert (second - first).total_seconds() == pytest.approx(10, abs=1)

    # Its slot comes: it has its turn, once.
    waiting.filter(next_attempt_at=first).update(next_attempt_at=timezone.now() - timedelta(seconds=2))
    assert sending.run(mailing.pk, open_with=hop, budget=5) == 1
    assert len(hop.taken) == len(set(hop.recipients)) == 5


def test_what_waited_through_a_pause_does_not_come_all_at_once(settings):
    settings.DOMAIN_PACE = {"slow.example": 6.0}
    mailing, hop = letter_being_sent(5), FakeTransport()
    living_at("slow.example", mailing, 0, 1, 2, 3, 4)
    sending.run(mailing.pk, open_with=hop, budget=5)
    assert len(hop.taken) == 1
    long_ago = timezone.now() - timedelta(hours=1)
    mailing.deliveries.filter(status="queued").update(next_attempt_at=long_ago)
    Throttle.objects.update(slot_at=long_ago)
    sending.run(mailing.pk, open_with=hop, budget=5)
    assert len(hop.taken) == 2
    assert mailing.deliveries.filter(status="queued", next_attempt_at__gt=timezone.now()).count() == 3


def test_a_deferral_slows_its_domain_down():
    mailing = letter_being_sent(3)
    living_at("busy.example", mailing, 0)
    hop = FakeTransport(lambda to: refusal("450") if to.endswith("@busy.example") else None)
    sending.run(mailing.pk, open_with=hop, budget=5)
    assert list(Throttle.objects.values_list("key", "slowed_per_minute")) == [("domain:busy.example", 30)]
    assert len(hop.taken) == 2


def test_outside_its_hours_nothing_leaves():
    begins = timezone.now() + timedelta(hours=2)
    hours = {"hours_from": begins.time(), "hours_to": (begins + timedelta(hours=1)).time(), "hours_zone": "UTC"}
    mailing, hop = letter_being_sent(3, **hours), FakeTransport()
    assert sending.run(mailing.pk, open_with=hop, budget=5) == 0
    assert statuses(mailing) == ["queued"] * 3
    assert Mailing.objects.get(pk=mailing.pk).status == "sending"
    Mailing.objects.filter(pk=mailing.pk).update(hours_from=None, hours_to=None)
    assert sending.run(mailing.pk, open_with=hop, budget=5) == 3


def test_after_the_latest_time_nothing_leaves_and_it_asks():
    mailing, hop = letter_being_sent(3), FakeTransport()
    Mailing.objects.filter(pk=mailing.pk).update(latest_at=timezone.now() - timedelta(seconds=1))
    assert sending.run(mailing.pk, open_with=hop, budget=5) == 0
    lifecycle.start_due()
    assert Mailing.objects.get(pk=mailing.pk).status == "paused"
    assert statuses(mailing) == ["queued"] * 3


def test_a_few_refusals_do_not_stop_a_mailing():
    mailing = letter_being_sent(60)
    refusals = iter([refusal("550")] * 2)
    hop = FakeTransport(lambda to: next(refusals, None))
    while Mailing.objects.get(pk=mailing.pk).status == "sending" and "queued" in statuses(mailing):
        sending.run(mailing.pk, open_with=hop, budget=5)
    assert Mailing.objects.get(pk=mailing.pk).status == "finished"


def test_more_than_five_percent_pause_it_with_the_numbers():
    mailing = letter_being_sent(70)
    count = iter(range(1000))
    hop = FakeTransport(lambda to: refusal("550") if next(count) % 10 == 9 else None)
    for _turn in range(20):
        sending.run(mailing.pk, open_with=hop, budget=5)
    row = Mailing.objects.get(pk=mailing.pk)
    assert row.status == "paused"
    assert "were refused for good (10.0 %; more than 5 % stops a mailing)" in row.pause_reason
    assert "queued" in statuses(mailing)
    lifecycle.resume(row, actor=row.approver)
    assert set(mailing.chunks.values_list("refused", flat=True)) == {0}


def test_a_recipient_is_never_lost_by_waiting(settings):
    settings.DOMAIN_PACE = {"slow.example": 6.0}
    mailing, hop = letter_being_sent(12, pace_per_minute=600), FakeTransport()
    living_at("slow.example", mailing, *range(0, 12, 3))
    ContactFactory()
    for _turn in range(30):
        sending.run(mailing.pk, open_with=hop, budget=1)
        mailing.deliveries.filter(status="queued", next_attempt_at__isnull=False).update(
            next_attempt_at=timezone.now() - timedelta(seconds=1)
        )
        mailing.chunks.update(not_before=None)
    assert statuses(mailing) == ["sent"] * 12
    assert len(hop.recipients) == len(set(hop.recipients)) == 12
    assert Mailing.objects.get(pk=mailing.pk).status == "finished"
