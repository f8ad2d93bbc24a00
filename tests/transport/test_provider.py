"""A provider over HTTP looks like SMTP to the caller: one recipient, three kinds of failure, nothing guessed."""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from anymail.message import AnymailRecipientStatus
from django.core import mail as django_mail
from django.core.checks.registry import registry
from django.utils import timezone

from tests.transport.conftest import plain_message
from transport import provider
from transport.checks import mail_settings
from transport.errors import OutcomeUnknown, PermanentError, TransientError
from transport.message import build_message
from transport.provider import ProviderTransport, as_django_message, open_transport
from transport.smtp import SMTPTransport

TEST_BACKEND = "anymail.backends.test.EmailBackend"
POSTMARK = "anymail.backends.postmark.EmailBackend"


def hand_over(transport, message=None, **options):
    with transport:
        return transport.deliver(
            envelope_from="bounce@platform.example",
            recipient="ana@parliament.example",
            message=message or plain_message(),
            **options,
        )


@pytest.fixture
def outbox():
    django_mail.outbox = []
    return django_mail.outbox


@pytest.fixture
def answers(outbox, monkeypatch):
    """Says which status the test provider gives."""

    def give(status):
        def with_answer(message, recipient):
            mail = as_django_message(message, recipient)
            answer = AnymailRecipientStatus("id-1", status)
            mail.anymail_test_response = {"recipient_status": {recipient: answer} if status else {}}
            return mail

        monkeypatch.setattr(provider, "as_django_message", with_answer)

    return give


def test_the_settings_choose_the_transport(settings):
    settings.MAIL_PROVIDER, settings.SMTP_URL = "smtp", "smtp://127.0.0.1:1025"
    assert isinstance(open_transport(), SMTPTransport)
    settings.MAIL_PROVIDER = TEST_BACKEND
    assert isinstance(open_transport(), ProviderTransport)


def test_the_provider_gets_the_parts_of_the_message_and_one_recipient(outbox):
    message = build_message(
        sender=("Platform, Test", "advocacy@platform.example"),
        to=("Ana Žitnik", "ana@parliament.example"),
        reply_to="officer@platform.example",
        subject="Zażółć gęślą jaźń",
        text="Szanowna Pani\n",
        html="<p>Szanowna Pani</p>\n",
        message_id="one@platform.example",
        headers={"Content-Language": "pl", "Auto-Submitted": "auto-generated"},
        date=timezone.now(),
    )
    receipt = hand_over(ProviderTransport(TEST_BACKEND), message, reference="0198c0de")
    (sent,) = outbox
    params = sent.anymail_test_params
    assert receipt.code == "sent"
    assert [address.addr_spec for address in params["to"]] == ["ana@parliament.example"]
    assert (params["from"].display_name, params["from"].addr_spec) == ("Platform, Test", "advocacy@platform.example")
    assert params["subject"] == "Zażółć gęślą jaźń"
    assert params["text_body"].strip() == "Szanowna Pani"
    assert params["html_body"].strip() == "<p>Szanowna Pani</p>"
    assert params["metadata"] == {"delivery": "0198c0de"}
    assert [address.addr_spec for address in params["reply_to"]] == ["officer@platform.example"]
    headers = {name.lower(): value for name, value in params["extra_headers"].items()}
    assert headers["content-language"] == "pl"
    assert headers["message-id"] == "<one@platform.example>"
    assert {"subject", "to", "from", "content-type"}.isdisjoint(headers)


@pytest.mark.parametrize("status", ["sent", "queued"])
def test_sent_and_queued_are_accepted(answers, status):
    answers(status)
    receipt = hand_over(ProviderTransport(TEST_BACKEND))
    assert (receipt.code, receipt.text) == (status, "id-1")


@pytest.mark.parametrize("status", ["invalid", "rejected", "failed"])
def test_a_refusal_inside_an_http_200_is_read(answers, status):
    answers(status)
    with pytest.raises(PermanentError, match=status) as caught:
        hand_over(ProviderTransport(TEST_BACKEND))
    assert not caught.value.mailbox_gone


@pytest.mark.parametrize("status", ["unknown", None])
def test_a_status_that_says_nothing_leaves_the_outcome_unknown(answers, status):
    answers(status)
    with pytest.raises(OutcomeUnknown):
        hand_over(ProviderTransport(TEST_BACKEND))


