"""A lease on a range of rows belongs to one worker at a time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mailing.dispatch import leases
from mailing.dispatch.claiming import claim_chunk, claim_retry, has_work
from mailing.dispatch.leases import LeaseLost
from mailing.models import Delivery, DeliveryChunk, DeliveryEvent, Mailing
from tests.letters import expire_leases, letter_being_sent, statuses

pytestmark = pytest.mark.django_db


def test_chunks_cover_every_queued_row_once():
    mailing = letter_being_sent(25, chunk=10)
    ids = list(mailing.deliveries.order_by("id").values_list("id", flat=True))

    ranges = list(mailing.chunks.order_by("id").values_list("lo", "hi", "cursor", "state"))

    assert ranges == [(ids[n], ids[min(n + 9, 24)], ids[n] - 1, "open") for n in (0, 10, 20)]


def test_a_small_mailing_is_cut_for_several_workers():
    mailing = letter_being_sent(100)

    assert mailing.chunks.count() == 8


def test_rows_left_out_at_the_freeze_are_in_no_chunk():
    mailing = letter_being_sent(3)
    mailing.chunks.all().delete()
    mailing.deliveries.update(status="skipped", skip_reason="suppressed")

    from mailing.dispatch.store import make_chunks

    assert make_chunks(mailing.pk) == 0


def test_one_chunk_is_claimed_once():
    mailing = letter_being_sent(3)

    first, second = claim_chunk(mailing.pk, "a"), claim_chunk(mailing.pk, "b")

    assert first is not None
    assert first.owner.startswith("a:")
    assert second is None


def test_two_workers_take_different_chunks():
    mailing = letter_being_sent(20, chunk=10)

    first, second = claim_chunk(mailing.pk, "a"), claim_chunk(mailing.pk, "b")

    assert {first.chunk_id, second.chunk_id} == set(mailing.chunks.values_list("pk", flat=True))


@pytest.mark.parametrize("status", [Mailing.Status.PAUSED, Mailing.Status.APPROVED])
def test_nothing_is_claimed_of_a_mailing_that_is_not_being_sent(status):
    mailing = letter_being_sent(3, status=status)

    assert claim_chunk(mailing.pk, "a") is None
    assert not has_work(mailing.pk)


def test_a_chunk_given_back_for_later_waits_until_then():
    mailing = letter_being_sent(3)

    claim_chunk(mailing.pk, "a").release(not_before=60)
    assert claim_chunk(mailing.pk, "b") is None

    mailing.chunks.update(not_before=timezone.now() - timedelta(seconds=1))
    assert claim_chunk(mailing.pk, "b") is not None


def test_a_chunk_given_back_is_free_at_once():
    mailing = letter_being_sent(3)

    claim_chunk(mailing.pk, "a").release()

    assert claim_chunk(mailing.pk, "b") is not None


def test_a_lost_workers_chunk_is_taken_over_and_what_it_had_begun_is_uncertain():
    mailing = letter_being_sent(3)
    claim_chunk(mailing.pk, "a")
    first = mailing.deliveries.order_by("id").first()
    mailing.chunks.update(cursor=first.pk, window_lo=first.pk)
    expire_leases()

    claim = claim_chunk(mailing.pk, "b")

    assert claim.cursor == first.pk
    assert statuses(mailing) == ["uncertain", "queued", "queued"]
    first.refresh_from_db()
    assert (first.error_kind, first.attempts) == ("outcome_unknown", 1)
    assert DeliveryEvent.objects.get(delivery=first).detail == "worker lost"


def test_a_lost_workers_chunk_without_a_window_loses_nothing():
    mailing = letter_being_sent(3)
    claim_chunk(mailing.pk, "a")
    expire_leases()

    assert claim_chunk(mailing.pk, "b") is not None
    assert statuses(mailing) == ["queued"] * 3


def test_a_renewed_lease_lasts_and_another_worker_ends_it():
    mailing = letter_being_sent(3)
    claim = claim_chunk(mailing.pk, "a")
    before = DeliveryChunk.objects.get().lease_until

    assert claim.renew()
    assert DeliveryChunk.objects.get().lease_until > before
    claim.check()

    mailing.chunks.update(owner="b:1")
    assert not claim.renew()
    with pytest.raises(LeaseLost):
        claim.check()


def test_an_expired_lease_is_not_renewed_even_if_nobody_took_it():
    mailing = letter_being_sent(3)
    claim = claim_chunk(mailing.pk, "a")
    expire_leases()

    assert not claim.renew()


def test_the_work_stops_before_the_lease_ends(monkeypatch, settings):
    settings.LEASE_SECONDS = 30
    mailing = letter_being_sent(3)
    claim = claim_chunk(mailing.pk, "a")

    monkeypatch.setattr(leases, "ticks", lambda: claim.renewed_at + 24.9)
    claim.check()
    monkeypatch.setattr(leases, "ticks", lambda: claim.renewed_at + 25.1)
    with pytest.raises(LeaseLost):
        claim.check()


def test_a_row_due_again_is_claimed_once_as_a_chunk_of_its_own():
    mailing = letter_being_sent(1)
    row = mailing.deliveries.get()
    mailing.chunks.update(cursor=row.pk, state="done")
    mailing.deliveries.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    assert has_work(mailing.pk)

    claim, second = claim_retry(mailing.pk, "a"), claim_retry(mailing.pk, "b")

    assert (claim.cursor, claim.hi) == (row.pk - 1, row.pk)
    assert second is None
    assert Delivery.objects.get().next_attempt_at is None


def test_a_row_is_not_tried_again_before_its_time():
    mailing = letter_being_sent(1)
    mailing.chunks.update(cursor=mailing.deliveries.get().pk, state="done")
    mailing.deliveries.update(next_attempt_at=timezone.now() + timedelta(minutes=1))

    assert claim_retry(mailing.pk, "a") is None
    assert not has_work(mailing.pk)


def test_a_row_that_its_chunk_has_yet_to_reach_is_not_due_again():
    mailing = letter_being_sent(1)
    mailing.deliveries.update(next_attempt_at=timezone.now() - timedelta(seconds=1))

    assert claim_retry(mailing.pk, "a") is None


def test_a_crash_between_the_claim_of_a_retry_and_its_intent_loses_nothing():
    mailing = letter_being_sent(1)
    row = mailing.deliveries.get()
    mailing.chunks.update(cursor=row.pk, state="done")
    mailing.deliveries.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    claim_retry(mailing.pk, "a")
    expire_leases()

    claim = claim_chunk(mailing.pk, "b")

    assert (claim.cursor, claim.hi) == (row.pk - 1, row.pk)
    assert statuses(mailing) == ["queued"]
