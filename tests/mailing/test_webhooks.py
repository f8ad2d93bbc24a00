"""Webhooks of mail providers: signed, stored first, handled once, in any order; forged ones write nothing."""

import hashlib
import hmac
import json
import random
from base64 import b64encode
from uuid import uuid4

import pytest
from django.utils import timezone

from contacts.models import Suppression
from mailing import bell
from mailing.handling import handle_waiting
from mailing.models import DeliveryEvent, IncomingMail, ProviderEvent, Reply
from tests.mailing.coming_back import accepted_letter
from tests.payloads import payload

SECRET = "demarche:a-secret-of-the-webhook"
POSTMARK = "/webhooks/postmark/tracking/"
SENDGRID = "/webhooks/sendgrid/tracking/"
MAILGUN = "/webhooks/mailgun/tracking/"
RING = "a ring"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rings(monkeypatch, settings, django_capture_on_commit_callbacks):
    """Webhooks are open, and the bell is only counted: tests handle what was stored themselves."""
    settings.ANYMAIL_WEBHOOK_SECRET = [SECRET]
    settings.ANYMAIL_MAILGUN_WEBHOOK_SIGNING_KEY = "signing-key"
    rung = []
    monkeypatch.setattr(bell, "ring_incoming", lambda: rung.append(RING))
    return rung


@pytest.fixture
def post(client):
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


def suppressed():
    return list(Suppression.objects.values_list("scope", "reason"))


def test_an_event_is_stored_first_and_handled_then(post):
    delivery = accepted_letter()
    assert post(POSTMARK, happened(delivery, "Delivery")).status_code == 200
    delivery.refresh_from_db()
    assert not delivery.delivered_at
    assert ProviderEvent.objects.get().handled_at is None
    assert handle_waiting() == 1
    delivery.refresh_from_db()
    row = ProviderEvent.objects.get()
    assert delivery.delivered_at.isoformat() == "2024-11-22T08:00:05+00:00"
    assert (row.delivery, row.outcome) == (delivery, "delivered")


