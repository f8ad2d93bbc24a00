"""The page that shows two rows beside each other before they become one."""

import pytest
from django.urls import reverse

from contacts.merging import FIELDS, merge
from contacts.models import Contact, Note
from tests.contacts.test_merging import delivery, frozen
from tests.factories import ContactFactory, MandateFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return ContactFactory(given_name="Ana", family_name="Horvat", country="HR", email="ana@parliament.example")


@pytest.fixture
def twin():
    return ContactFactory(given_name="Horvat", family_name="Ana", country="HR", email="ho@office.example", phone="+385")


def test_the_page_shows_both_field_by_field_and_makes_them_one(ana, twin, officer, client):
    Note.objects.create(contact=twin, author=officer, text="x")
    client.force_login(officer)
    url = f"{reverse('contacts:person_merge')}?one={ana.public_id}&other={twin.public_id}"
    text = client.get(url).content.decode()
    for words in ["ana@parliament.example", "ho@office.example", "<strong>1</strong> notes", "Given name"]:
        assert words in text
    answer = client.post(url, {"given_name": "one", "family_name": "one", "email": "other", "phone": "other"})
    assert answer["Location"] == reverse("contacts:person_detail", args=[ana.public_id])
    ana.refresh_from_db()
    assert (ana.given_name, ana.email, ana.phone) == ("Ana", "ho@office.example", "+385")


def test_the_page_says_why_two_cannot_be_one(ana, twin, officer, client):
    MandateFactory(contact=ana)
    MandateFactory(contact=twin)
    client.force_login(officer)
    url = f"{reverse('contacts:person_merge')}?one={ana.public_id}&other={twin.public_id}"
    assert "so they are two people." in client.get(url).content.decode()
    assert client.post(url).status_code == 409
    assert Contact.objects.living().filter(pk__in=[ana.pk, twin.pk]).count() == 2


def test_the_page_shows_no_secret_address(ana, twin, officer, client):
    Contact.objects.filter(pk=twin.pk).update(is_confidential=True)
    client.force_login(officer)
    url = f"{reverse('contacts:person_merge')}?one={ana.public_id}&other={twin.public_id}"
    text = client.get(url).content.decode()
    assert "ho@office.example" not in text
    assert "+385" not in text
    assert "secret, of Horvat Ana" in text


@pytest.mark.parametrize("query", ["", "?one=x&other=y", "?one=5&other=5"])
def test_a_link_that_names_nobody_is_not_found(officer, client, query):
    client.force_login(officer)
    assert client.get(reverse("contacts:person_merge") + query).status_code == 404


def test_the_preview_asks_few_questions(ana, twin, officer, client, django_assert_max_num_queries):
    for n in range(30):
        Note.objects.create(contact=twin, author=officer, text=str(n))
    client.force_login(officer)
    url = f"{reverse('contacts:person_merge')}?one={ana.public_id}&other={twin.public_id}"
    with django_assert_max_num_queries(12):
        assert client.get(url).status_code == 200


def test_the_page_of_the_person_shows_both_letters(ana, twin, officer, client):
    mailing = frozen(title="Before the vote")
    delivery(ana, mailing)
    delivery(twin, mailing)
    merge(ana, twin, dict.fromkeys(FIELDS, "one"), actor=officer)
    client.force_login(officer)
    assert len(client.get(reverse("contacts:person_detail", args=[ana.public_id])).context["entries"]) == 2
