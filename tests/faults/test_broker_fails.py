"""Redis is asleep, restarted, emptied or full: people's work goes on, and mail leaves when a bell can be rung again."""

import contextlib
import signal
import time

import pytest
from redis.exceptions import RedisError

from mailing import bell, lifecycle
from mailing.models import Mailing
from tests.letters import letter_being_sent

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


def test_it_is_restarted_with_nothing_kept(start_celery, broker, catcher, watch):
    catcher.delay = 0.03
    workers = [start_celery(), start_celery()]
    mailing = letter_being_sent(60, chunk=10)
    seen = watch(mailing, *workers)
    bell.ring(mailing.pk)
    seen.until_caught(10, beat_by_hand=True)

    broker.stop()
    broker.start()

    ledger = seen.until_finished(beat_by_hand=True, supervise=workers)
    assert (ledger["sent"], ledger["uncertain"]) == (60, 0)
    seen.assert_the_ledger_tells_the_truth()


def test_it_is_stopped_for_a_while_in_the_middle(start_celery, broker, catcher, watch):
    """SIGSTOP: connections stay open and nobody answers. What a worker holds it sends on without a broker."""
    catcher.delay = 0.03
    worker = start_celery()
    mailing = letter_being_sent(40, chunk=10)
    seen = watch(mailing, worker)
    bell.ring(mailing.pk)
    seen.until_caught(10, beat_by_hand=True)

    broker._process.send_signal(signal.SIGSTOP)
    try:
        time.sleep(3)
        seen.ledger()
    finally:
        broker._process.send_signal(signal.SIGCONT)

    ledger = seen.until_finished(beat_by_hand=True, supervise=[worker])
    assert (ledger["sent"], ledger["uncertain"]) == (40, 0)
    seen.assert_the_ledger_tells_the_truth()


def test_it_is_full(start_celery, broker, catcher, watch, administrator):
    """noeviction and no room: a person's schedule still succeeds, and beat's next bell after that starts it."""
    worker = start_celery()
    mailing = letter_being_sent(20, status=Mailing.Status.APPROVED)
    Mailing.objects.filter(pk=mailing.pk).update(started_at=None)
    mailing.refresh_from_db()
    broker.client.config_set("maxmemory-policy", "noeviction")
    broker.client.config_set("maxmemory", "1mb")
    with contextlib.suppress(RedisError):
        for number in range(10_000):
            broker.client.set(f"filler{number}", "x" * 1000)
    assert not bell.ring(mailing.pk)

    lifecycle.schedule(mailing, actor=administrator)
    assert Mailing.objects.get().status == Mailing.Status.SCHEDULED

    broker.client.config_set("maxmemory", "0")
    seen = watch(mailing, worker)
    ledger = seen.until_finished(beat_by_hand=True, supervise=[worker])
    assert (ledger["sent"], ledger["uncertain"]) == (20, 0)
    seen.assert_the_ledger_tells_the_truth()


def test_without_any_broker_the_loop_sends(start_loop, catcher, watch):
    mailing = letter_being_sent(40, chunk=10)
    workers = [start_loop(), start_loop()]
    seen = watch(mailing, *workers)
    ledger = seen.until_finished()
    assert (ledger["sent"], ledger["uncertain"]) == (40, 0)
    seen.assert_the_ledger_tells_the_truth()


def test_two_beats_send_nobody_two_letters(start_forked_beat, start_celery, catcher, watch):
    mailing = letter_being_sent(30, chunk=5)
    beats = [start_forked_beat(), start_forked_beat()]
    workers = [start_celery(), start_celery()]
    seen = watch(mailing, *workers, *beats)
    ledger = seen.until_finished()
    assert (ledger["sent"], ledger["uncertain"]) == (30, 0)
    seen.assert_the_ledger_tells_the_truth()
