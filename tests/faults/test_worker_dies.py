"""Workers die, and one goes on long after it was given up: nobody gets two copies, and what is not known is shown."""

import random
import threading
import time

import pytest

from mailing import bell
from mailing.dispatch import recovery
from mailing.dispatch.store import counts
from mailing.models import DeliveryEvent
from tests.letters import letter_being_sent
from tests.processes import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@pytest.mark.smoke
def test_a_mailing_completes_by_itself_after_kill_9(start_solo, start_forked_beat, catcher, watch):
    catcher.delay = 0.04
    mailing = letter_being_sent(90, chunk=10)
    workers = [start_solo(), start_solo(), start_solo()]
    start_forked_beat()
    seen = watch(mailing, *workers)
    bell.ring(mailing.pk)

    for number, victim in enumerate(workers[:2]):
        seen.until_caught(15 * (number + 1))
        victim.kill()
    # By itself, within the lease of 2 s and 10 s more.
    seen.until(lambda ledger: not any(holds(mailing, victim) for victim in workers[:2]), 12)
    ledger = seen.until_finished()

    assert ledger["uncertain"] <= 2
    assert ledger["sent"] + ledger["uncertain"] == 90
    assert DeliveryEvent.objects.filter(kind="uncertain").count() == ledger["uncertain"]
    seen.assert_the_ledger_tells_the_truth()


def holds(mailing, worker) -> bool:
    """Whether a worker process has a chunk; the process id is in the owner's name."""
    return mailing.chunks.filter(owner__contains=f":{worker.process.pid}:").exists()


@pytest.mark.parametrize("moment", ["on_rcpt", "on_data"])
def test_a_letter_in_flight_when_its_worker_is_killed_is_uncertain(moment, start_solo, catcher, watch):
    """Killed before the data, or after all of it and before the reply: we cannot tell which, and do not guess."""
    mailing = letter_being_sent(5)
    unlucky = mailing.deliveries.order_by("id")[2].email
    worker = start_solo(LEASE_SECONDS=1)
    setattr(catcher, moment, lambda address: worker.kill() if address == unlucky else None)
    seen = watch(mailing, worker)
    bell.ring(mailing.pk)
    wait_until(lambda: worker.process.poll() is not None, 40, "the worker lives", worker.log)

    setattr(catcher, moment, lambda address: None)
    start_solo()
    ledger = seen.until_finished(beat_by_hand=True)

    assert ledger["sent"] + ledger["uncertain"] == 5
    if moment == "on_data":
        assert mailing.deliveries.get(status="uncertain").email == unlucky
        assert catcher.recipients.count(unlucky) == 1
    else:
        # The worker's journal may tell that nothing had left; then it was sent by the next one.
        assert ledger["uncertain"] <= 1
    seen.assert_the_ledger_tells_the_truth()


def test_random_kills_make_no_second_copy(start_solo, catcher, watch):
    seed = random.SystemRandom().randrange(10**6)
    dice = random.Random(seed)
    print(f"seed {seed}")
    catcher.delay = 0.02
    mailing = letter_being_sent(60, chunk=10)
    seen = watch(mailing)
    kills = 0
    worker = start_solo(LEASE_SECONDS=1)
    bell.ring(mailing.pk)

    for _kill in range(3):
        seen.until_caught(len(catcher.messages) + dice.randrange(5, 15), beat_by_hand=True)
        time.sleep(dice.random() * 0.1)
        worker.kill()
        kills += 1
        worker = start_solo(LEASE_SECONDS=1)
    ledger = seen.until_finished(beat_by_hand=True)

    assert ledger["uncertain"] <= kills
    seen.assert_the_ledger_tells_the_truth()


@pytest.mark.parametrize("phase", ["rcpt", "data"])
@pytest.mark.parametrize("kind", ["letter", "newsletter"])
def test_a_worker_stopped_past_its_lease_sends_nothing_more_for_its_window(phase, kind, start_loop, catcher, watch):
    """It waits for an answer to RCPT or DATA when it is stopped; others act, and then it is woken."""
    mailing = letter_being_sent(3, kind=kind)
    held = mailing.deliveries.order_by("id")[1]
    reached, go_on = threading.Event(), threading.Event()

    def hold(address):
        if address == held.email and not reached.is_set():
            reached.set()
            go_on.wait(60)

    catcher.on[phase] = hold
    worker = start_loop(LEASE_SECONDS=1)
    seen = watch(mailing, worker)
    assert reached.wait(40), worker.log()
    worker.freeze()
    time.sleep(1.2)
    recovery.sweep()
    other = start_loop(LEASE_SECONDS=1)
    seen.until(lambda ledger: not ledger["queued"])

    go_on.set()
    worker.thaw()
    time.sleep(1)
    seen.processes = (worker, other)
    ledger = seen.until_finished(beat_by_hand=True)

    assert ledger["sent"] + ledger["uncertain"] == 3
    assert ledger["uncertain"] <= (1 if kind == "letter" else 3)
    assert len(catcher.recipients) == len(set(catcher.recipients))
    seen.assert_the_ledger_tells_the_truth()


def test_an_answer_that_takes_longer_than_a_lease_is_waited_for(start_solo, catcher, watch):
    mailing = letter_being_sent(2)
    slow = mailing.deliveries.order_by("id")[0].email
    catcher.on_data = lambda address: time.sleep(2.5) if address == slow else None
    worker = start_solo(LEASE_SECONDS=1)
    seen = watch(mailing, worker)
    bell.ring(mailing.pk)

    ledger = seen.until_finished(beat_by_hand=True)

    assert (ledger["sent"], ledger["uncertain"]) == (2, 0)
    seen.assert_the_ledger_tells_the_truth()


def test_a_worker_that_is_asked_to_stop_finishes_its_letter(start_solo, catcher, watch):
    catcher.delay = 0.05
    mailing = letter_being_sent(40)
    worker = start_solo()
    seen = watch(mailing, worker)
    bell.ring(mailing.pk)
    seen.until_caught(5)

    worker.process.terminate()
    wait_until(lambda: worker.process.poll() is not None, 40, "the worker does not stop", worker.log)

    assert counts(mailing.pk)["in_flight"] == 0
    start_solo()
    assert seen.until_finished(beat_by_hand=True)["sent"] == 40
    seen.assert_the_ledger_tells_the_truth()
