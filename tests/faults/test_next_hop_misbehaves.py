"""What a mail server may do to us, through a real connection: refuse, delay, hang up before or after it took all."""

import threading

import pytest

from contacts.models import Suppression
from mailing import bell
from mailing.dispatch import recovery
from tests.letters import letter_being_sent
from tests.processes import CUT

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


def test_a_reply_lost_after_the_dot_is_uncertain_and_never_sent_again(start_solo, catcher, watch):
    mailing = letter_being_sent(5)
    unlucky = mailing.deliveries.order_by("id")[2].email
    catcher.on_data = lambda address: CUT if address == unlucky else None
    worker = start_solo()
    seen = watch(mailing, worker)
    bell.ring(mailing.pk)

    ledger = seen.until_finished(beat_by_hand=True)
    bell.ring(mailing.pk)
    recovery.sweep()
    recovery.ring_due()

    assert (ledger["sent"], ledger["uncertain"]) == (4, 1)
    assert catcher.recipients.count(unlucky) == 1
    assert mailing.deliveries.get(email=unlucky).events.get().kind == "uncertain"
    seen.assert_the_ledger_tells_the_truth()


def test_each_kind_of_answer_ends_as_it_should(start_solo, catcher, watch):
    mailing = letter_being_sent(6)
    gone, policy, full, cut, slow, fine = mailing.deliveries.order_by("id").values_list("email", flat=True)
    once = {slow: "451 4.3.0 Try again later", cut: CUT}
    refusals = {gone: "550 5.1.1 No such user", policy: "550 5.7.1 Not wanted", full: "552 5.2.2 Mailbox full"}
    catcher.on_rcpt = lambda address: refusals.get(address) or once.pop(address, None)
    worker = start_solo()
    seen = watch(mailing, worker)
    bell.ring(mailing.pk)

    ledger = seen.until_finished(beat_by_hand=True)

    assert (ledger["sent"], ledger["failed"], ledger["uncertain"]) == (3, 3, 0)
    assert sorted(catcher.recipients) == sorted([cut, slow, fine])
    digests = Suppression.objects.values_list("email_digest", flat=True)
    assert list(digests) == [mailing.deliveries.get(email=gone).email_digest]
    assert mailing.deliveries.get(email=slow).attempts == 2
    seen.assert_the_ledger_tells_the_truth()


def test_a_mail_server_that_cannot_be_reached_pauses_the_mailing(start_solo, catcher, watch):
    mailing = letter_being_sent(3)
    worker = start_solo(SMTP_URL="smtp://127.0.0.1:9")
    seen = watch(mailing, worker)
    bell.ring(mailing.pk)

    seen.until(lambda ledger: seen.status() == "paused", beat_by_hand=True)

    mailing.refresh_from_db()
    assert mailing.pause_reason == "The mail server cannot be reached."
    assert seen.ledger()["queued"] == 3
    assert set(mailing.deliveries.values_list("attempts", flat=True)) == {0}


def test_a_tarpit_holds_up_its_own_chunk_and_nobody_else(start_solo, catcher, watch):
    mailing = letter_being_sent(24, chunk=4)
    sticky = mailing.deliveries.order_by("id")[1].email
    go_on = threading.Event()
    catcher.on_rcpt = lambda address: (go_on.wait(60), None)[1] if address == sticky else None
    workers = [start_solo(), start_solo()]
    seen = watch(mailing, *workers)
    bell.ring(mailing.pk)

    # Behind the sticky one wait at most the two others of its chunk.
    seen.until_caught(21)
    seen.until(lambda ledger: ledger["queued"] <= 3)
    assert sticky not in catcher.recipients
    go_on.set()
    ledger = seen.until_finished(beat_by_hand=True)

    assert (ledger["sent"], ledger["uncertain"]) == (24, 0)
    assert len(catcher.recipients) == len(set(catcher.recipients)) == 24
    seen.assert_the_ledger_tells_the_truth()
