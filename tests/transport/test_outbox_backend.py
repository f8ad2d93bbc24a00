"""Whatever Django sends as mail goes through the outbox."""

import pytest
from django.core import mail as django_mail
from django.core.mail import EmailMessage, EmailMultiAlternatives

from tests.transport.scripted_smtp import ScriptedSMTP
from transport.models import SystemMail
from transport.outbox import send_due

BACKEND = "transport.backend.OutboxBackend"


@pytest.fixture
def backend(db, settings):
    """The real setting; pytest-django puts Django's in-memory one in its place."""
    settings.EMAIL_BACKEND = BACKEND
    return django_mail.get_connection()


def test_the_settings_name_the_outbox():
    from config import settings as ours

    assert ours.EMAIL_BACKEND == BACKEND


def test_each_recipient_gets_a_mail_of_their_own(backend, settings):
    message = EmailMultiAlternatives(
        "Subject\nfolded", "Text", "ignored@elsewhere.example", ["a@platform.example"], cc=["b@platform.example"]
    )
    message.attach_alternative("<p>Text</p>", "text/html")
    message.reply_to = ["officer@platform.example"]
    message.extra_headers = {"X-Reason": "test"}
    assert backend.send_messages([message]) == 1
    with ScriptedSMTP() as server:
        settings.SMTP_URL = server.url
        assert send_due() == 2
        assert sorted(caught.rcpt_to for caught in server.messages) == ["a@platform.example", "b@platform.example"]
        data = server.messages[0].data
    assert b"\r\nSubject: Subject folded\r\n" in data
    assert b"\r\nX-Reason: test\r\n" in data
    assert b"\r\nReply-To: officer@platform.example\r\n" in data
    assert b"elsewhere.example" not in data


def test_django_sends_through_it(backend):
    django_mail.send_mail("Hello", "Text", None, ["a@platform.example"])
    assert SystemMail.objects.get().purpose == "plain"


def test_what_the_outbox_cannot_carry_is_said_and_not_dropped(backend):
    message = EmailMessage("S", "T", None, ["a@platform.example"])
    message.attach("a.txt", "x", "text/plain")
    with pytest.raises(ValueError, match="no attachments"):
        message.send()
    html_only = EmailMessage("S", "<p>T</p>", None, ["a@platform.example"])
    html_only.content_subtype = "html"
    with pytest.raises(ValueError, match="text part"):
        html_only.send()
    assert SystemMail.objects.count() == 0
