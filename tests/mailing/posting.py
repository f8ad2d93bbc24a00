"""Requests as mail providers make them, for tests of webhooks."""

import json
from base64 import b64encode

import pytest

from mailing import bell

SECRET = "demarche:a-secret-of-the-webhook"
POSTMARK = "/webhooks/postmark/tracking/"
SENDGRID = "/webhooks/sendgrid/tracking/"
MAILGUN = "/webhooks/mailgun/tracking/"
RING = "a ring"


@pytest.fixture
def rings(monkeypatch, settings):
    """Webhooks are open, and the bell is only counted: tests handle what was stored themselves."""
    settings.ANYMAIL_WEBHOOK_SECRET = [SECRET]
    settings.ANYMAIL_MAILGUN_WEBHOOK_SIGNING_KEY = "signing-key"
    rung = []
    monkeypatch.setattr(bell, "ring_incoming", lambda: rung.append(RING))
    return rung


@pytest.fixture
def tell(client, rings):
    def send(url, said, *, secret=SECRET, **extra):
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        headers = {"authorization": f"Basic {b64encode(secret.encode()).decode()}"} if secret else {}
        return client.post(url, body, content_type="application/json", headers=headers, **extra)

    return send


def happened(delivery, kind, **fields):
    """One event as Postmark tells it."""
    times = {"Delivery": "DeliveredAt", "Bounce": "BouncedAt", "SpamComplaint": "BouncedAt"}
    return {
        "RecordType": kind,
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Recipient" if kind == "Delivery" else "Email": delivery.email,
        times[kind]: "2024-11-22T08:00:05Z",
        "Metadata": {"delivery": str(delivery.public_id)},
        **fields,
    }


def bounce(delivery, said="550 5.1.1 no such user", **fields):
    return happened(delivery, "Bounce", **{"ID": 42, "Type": "HardBounce", "Details": said, **fields})
