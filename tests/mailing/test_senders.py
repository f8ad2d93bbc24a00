"""Who letters come from: an approval names the sender, so a change of the sender withdraws it."""

import pytest
from django.urls import reverse

from contacts.models import Organisation
from mailing import lifecycle
from mailing.models import Delivery, Mailing, Sender
from tests.factories import SenderFactory

pytestmark = pytest.mark.django_db
FIELDS = {"name": "Platform", "from_email": "letters@platform.example", "reply_to": "ana@platform.example"}


def page(response):
    return response.content.decode()


def test_the_first_sender_is_the_default_and_lets_letters_begin(sign_in, administrator):
    client = sign_in(administrator)
    assert "No sender yet." in page(client.get(reverse("mailing:sender_list")))
    client.post(reverse("mailing:sender_create"), FIELDS)
    sender = Sender.objects.get()
    assert (sender.from_email, sender.is_default) == ("letters@platform.example", True)
    made = client.post(reverse("mailing:letter_create"), {"title": "A letter", "language": "en"})
    assert made.status_code == 302


def test_a_name_that_no_header_could_hold_becomes_a_line(sign_in, administrator):
    marks = {"name": "Plat\u00adform\x02 desk", "person": "Ana\r\nBcc: x@evil.example"}
    sign_in(administrator).post(reverse("mailing:sender_create"), {**FIELDS, **marks})
    sender = Sender.objects.get()
    assert (sender.name, sender.person) == ("Platform desk", "Ana Bcc: x@evil.example")


def test_there_is_one_default(sign_in, administrator):
    first = SenderFactory(is_default=True)
    sign_in(administrator).post(reverse("mailing:sender_create"), {**FIELDS, "is_default": "on"})
    first.refresh_from_db()
    assert first.is_default is False


def test_an_officer_does_not_change_senders(sign_in, officer):
    sender = SenderFactory()
    client = sign_in(officer)
    for name, arguments in (("sender_list", []), ("sender_create", []), ("sender_edit", [sender.pk])):
        assert client.get(reverse(f"mailing:{name}", args=arguments)).status_code == 403


def test_a_changed_sender_takes_an_approved_letter_back_to_a_draft(sign_in, administrator, approved):
    url = reverse("mailing:sender_edit", args=[approved.sender_id])
    saved = page(sign_in(administrator).post(url, FIELDS, follow=True))
    assert "1 letter that waited is a draft again" in saved
    assert Mailing.objects.get().status == "draft"
    assert not Delivery.objects.exists()


def test_a_sender_stays_as_it_is_while_a_letter_leaves(sign_in, administrator, approved, start):
    start(approved)
    refused = sign_in(administrator).post(reverse("mailing:sender_edit", args=[approved.sender_id]), FIELDS)
    assert refused.status_code == 422
    assert "A letter is leaving with these details." in page(refused)
    assert Sender.objects.get().from_email == "advocacy@platform.example"


@pytest.mark.parametrize("number", ["153882995425-37", "not registered", "Not  registered"])
def test_a_register_number_or_the_words_are_kept(sign_in, administrator, number):
    sign_in(administrator).post(reverse("mailing:register_number"), {"number": number})
    assert Organisation.objects.platform().transparency_register_id == " ".join(number.split())


@pytest.mark.parametrize("number", ["", "12-3", "abc", "153882995425"])
def test_anything_else_is_refused(sign_in, administrator, number):
    refused = sign_in(administrator).post(reverse("mailing:register_number"), {"number": number})
    assert refused.status_code == 422


def test_another_register_number_is_another_letter(sign_in, administrator, waiting, approver):
    digest = lifecycle.reading_digest(waiting)[0]
    Organisation.objects.update(transparency_register_id="153882995425-39")
    with pytest.raises(lifecycle.Moved):
        lifecycle.approve(waiting, actor=approver, digest=digest)
