"""Pages about letters go on working when a recipient was erased, and name nobody."""

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.erasure import erase
from mailing.models import Delivery, IncomingMail, Reply
from tests.letters import letter_being_sent

pytestmark = pytest.mark.django_db
NAMES = ("Aoife", "Brennan")


@pytest.fixture
def erased(officer):
    """A letter to two people, of whom the first answered and was erased."""
    letter = letter_being_sent(2)
    delivery = letter.deliveries.order_by("pk").first()
    context = {"name": "Aoife Brennan", "salutation": "Dear Ms Brennan,", "closing": "Yours,"}
    Delivery.objects.filter(pk=delivery.pk).update(
        status="sent", sent_at=timezone.now(), replied_at=timezone.now(), context=context
    )
    mail = IncomingMail.objects.create(source="imap", dedupe_key="1", raw=b"Brennan", kind="reply")
    Reply.objects.create(
        mail=mail,
        delivery=delivery,
        mailing=letter,
        contact=delivery.contact,
        from_name="Aoife Brennan",
        text="Best, Brennan",
        received_at=timezone.now(),
    )
    erase(delivery.contact, actor=officer, reason="asked")
    delivery.refresh_from_db()
    return delivery


def test_every_page_of_the_letter_answers_and_names_nobody(erased, client, officer):
    client.force_login(officer)
    reference = erased.mailing.reference
    pages = [
        reverse(f"mailing:{name}", args=[reference]) for name in ("letter_report", "letter_people", "letter_ledger")
    ]
    pages.append(reverse("mailing:delivery_letter", args=[reference, erased.public_id]))
    for url in pages:
        response = client.get(url)
        assert response.status_code == 200, url
        text = b"".join(response).decode()
        assert not any(name in text for name in NAMES), url


def test_the_numbers_of_the_letter_stay_true(erased):
    letter = erased.mailing
    assert letter.deliveries.count() == letter.recipients == 2
    assert letter.deliveries.filter(status="sent", replied_at__isnull=False).count() == 1
