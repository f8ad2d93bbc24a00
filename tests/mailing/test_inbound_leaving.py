"""A mail to the address of List-Unsubscribe leaves the list, whatever else it says."""

import pytest

from contacts.models import Suppression
from mailing import unsubscribe
from mailing.handling import handle_waiting
from mailing.models import Mailing, Reply
from tests.mailing.coming_back import accepted_letter
from tests.payloads import incoming

pytestmark = pytest.mark.django_db


def mail(subject):
    fields = ["From: <reader@elsewhere.example>", "To: <x@bounce.platform.example>", f"Subject: {subject}"]
    return "\r\n".join([*fields, "", "", ""]).encode()


def test_a_signed_subject_leaves_the_list_and_makes_no_reply():
    delivery = accepted_letter()
    Mailing.objects.update(kind="newsletter")
    came = incoming(mail(f"unsubscribe {unsubscribe.token_for(delivery.public_id)}"))
    handle_waiting()
    came.refresh_from_db()
    assert (came.kind, came.outcome) == ("unsubscribe", "left")
    assert Suppression.objects.get().reason == "objection"
    assert Suppression.objects.get().scope != "all"
    assert not Reply.objects.exists()


@pytest.mark.parametrize("subject", ["unsubscribe", "unsubscribe AAAAAAAAAAAAAAAAAAAAAA." + "A" * 43])
def test_a_subject_that_nobody_signed_leaves_nothing_and_waits_as_an_answer(subject):
    accepted_letter()
    incoming(mail(subject))
    handle_waiting()
    assert not Suppression.objects.exists()
    assert Reply.objects.get().subject == subject
