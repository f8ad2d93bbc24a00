"""A sender's pace and its domain for returned mail: typed on its page, and changed while letters leave."""

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from mailing.models import Mailing, Sender

pytestmark = pytest.mark.django_db


def page(response):
    return response.content.decode()


@pytest.fixture
def underway(approved, start):
    start(approved)
    return approved


SENDER = {"name": "Platform", "from_email": "letters@platform.example", "reply_to": "ana@platform.example"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("", ""), ("Bounces.Platform.EXAMPLE", "bounces.platform.example"), ("rück.example.", "xn--rck-hoa.example")],
)
def test_a_sender_keeps_its_pace_and_domain_for_returned_mail(typed, kept, sign_in, administrator):
    fields = {**SENDER, "pace_per_minute": "30", "bounce_domain": typed}
    assert sign_in(administrator).post(reverse("mailing:sender_create"), fields).status_code == 302
    sender = Sender.objects.get()
    assert (sender.pace_per_minute, sender.bounce_domain) == (30, kept)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("pace_per_minute", "0", "Write 1 or more, or leave it empty."),
        ("pace_per_minute", "-3", "Write 1 or more, or leave it empty."),
        ("pace_per_minute", "9999999", "Write 1000000 or less, or leave it empty."),
        ("pace_per_minute", "fast", "Enter a whole number."),
        ("bounce_domain", "http://bounces.example", "is no host name."),
        ("bounce_domain", "b@bounces.example", "is no host name."),
        ("bounce_domain", "localhost", "is no host name."),
        ("bounce_domain", "bounces..example", "is no host name."),
        ("bounce_domain", "two words.example", "is no host name."),
        ("bounce_domain", "192.0.2.1", "is no host name."),
        ("bounce_domain", "<script>", "is no host name."),
    ],
)
def test_a_pace_or_domain_that_is_none_gets_a_sentence(name, value, sentence, sign_in, administrator):
    refused = sign_in(administrator).post(reverse("mailing:sender_create"), {**SENDER, name: value})
    assert refused.status_code == 422
    assert sentence in page(refused)
    assert not Sender.objects.exists()


def test_a_senders_pace_may_change_while_a_letter_leaves(underway, sign_in, administrator):
    sender = underway.sender
    same = {
        name: getattr(sender, name) for name in ("name", "from_email", "reply_to", "person", "person_role", "place")
    }
    fields = {**same, "is_default": "on" if sender.is_default else "", "pace_per_minute": "12"}
    saved = sign_in(administrator).post(reverse("mailing:sender_edit", args=[sender.pk]), fields, follow=True)
    assert "Saved." in page(saved)
    assert Sender.objects.get().pace_per_minute == 12
    assert Mailing.objects.get(pk=underway.pk).status == "sending"
    said = AuditEvent.objects.filter(actor_label=str(administrator)).values_list("sentence", flat=True)
    assert "set the pace of a sender to 12 a minute" in said
