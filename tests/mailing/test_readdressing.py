"""An address that bounced is corrected and, if wanted, the letter goes to the new one: one person, one copy."""

from email import message_from_bytes, policy

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from contacts.models import Contact, PersonCorrection, Suppression
from contacts.suppression import suppress
from mailing import bell, lifecycle, readdressing, retrying
from mailing.dispatch import sending
from mailing.dispatch.rendering import digest
from mailing.models import Delivery
from tests.factories import ContactFactory, SenderFactory
from tests.letters import letter_being_sent
from tests.mailing.coming_back import comes_back
from tests.mailing.transports import FakeTransport

pytestmark = pytest.mark.django_db
NEW = "new.address@parliament.example"


@pytest.fixture(autouse=True)
def nobody_hears(monkeypatch, settings):
    settings.LEASE_SECONDS = 30
    monkeypatch.setattr(bell, "ring", lambda mailing_id: True)


@pytest.fixture
def bounced():
    """A letter that was accepted and came back because the mailbox does not exist; its mailing has finished."""
    SenderFactory(bounce_domain="bounce.platform.example")
    mailing = letter_being_sent(1)
    sending.run(mailing.pk, open_with=FakeTransport())
    delivery = mailing.deliveries.get()
    _mail, delivery = comes_back("postfix-unknown-user", delivery)
    assert (delivery.mailing.status, delivery.status) == ("finished", "sent")
    assert delivery.bounced_at
    return delivery


def page(response):
    return response.content.decode()


def url(name, delivery):
    return reverse(f"mailing:{name}", args=[delivery.mailing.reference, delivery.public_id])


def test_the_letter_goes_to_the_new_address_once_with_the_same_message_number(bounced, officer):
    was = bounced.content_digest
    readdressing.send_to(bounced, NEW, actor=officer)
    transport = FakeTransport()
    assert sending.run(bounced.mailing_id, open_with=transport) == 1
    (recipient, raw), row = transport.taken[0], Delivery.objects.get()
    message = message_from_bytes(raw, policy=policy.default)
    assert recipient == NEW == message["To"].addresses[0].addr_spec
    assert message["Message-ID"] == f"<{bounced.public_id}@platform.example>"
    assert (row.status, row.bounced_at, row.email) == ("sent", None, NEW)
    assert row.content_digest == digest(raw) != was
    assert row.events.get(kind=readdressing.EARLIER_COPY).detail == was
    assert Contact.objects.get(pk=bounced.contact_id).email == NEW
    assert PersonCorrection.objects.get().field == "email"
    sentences = list(AuditEvent.objects.values_list("sentence", flat=True))
    assert any("sent again to a corrected address" in sentence for sentence in sentences)
    assert not any(NEW in sentence or bounced.email in sentence for sentence in sentences)


def test_pressing_twice_corrects_once_and_sends_once(bounced, officer):
    readdressing.send_to(bounced, NEW, actor=officer)
    with pytest.raises(lifecycle.Moved):
        readdressing.send_to(bounced, NEW, actor=officer)
    transport = FakeTransport()
    sending.run(bounced.mailing_id, open_with=transport)
    assert transport.recipients == [NEW]


def test_an_answer_in_the_meantime_keeps_the_letter_where_it_is_and_the_address_as_it_was(bounced, officer):
    Delivery.objects.update(replied_at=timezone.now())
    with pytest.raises(lifecycle.Moved):
        readdressing.send_to(bounced, NEW, actor=officer)
    assert Contact.objects.get(pk=bounced.contact_id).email != NEW


def test_the_page_corrects_and_sends(bounced, sign_in, officer):
    client = sign_in(officer)
    shown = page(client.get(url("delivery_address", bounced)))
    assert "Correct it and send this letter again" in shown
    assert bounced.email in shown
    answer = client.post(url("delivery_address", bounced), {"email": NEW, "send": "1"}, follow=True)
    assert "The address is corrected and this letter leaves again." in page(answer)
    assert "Sent again to a corrected address" in page(answer)
    again = client.post(url("delivery_address", bounced), {"email": "third@parliament.example", "send": "1"})
    assert "not missing any more" in page(again)
    assert Contact.objects.get(pk=bounced.contact_id).email == NEW


def test_the_address_alone_can_be_corrected(bounced, sign_in, officer):
    answer = sign_in(officer).post(url("delivery_address", bounced), {"email": NEW, "save": "1"}, follow=True)
    assert "This letter is not sent again." in page(answer)
    assert Contact.objects.get(pk=bounced.contact_id).email == NEW
    assert Delivery.objects.get().status == "sent"


def test_an_address_that_is_taken_blocked_or_none_is_refused_with_a_sentence(bounced, sign_in, officer):
    client = sign_in(officer)
    taken, blocked = ContactFactory().email, "gone@parliament.example"
    suppress(blocked, reason=Suppression.Reason.HARD_BOUNCE)
    for address, sentence in (
        (taken, "Somebody else in the contacts has this address."),
        (blocked, "on the list of those that are not written to"),
        (bounced.email, "on the list of those that are not written to"),
        ("nonsense", "Enter"),
        ("", "required"),
    ):
        refused = client.post(url("delivery_address", bounced), {"email": address, "send": "1"})
        assert refused.status_code == 422, address
        assert sentence in page(refused) or address == "nonsense"
    assert Delivery.objects.get().status == "sent"
    assert retrying.certainly_missing().count() == 1


def test_a_letter_to_another_person_at_that_address_is_not_doubled(bounced, officer):
    other = ContactFactory(email=NEW)
    Delivery.objects.create(
        mailing=bounced.mailing, contact=other, email=NEW, email_key=other.email_key, language="en",
        queued_at=timezone.now(), status="sent", sent_at=timezone.now(),
    )  # fmt: skip
    other.email = "elsewhere@parliament.example"
    other.save()
    with pytest.raises(lifecycle.LifecycleError, match="Somebody else has got this letter"):
        readdressing.send_to(bounced, NEW, actor=officer)
    assert Contact.objects.get(pk=bounced.contact_id).email != NEW


def test_a_secret_address_is_neither_shown_nor_set_by_who_may_not_see_it(bounced, sign_in, officer, approver):
    Contact.objects.filter(pk=bounced.contact_id).update(is_confidential=True)
    refused = sign_in(officer).post(url("delivery_address", bounced), {"email": NEW, "send": "1"})
    assert "This address is secret." in page(refused)
    assert bounced.email not in page(refused)
    shown = page(sign_in(approver).get(url("delivery_address", bounced)))
    assert bounced.email not in shown
    assert "Correct it and send" in shown


def test_nobody_is_left_to_correct_after_an_erasure(bounced, sign_in, officer):
    Delivery.objects.update(contact=None, email=None, email_key=None, context={})
    shown = page(sign_in(officer).get(url("delivery_address", bounced)))
    assert "the person was erased" in shown
    assert "Correct it" not in shown


def test_a_viewer_corrects_nothing(bounced, sign_in, viewer):
    client = sign_in(viewer)
    assert client.post(url("delivery_address", bounced), {"email": NEW, "send": "1"}).status_code == 403
    assert client.post(url("delivery_retry", bounced)).status_code == 403
    assert "Fix address" not in page(client.get(url("delivery_letter", bounced)))
