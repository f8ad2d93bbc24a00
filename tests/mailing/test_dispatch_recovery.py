"""What lost workers leave behind is told at once, and the bell rings for what has work."""

import pytest

from mailing import bell, lifecycle
from mailing.dispatch import recovery
from mailing.dispatch.claiming import claim_chunk
from mailing.dispatch.store import counts
from mailing.dispatch.window import open_window
from mailing.models import DeliveryEvent, Mailing
from mailing.tasks import dispatch, ring_due, sweep
from tests.letters import expire_leases, letter_being_sent, statuses

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rung(monkeypatch):
    found = []
    monkeypatch.setattr(bell, "ring", lambda mailing_id: found.append(mailing_id) or True)
    return found


def lost_letter(people: int = 3) -> Mailing:
    """A mailing whose worker died with one letter in flight."""
    mailing = letter_being_sent(people)
    open_window(claim_chunk(mailing.pk, "a"), mailing)
    expire_leases()
    return mailing


def test_a_lease_that_holds_is_left_alone():
    mailing = letter_being_sent(2)
    open_window(claim_chunk(mailing.pk, "a"), mailing)

    assert recovery.sweep() == 0
    assert statuses(mailing) == ["queued", "queued"]


def test_what_was_in_flight_is_uncertain_and_the_chunk_is_free():
    mailing = lost_letter()

    assert recovery.sweep() == 1

    assert statuses(mailing) == ["uncertain", "queued", "queued"]
    chunk = mailing.chunks.get()
    assert (chunk.owner, chunk.window_lo, chunk.lease_until, chunk.state) == ("", None, None, "open")
    assert recovery.sweep() == 0
    assert DeliveryEvent.objects.count() == 1


def test_a_chunk_that_moved_on_since_it_was_read_is_left_alone():
    mailing = lost_letter()
    stale = mailing.chunks.get()
    claim_chunk(mailing.pk, "b")

    assert recovery.free(stale) == 0
    assert counts(mailing.pk)["uncertain"] == 1


@pytest.mark.parametrize("status", ["paused", "cancelled"])
def test_a_lost_worker_is_told_of_a_mailing_that_was_paused_or_stopped(status, administrator):
    mailing = lost_letter()
    if status == "paused":
        lifecycle.pause(mailing, actor=administrator)
    else:
        lifecycle.stop_the_rest(mailing, actor=administrator)

    recovery.sweep()

    assert statuses(mailing)[0] == "uncertain"


def test_the_last_lost_letter_ends_its_chunk_and_its_mailing():
    mailing = lost_letter(1)

    recovery.sweep()

    mailing.refresh_from_db()
    assert (mailing.status, mailing.chunks.get().state) == ("finished", "done")


def test_the_bell_rings_for_a_mailing_with_work(rung):
    mailing = letter_being_sent(2)

    assert recovery.ring_due() == 1
    assert rung == [mailing.pk]


def test_no_bell_rings_where_a_worker_is_at_work_or_nothing_is_left(rung):
    mailing = letter_being_sent(40, chunk=10)
    claim_chunk(mailing.pk, "a")
    letter_being_sent(0)

    assert recovery.ring_due() == 0
    assert rung == []


def test_a_lost_worker_does_not_silence_the_bell(rung):
    lost_letter()

    assert recovery.ring_due() == 1


def test_the_tasks_work_without_a_broker_or_a_worker(rung, settings):
    settings.LEASE_SECONDS = 30
    mailing = letter_being_sent(0)

    ring_due()
    dispatch(mailing.pk)
    sweep()

    mailing.refresh_from_db()
    assert mailing.status == "finished"
