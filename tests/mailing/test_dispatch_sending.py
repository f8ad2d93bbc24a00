"""One turn of a worker: every result is written down once, and what cannot be known is never guessed."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.utils import timezone

from contacts.models import Suppression
from mailing import bell, lifecycle
from mailing.dispatch import sending, throttle
from mailing.dispatch.store import counts
from mailing.models import DeliveryEvent, Mailing, Throttle
from tests.letters import letter_being_sent, statuses
from tests.mailing.transports import FakeTransport
from transport.errors import OutcomeUnknown, PermanentError, Phase, TransientError

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rung(monkeypatch):
    """The bells rung in a test; no worker is there to hear them."""
    found = []
    monkeypatch.setattr(bell, "ring", lambda mailing_id: found.append(mailing_id) or True)
    return found


@pytest.fixture(autouse=True)
def long_lease(settings):
    """No heartbeat within a test: its thread would wait for the test's own transaction."""
    settings.LEASE_SECONDS = 30


def test_every_recipient_gets_one_message_and_the_mailing_finishes():
    mailing = letter_being_sent(25, chunk=10)
    transport = FakeTransport()

    assert sending.run(mailing.pk, open_with=transport) == 25

    assert sorted(transport.recipients) == sorted(mailing.deliveries.values_list("email", flat=True))
    assert counts(mailing.pk)["sent"] == 25
    mailing.refresh_from_db()
    assert mailing.status == Mailing.Status.FINISHED
    assert mailing.last_activity_at is not None
    assert set(mailing.chunks.values_list("state", "owner", "window_lo")) == {("done", "", None)}


def test_a_message_is_in_the_recipients_language_and_carries_its_own_id():
    mailing = letter_being_sent(3, languages=("en", "fr", "el"))
    transport = FakeTransport()

    sending.run(mailing.pk, open_with=transport)

    for delivery, (recipient, data) in zip(mailing.deliveries.order_by("id"), transport.taken, strict=True):
        message = message_from_bytes(data, policy=policy.default)
        assert recipient == delivery.email
        assert message["Message-ID"] == f"<{delivery.public_id}@platform.example>"
        assert message["To"].addresses[0].addr_spec == delivery.email
        assert message["Subject"] == f"Compensation ({delivery.language})"
        assert delivery.context["salutation"] in message.get_body(("plain",)).get_content()
        assert delivery.context["salutation"] in message.get_body(("html",)).get_content()


def test_a_sent_row_keeps_its_time_its_digest_and_the_servers_answer():
    mailing = letter_being_sent(1)
    sending.run(mailing.pk, open_with=FakeTransport())

    row = mailing.deliveries.get()

    assert abs(row.sent_at - timezone.now()) < timedelta(minutes=1)
    assert (row.attempts, row.error_kind, row.error_code) == (1, "", "250")
    assert len(row.content_digest) == 64
    assert row.error_detail == "2.0.0 Ok: queued"


def test_a_refused_recipient_fails_and_the_others_get_theirs():
    mailing = letter_being_sent(3)
    bad = mailing.deliveries.order_by("id")[1].email
    transport = FakeTransport(lambda to: PermanentError("No.", code="550", enhanced="5.7.1") if to == bad else None)

    sending.run(mailing.pk, open_with=transport)

    assert statuses(mailing) == ["sent", "failed", "sent"]
    row = mailing.deliveries.get(status="failed")
    assert (row.error_kind, row.error_code, row.error_detail) == ("permanent", "5.7.1", "No.")
    assert row.failed_at is not None
    assert not Suppression.objects.exists()


def test_a_mailbox_that_is_gone_is_suppressed_for_everything():
    mailing = letter_being_sent(1)
    gone = PermanentError("Unknown user.", code="550", enhanced="5.1.1", mailbox_gone=True)

    sending.run(mailing.pk, open_with=FakeTransport(lambda to: gone))

    suppression = Suppression.objects.get()
    assert suppression.email_digest == mailing.deliveries.get().email_digest
    assert (suppression.scope, suppression.reason) == ("all", "hard_bounce")


def test_a_delayed_recipient_stays_queued_and_comes_back_later(settings):
    settings.RETRY_FIRST_SECONDS = 900
    mailing = letter_being_sent(2)
    slow = mailing.deliveries.order_by("id")[0].email
    answers = {slow: TransientError("Try later.", code="451", phase=Phase.RCPT)}
    transport = FakeTransport(lambda to: answers.get(to))

    sending.run(mailing.pk, open_with=transport)

    row = mailing.deliveries.get(status="queued")
    assert timedelta(minutes=14) < row.next_attempt_at - timezone.now() < timedelta(minutes=16)
    assert (row.attempts, row.error_kind, row.error_code) == (1, "transient", "451")
    mailing.refresh_from_db()
    assert mailing.status == Mailing.Status.SENDING
    assert counts(mailing.pk)["delayed"] == 1

    answers.clear()
    Throttle.objects.all().delete()  # its domain was slowed down as well, which is not the question here
    throttle.forget()
    assert sending.run(mailing.pk, open_with=transport) == 0
    mailing.deliveries.filter(status="queued").update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    assert sending.run(mailing.pk, open_with=transport) == 1

    row.refresh_from_db()
    assert (row.status, row.attempts, row.error_kind, row.next_attempt_at) == ("sent", 2, "", None)
    mailing.refresh_from_db()
    assert mailing.status == Mailing.Status.FINISHED


