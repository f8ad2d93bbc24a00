"""The engine's SQL does the same on both databases."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.models import Suppression
from mailing.dispatch.claiming import claim_chunk
from mailing.dispatch.results import Result
from mailing.dispatch.store import cancel_waiting, counts, in_flight, make_chunks, write_results
from mailing.dispatch.window import open_window
from mailing.models import Delivery, DeliveryChunk, DeliveryEvent
from tests.letters import letter_being_sent, statuses

pytestmark = pytest.mark.django_db


def window_of(people: int):
    """A newsletter with all its rows in one window, and the claim on it."""
    mailing = letter_being_sent(people, kind="newsletter")
    claim = claim_chunk(mailing.pk, "a")
    return mailing, claim, open_window(claim, mailing, size=50)


def write(claim, results):
    return write_results(claim, results)


def test_one_statement_writes_every_kind_of_result():
    mailing, claim, (a, b, c, d) = window_of(4)

    assert write(
        claim,
        [
            Result(a.pk, "sent", error_code="250", content_digest="f" * 64),
            Result(b.pk, "failed", error_kind="permanent", error_code="5.7.1", error_detail="“No”; it's 'over'"),
            Result(c.pk, "queued", error_kind="transient", wait=60.5),
            Result(d.pk, "uncertain", error_kind="outcome_unknown", event="The connection was lost."),
        ],
    )

    a, b, c, d = mailing.deliveries.order_by("id")
    now = timezone.now()
    assert abs(a.sent_at - now) < timedelta(seconds=5)
    assert (a.status, a.content_digest, a.failed_at) == ("sent", "f" * 64, None)
    assert abs(b.failed_at - now) < timedelta(seconds=5)
    assert (b.error_code, b.error_detail) == ("5.7.1", "“No”; it's 'over'")
    assert abs(c.next_attempt_at - now - timedelta(seconds=60.5)) < timedelta(seconds=5)
    assert d.events.get().detail == "The connection was lost."
    assert [row.attempts for row in (a, b, c, d)] == [1, 1, 1, 1]
    assert counts(mailing.pk) == {
        "queued": 1, "sent": 1, "failed": 1, "cancelled": 0, "uncertain": 1, "skipped": 0, "in_flight": 0, "delayed": 1,
    }  # fmt: skip


def test_the_window_closes_with_its_results_and_the_chunk_with_its_last_window():
    mailing, claim, rows = window_of(2)

    write(claim, [Result(row.pk, "sent") for row in rows])

    chunk = mailing.chunks.get()
    assert (chunk.state, chunk.owner, chunk.window_lo, chunk.lease_until) == ("done", "", None, None)


def test_results_of_a_former_owner_are_refused():
    mailing, claim, rows = window_of(2)
    DeliveryChunk.objects.update(owner="b:1")

    assert not write(claim, [Result(row.pk, "sent") for row in rows])
    assert statuses(mailing) == ["queued", "queued"]


def test_results_are_written_once():
    mailing, claim, rows = window_of(2)
    assert write(claim, [Result(row.pk, "sent") for row in rows])

    assert not write(claim, [Result(row.pk, "failed") for row in rows])
    assert statuses(mailing) == ["sent", "sent"]


def test_a_row_that_was_settled_already_takes_no_result():
    mailing, claim, rows = window_of(2)
    Delivery.objects.filter(pk=rows[0].pk).update(status="cancelled")

    assert write(claim, [Result(row.pk, "sent") for row in rows])

    assert statuses(mailing) == ["cancelled", "sent"]


def test_a_window_that_is_not_the_claim_s_any_more_takes_no_results():
    """As after a lost reply to COMMIT: the next window is open already, and these results were written with it."""
    mailing, claim, (first, second, third) = window_of(3)
    DeliveryChunk.objects.update(window_lo=second.pk, cursor=third.pk)
    claim.cursor = second.pk

    assert not write(claim, [Result(row.pk, "sent") for row in (first, second, third)])

    assert statuses(mailing) == ["queued", "queued", "queued"]
    assert mailing.chunks.get().window_lo == second.pk


def test_answers_are_counted_for_the_breaker():
    mailing, claim, rows = window_of(3)
    kinds = [{"status": "sent"}, {"status": "failed", "error_kind": "permanent"}, {"status": "queued", "wait": 1.0}]

    write(claim, [Result(row.pk, **kind) for row, kind in zip(rows, kinds, strict=True)])

    chunk = mailing.chunks.get()
    assert (chunk.accepted, chunk.refused) == (1, 1)


def test_a_mailbox_that_is_gone_is_suppressed_with_the_result():
    mailing, claim, (row,) = window_of(1)

    write(claim, [Result(row.pk, "failed", mailbox_gone=True)])

    assert Suppression.objects.get().email_digest == mailing.deliveries.get().email_digest


def test_a_window_without_results_closes_nothing_and_tells_nothing():
    mailing, _claim, _rows = window_of(1)

    assert counts(mailing.pk)["in_flight"] == 1
    assert not DeliveryEvent.objects.exists()


def test_stopping_leaves_what_is_in_flight_to_the_engine():
    mailing = letter_being_sent(3)
    claim = claim_chunk(mailing.pk, "a")
    (leaving,) = open_window(claim, mailing)

    assert cancel_waiting(mailing.pk) == 2
    assert statuses(mailing) == ["queued", "cancelled", "cancelled"]
    assert [row.pk for row in mailing.deliveries.filter(in_flight(mailing.pk))] == [leaving.pk]


def test_a_mailing_of_thousands_is_cut_into_chunks_of_at_most_500():
    mailing = letter_being_sent(0)
    now = timezone.now()
    Delivery.objects.bulk_create(
        [Delivery(mailing=mailing, email_key=f"p{n}@x.example", queued_at=now) for n in range(4100)]
    )

    assert make_chunks(mailing.pk) == 9
    sizes = [chunk.hi - chunk.lo + 1 for chunk in mailing.chunks.all()]
    assert (max(sizes), sum(sizes)) == (500, 4100)
