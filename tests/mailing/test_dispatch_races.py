"""Workers and people at the same moment, on real connections: one of them is always first."""

import threading
import time

import pytest
from django.db import OperationalError, connection

from mailing import lifecycle
from mailing.dispatch import sending, settlement
from mailing.dispatch.claiming import claim_chunk, claim_retry
from mailing.dispatch.clock import clock
from mailing.dispatch.heartbeat import Heartbeat
from mailing.dispatch.leases import MailingStopped
from mailing.dispatch.store import counts
from mailing.dispatch.window import open_window
from mailing.models import Delivery, DeliveryChunk, Mailing
from tests.letters import expire_leases, in_one_chunk, letter_being_sent, statuses
from tests.mailing.transports import FakeTransport
from tests.patience import join_all
from tests.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works):
    """Run each in a thread of its own with its own connection, all from the same moment; give what they gave."""
    barrier, given = threading.Barrier(len(works)), [None] * len(works)

    def do(number, work):
        try:
            barrier.wait(10)
            given[number] = work()
        except Exception as error:
            given[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=pair, daemon=True) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    join_all(threads, 30, "those at work")
    return given


def test_eight_workers_and_one_recipient_make_one_message():
    mailing = letter_being_sent(1)
    transports = [FakeTransport() for _worker in range(8)]

    at_once(*[lambda hop=hop: sending.run(mailing.pk, open_with=hop) for hop in transports])

    assert sum(len(transport.taken) for transport in transports) == 1
    assert statuses(mailing) == ["sent"]


def test_eight_workers_take_one_free_chunk_once():
    mailing = letter_being_sent(3)

    claims = at_once(*[lambda: claim_chunk(mailing.pk, "w") for _worker in range(8)])

    assert len([claim for claim in claims if claim]) == 1


def test_eight_workers_take_one_due_row_once():
    mailing = letter_being_sent(1)
    row = mailing.deliveries.get()
    mailing.chunks.update(cursor=row.pk, state="done")
    mailing.deliveries.update(next_attempt_at=clock())

    claims = at_once(*[lambda: claim_retry(mailing.pk, "w") for _worker in range(8)])

    assert len([claim for claim in claims if claim]) == 1
    assert DeliveryChunk.objects.filter(state="open").count() == 1


def test_one_of_a_takeover_and_a_late_result_wins():
    from mailing.dispatch.results import Result
    from mailing.dispatch.store import write_results

    for _round in range(5):
        mailing = letter_being_sent(1)
        claim = claim_chunk(mailing.pk, "a")
        (row,) = open_window(claim, mailing)
        expire_leases()

        _claimed, is_written = at_once(
            lambda mailing=mailing: claim_chunk(mailing.pk, "b"),
            lambda claim=claim, row=row: write_results(claim, [Result(row.pk, "sent")]),
        )

        assert statuses(mailing) == (["sent"] if is_written else ["uncertain"])


def test_a_pause_and_an_intent_have_an_order(administrator, settings):
    """Once the pause is committed no window opens any more (RELIABILITY G8)."""
    settings.LEASE_SECONDS = 30
    mailing = in_one_chunk(letter_being_sent(80))

    def pause():
        time.sleep(0.05)
        assert lifecycle.pause(Mailing.objects.get(pk=mailing.pk), actor=administrator)
        return cursor_of(mailing)

    def work():
        claim = claim_chunk(mailing.pk, "a")
        while open_window(claim, mailing):
            DeliveryChunk.objects.update(window_lo=None)
            claim.window_lo = None
            time.sleep(0.01)

    cursor_at_the_pause, ended = at_once(pause, work)

    assert isinstance(ended, MailingStopped)
    assert cursor_at_the_pause == cursor_of(mailing)


def cursor_of(mailing) -> int:
    return mailing.chunks.get().cursor


def test_the_heartbeat_keeps_a_lease_and_ends_with_its_block(settings):
    settings.LEASE_SECONDS = 1
    mailing = letter_being_sent(1)
    claim = claim_chunk(mailing.pk, "a")

    with Heartbeat(claim) as heartbeat:
        time.sleep(1.6)
        claim.check()
        assert claim_chunk(mailing.pk, "b") is None
    assert not heartbeat._thread.is_alive()


def test_a_failed_heartbeat_stops_the_work(settings):
    settings.LEASE_SECONDS = 1
    mailing = letter_being_sent(1)
    claim = claim_chunk(mailing.pk, "a")

    with Heartbeat(claim):
        DeliveryChunk.objects.update(owner="b:1")
        wait_until(lambda: claim.is_lost, 10, "the heartbeat has not noticed")


def test_a_lost_reply_to_commit_is_looked_up_and_not_taken_for_a_rollback(monkeypatch, settings):
    settings.LEASE_SECONDS = 30
    mailing = letter_being_sent(2)
    real, failures = settlement.write_results, []

    def commits_and_says_nothing(*arguments):
        done = real(*arguments)
        if not failures:
            failures.append(1)
            raise OperationalError("server closed the connection unexpectedly")
        return done

    monkeypatch.setattr(settlement, "write_results", commits_and_says_nothing)
    transport = FakeTransport()
    sending.run(mailing.pk, open_with=transport)

    assert statuses(mailing) == ["sent", "sent"]
    assert len(transport.taken) == 2


def test_a_database_that_restarts_gets_the_result_when_it_is_back(monkeypatch, settings):
    settings.LEASE_SECONDS = 30
    mailing = letter_being_sent(2)
    real, failures = settlement.write_results, [1]

    def fails_once(*arguments):
        if failures:
            failures.pop()
            raise OperationalError("the database system is starting up")
        return real(*arguments)

    monkeypatch.setattr(settlement, "write_results", fails_once)
    sending.run(mailing.pk, open_with=FakeTransport())

    assert statuses(mailing) == ["sent", "sent"]


def test_the_ledger_adds_up_at_every_sampled_instant():
    mailing = letter_being_sent(60, chunk=20)
    samples, is_over = [], threading.Event()

    def sample():
        while not is_over.is_set():
            found = counts(mailing.pk)
            samples.append(sum(found[row] for row in ("queued", "sent", "failed", "cancelled", "uncertain", "skipped")))

    def work():
        try:
            return sending.run(mailing.pk, open_with=FakeTransport())
        finally:
            is_over.set()

    given = at_once(sample, work, lambda: sending.run(mailing.pk, open_with=FakeTransport()))

    assert given[0] is None
    assert given[1] + given[2] == 60
    assert set(samples) == {60}
    assert Delivery.objects.filter(status="sent").count() == 60