def test_the_bell_is_rung_and_beat_does_it_without(post, rings, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        post(POSTMARK, happened(accepted_letter(), "Delivery"))
    assert rings == [RING]


def test_no_address_is_stored(post):
    delivery = accepted_letter()
    post(POSTMARK, bounce(delivery, said=f"550 5.1.1 <{delivery.email}> is not known"))
    row = ProviderEvent.objects.get()
    assert "@" not in json.dumps(row.payload)
    assert delivery.email.partition("@")[0] not in json.dumps(row.payload)


@pytest.mark.parametrize("seed", range(5))
def test_each_event_ten_times_and_shuffled_gives_one_state(post, seed):
    delivery = accepted_letter()
    events = [
        happened(delivery, "Delivery"),
        bounce(delivery),
        happened(delivery, "SpamComplaint", Type="SpamComplaint"),
    ]
    told = events * 10
    random.Random(seed).shuffle(told)
    for number, event in enumerate(told):
        assert post(POSTMARK, event).status_code == 200
        if number % 7 == 0:
            handle_waiting()
    handle_waiting()
    delivery.refresh_from_db()
    assert delivery.delivered_at
    assert delivery.bounced_at
    assert delivery.complained_at
    assert delivery.status == "sent"
    assert ProviderEvent.objects.count() == 3
    assert DeliveryEvent.objects.count() == 3
    assert len(suppressed()) == 1


@pytest.mark.parametrize("secret", ["", "demarche:wrong", "other:a-secret-of-the-webhook"])
def test_a_request_without_the_secret_writes_nothing(post, secret):
    delivery = accepted_letter()
    assert post(POSTMARK, bounce(delivery), secret=secret).status_code == 403
    assert not ProviderEvent.objects.exists()


def signed(event, key="signing-key"):
    """One request as Mailgun signs it."""
    moment, token = str(int(timezone.now().timestamp())), uuid4().hex * 2
    mac = hmac.new(key.encode(), f"{moment}{token}".encode(), hashlib.sha256).hexdigest()
    return {"signature": {"timestamp": moment, "token": token, "signature": mac}, "event-data": event}


def failed(delivery, code, words):
    """One event as Mailgun tells it."""
    return {
        "event": "failed",
        "severity": "permanent",
        "timestamp": 1795334405.5,
        "id": uuid4().hex,
        "recipient": delivery.email,
        "user-variables": {"delivery": str(delivery.public_id)},
        "message": {"headers": {"message-id": f"{delivery.public_id}@platform.example"}},
        "delivery-status": {"code": code, "message": words},
        "reason": "bounce",
    }


def test_a_providers_own_signature_is_checked_too(post):
    delivery = accepted_letter()
    event = failed(delivery, 550, "5.1.1 no such user")
    assert post(MAILGUN, signed(event, key="another")).status_code == 403
    assert not ProviderEvent.objects.exists()
    assert post(MAILGUN, signed(event)).status_code == 200
    # Told again, under a new signature.
    assert post(MAILGUN, signed(event | {"id": uuid4().hex})).status_code == 200
    assert ProviderEvent.objects.count() == 1
    handle_waiting()
    delivery.refresh_from_db()
    assert delivery.bounced_at
    assert suppressed() == [("all", "hard_bounce")]


@pytest.mark.parametrize(
    "words", ["5.2.2 mailbox full", "5.7.1 refused by policy", "5.3.4 too large", "no code at all"]
)
def test_a_full_mailbox_and_a_policy_block_nobody(post, words):
    delivery = accepted_letter()
    post(MAILGUN, signed(failed(delivery, 552, words)))
    handle_waiting()
    delivery.refresh_from_db()
    assert delivery.bounced_at
    assert suppressed() == []


def test_a_hard_bounce_without_a_code_blocks_by_the_providers_word_and_a_soft_one_does_not(post):
    hard, soft = accepted_letter(), accepted_letter()
    post(POSTMARK, bounce(hard, said="Unknown user"))
    post(POSTMARK, bounce(soft, said="Try later", Type="SoftBounce"))
    handle_waiting()
    hard.refresh_from_db()
    soft.refresh_from_db()
    assert hard.bounced_at
    assert soft.bounced_at
    assert suppressed() == [("all", "hard_bounce")]


def test_a_letter_that_is_not_ours_is_stored_for_a_person_and_changes_nothing(post):
    delivery = accepted_letter()
    unknown = bounce(delivery, Metadata={"delivery": str(uuid4())})
    nameless = bounce(delivery, Metadata={}, ID=43)
    wrong = bounce(delivery, Metadata={"delivery": "'; drop table"}, ID=44)
    for event in (unknown, nameless, wrong):
        assert post(POSTMARK, event).status_code == 200
    handle_waiting()
    delivery.refresh_from_db()
    assert not delivery.bounced_at
    assert suppressed() == []
    assert set(ProviderEvent.objects.values_list("outcome", "delivery")) == {("no such letter", None)}
    assert ProviderEvent.objects.count() == 3


def test_an_event_about_another_address_than_the_letters_changes_nothing(post):
    delivery = accepted_letter()
    post(POSTMARK, bounce(delivery, Email="other@parliament.example"))
    handle_waiting()
    delivery.refresh_from_db()
    assert not delivery.bounced_at
    assert ProviderEvent.objects.get().outcome == "another recipient"


def test_a_time_in_the_future_becomes_now(post):
    delivery = accepted_letter()
    post(POSTMARK, happened(delivery, "Delivery", DeliveredAt="2090-01-01T00:00:00Z"))
    handle_waiting()
    delivery.refresh_from_db()
    assert delivery.delivered_at <= timezone.now()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"[1, 2]",
        b'"text"',
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"RecordType": ["Bounce"]}',
        b'{"RecordType": "Bounce", "Type": {"a": 1}, "Metadata": [1]}',
        b'{"RecordType": "Bounce", "BouncedAt": 7}',
        b'{"RecordType": "Bounce", "Email": "\\u0000@\\ud800", "Details": "\\ud800\\u0000", "ID": 1}',
    ],
)
@pytest.mark.parametrize("url", [POSTMARK, SENDGRID, MAILGUN, "/webhooks/mandrill/tracking/"])
def test_what_cannot_be_read_is_told_so_and_never_breaks(post, url, body):
    assert post(url, body).status_code in (200, 400, 403, 404)
    handle_waiting()
    assert suppressed() == []
    assert not ProviderEvent.objects.filter(handled_at=None).exists()


