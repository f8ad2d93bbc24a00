"""A deploy in the middle of a mailing: old and new workers side by side, then the old ones are asked to stop."""

import threading

import pytest

from mailing import bell, lifecycle
from mailing.dispatch import skeleton
from mailing.dispatch.rendering import digest
from tests.letters import letter_being_sent
from tests.processes import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

NEXT = skeleton.VERSION + 1
# How a worker of the next release differs: messages are put together in a form that this one cannot read.
NEW_CODE = {"mailing.dispatch.skeleton.VERSION": NEXT}


def is_over(*workers):
    return all(worker.process.poll() is not None for worker in workers)


@pytest.mark.parametrize("kind", ["letter", "newsletter"])
def test_old_workers_finish_what_they_hold_and_new_ones_send_the_rest(kind, start_any, catcher, watch):
    catcher.delay = 0.02
    mailing = letter_being_sent(60, chunk=10, kind=kind, languages=("en", "fr"))
    old = [start_any(), start_any()]
    seen = watch(mailing, *old)
    bell.ring(mailing.pk)
    seen.until_caught(10, beat_by_hand=True)
    new = [start_any(), start_any()]
    seen.processes = (*old, *new)
    seen.until_caught(20, beat_by_hand=True)

    for worker in old:
        worker.process.terminate()
    ledger = seen.until_finished(beat_by_hand=True)

    wait_until(lambda: is_over(*old), 20, "the old workers do not stop", old[0].log)
    assert (ledger["sent"], ledger["uncertain"]) == (60, 0)
    # Every copy is the one that the ledger tells of.
    sent = dict(mailing.deliveries.values_list("email", "content_digest"))
    assert {caught.recipient: digest(caught.data) for caught in catcher.letters} == sent
    seen.assert_the_ledger_tells_the_truth()


def test_a_worker_that_is_asked_to_stop_and_then_killed_leaves_one_letter_that_is_not_known(start_solo, catcher, watch):
    """As supervisors do: TERM, and KILL when that takes too long."""
    mailing = letter_being_sent(5)
    unlucky = mailing.deliveries.order_by("id")[2].email
    reached, go_on = threading.Event(), threading.Event()

    def hold(address):
        if address == unlucky:
            reached.set()
            go_on.wait(60)

    catcher.on_data = hold
    worker = start_solo(LEASE_SECONDS=1)
    seen = watch(mailing, worker)
    bell.ring(mailing.pk)
    assert reached.wait(40), worker.log()
    worker.process.terminate()
    with pytest.raises(AssertionError, match="it stopped"):
        wait_until(lambda: is_over(worker), 0.5, "it stopped not")
    worker.kill()
    go_on.set()

    seen.processes = (start_solo(),)
    ledger = seen.until_finished(beat_by_hand=True)
    assert (ledger["sent"], ledger["uncertain"]) == (4, 1)
    assert mailing.deliveries.get(status="uncertain").email == unlucky
    seen.assert_the_ledger_tells_the_truth()


def test_an_old_worker_leaves_a_mailing_alone_that_new_ones_have_begun(start_loop, catcher, watch):
    catcher.delay = 0.02
    mailing = letter_being_sent(40, chunk=10)
    new = start_loop(patches=NEW_CODE)
    seen = watch(mailing, new)
    seen.until_caught(5)
    old = start_loop()
    seen.processes = (new, old)

    ledger = seen.until_finished()

    assert (ledger["sent"], ledger["failed"], ledger["uncertain"]) == (40, 0, 0)
    assert not is_over(old)
    assert mailing.skeletons.get().program["version"] == NEXT
    seen.assert_the_ledger_tells_the_truth()


def test_a_mailing_that_new_code_cannot_read_is_paused_and_nobody_is_lost(start_loop, catcher, watch, administrator):
    catcher.delay = 0.02
    mailing = letter_being_sent(30, chunk=10)
    old = start_loop()
    seen = watch(mailing, old)
    seen.until_caught(5)
    old.process.terminate()
    new = start_loop(patches=NEW_CODE)
    seen.processes = (old, new)

    seen.until(lambda ledger: seen.status() == "paused")
    mailing.refresh_from_db()
    assert mailing.pause_reason == "It was begun by an older version of this software, which has to finish it."
    ledger = seen.ledger()
    assert (ledger["failed"], ledger["uncertain"]) == (0, 0)
    assert ledger["queued"] > 0

    # Back to the old code: everybody gets the rest.
    new.kill()
    lifecycle.resume(mailing, actor=administrator)
    start_loop()
    ledger = seen.until_finished(beat_by_hand=True)
    assert (ledger["sent"], ledger["failed"], ledger["uncertain"]) == (30, 0, 0)
    seen.assert_the_ledger_tells_the_truth()
