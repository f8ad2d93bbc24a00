"""What a person of the desk sets by hand on somebody's page, and the letter begun from there."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from contacts.models import Contact, PersonCorrection
from mailing.models import AudienceRule
from tests.contacts.test_person_page import edit, url
from tests.factories import SenderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(parliament):
    return parliament.mep("Brennan", given_name="Aoife", country="BE", group="SD", email="ab@parliament.example")


@pytest.fixture
def signed_in(client, officer):
    client.force_login(officer)
    return client


def test_two_people_correcting_at_once_lose_nothing(ana, officer):
    from contacts.correcting import correct

    stale = Contact.objects.get(pk=ana.pk)
    correct(ana, {"language": "fr"}, actor=officer)
    assert correct(stale, {"gender": "M"}, actor=officer) == ["gender"]
    ana.refresh_from_db()
    assert (ana.language, ana.gender) == ("fr", "M")


def test_a_correction_is_shown_with_who_made_it_and_taken_back(signed_in, ana, officer):
    edit(signed_in, ana, family_name="Ní Bhraonáin")
    today = timezone.localdate()
    text = signed_in.get(url("person_detail", ana)).content.decode()
    assert f"Family name set by Boris Editor on {today.day} " in text
    assert "imports leave it alone." in text
    back = reverse("contacts:correction_remove", args=[ana.public_id, "family_name"])
    signed_in.post(back)
    assert not PersonCorrection.objects.exists()
    ana.refresh_from_db()
    assert ana.family_name == "Ní Bhraonáin"
    assert "There was no correction to take back." in signed_in.post(back, follow=True).content.decode()


def test_the_new_fields_are_set_and_no_second_copy_of_an_address_is_kept(signed_in, ana):
    changes = {"phone": "+32 2 1", "postal_address": "1 Long Street", "legal_basis": "agreement", "country": "FR"}
    edit(signed_in, ana, **changes, source="A letter of theirs", informed_on="2026-11-03")
    ana.refresh_from_db()
    assert (ana.phone, ana.postal_address, ana.legal_basis) == ("+32 2 1", "1 Long Street", "agreement")
    assert timezone.localtime(ana.informed_at).date() == dt.date(2026, 11, 3)
    kept = dict(PersonCorrection.objects.values_list("field", "value"))
    assert kept == {"phone": "", "postal_address": "", "country": "FR"}
    said = AuditEvent.objects.get().sentence
    assert said == "corrected a contact's country, phone, postal address, legal basis, source, notice"
    text = signed_in.get(url("person_detail", ana)).content.decode()
    assert "Kept because of an agreement" in text
    assert "They were told on 3 November 2026." in text


def test_who_may_see_a_secret_address_sets_another_without_seeing_it(client, approver, officer, ana):
    Contact.objects.filter(pk=ana.pk).update(is_confidential=True, phone="555 1234")
    ana.refresh_from_db()
    client.force_login(approver)
    form = client.get(url("person_edit", ana)).content.decode()
    assert "555 1234" not in form
    assert "Leave it empty to keep what is stored." in form
    edit(client, ana, is_confidential="on", phone="", email="", postal_address="9 Other Street")
    ana.refresh_from_db()
    assert (ana.phone, ana.email, ana.postal_address) == ("555 1234", "ab@parliament.example", "9 Other Street")
    client.force_login(officer)
    edit(client, ana, phone="1", email="x@parliament.example", language="fr")
    ana.refresh_from_db()
    assert (ana.phone, ana.email, ana.language, ana.is_confidential) == (
        "555 1234",
        "ab@parliament.example",
        "fr",
        True,
    )


@pytest.mark.parametrize(
    ("basis", "told"),
    [
        ("consent", "Kept because they agreed to it."),
        ("legitimate_interest", "Kept because they hold public office"),
        ("agreement", "Kept because of an agreement"),
    ],
)
def test_why_the_data_are_kept_stands_in_a_sentence(signed_in, ana, basis, told):
    Contact.objects.filter(pk=ana.pk).update(legal_basis=basis)
    text = signed_in.get(url("person_detail", ana)).content.decode()
    assert told in text
    assert "They have not been told yet that we hold their data." in text


def test_a_letter_is_begun_with_this_person_in_its_audience(signed_in, ana):
    SenderFactory()
    page = signed_in.get(url("person_detail", ana))
    letter_url = page.context["letter_url"]
    assert "Begin a letter to Aoife Brennan" in signed_in.get(letter_url).content.decode()
    signed_in.post(letter_url, {"title": "A word", "language": "en"})
    rule = AudienceRule.objects.get()
    assert (rule.contact, rule.effect, rule.mailing.title) == (ana, "include", "A word")


@pytest.mark.parametrize("to", ["x", "", "00000000-0000-0000-0000-000000000000"])
def test_a_letter_to_nobody_is_an_ordinary_letter(signed_in, to):
    SenderFactory()
    signed_in.post(reverse("mailing:letter_create") + f"?to={to}", {"title": "A word", "language": "en"})
    assert not AudienceRule.objects.exists()