def test_a_request_of_more_than_a_megabyte_is_refused_unread(post):
    assert post(POSTMARK, b"x" * (1024 * 1024 + 1)).status_code == 413
    assert post("/webhooks/postmark/inbound/", b"x" * (6 * 1024 * 1024)).status_code == 413
    assert not ProviderEvent.objects.exists()


def test_webhooks_are_closed_without_a_secret(post, settings):
    settings.ANYMAIL_WEBHOOK_SECRET = []
    assert post(POSTMARK, bounce(accepted_letter())).status_code == 404
    assert not ProviderEvent.objects.exists()


def test_a_provider_that_is_unknown_or_not_set_up_is_told_so(post, settings):
    assert post("/webhooks/nobody/tracking/", {}).status_code == 404
    assert post("/webhooks/postmark/elsewhere/", {}).status_code == 404
    del settings.ANYMAIL_MAILGUN_WEBHOOK_SIGNING_KEY
    assert post(MAILGUN, {}).status_code == 404


def test_a_provider_may_ask_whether_the_address_is_there_but_nobody_can_read_it(client, settings):
    assert client.head(POSTMARK).status_code == 200
    assert client.get(POSTMARK).status_code == 405


def test_mail_that_a_provider_took_in_is_stored_whole_and_handled(post):
    delivery = accepted_letter()
    raw = payload("postfix-unknown-user", delivery).decode()
    said = {"RawEmail": raw, "MessageID": "abc", "OriginalRecipient": "x@inbound.example", "Headers": []}
    for _time in range(3):
        assert post("/webhooks/postmark/inbound/", said).status_code == 200
    mail = IncomingMail.objects.get()
    assert mail.source == "Postmark"
    handle_waiting()
    delivery.refresh_from_db()
    assert delivery.bounced_at
    assert suppressed() == [("all", "hard_bounce")]


def test_an_answer_to_the_letters_own_address_is_known_by_the_envelope(post):
    delivery = accepted_letter()
    raw = payload("reply-plain", delivery).decode()
    said = {"RawEmail": raw, "MessageID": "abc", "OriginalRecipient": "officer@platform.example", "Headers": []}
    assert post("/webhooks/postmark/inbound/", said).status_code == 200
    handle_waiting()
    assert Reply.objects.get().delivery == delivery


def test_a_batch_is_stored_event_by_event(post):
    delivery = accepted_letter()
    batch = [
        {
            "email": delivery.email,
            "timestamp": 1795334405 + number,
            "event": event,
            "sg_event_id": f"id-{number}",
            "sg_message_id": "m1",
            "delivery": str(delivery.public_id),
            "reason": "550 5.1.1 unknown" if event == "bounce" else "",
        }
        for number, event in enumerate(["processed", "deferred", "delivered", "bounce", "open"])
    ]
    for _time in range(10):
        random.Random(_time).shuffle(batch)
        assert post(SENDGRID, batch).status_code == 200
    assert ProviderEvent.objects.count() == 5
    handle_waiting()
    delivery.refresh_from_db()
    assert delivery.delivered_at
    assert delivery.bounced_at
    assert suppressed() == [("all", "hard_bounce")]
