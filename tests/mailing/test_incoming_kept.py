"""How long what came in is kept, and what erasing takes away."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from mailing.handling import empty_old, handle_waiting
from mailing.models import IncomingMail, ProviderEvent, Reply
from mailing.tasks import collect_mail, empty_incoming, handle_incoming
from tests.mailing.coming_back import accepted_letter, comes_back
from tests.payloads import incoming, payload

pytestmark = pytest.mark.django_db


def age(days):
    before = timezone.now() - timedelta(days=days)
    IncomingMail.objects.update(handled_at=before)
    ProviderEvent.objects.update(handled_at=before)


@pytest.mark.parametrize("sample", ["postfix-unknown-user", "complaint-arf", "auto-reply-exchange"])
def test_returned_mail_is_emptied_after_thirty_days_and_its_row_stays(sample):
    mail, delivery = comes_back(sample, accepted_letter())
    age(29)
    assert empty_old() == 0
    age(31)
    assert empty_old() == 1
    assert empty_old() == 0
    mail.refresh_from_db()
    assert bytes(mail.raw) == b""
    assert mail.emptied_at
    assert mail.delivery == delivery


def test_what_was_not_handled_is_never_emptied():
    incoming(payload("postfix-unknown-user", accepted_letter()))
    IncomingMail.objects.update(received_at=timezone.now() - timedelta(days=100))
    assert empty_old() == 0


def test_the_answer_of_a_person_is_kept_with_its_message():
    comes_back("reply-plain", accepted_letter())
    age(400)
    assert empty_old() == 0


def test_the_details_of_a_providers_event_go_after_thirty_days_and_its_key_stays():
    ProviderEvent.objects.create(esp="Postmark", dedupe_key="x", kind="delivered", payload={"words": "ok"})
    handle_waiting()
    age(31)
    assert empty_old() == 1
    row = ProviderEvent.objects.get()
    assert (row.payload, row.dedupe_key) == ({}, "x")


def test_erasing_answers_takes_away_every_word_and_address():
    mail, delivery = comes_back("reply-plain", accepted_letter())
    name = delivery.context["name"]
    assert Reply.objects.filter(contact=delivery.contact).erase() == 1
    mail.refresh_from_db()
    left = Reply.objects.get()
    kept = json.dumps([left.subject, left.text, left.from_email, left.from_name]) + bytes(mail.raw).decode()
    assert left.contact is None
    assert "@" not in kept
    assert name not in kept
    assert left.delivery == delivery


def test_the_tasks_do_what_their_bells_ask():
    delivery = accepted_letter()
    incoming(payload("postfix-unknown-user", delivery))
    handle_incoming()
    collect_mail()
    empty_incoming()
    delivery.refresh_from_db()
    assert delivery.bounced_at
