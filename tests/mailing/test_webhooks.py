"""Webhooks of mail providers: signed, stored first, handled once, in any order; forged ones write nothing."""

import hashlib
import hmac
import json
import random
from uuid import uuid4

import pytest
from django.utils import timezone

from contacts.models import Suppression
from mailing.handling import handle_waiting
from mailing.models import DeliveryEvent, IncomingMail, ProviderEvent, Reply
from tests.mailing.coming_back import accepted_letter
from tests.mailing.posting import MAILGUN, POSTMARK, RING, SENDGRID, bounce, happened
from tests.payloads import payload

pytestmark = pytest.mark.django_db


def suppressed():
    return list(Suppression.objects.values_list("scope", "reason"))


def test_an_event_is_stored_first_and_handled_then(tell):
    delivery = accepted_letter()
    assert tell(POSTMARK, happened(delivery, "Delivery")).status_code == 200
    delivery.refresh_from_db()
    assert not delivery.delivered_at
    assert ProviderEvent.objects.get().handled_at is None
    assert handle_waiting() == 1
    delivery.refresh_from_db()
    row = ProviderEvent.objects.get()
    assert delivery.delivered_at.isoformat() == "2024-11-22T08:00:05+00:00"
    assert (row.delivery, row.outcome) == (delivery, "delivered")


def test_the_bell_is_rung_and_beat_does_it_without(tell, rings, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        tell(POSTMARK, happened(accepted_letter(), "Delivery"))
    assert rings == [RING]


def test_no_address_is_stored(tell):
    delivery = accepted_letter()
    tell(POSTMARK, bounce(delivery, said=f"550 5.1.1 <{delivery.email}> is not known"))
    row = ProviderEvent.objects.get()
    assert "@" not in json.dumps(row.payload)
    assert delivery.email.partition("@")[0] not in json.dumps(row.payload)


@pytest.mark.parametrize("seed", range(5))
def test_each_event_ten_times_and_shuffled_gives_one_state(tell, seed):
    delivery = accepted_letter()
    events = [
        happened(delivery, "Delivery"),
        bounce(delivery),
        happened(delivery, "SpamComplaint", Type="SpamComplaint"),
    ]
    told = events * 10
    random.Random(seed).shuffle(told)
    for number, event in enumerate(told):
        assert tell(POSTMARK, event).status_code == 200
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
def test_a_request_without_the_secret_writes_nothing(tell, secret):
    delivery = accepted_letter()
    assert tell(POSTMARK, bounce(delivery), secret=secret).status_code == 403
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


def test_a_providers_own_signature_is_checked_too(tell):
    delivery = accepted_letter()
    event = failed(delivery, 550, "5.1.1 no such user")
    assert tell(MAILGUN, signed(event, key="another")).status_code == 403
    assert not ProviderEvent.objects.exists()
    assert tell(MAILGUN, signed(event)).status_code == 200
    # Told again, under a new signature.
    assert tell(MAILGUN, signed(event | {"id": uuid4().hex})).status_code == 200
    assert ProviderEvent.objects.count() == 1
    handle_waiting()
    delivery.refresh_from_db()
    assert delivery.bounced_at
    assert suppressed() == [("all", "hard_bounce")]


@pytest.mark.parametrize(
    "words", ["5.2.2 mailbox full", "5.7.1 refused by policy", "5.3.4 too large", "no code at all"]
)
def test_a_full_mailbox_and_a_policy_block_nobody(tell, words):
    delivery = accepted_letter()
    tell(MAILGUN, signed(failed(delivery, 552, words)))
    handle_waiting()
    delivery.refresh_from_db()
    assert delivery.bounced_at
    assert suppressed() == []


def test_a_hard_bounce_without_a_code_blocks_by_the_providers_word_and_a_soft_one_does_not(tell):
    hard, soft = accepted_letter(), accepted_letter()
    tell(POSTMARK, bounce(hard, said="Unknown user"))
    tell(POSTMARK, bounce(soft, said="Try later", Type="SoftBounce"))
    handle_waiting()
    hard.refresh_from_db()
    soft.refresh_from_db()
    assert hard.bounced_at
    assert soft.bounced_at
    assert suppressed() == [("all", "hard_bounce")]


def test_a_letter_that_is_not_ours_is_stored_for_a_person_and_changes_nothing(tell):
    delivery = accepted_letter()
    unknown = bounce(delivery, Metadata={"delivery": str(uuid4())})
    nameless = bounce(delivery, Metadata={}, ID=43)
    wrong = bounce(delivery, Metadata={"delivery": "'; drop table"}, ID=44)
    for event in (unknown, nameless, wrong):
        assert tell(POSTMARK, event).status_code == 200
    handle_waiting()
    delivery.refresh_from_db()
    assert not delivery.bounced_at
    assert suppressed() == []
    assert set(ProviderEvent.objects.values_list("outcome", "delivery")) == {("no such letter", None)}
    assert ProviderEvent.objects.count() == 3


def test_an_event_about_another_address_than_the_letters_changes_nothing(tell):
    delivery = accepted_letter()
    tell(POSTMARK, bounce(delivery, Email="other@parliament.example"))
    handle_waiting()
    delivery.refresh_from_db()
    assert not delivery.bounced_at
    assert ProviderEvent.objects.get().outcome == "another recipient"


def test_a_time_in_the_future_becomes_now(tell):
    delivery = accepted_letter()
    tell(POSTMARK, happened(delivery, "Delivery", DeliveredAt="2090-01-01T00:00:00Z"))
    handle_waiting()
    delivery.refresh_from_db()
    assert delivery.delivered_at <= timezone.now()


def test_mail_that_a_provider_took_in_is_stored_whole_and_handled(tell):
    delivery = accepted_letter()
    raw = payload("postfix-unknown-user", delivery).decode()
    said = {"RawEmail": raw, "MessageID": "abc", "OriginalRecipient": "x@inbound.example", "Headers": []}
    for _time in range(3):
        assert tell("/webhooks/postmark/inbound/", said).status_code == 200
    mail = IncomingMail.objects.get()
    assert mail.source == "Postmark"
    handle_waiting()
    delivery.refresh_from_db()
    assert delivery.bounced_at
    assert suppressed() == [("all", "hard_bounce")]


def test_an_answer_to_the_letters_own_address_is_known_by_the_envelope(tell):
    delivery = accepted_letter()
    raw = payload("reply-plain", delivery).decode()
    said = {"RawEmail": raw, "MessageID": "abc", "OriginalRecipient": "officer@platform.example", "Headers": []}
    assert tell("/webhooks/postmark/inbound/", said).status_code == 200
    handle_waiting()
    assert Reply.objects.get().delivery == delivery


def test_a_batch_is_stored_event_by_event(tell):
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
        assert tell(SENDGRID, batch).status_code == 200
    assert ProviderEvent.objects.count() == 5
    handle_waiting()
    delivery.refresh_from_db()
    assert delivery.delivered_at
    assert delivery.bounced_at
    assert suppressed() == [("all", "hard_bounce")]
