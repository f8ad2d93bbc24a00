"""The pace of a sender, a mailing and a recipient domain; the slow-down after 421, 450 and 451, and its end."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mailing.dispatch import throttle
from mailing.dispatch.throttle import Allowance, give_back, holds_slot, slow_down, take, waits_for
from mailing.models import Sender, Throttle
from tests.factories import MailingFactory, SenderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_known():
    throttle.forget()


@pytest.fixture
def paced():
    """Makes a mailing with a pace: paced(mailing=6, sender=60), in messages a minute."""

    def make(*, mailing=None, sender=None):
        number = Sender.objects.count()
        own = SenderFactory(from_email=f"desk{number}@platform.example", is_default=False, pace_per_minute=sender)
        found = MailingFactory(pace_per_minute=mailing, sender=own)
        return found

    return make


def time_passes(seconds, **keys):
    """As if all rows had been written so many seconds earlier."""
    for row in Throttle.objects.filter(**keys):
        for name in ("slot_at", "slowed_until"):
            moment = getattr(row, name)
            setattr(row, name, moment and moment - timedelta(seconds=seconds))
        row.save()
    throttle.forget()


def row_of(domain):
    return Throttle.objects.get(key=f"domain:{domain}")


def test_without_a_pace_all_may_leave_and_nothing_is_asked(paced):
    mailing = paced()
    with CaptureQueriesContext(connection) as captured:
        assert take(mailing, 50) == Allowance(50)
        give_back(mailing, 3)
    assert len(captured) == 0
    assert not Throttle.objects.exists()


def test_sixty_a_minute_is_one_a_second_and_not_sixty_at_once(paced):
    mailing = paced(mailing=60)
    assert take(mailing, 50).count == 1
    second = take(mailing, 50)
    assert second.count == 0
    assert 0.8 < second.wait <= 1.0
    time_passes(1.0)
    assert take(mailing, 50).count == 1


def test_six_a_minute_is_one_in_ten_seconds(paced):
    mailing = paced(mailing=6)
    assert take(mailing, 1).count == 1
    assert 9.5 < take(mailing, 1).wait <= 10
    time_passes(9)
    assert take(mailing, 1).count == 0
    time_passes(1)
    assert take(mailing, 1).count == 1


def test_who_comes_a_little_late_each_time_keeps_the_pace_on_average(paced):
    mailing = paced(mailing=6)
    assert take(mailing, 1).count == 1
    time_passes(14)
    assert take(mailing, 1).count == 1
    assert 5.5 < take(mailing, 1).wait <= 6
    time_passes(30)
    assert take(mailing, 5).count == 1
    assert 9.5 < take(mailing, 1).wait <= 10


@pytest.mark.parametrize("pace", [6, 10, 20, 30, 45])
def test_a_bell_every_five_seconds_is_enough_for_a_slow_pace(pace, paced):
    mailing = paced(mailing=pace)
    taken = take(mailing, 5).count
    for _bell in range(24):
        time_passes(5)
        taken += take(mailing, 5).count
    assert pace * 2 * 0.9 <= taken <= pace * 2 + 1


def test_a_rest_saves_up_one_second_and_no_more(paced):
    mailing = paced(mailing=600)
    assert take(mailing, 50).count == 10
    time_passes(3600)
    assert take(mailing, 50).count == 10
    assert take(mailing, 50).count == 0


def test_a_fast_pace_waits_for_a_handful(paced):
    mailing = paced(mailing=6000)
    assert take(mailing, 100).count == 100
    waiting = take(mailing, 100)
    assert waiting == Allowance(0, throttle.SHORTEST_WAIT) or 0 < waiting.count < 20


def test_the_slower_of_sender_and_mailing_counts(paced):
    assert take(paced(mailing=600, sender=60), 50).count == 1
    mailing = paced(mailing=60, sender=600)
    assert take(mailing, 50).count == 1
    assert 0.8 < take(mailing, 50).wait <= 1.0


def test_mailings_share_their_senders_pace(paced):
    first = paced(sender=60)
    second = MailingFactory(sender=first.sender)
    assert take(first, 5).count == 1
    assert take(second, 5).count == 0


def test_senders_do_not_wait_for_each_other(paced):
    assert take(paced(sender=60), 5).count == 1
    assert take(paced(sender=60), 5).count == 1


def test_slots_given_back_are_free_again(paced):
    mailing = paced(mailing=600, sender=600)
    assert take(mailing, 8).count == 8
    give_back(mailing, 5)
    # A little time may have passed, in which more became free.
    assert 7 <= take(mailing, 50).count <= 8


def test_what_is_given_back_does_not_pile_up(paced):
    mailing = paced(mailing=60)
    give_back(mailing, 50)
    assert take(mailing, 50).count == 1


def test_a_changed_pace_counts_at_once(paced):
    mailing = paced(mailing=6)
    take(mailing, 1)
    mailing.pace_per_minute = 600
    time_passes(10)
    assert take(mailing, 50).count == 10
    assert Throttle.objects.get(key=throttle.mailing_key(mailing.pk)).per_minute == 600


def test_domains_that_nobody_limits_wait_for_nothing_and_cost_one_query_a_second():
    with CaptureQueriesContext(connection) as captured:
        for _window in range(20):
            assert waits_for(["a.example", "b.example"]) == [0.0, 0.0]
    assert len(captured) <= 2
    assert waits_for([]) == []


def test_a_limited_domain_reserves_a_slot_for_each(settings):
    settings.DOMAIN_PACE = {"big.example": 60.0}
    waits = waits_for(["big.example", "small.example", "BIG.example", "big.example"])
    assert waits[:2] == [0.0, 0.0]
    assert waits[2] == pytest.approx(1.0, abs=0.1)
    assert waits[3] == pytest.approx(2.0, abs=0.1)
    assert waits_for(["big.example"])[0] == pytest.approx(3.0, abs=0.3)


def test_a_limited_domain_lets_one_seconds_worth_through_at_once(settings):
    settings.DOMAIN_PACE = {"big.example": 300.0}
    waits = waits_for(["big.example"] * 7)
    assert waits[:5] == [0.0] * 5
    assert waits[5] == pytest.approx(0.2, abs=0.1)
    assert waits[6] == pytest.approx(0.4, abs=0.1)


def test_a_message_has_its_turn_for_a_minute_after_its_slot():
    now = timezone.now()
    assert not holds_slot(None, now)
    assert not holds_slot(now + timedelta(seconds=1), now)
    assert holds_slot(now, now)
    assert holds_slot(now - timedelta(seconds=60), now)
    assert not holds_slot(now - timedelta(seconds=61), now)


def test_who_waited_for_its_slot_does_not_wait_again(settings):
    settings.DOMAIN_PACE = {"big.example": 6.0}
    waits_for(["big.example"] * 10)
    slot = timezone.now() - timedelta(seconds=5)
    assert waits_for(["big.example"], [slot]) == [0.0]


def test_who_comes_late_takes_a_new_slot_so_a_resumed_mailing_does_not_burst(settings):
    settings.DOMAIN_PACE = {"big.example": 60.0}
    waits_for(["big.example"] * 30)
    time_passes(3600)
    late = timezone.now() - timedelta(seconds=90)
    waits = [waits_for(["big.example"], [late])[0] for _row in range(5)]
    assert waits[0] == 0.0
    assert waits[4] == pytest.approx(4.0, abs=0.5)


def test_a_deferral_halves_the_pace_of_its_domain_for_ten_minutes():
    slow_down({"Busy.example": 3, "": 2, "fine.example": 0})
    row = row_of("busy.example")
    assert Throttle.objects.count() == 1
    assert row.slowed_per_minute == 30
    assert timedelta(minutes=9.9) < row.slowed_until - timezone.now() <= timedelta(minutes=10)
    assert waits_for(["busy.example"] * 2)[1] == pytest.approx(2.0, abs=0.1)


def test_answers_of_one_moment_halve_once_and_later_ones_again():
    for _window in range(8):
        slow_down({"busy.example": 5})
    assert row_of("busy.example").slowed_per_minute == 30
    time_passes(31)
    slow_down({"busy.example": 1})
    assert row_of("busy.example").slowed_per_minute == 15
    for _minute in range(10):
        time_passes(31)
        slow_down({"busy.example": 1})
    assert row_of("busy.example").slowed_per_minute == 1


def test_a_domain_with_a_pace_of_its_own_is_halved_from_there(settings):
    settings.DOMAIN_PACE = {"big.example": 300.0}
    slow_down({"big.example": 1})
    assert row_of("big.example").slowed_per_minute == 150
    assert row_of("big.example").per_minute == 300


def test_the_pace_doubles_each_ten_minutes_until_it_is_dropped():
    slow_down({"busy.example": 1})
    time_passes(31)
    slow_down({"busy.example": 1})
    row = row_of("busy.example")
    start = row.slowed_until - timedelta(minutes=10)
    paces = [row.pace_at(start + timedelta(minutes=minutes)) for minutes in (0, 9, 10, 19, 20, 500)]
    assert paces == [15, 15, 30, 30, None, None]
    time_passes(600)
    assert waits_for(["busy.example"] * 2)[1] == pytest.approx(2.0, abs=0.1)
    time_passes(600)
    assert waits_for(["busy.example"] * 50) == [0.0] * 50
    assert row_of("busy.example").slowed_until is None


def test_a_long_list_does_not_wait_longer_than_the_slow_down():
    slow_down({"busy.example": 1})
    waits = waits_for(["busy.example"] * 1000)
    assert max(waits) == pytest.approx(600, abs=3)
    assert sum(wait < 599 for wait in waits) == pytest.approx(300, abs=3)


def test_who_waited_for_the_end_of_a_slow_down_waits_again_when_the_next_one_begins():
    slow_down({"busy.example": 1})
    waits_for(["busy.example"] * 400)
    time_passes(605)
    slot = timezone.now() - timedelta(seconds=5)
    assert waits_for(["busy.example"], [slot]) == [0.0]
    slow_down({"busy.example": 1})
    waits = [waits_for(["busy.example"], [slot])[0] for _row in range(3)]
    assert waits[2] == pytest.approx(4.0, abs=0.5)


def test_a_sender_is_slowed_only_when_it_has_a_pace(paced):
    free, slow = paced(), paced(sender=120)
    slow_down({}, free.sender_id)
    slow_down({}, slow.sender_id)
    assert take(free, 50).count == 50
    assert take(slow, 50).count == 1
    assert take(slow, 50).wait == pytest.approx(1.0, abs=0.1)


def test_pages_are_told_of_slow_downs_in_force():
    slow_down({"busy.example": 1, "other.example": 1})
    assert [row.key for row in throttle.slowed_now()] == ["domain:busy.example", "domain:other.example"]
    time_passes(3600)
    assert throttle.slowed_now() == []
