"""A scripted SMTP server, a client on it, and a plain message."""

from datetime import UTC, datetime

import pytest

from tests.transport.scripted_smtp import ScriptedSMTP
from transport.message import build_message
from transport.smtp import SMTPTransport


def plain_message(text="Dear Ms Brennan,\n\nplease support the six points.\n"):
    return build_message(
        sender=("Test Platform", "advocacy@platform.example"),
        to="ana@parliament.example",
        reply_to="",
        subject="Compensation",
        text=text,
        html="",
        message_id="one@platform.example",
        headers={},
        date=datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
    )


def hand_over(client, recipient, message=None, may_continue=lambda: None):
    return client.deliver(
        envelope_from="bounce@platform.example",
        recipient=recipient,
        message=message or plain_message(),
        may_continue=may_continue,
    )


@pytest.fixture
def server():
    with ScriptedSMTP() as running:
        yield running


@pytest.fixture
def client(server):
    with SMTPTransport(server.url, data_timeout=5) as transport:
        yield transport


@pytest.fixture
def deliver(client):
    """Hand one plain message over, to Ana unless told otherwise."""

    def to(recipient="ana@parliament.example", message=None, may_continue=lambda: None):
        return hand_over(client, recipient, message, may_continue)

    return to


@pytest.fixture
def next_hop(settings):
    with ScriptedSMTP() as server:
        settings.SMTP_URL = server.url
        settings.SMTP_DATA_TIMEOUT = 5
        yield server
