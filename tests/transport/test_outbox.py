"""System mail is written with what it belongs to, sent once, and never guessed about."""

import email
import email.policy
import time
from datetime import timedelta

import pytest
import time_machine
from celery import Celery
from django.db import connection, transaction
from django.utils import timezone

from tests.transport.queueing import queue, state
from transport import broker, outbox
from transport.models import SystemMail, SystemMailFile
from transport.outbox import File, empty_sent, queue_mail, send_due
from transport.tasks import empty_outbox, send_outbox


@pytest.fixture
def rings(monkeypatch):
    """Counts the bell instead of ringing it."""
    heard = []
    monkeypatch.setattr(outbox, "ring", lambda: heard.append(None))
    return heard


def test_a_mail_is_written_in_the_callers_transaction_and_goes_with_it(db, rings):
    with transaction.atomic():
        queue()
        transaction.set_rollback(True)
    assert SystemMail.objects.count() == 0
    assert rings == []


def test_the_bell_rings_after_the_commit(db, rings, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        queue()
        assert rings == []
    assert len(callbacks) == 1


def test_the_same_dedupe_key_writes_nothing_and_gives_the_first_row(db, django_capture_on_commit_callbacks):
    first = queue(title="First")
    with django_capture_on_commit_callbacks() as callbacks:
        second = queue(title="Second", to="somebody.else@platform.example")
    assert second.pk == first.pk
    assert (second.to, second.context["title"]) == ("boris@platform.example", "First")
    assert callbacks == []


def test_an_unknown_purpose_and_a_missing_key_are_refused_at_once(db):
    with pytest.raises(ValueError, match="There is no system mail for “greeting”"):
        queue(purpose="greeting")
    with pytest.raises(ValueError, match="lacks link"):
        queue_mail(
            purpose="invitation",
            to="a@platform.example",
            language="en",
            context={"name": "A", "inviter": "B", "days": 3},
            dedupe_key="x",
        )
    assert SystemMail.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_makes_nothing_fail(monkeypatch, caplog):
    ours = broker.current_app.conf
    app = Celery("away", broker="redis://127.0.0.1:1/0", set_as_current=False)
    app.conf.update(task_publish_retry=ours.task_publish_retry, broker_transport_options=ours.broker_transport_options)
    monkeypatch.setattr(broker, "current_app", app)
    started = time.monotonic()
    mail = queue()
    assert time.monotonic() - started < 2, "a person waits for this"
    assert state(mail) == ("queued", 0)
    assert "broker away" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_whatever_a_broken_broker_raises_makes_nothing_fail(monkeypatch):
    class Broken:
        def send_task(self, name, **options):
            raise RuntimeError("OOM command not allowed")

    monkeypatch.setattr(broker, "current_app", Broken())
    assert queue().pk


def test_due_mail_is_accepted_once(db, next_hop):
    mail = queue()
    assert send_due() == 1
    assert send_due() == 0
    assert state(mail) == ("sent", 1)
    assert mail.sent_at
    assert mail.claimed_until is None
    assert [caught.rcpt_to for caught in next_hop.messages] == ["boris@platform.example"]


def test_files_go_with_a_mail_and_are_kept_no_longer_than_until_it_left(db, next_hop):
    context = {"subject": "[Test] Points", "text": "Read this.", "html": "<p>Read this.</p>", "reply_to": ""}
    files = [File("points.pdf", "application/pdf", b"%PDF-1.4 points"), File("note.txt", "text/plain", b"A note.")]
    queue_mail(
        purpose="plain", to="a@platform.example", language="en", context=context, dedupe_key="with files", files=files
    )
    assert send_due() == 1
    message = email.message_from_bytes(next_hop.messages[0].data, policy=email.policy.default)
    sent = {part.get_filename(): part.get_payload(decode=True) for part in message.iter_attachments()}
    assert sent == {"points.pdf": b"%PDF-1.4 points", "note.txt": b"A note."}
    assert message.get_body(("html",)).get_content().strip().startswith("<p>Read this.")
    assert not SystemMailFile.objects.exists()


def test_several_mails_share_one_connection(db, next_hop):
    for number in range(3):
        queue(key=str(number), to=f"colleague{number}@platform.example")
    assert send_due() == 3
    assert next_hop.connections == 1


def test_nothing_is_opened_when_nothing_is_due(db, next_hop):
    assert send_due() == 0
    assert next_hop.connections == 0


def test_the_message_is_what_a_mail_server_and_a_holiday_note_expect(db, next_hop, settings, more_languages):
    settings.DEFAULT_FROM_EMAIL = "desk@platform.example"
    queue(language="fr")
    send_due()
    caught = next_hop.messages[0]
    message = email.message_from_bytes(caught.data, policy=email.policy.default)
    assert caught.data.isascii()
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "fr"
    assert message["Message-ID"].endswith("@platform.example>")
    assert message["From"] == "Test Platform <desk@platform.example>"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert caught.mail_from == "desk@platform.example"


def test_the_message_id_is_the_same_at_every_attempt(db, next_hop):
    mail = queue()
    first, second = (outbox.message_bytes(mail) for _attempt in range(2))
    find = [line for line in first.split(b"\r\n") if line.startswith(b"Message-ID")]
    assert find == [line for line in second.split(b"\r\n") if line.startswith(b"Message-ID")]


def test_the_intent_is_on_record_before_the_text_can_be_accepted_and_outside_any_transaction(
    transactional_db, next_hop, monkeypatch
):
    mail, seen = queue(), []
    intend = outbox._intend

    def watched(*args):
        intend(*args)
        seen.append((SystemMail.objects.get(pk=mail.pk).status, connection.in_atomic_block, len(next_hop.messages)))

    monkeypatch.setattr(outbox, "_intend", watched)
    send_due()
    assert seen == [("uncertain", False, 0), ("uncertain", False, 0)]
    assert state(mail) == ("sent", 1)


def test_a_mail_that_cannot_be_made_fails_alone(db, next_hop):
    context = {"subject": "A", "text": "", "reply_to": "Ana\nBcc: b@x.example <ana@platform.example>"}
    broken = queue_mail(purpose="plain", to="a@platform.example", language="en", context=context, dedupe_key="b")
    fine = queue()
    assert send_due() == 1
    assert (state(broken), state(fine)[0]) == (("failed", 0), "sent")
    assert "Reply-To" in broken.last_error


def test_a_link_that_opens_an_account_leaves_the_table_when_it_is_sent(db, next_hop):
    mail = queue_mail(
        purpose="password-reset", to="a@platform.example", language="en", context={"url": "https://t"}, dedupe_key="p"
    )
    send_due()
    assert state(mail)[0] == "sent"
    assert mail.context == {}


def test_after_thirty_days_address_and_context_go_and_the_key_stays(db, next_hop):
    sent, waiting, fresh = queue(), queue(key="waiting"), None
    SystemMail.objects.filter(pk=waiting.pk).update(next_attempt_at=timezone.now() + timedelta(days=90))
    send_due()
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        fresh = queue(key="fresh")
        assert empty_sent() == 2
        assert empty_sent() == 0
        assert queue(key="one").pk == sent.pk
    for mail in (sent, waiting):
        mail.refresh_from_db()
        assert (mail.to, mail.context) == ("", {})
    assert (sent.status, waiting.status) == ("sent", "failed")
    fresh.refresh_from_db()
    assert fresh.to == "boris@platform.example"


def test_nothing_in_the_log_names_an_address(db, next_hop, caplog):
    caplog.set_level("DEBUG")
    queue()
    next_hop.say("rcpt", "550 5.1.1 <boris@platform.example> unknown")
    send_due()
    assert "boris" not in caplog.text
    assert "was not accepted" in caplog.text


def test_the_bells_send_and_empty(db, next_hop):
    mail = queue()
    send_outbox()
    empty_outbox()
    assert state(mail) == ("sent", 1)
