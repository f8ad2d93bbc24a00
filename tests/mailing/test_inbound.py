"""Returned mail, complaints and answers: what they say is acted on only when they name their letter with its hash."""

import pytest

from contacts.models import Suppression
from mailing.handling import handle_waiting
from mailing.models import Delivery, Reply
from mailing.verp import local_part
from tests.factories import ContactFactory
from tests.letters import letter_being_sent
from tests.mailing.coming_back import accepted_letter, comes_back
from tests.payloads import incoming, payload

pytestmark = pytest.mark.django_db

GONE = [
    "postfix-unknown-user",
    "exim-unknown-user",
    "exim-old-prose",
    "exchange-unknown-user",
    "gmail-unknown-user",
    "qmail-unknown-user",
]
NOT_GONE = ["postfix-mailbox-full", "postfix-policy", "postfix-too-large", "postfix-given-up", "exchange-policy"]


def suppressed():
    return list(Suppression.objects.values_list("scope", "reason"))


@pytest.mark.parametrize("name", GONE)
def test_a_mailbox_that_is_gone_bounces_and_is_written_to_no_more(name):
    mail, delivery = comes_back(name, accepted_letter())
    assert mail.kind == "dsn"
    assert mail.delivery == delivery
    assert delivery.bounced_at
    assert delivery.status == "sent"
    assert suppressed() == [("all", "hard_bounce")]
    assert not Reply.objects.exists()


@pytest.mark.parametrize("name", NOT_GONE)
def test_a_full_mailbox_and_a_refusal_by_policy_bounce_and_block_nobody(name):
    mail, delivery = comes_back(name, accepted_letter())
    assert mail.kind == "dsn"
    assert delivery.bounced_at
    assert suppressed() == []


@pytest.mark.parametrize("name", ["postfix-delayed", "exim-old-delayed"])
def test_a_warning_of_a_delay_changes_no_state(name):
    mail, delivery = comes_back(name, accepted_letter())
    assert mail.outcome == "delayed"
    assert not delivery.bounced_at
    assert [event.kind for event in delivery.events.all()] == ["delayed"]
    assert suppressed() == []


def test_a_report_of_success_is_evidence_of_delivery_and_a_relay_is_not():
    _mail, delivery = comes_back("postfix-relayed", accepted_letter())
    assert not delivery.delivered_at
    _mail, delivery = comes_back("postfix-delivered", delivery)
    assert delivery.delivered_at


def test_a_forwarding_that_fails_does_not_block_the_address_we_wrote_to():
    _mail, delivery = comes_back("postfix-forward-unknown-user", accepted_letter())
    assert delivery.bounced_at
    assert suppressed() == []


def test_a_forged_return_address_is_not_acted_on():
    delivery = accepted_letter()
    local = local_part(delivery.public_id)
    forged = f"{local[:-2]}{'aa' if local[-2:] != 'aa' else 'bb'}@bounce.platform.example"
    mail, delivery = comes_back("postfix-unknown-user", delivery, verp=forged)
    # The Message-ID in it ties it to the letter, for a person to see.
    assert mail.delivery == delivery
    assert mail.outcome == "unverified"
    assert not delivery.bounced_at
    assert suppressed() == []
    assert [event.kind for event in delivery.events.all()] == ["unverified"]


def test_a_message_number_alone_ties_a_report_to_its_letter_and_changes_nothing():
    mail, delivery = comes_back("postfix-to-sender-without-verp", accepted_letter())
    assert mail.kind == "dsn"
    assert mail.delivery == delivery
    assert not delivery.bounced_at
    assert suppressed() == []


def test_a_report_about_nothing_of_ours_waits_for_a_person():
    delivery = accepted_letter()
    raw = payload("postfix-unknown-user", delivery, verp="somebody@bounce.platform.example")
    mail = incoming(raw.replace(str(delivery.public_id).encode(), b"00000000-0000-4000-8000-000000000000"))
    handle_waiting()
    mail.refresh_from_db()
    assert (mail.kind, mail.outcome, mail.delivery) == ("dsn", "no such letter", None)
    assert mail.handled_at


def test_a_complaint_blocks_the_address_for_everything():
    mail, delivery = comes_back("complaint-arf", accepted_letter())
    assert mail.kind == "complaint"
    assert delivery.complained_at
    assert suppressed() == [("all", "complaint")]


