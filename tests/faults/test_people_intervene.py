"""Pause, resume, stop the rest and unsubscribe take effect on letters that have not left yet (RELIABILITY G4, G8)."""

import threading
import time
from email import message_from_bytes

import pytest

from contacts.models import Suppression
from mailing import bell, lifecycle
from mailing.dispatch.rendering import digest
from mailing.drafting import Words, save_text
from mailing.models import MailingContent, Sender
from tests.letters import letter_being_sent

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


def test_after_a_pause_nothing_leaves_and_after_resume_the_rest_does_once(start_solo, catcher, watch, administrator):
    catcher.delay = 0.05
    mailing = letter_being_sent(60, chunk=10)
    workers = [start_solo(), start_solo()]
    seen = watch(mailing, *workers)
    bell.ring(mailing.pk)
    seen.until_caught(10)

    assert lifecycle.pause(mailing, actor=administrator)
    left = len(catcher.messages)
    time.sleep(0.5)
    assert len(catcher.messages) <= left + len(workers)
    ledger = seen.until(lambda ledger: not ledger["in_flight"])
    assert ledger["sent"] == len(catcher.messages)

    mailing.refresh_from_db()
    lifecycle.resume(mailing, actor=administrator)
    seen.until_caught(30)
    mailing.refresh_from_db()
    stopped = lifecycle.stop_the_rest(mailing, actor=administrator)

    ledger = seen.until(lambda ledger: not ledger["in_flight"])
    assert ledger["cancelled"] == stopped.cancelled
    assert stopped.cancelled > 0
    assert ledger["sent"] == len(catcher.messages) == 60 - stopped.cancelled
    assert seen.status() == "cancelled"
    seen.assert_the_ledger_tells_the_truth()


def test_an_address_blocked_while_its_letter_waits_gets_none(start_solo, catcher, watch):
    mailing = letter_being_sent(10)
    first, *_others, last = mailing.deliveries.order_by("id")
    reached, go_on = threading.Event(), threading.Event()

    def hold(address):
        reached.set()
        go_on.wait(60)

    catcher.on_data = hold
    worker = start_solo()
    seen = watch(mailing, worker)
    bell.ring(mailing.pk)
    assert reached.wait(40), worker.log()

    Suppression.objects.create(email_digest=last.email_digest, scope="letters", reason="objection")
    Suppression.objects.create(email_digest=first.email_digest, scope="letters", reason="objection")
    go_on.set()
    ledger = seen.until_finished(beat_by_hand=True)

    # The first letter was leaving already.
    assert first.email in catcher.recipients
    assert last.email not in catcher.recipients
    assert (ledger["sent"], ledger["skipped"]) == (9, 1)
    last.refresh_from_db()
    assert last.skip_reason == "objected"


def test_what_is_edited_while_letters_leave_changes_none_of_them(start_loop, catcher, watch, officer):
    catcher.delay = 0.02
    mailing = letter_being_sent(30, chunk=10)
    worker = start_loop()
    seen = watch(mailing, worker)
    seen.until_caught(5)

    with pytest.raises(lifecycle.LifecycleError):
        save_text(mailing, "en", Words("Another", "<p>Another text</p>", True), edition=1, actor=officer)
    # And past every guard, as a hand in the database would; a new worker reads it all anew.
    MailingContent.objects.filter(mailing=mailing).update(subject="Another", body="<p>Another text</p>")
    Sender.objects.filter(pk=mailing.sender_id).update(name="Another")
    seen.processes = (worker, start_loop())
    assert seen.until_finished()["sent"] == 30

    messages = [message_from_bytes(caught.data) for caught in catcher.letters]
    assert {message["Subject"] for message in messages} == {"Compensation (en)"}
    assert len({message["From"] for message in messages}) == 1
    assert not any(b"Another" in caught.data for caught in catcher.letters)
    told = dict(mailing.deliveries.values_list("email", "content_digest"))
    assert {caught.recipient: digest(caught.data) for caught in catcher.letters} == told
    seen.assert_the_ledger_tells_the_truth()
