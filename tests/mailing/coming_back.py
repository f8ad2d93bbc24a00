"""Fixtures of what comes back: one letter that was accepted, with a return address of its own."""

from django.utils import timezone

from mailing.handling import handle_waiting
from mailing.models import Delivery, Reply
from tests.factories import SenderFactory
from tests.letters import letter_being_sent
from tests.payloads import incoming, payload


def accepted_letter(**fields):
    """A delivery that was accepted a moment ago; fields replace its columns."""
    sender = SenderFactory()
    sender.bounce_domain = "bounce.platform.example"
    sender.save()
    delivery = letter_being_sent(1).deliveries.get()
    fields = {"status": "sent", "sent_at": timezone.now(), **fields}
    if fields["status"] != "sent":
        fields["sent_at"] = None
    Delivery.objects.filter(pk=delivery.pk).update(**fields)
    delivery.refresh_from_db()
    return delivery


def comes_back(name, delivery, **options):
    """A sample arrives and is handled; gives the stored message and the delivery as they are then."""
    mail = incoming(payload(name, delivery, **options))
    assert handle_waiting() == 1
    mail.refresh_from_db()
    delivery.refresh_from_db()
    return mail, delivery


def write_in(
    text="Could we meet?", *, name="Assistant Anna", address="stranger@elsewhere.example", subject="Re: letter"
):
    """An answer that names no letter arrives and is handled."""
    raw = f"From: {name} <{address}>\r\nTo: officer@platform.example\r\nSubject: {subject}\r\n\r\n{text}\r\n"
    mail = incoming(raw.encode())
    handle_waiting()
    return Reply.objects.get(mail=mail)