def test_the_wait_doubles_up_to_four_hours(settings):
    from mailing.dispatch.results import backoff

    settings.RETRY_FIRST_SECONDS = 900

    assert [backoff(attempts) / 60 for attempts in range(6)] == [15, 30, 60, 120, 240, 240]


@pytest.mark.parametrize(("kind", "hours", "status"), [("letter", 100, "queued"), ("newsletter", 100, "failed")])
def test_a_letter_is_tried_for_five_days_and_a_newsletter_for_two(kind, hours, status):
    mailing = letter_being_sent(1, kind=kind)
    Mailing.objects.filter(pk=mailing.pk).update(started_at=timezone.now() - timedelta(hours=hours))

    sending.run(mailing.pk, open_with=FakeTransport(lambda to: TransientError("Later.", code="450")))

    assert statuses(mailing) == [status]


def test_a_lost_answer_is_uncertain_and_nobody_tries_again():
    mailing = letter_being_sent(2)
    first = mailing.deliveries.order_by("id")[0].email
    unknown = OutcomeUnknown("The connection was lost.", phase=Phase.DOT)
    transport = FakeTransport(lambda to: unknown if to == first else None)

    sending.run(mailing.pk, open_with=transport)
    sending.run(mailing.pk, open_with=transport)

    assert statuses(mailing) == ["uncertain", "sent"]
    assert DeliveryEvent.objects.get().detail == "The connection was lost."
    mailing.refresh_from_db()
    assert mailing.status == Mailing.Status.FINISHED


def test_a_person_may_have_it_sent_again_under_the_same_message_id(approver):
    mailing = letter_being_sent(1)
    first, second = FakeTransport(lambda to: OutcomeUnknown("lost", phase=Phase.DOT)), FakeTransport()
    sending.run(mailing.pk, open_with=first)

    row = mailing.deliveries.get()
    lifecycle.settle(row, actor=approver, decision="resend")
    assert sending.run(mailing.pk, open_with=second) == 1

    row.refresh_from_db()
    assert (row.status, row.attempts) == ("sent", 2)
    assert f"Message-ID: <{row.public_id}@platform.example>".encode() in second.taken[0][1]
    mailing.refresh_from_db()
    assert mailing.status == Mailing.Status.FINISHED


def test_a_fault_of_our_own_after_the_message_left_is_uncertain_too():
    mailing = letter_being_sent(2)

    sending.run(mailing.pk, open_with=FakeTransport(lambda to: RuntimeError("broken")))

    assert statuses(mailing) == ["uncertain", "queued"]


def test_a_letter_that_cannot_be_made_fails_alone():
    mailing = letter_being_sent(3)
    row = mailing.deliveries.order_by("id")[1]
    mailing.deliveries.filter(pk=row.pk).update(language="mt")
    transport = FakeTransport()

    sending.run(mailing.pk, open_with=transport)

    assert statuses(mailing) == ["sent", "failed", "sent"]
    row.refresh_from_db()
    assert row.error_kind == "render"
    assert "mt" in row.error_detail
    assert row.email not in transport.recipients


def test_a_fault_of_our_set_up_pauses_the_mailing_and_counts_for_nobody():
    mailing = letter_being_sent(3)
    refused = TransientError("The mail server refused the sign-in.", phase=Phase.AUTH, pauses_mailing=True)
    answers = [refused]
    transport = FakeTransport(lambda to: answers[0] if answers else None)

    sending.run(mailing.pk, open_with=transport)

    mailing.refresh_from_db()
    assert (mailing.status, mailing.pause_reason) == ("paused", "The mail server refused the sign-in.")
    assert statuses(mailing) == ["queued"] * 3
    assert set(mailing.deliveries.values_list("attempts", "error_kind")) == {(0, "")}
    assert counts(mailing.pk)["in_flight"] == 0

    answers.clear()
    Mailing.objects.filter(pk=mailing.pk).update(status="sending")
    assert sending.run(mailing.pk, open_with=transport) == 3
    assert len(set(transport.recipients)) == 3


def test_a_mail_server_that_restarts_does_not_pause_the_mailing(monkeypatch):
    monkeypatch.setattr(sending.time, "sleep", lambda seconds: None)
    mailing = letter_being_sent(2)
    down = [TransientError("Cannot be reached.", phase=Phase.CONNECT, pauses_mailing=True)] * 2
    transport = FakeTransport(lambda to: down.pop() if down else None)

    assert sending.run(mailing.pk, open_with=transport) == 2
