"""A test goes to oneself as a reader would get it, in one language or in each; nobody else gets anything."""

import pytest
from django.urls import reverse

from mailing.models import Delivery, Mailing
from tests.factories import MailingContentFactory
from transport.models import SystemMail

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(letter, member, sign_in, officer):
    """Presses the button of the card on the page of the checklist; two people read English, one French."""
    MailingContentFactory(mailing=letter, language="fr", subject="Indemnisation")
    for country in ("IE", "FR", "IE"):
        member(country=country)
    client = sign_in(officer)

    def press(**fields):
        url = reverse("mailing:letter_test", args=[letter.reference])
        return client.post(url, {"to": "boris@platform.example", **fields}, follow=True).content.decode()

    return press


def test_one_in_each_language_is_offered_and_sent(post):
    shown = post(each="1")
    assert "2 tests are on their way to boris@platform.example, one in each language." in shown
    assert "One in each language: 2 messages" in shown
    subjects = {mail.context["subject"] for mail in SystemMail.objects.filter(purpose="plain")}
    assert subjects == {"[Test] Compensation for victims", "[Test] Indemnisation"}
    assert set(SystemMail.objects.values_list("to", flat=True)) == {"boris@platform.example"}
    assert Mailing.objects.get().tested_version == Mailing.objects.get().version
    assert not Delivery.objects.exists()


def test_one_language_that_cannot_be_made_sends_none_and_says_why(post, letter):
    letter.contents.filter(language="fr").update(body="<p>{{ famly_name }}</p>")
    assert "famly_name" in post(each="1")
    assert not SystemMail.objects.exists()
    assert Mailing.objects.get().tested_version is None


def test_a_single_test_is_one_message(post):
    assert "The test is on its way to boris@platform.example." in post(n="1")
    assert SystemMail.objects.count() == 1


def test_a_letter_that_nobody_gets_has_no_test(letter, sign_in, officer):
    url = reverse("mailing:letter_test", args=[letter.reference])
    for fields in ({}, {"each": "1"}):
        shown = sign_in(officer).post(url, {"to": "boris@platform.example", **fields}, follow=True).content.decode()
        assert "Nobody gets this letter yet." in shown
    assert not SystemMail.objects.exists()
