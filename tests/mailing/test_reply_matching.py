"""Which letter an answer is about: candidates, a person's choice, none of ours, and answers added by hand."""

import pytest
from django.urls import reverse
from django.utils import timezone

from mailing import replies
from mailing.models import Delivery, IncomingMail, Reply
from tests.letters import letter_being_sent
from tests.mailing.coming_back import accepted_letter, comes_back, write_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def reply(db):
    """An answer that is matched by its number."""
    comes_back("reply-plain", accepted_letter())
    return Reply.objects.get()


def answered(reply):
    return Delivery.objects.get(pk=reply.delivery_id).replied_at is not None


def test_an_answer_without_a_letter_asks_which_it_is_and_goes_where_a_person_says(officer, sign_in):
    delivery = accepted_letter()
    contact = delivery.contact
    reply = write_in(name=f"Office of {contact.name}")
    client = sign_in(officer)
    page = client.get(reverse("replies:detail", args=[reply.pk])).content.decode()
    assert "Which letter is this?" in page
    assert "The writer has the same name. Likely." in page
    client.post(reverse("replies:match", args=[reply.pk]), {"letter": str(delivery.public_id)})
    reply.refresh_from_db()
    assert (reply.delivery, reply.mailing, reply.contact) == (delivery, delivery.mailing, contact)
    assert reply.matched_by == "person"
    assert answered(reply)
    client.post(reverse("replies:detach", args=[reply.pk]))
    reply.refresh_from_db()
    assert (reply.delivery, reply.mailing, reply.contact, reply.matched_by) == (None, None, None, "")
    assert Delivery.objects.get(pk=delivery.pk).replied_at is None


def test_a_letter_that_was_not_known_to_have_arrived_has_when_its_answer_is_put_with_it(officer):
    delivery = accepted_letter(status="uncertain", error_kind="outcome_unknown")
    replies.put_with(write_in(), delivery, actor=officer)
    delivery.refresh_from_db()
    assert delivery.status == "sent"


def test_a_letter_is_found_by_a_name_or_by_its_reference(officer):
    delivery = accepted_letter()
    reply = write_in()
    assert replies.letters_for(reply, officer) == []
    assert replies.letters_for(reply, officer, delivery.mailing.reference.lower()) == [delivery]
    assert replies.letters_for(reply, officer, delivery.contact.family_name) == [delivery]
    assert replies.letters_for(reply, officer, "nobody of this name") == []


def test_what_answers_none_of_ours_is_set_aside_and_kept(officer, sign_in):
    reply = write_in()
    sign_in(officer).post(reverse("replies:match", args=[reply.pk]), {"letter": "none"})
    reply.refresh_from_db()
    assert reply.sort == "not_ours"
    assert reply.text
    assert not Reply.objects.to_sort().exists()
    replies.undo(reply, actor=officer)
    assert Reply.objects.to_sort().get() == reply


def test_a_choice_of_no_letter_says_what_to_do(officer, sign_in):
    reply = write_in()
    said = sign_in(officer).post(reverse("replies:match", args=[reply.pk]), {"letter": "14"}, follow=True)
    assert "Choose the letter it answers" in said.content.decode()


def test_an_answer_is_added_by_hand_with_its_letter(officer, sign_in):
    delivery = accepted_letter()
    client = sign_in(officer)
    url = f"{reverse('replies:add')}?letter={delivery.public_id}"
    assert delivery.mailing.reference in client.get(url).content.decode()
    said = {"name": "Her office", "received_at": "2026-11-20T10:00", "text": "She supports it."}
    client.post(url, said)
    reply = Reply.objects.get()
    assert (reply.delivery, reply.matched_by, reply.from_name) == (delivery, "person", "Her office")
    assert answered(reply)
    again = client.post(url, said)
    assert again.status_code == 422
    assert "here already" in again.content.decode()
    assert Reply.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"text": ""}, "This field is required"),
        ({"name": ""}, "Say who wrote it"),
        ({"received_at": "2126-01-01T10:00"}, "still to come"),
        ({"received_at": "yesterday"}, "Write it as 2026-11-30 14:00"),
        ({"email": "not an address"}, "valid email"),
    ],
)
def test_what_is_wrong_with_an_added_answer_is_said(officer, sign_in, fields, sentence):
    said = {"name": "Her office", "received_at": "2026-11-20T10:00", "text": "Yes."} | fields
    page = sign_in(officer).post(reverse("replies:add"), said)
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert not IncomingMail.objects.exists()


def test_an_answer_to_another_mailing_is_not_counted_here(reply, officer):
    other = letter_being_sent(1).deliveries.get()
    Delivery.objects.filter(pk=other.pk).update(status="sent", sent_at=timezone.now())
    replies.put_with(reply, other, actor=officer)
    assert Delivery.objects.get(pk=other.pk).replied_at
    assert Delivery.objects.filter(replied_at__isnull=False).count() == 1
