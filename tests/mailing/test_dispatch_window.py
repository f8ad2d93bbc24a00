"""The intent: a fresh look at each recipient, committed before the first byte leaves."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from contacts.models import Contact, Mandate, Suppression
from mailing.dispatch.claiming import claim_chunk
from mailing.dispatch.leases import LeaseLost, MailingStopped
from mailing.dispatch.store import counts, make_chunks
from mailing.dispatch.window import open_window, window_size
from mailing.models import Delivery, DeliveryChunk, Mailing
from tests.factories import ContactFactory, MandateFactory
from tests.letters import expire_leases, in_one_chunk, letter_being_sent, queue, statuses

pytestmark = pytest.mark.django_db


def opened(mailing, **options):
    return open_window(claim_chunk(mailing.pk, "a"), mailing, **options)


def skipped(mailing):
    row = mailing.deliveries.get(status="skipped")
    assert row.skipped_at is not None
    return row.skip_reason


def test_a_letters_window_is_one_row_and_is_in_flight():
    mailing = letter_being_sent(3)

    rows = opened(mailing)

    chunk = DeliveryChunk.objects.get()
    assert [row.pk for row in rows] == [chunk.lo]
    assert (chunk.window_lo, chunk.cursor) == (chunk.lo, chunk.lo)
    assert counts(mailing.pk)["in_flight"] == 1


def test_a_window_is_never_larger_than_fifty():
    mailing = in_one_chunk(letter_being_sent(60))

    assert len(opened(mailing, size=1000)) == 50
    assert (window_size("letter"), window_size("newsletter")) == (1, 50)


def test_a_chunk_whose_rows_are_all_settled_is_done():
    mailing = letter_being_sent(2)
    mailing.deliveries.update(status="cancelled")

    assert opened(mailing) is None
    assert DeliveryChunk.objects.get().state == "done"


def test_no_window_opens_after_a_pause():
    mailing = letter_being_sent(2)
    claim = claim_chunk(mailing.pk, "a")
    Mailing.objects.update(status="paused")

    with pytest.raises(MailingStopped):
        open_window(claim, mailing)
    assert counts(mailing.pk)["in_flight"] == 0


def test_no_window_opens_after_the_lease_ran_out():
    mailing = letter_being_sent(2)
    claim = claim_chunk(mailing.pk, "a")
    expire_leases()

    with pytest.raises(LeaseLost):
        open_window(claim, mailing)
    assert DeliveryChunk.objects.get().window_lo is None


def test_no_window_opens_in_somebody_elses_chunk():
    mailing = letter_being_sent(2)
    claim = claim_chunk(mailing.pk, "a")
    DeliveryChunk.objects.update(owner="b:1")

    with pytest.raises(LeaseLost):
        open_window(claim, mailing)


def test_no_second_window_opens_before_the_first_has_its_results():
    mailing = letter_being_sent(2)
    claim = claim_chunk(mailing.pk, "a")
    open_window(claim, mailing)

    with pytest.raises(RuntimeError):
        open_window(claim, mailing)
    assert counts(mailing.pk)["in_flight"] == 1


@pytest.mark.parametrize(
    ("reason", "scope", "skip"),
    [
        ("hard_bounce", "all", "suppressed"),
        ("complaint", "all", "suppressed"),
        ("objection", "letters", "objected"),
        ("erasure", "all", "erased"),
    ],
)
def test_an_address_blocked_since_the_freeze_is_left_out(reason, scope, skip):
    mailing = letter_being_sent(1)
    digest = mailing.deliveries.get().email_digest
    Suppression.objects.create(email_digest=digest, scope=scope, reason=reason)

    assert opened(mailing) == []
    assert skipped(mailing) == skip
    assert DeliveryChunk.objects.get().state == "done"


def test_a_block_of_another_list_stops_no_letter():
    mailing = letter_being_sent(1)
    digest = mailing.deliveries.get().email_digest
    Suppression.objects.create(email_digest=digest, scope="list:7", reason="objection")

    assert len(opened(mailing)) == 1


def test_a_contact_erased_since_the_freeze_is_left_out():
    mailing = letter_being_sent(1)
    Contact.objects.update(
        erased_at=timezone.now(), email="", email_key=None, given_name="", family_name="", sort_key=""
    )

    assert opened(mailing) == []
    assert skipped(mailing) == "erased"


def test_a_delivery_without_a_contact_or_an_address_is_left_out():
    mailing = letter_being_sent(2)
    first, second = mailing.deliveries.order_by("id")
    Delivery.objects.filter(pk=first.pk).update(contact=None)
    Delivery.objects.filter(pk=second.pk).update(email=None)

    assert opened(mailing, size=2) == []
    assert statuses(mailing) == ["skipped", "skipped"]


def member(**dates) -> Contact:
    contact = ContactFactory()
    MandateFactory(contact=contact, **dates)
    return contact


def letter_to(contact, **context) -> Mailing:
    mailing = letter_being_sent(0)
    queue(mailing, contact, **context)
    make_chunks(mailing.pk)
    return mailing


def test_a_member_who_left_the_parliament_since_the_freeze_is_left_out():
    contact = member()
    mailing = letter_to(contact, group="EPP", committees=["LIBE"])
    Mandate.objects.update(ended_on=date.today() - timedelta(days=1))

    assert opened(mailing) == []
    assert skipped(mailing) == "mandate_ended"


def test_a_member_with_a_new_mandate_gets_the_letter():
    contact = member(ended_on=date.today() - timedelta(days=1))
    MandateFactory(contact=contact, term=11)

    assert len(opened(letter_to(contact, group="EPP"))) == 1


def test_a_member_whose_mandate_ends_next_month_gets_the_letter():
    contact = member(ended_on=date.today() + timedelta(days=30))

    assert len(opened(letter_to(contact, group="EPP"))) == 1


def test_a_former_member_chosen_as_somebody_else_gets_the_letter():
    contact = member(ended_on=date.today() - timedelta(days=900))

    assert len(opened(letter_to(contact))) == 1