def test_a_complaint_with_a_forged_return_address_blocks_nobody():
    mail, delivery = comes_back("complaint-arf", accepted_letter(), verp="b+x.y@bounce.platform.example")
    assert not delivery.complained_at
    assert suppressed() == []
    assert mail.outcome == "unverified"


@pytest.mark.parametrize("name", ["auto-reply-exchange", "auto-reply-vacation"])
def test_an_automatic_reply_is_kept_apart_and_counts_as_none(name):
    mail, delivery = comes_back(name, accepted_letter())
    assert mail.kind == "auto_reply"
    assert not delivery.replied_at
    assert not delivery.bounced_at
    assert suppressed() == []
    reply = Reply.objects.get()
    assert reply.is_auto
    assert reply.delivery == delivery
    assert reply.text


def test_an_answer_is_matched_by_the_number_of_its_letter():
    mail, delivery = comes_back("reply-plain", accepted_letter())
    assert mail.kind == "reply"
    assert delivery.replied_at
    reply = Reply.objects.get()
    assert (reply.delivery, reply.mailing, reply.contact) == (delivery, delivery.mailing, delivery.contact)
    assert reply.matched_by == "reference"
    assert reply.from_name == "Aoife Brennan"
    assert reply.subject == "Re: Compensation for victims"
    assert reply.text.startswith("Thank you for this. I will support the first two points – and two more.")
    assert not reply.is_auto


def test_an_answer_by_an_office_is_matched_by_the_references_and_its_html_is_read():
    _mail, delivery = comes_back("reply-html-by-assistant", accepted_letter())
    reply = Reply.objects.get()
    assert reply.delivery == delivery
    assert reply.from_email == "m.assistant@parliament.example"
    assert reply.text == "The Member has “noted” your letter.\n\nKind regards"
    assert delivery.replied_at


def test_an_answer_to_the_address_of_a_letter_is_matched_by_that_address():
    delivery = accepted_letter()
    raw = payload("reply-without-reference", delivery)
    verp = f"{local_part(delivery.public_id)}@bounce.platform.example".encode()
    incoming(raw.replace(b"To: <officer@platform.example>", b"To: <" + verp.upper() + b">"))
    handle_waiting()
    reply = Reply.objects.get()
    assert (reply.delivery, reply.matched_by) == (delivery, "address")


def test_an_answer_without_a_reference_goes_with_the_person_and_with_no_letter():
    _mail, delivery = comes_back("reply-without-reference", accepted_letter())
    reply = Reply.objects.get()
    assert (reply.delivery, reply.mailing, reply.contact) == (None, None, delivery.contact)
    assert reply.matched_by == "sender"
    assert not delivery.replied_at


def test_an_answer_of_a_stranger_is_kept_without_a_letter():
    delivery = accepted_letter()
    raw = payload("reply-without-reference", delivery).replace(delivery.email.encode(), b"stranger@elsewhere.example")
    incoming(raw)
    handle_waiting()
    reply = Reply.objects.get()
    assert (reply.delivery, reply.contact, reply.matched_by) == (None, None, "")


def test_mail_of_machines_that_is_about_nothing_of_ours_is_no_reply():
    mail, _delivery = comes_back("newsletter-of-somebody", accepted_letter())
    assert mail.kind == "auto_reply"
    assert not Reply.objects.exists()


def test_an_answer_to_somebody_elses_letter_leaves_the_others_alone():
    other = letter_being_sent(2)
    comes_back("reply-plain", accepted_letter())
    assert Delivery.objects.filter(mailing=other, replied_at__isnull=False).count() == 0


def test_the_answer_of_an_erased_contact_names_nobody():
    delivery = accepted_letter(contact=None, email=None, email_key=None)
    mail = incoming(payload("reply-plain", delivery).replace(b"RECIPIENT@", b"gone@"))
    handle_waiting()
    mail.refresh_from_db()
    assert Reply.objects.get().contact is None


def test_a_bounce_of_an_erased_contact_blocks_nothing_and_does_not_fail():
    delivery = accepted_letter(contact=None, email=None, email_key=None)
    raw = payload("postfix-unknown-user", delivery)
    incoming(raw)
    assert handle_waiting() == 1
    delivery.refresh_from_db()
    assert delivery.bounced_at
    assert suppressed() == []


def test_the_same_sender_known_twice_is_the_living_contact():
    contact = ContactFactory(email="Known@Parliament.example")
    raw = payload("reply-without-reference", accepted_letter())
    incoming(raw.replace(b"From: <", b"From: <known@parliament.example>, <"))
    handle_waiting()
    assert Reply.objects.get().contact == contact