def test_what_may_continue_raises_stops_the_request(outbox):
    class Stop(Exception):
        """A lost lease."""

    def stop():
        raise Stop

    with pytest.raises(Stop):
        hand_over(ProviderTransport(TEST_BACKEND), may_continue=stop)
    assert outbox == []


def test_unsafe_bytes_are_refused_here_too(outbox):
    with pytest.raises(PermanentError, match="NUL"):
        hand_over(ProviderTransport(TEST_BACKEND), b"Subject: x\r\n\r\n\0\r\n")


def test_a_provider_that_is_not_set_up_pauses_the_mailing(settings):
    settings.ANYMAIL = {}
    for path in ["no.such.Backend", POSTMARK]:
        with pytest.raises(TransientError, match="not set up") as caught:
            hand_over(ProviderTransport(path))
        assert caught.value.pauses_mailing


class Api(BaseHTTPRequestHandler):
    """Postmark's interface, as far as one message needs it."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests += 1
        status, body = self.server.answer
        if status is None:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if status == "hang":
            self.server.over.wait(10)
            return
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

    def log_message(self, *args):
        """Quiet."""


@pytest.fixture
def api(settings):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    server.requests, server.over = 0, threading.Event()
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    settings.ANYMAIL = {
        "POSTMARK_SERVER_TOKEN": "secret-token",
        "POSTMARK_API_URL": f"http://127.0.0.1:{server.server_port}/",
        "REQUESTS_TIMEOUT": (1, 0.4),
    }
    yield server
    server.over.set()
    server.shutdown()
    server.server_close()


def test_an_accepted_request_gives_a_receipt(api):
    api.answer = 200, {"ErrorCode": 0, "Message": "OK", "MessageID": "abc", "To": "ana@parliament.example"}
    assert hand_over(ProviderTransport(POSTMARK)).text == "abc"


@pytest.mark.parametrize(
    ("answer", "kind", "pauses"),
    [
        ((401, {"ErrorCode": 10, "Message": "bad token"}), TransientError, True),
        ((403, {}), TransientError, True),
        ((429, {}), TransientError, False),
        ((503, {}), TransientError, False),
        ((413, {}), PermanentError, False),
        ((500, {}), OutcomeUnknown, False),
        ((502, {}), OutcomeUnknown, False),
        ((504, {}), OutcomeUnknown, False),
        ((200, b"<html>not json"), OutcomeUnknown, False),
        ((None, ""), OutcomeUnknown, False),
        (("hang", ""), OutcomeUnknown, False),
    ],
    ids=lambda value: str(value)[:24],
)
def test_every_answer_of_the_provider_becomes_one_of_three_kinds(api, answer, kind, pauses):
    api.answer = answer
    with pytest.raises(kind) as caught:
        hand_over(ProviderTransport(POSTMARK))
    assert caught.value.pauses_mailing is pauses
    assert api.requests == 1, "one request, and never a second by itself"
    assert "parliament.example" not in caught.value.detail
    assert "secret-token" not in caught.value.detail


def test_a_provider_that_cannot_be_reached_pauses_the_mailing(api, settings):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    for host in (f"127.0.0.1:{port}", f"no-such-host.invalid:{port}"):
        settings.ANYMAIL = settings.ANYMAIL | {"POSTMARK_API_URL": f"http://{host}/"}
        with pytest.raises(TransientError, match="cannot be reached") as caught:
            hand_over(ProviderTransport(POSTMARK))
        assert caught.value.pauses_mailing


@pytest.mark.parametrize(
    ("name", "value", "check"),
    [
        ("SMTP_URL", "ftp://mail.example", "transport.E001"),
        ("MAIL_PROVIDER", "no.such.Backend", "transport.E002"),
        ("DEFAULT_FROM_EMAIL", "nobody", "transport.E003"),
    ],
)
def test_a_wrong_mail_setting_is_said_at_the_start_with_a_hint(settings, name, value, check):
    assert mail_settings in registry.get_checks()
    assert mail_settings() == []
    setattr(settings, name, value)
    (found,) = mail_settings()
    assert (found.id, bool(found.hint)) == (check, True)
