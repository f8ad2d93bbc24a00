"""Consent and legitimate interest are kept apart: who is held on one is not written to on the other."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from contacts import consent
from contacts.informing import not_informed
from contacts.models import Contact
from mailing import audience
from mailing.informing import note_informed
from mailing.models import AudienceRule, Delivery, Mailing
from tests.factories import ContactFactory, MailingContentFactory, MailingFactory
from tests.letters import letter_being_sent

pytestmark = pytest.mark.django_db


def to_malta(**fields):
    mailing = MailingFactory(**fields)
    MailingContentFactory(mailing=mailing)
    AudienceRule.objects.create(mailing=mailing, criteria={"country": ["MT"]})
    return mailing


def frozen(mailing):
    audience.freeze(mailing)
    return {row.contact_id: row.skip_reason for row in Delivery.objects.filter(mailing=mailing)}


@pytest.fixture
def three(news):
    """An office-holder, somebody on the list who is no office-holder, and somebody who only asked for it."""
    officeholder = ContactFactory(country="MT", legal_basis="legitimate_interest")
    reader = ContactFactory(country="MT", legal_basis="consent")
    asked = ContactFactory(country="MT", legal_basis="consent")
    consent.confirm(reader, news, source="confirm page")
    consent.ask(asked, news, source="subscribe page")
    return officeholder, reader, asked


def test_a_newsletter_goes_to_those_who_confirmed_its_list(three, news):
    officeholder, reader, asked = three
    found = frozen(to_malta(kind=Mailing.Kind.NEWSLETTER, contact_list=news))
    assert found == {officeholder.pk: "excluded", reader.pk: "", asked.pk: "excluded"}


def test_who_left_gets_no_issue(three, news, officer):
    _officeholder, reader, _asked = three
    consent.end(reader, news, actor=officer)
    assert "" not in frozen(to_malta(kind=Mailing.Kind.NEWSLETTER, contact_list=news)).values()


def test_a_newsletter_without_a_list_goes_to_nobody(three):
    assert set(frozen(to_malta(kind=Mailing.Kind.NEWSLETTER)).values()) == {"excluded"}


def test_a_letter_never_goes_to_somebody_held_on_consent_alone(three):
    officeholder, reader, asked = three
    assert frozen(to_malta()) == {officeholder.pk: "", reader.pk: "excluded", asked.pk: "excluded"}
    agreed = ContactFactory(country="MT", legal_basis="agreement")
    assert frozen(to_malta())[agreed.pk] == ""


def test_the_count_of_an_audience_says_the_same(three, news):
    for mailing in (to_malta(), to_malta(kind=Mailing.Kind.NEWSLETTER, contact_list=news)):
        assert audience.count(mailing) == (3, 1)
        assert audience.preview(mailing).left_out == {"excluded": 2}


def test_the_database_refuses_a_person_without_a_basis(db):
    person = ContactFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.filter(pk=person.pk).update(legal_basis="")


def test_the_first_accepted_letter_informs_and_the_second_changes_nothing():
    letter = letter_being_sent(2)
    first, waiting = letter.deliveries.order_by("pk")
    at = timezone.now() - timedelta(hours=1)
    Delivery.objects.filter(pk=first.pk).update(status="sent", sent_at=at)
    Mailing.objects.filter(pk=letter.pk).update(last_activity_at=timezone.now())
    assert note_informed() == 1
    assert Contact.objects.get(pk=first.contact_id).informed_at == at
    assert Contact.objects.get(pk=waiting.contact_id).informed_at is None
    Delivery.objects.filter(pk=first.pk).update(sent_at=timezone.now())
    assert note_informed() == 0


def test_a_newsletter_informs_nobody(news):
    issue = letter_being_sent(1, kind=Mailing.Kind.NEWSLETTER, contact_list=news)
    Delivery.objects.filter(mailing=issue).update(status="sent", sent_at=timezone.now())
    Mailing.objects.filter(pk=issue.pk).update(last_activity_at=timezone.now())
    assert note_informed() == 0


def test_the_privacy_page_lists_whom_nobody_told_within_a_month(client, administrator, officer):
    late = ContactFactory(family_name="Latecomer")
    ContactFactory(family_name="Newcomer")
    agreed = ContactFactory(family_name="Agreed", legal_basis="agreement")
    Contact.objects.filter(pk__in=[late.pk, agreed.pk]).update(created_at=timezone.now() - timedelta(days=31))
    assert list(not_informed()) == [late]
    client.force_login(administrator)
    text = client.get(reverse("contacts:privacy")).content.decode()
    assert "Latecomer" in text
    assert "Newcomer" not in text
    assert "Agreed" not in text
    client.force_login(officer)
    client.post(reverse("contacts:person_informed", args=[late.public_id]))
    assert AuditEvent.objects.latest("id").sentence == "wrote down that a contact was informed"
    client.force_login(administrator)
    assert "Everybody knows." in client.get(reverse("contacts:privacy")).content.decode()


@pytest.mark.parametrize("number", [10, 200])
def test_the_privacy_page_asks_the_database_twelve_times_at_most(
    client, administrator, number, django_assert_max_num_queries
):
    for _n in range(number):
        ContactFactory()
    Contact.objects.update(created_at=timezone.now() - timedelta(days=31))
    client.force_login(administrator)
    with django_assert_max_num_queries(12):
        client.get(reverse("contacts:privacy"))
