"""A message is the same bytes at every try, and is written to one person."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.utils import timezone

from mailing.dispatch.rendering import Renderer, RenderError, digest, message_bytes
from mailing.models import Delivery, Mailing
from tests.letters import letter_being_sent

pytestmark = pytest.mark.django_db


def parsed(data: bytes):
    return message_from_bytes(data, policy=policy.default)


def test_every_try_makes_the_same_bytes():
    mailing = letter_being_sent(1)
    delivery = mailing.deliveries.get()
    first = Renderer(mailing).message(delivery)

    assert message_bytes(mailing.deliveries.get()) == first
    assert digest(first) == digest(message_bytes(delivery))


def test_the_date_is_when_the_mailing_started():
    letter_being_sent(1)
    started = timezone.now().replace(microsecond=0) - timedelta(days=2)
    Mailing.objects.update(started_at=started)

    assert parsed(message_bytes(Delivery.objects.get()))["Date"].datetime == started


def test_a_letter_carries_what_a_letter_needs_and_nothing_of_a_list():
    mailing = letter_being_sent(1)
    delivery = mailing.deliveries.get()
    message = parsed(message_bytes(delivery))

    (to,) = message["To"].addresses
    assert (to.addr_spec, to.display_name) == (delivery.email, delivery.context["name"])
    assert message["From"].addresses[0].addr_spec == "advocacy@platform.example"
    assert message["Reply-To"].addresses[0].addr_spec == "officer@platform.example"
    assert message["Message-ID"] == f"<{delivery.public_id}@platform.example>"
    assert message["X-Reference"] == mailing.reference
    assert message["Content-Language"] == "en"
    names = {name.lower() for name in message}
    assert not [name for name in names if name.startswith("list-")]
    assert not names & {"cc", "bcc", "precedence", "x-mailer"}


def test_a_recipient_without_a_version_in_their_language_is_told_by_language():
    mailing = letter_being_sent(1)
    delivery = mailing.deliveries.get()
    delivery.language = "mt"

    with pytest.raises(RenderError, match="mt"):
        Renderer(mailing).message(delivery)


def test_a_field_that_does_not_exist_makes_no_message():
    mailing = letter_being_sent(1)
    mailing.contents.update(body="<p>{{ shoe_size }}</p>")

    with pytest.raises(RenderError, match="shoe_size"):
        message_bytes(mailing.deliveries.get())


def test_texts_are_read_once_for_all_recipients(django_assert_max_num_queries):
    mailing = letter_being_sent(12)
    renderer, deliveries = Renderer(mailing), list(mailing.deliveries.all())
    renderer.message(deliveries[0])

    with django_assert_max_num_queries(0):
        for delivery in deliveries:
            renderer.message(delivery)
