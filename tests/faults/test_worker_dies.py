"""Workers die, and one goes on long after it was given up: nobody gets two copies, and what is not known is shown."""

import random
import threading
import time

import pytest

from mailing import bell
from mailing.dispatch import recovery
from mailing.dispatch.store import counts
from mailing.models import Delivery, DeliveryEvent
from tests.letters import letter_being_sent
from tests.processes import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


def test_a_mailing_completes_by_itself_after_kill_9(start_worker, start_beat, catcher, watch):
    catcher.delay = 0.03
    first, _beat = start_worker(), start_beat()
    second = start_worker()
    first.wait_ready()
    mailing = letter_being_sent(120, chunk=15)
    seen = watch(mailing, first, second)
    bell.ring(mailing.pk)

    seen.until_caught(20)
    first.kill()
    seen.until_caught(50)
    second.kill()
    killed_at = time.monotonic()
    start_worker()
    seen.until(lambda ledger: not ledger["in_flight"] or ledger["sent"] > 60, 15)
    assert time.monotonic() - killed_at < 12  # lease + 10 s
    ledger = seen.until_finished()

    assert ledger["uncertain"] <= 2
    assert ledger["sent"] + ledger["uncertain"] == 120
    assert DeliveryEvent.objects.filter(kind="uncertain").count() == ledger["uncertain"]
    seen.assert_the_ledger_tells_the_truth()


def test_random_kills_make_no_second_copy(start_worker, catcher, watch):
    seed = random.SystemRandom().randrange(10**6)
    dice = random.Random(seed)
    print(f"seed {seed}")
    catcher.delay = 0.02
    mailing = letter_being_sent(60, chunk=10)
    seen = watch(mailing)
    kills = 0
    worker = start_worker()
    bell.ring(mailing.pk)

    for _kill in range(2):
        seen.until_caught(len(catcher.messages) + dice.randrange(5, 15), beat_by_hand=True)
        time.sleep(dice.random() * 0.1)
        worker.kill()
        kills += 1
        worker = start_worker()
    ledger = seen.until_finished(beat_by_hand=True)

    assert ledger["uncertain"] <= kills
    seen.assert_the_ledger_tells_the_truth()


def test_a_worker_stopped_past_its_lease_sends_nothing_more_for_its_window(start_worker, catcher, watch):
    mailing = letter_being_sent(3)
    held = mailing.deliveries.order_by("id")[1]
    reached, go_on = threading.Event(), threading.Event()

    def hold(address):
        if address == held.email and not reached.is_set():
            reached.set()
            go_on.wait(20)

    catcher.on_rcpt = hold
    worker = start_worker()
    seen = watch(mailing, worker)
    bell.ring(mailing.pk)
    assert reached.wait(20), worker.log()
    worker.freeze()
    time.sleep(2.5)
    assert recovery.sweep() == 1

    go_on.set()
    worker.thaw()
    ledger = seen.until_finished(beat_by_hand=True)

    assert (ledger["sent"], ledger["uncertain"]) == (2, 1)
    assert held.email not in catcher.recipients
    held.refresh_from_db()
    assert (held.status, held.error_detail) == (Delivery.Status.UNCERTAIN, "worker lost")
    seen.assert_the_ledger_tells_the_truth()


def test_an_answer_that_takes_longer_than_a_lease_is_waited_for(start_worker, catcher, watch):
    mailing = letter_being_sent(2)
    slow = mailing.deliveries.order_by("id")[0].email
    catcher.on_data = lambda address: time.sleep(5) if address == slow else None
    worker = start_worker()
    seen = watch(mailing, worker)
    bell.ring(mailing.pk)

    ledger = seen.until_finished(beat_by_hand=True)

    assert (ledger["sent"], ledger["uncertain"]) == (2, 0)
    seen.assert_the_ledger_tells_the_truth()


def test_a_worker_that_is_asked_to_stop_finishes_its_letter(start_worker, catcher, watch):
    catcher.delay = 0.05
    mailing = letter_being_sent(40)
    worker = start_worker()
    seen = watch(mailing, worker)
    bell.ring(mailing.pk)
    seen.until_caught(5)

    worker.process.terminate()
    wait_until(lambda: worker.process.poll() is not None, 25, "the worker does not stop", worker.log)

    assert counts(mailing.pk)["in_flight"] == 0
    start_worker()
    assert seen.until_finished(beat_by_hand=True)["sent"] == 40
    seen.assert_the_ledger_tells_the_truth()
