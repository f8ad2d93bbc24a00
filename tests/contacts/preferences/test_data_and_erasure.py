"""A reader takes their data along and has themselves erased, by the link; what we know from our work stays with us."""

import json

import pytest

from accounts.models import AuditEvent
from contacts.models import Contact, LegalBasis, Subscription, Suppression
from contacts.preferences import token_for
from tests.contacts.preferences.conftest import reader_of
from tests.factories import MandateFactory

pytestmark = pytest.mark.django_db


def test_the_file_holds_everything_about_the_reader(browser, reader, path):
    answer = browser.post(f"{path}data/")
    assert answer["Content-Disposition"] == 'attachment; filename="my-data.json"'
    found = json.loads(answer.content)
    assert "nadia@readers.example" in json.dumps(found)
    assert "contacts.ConsentRecord" in {section["model"] for section in found["sections"]}
    assert AuditEvent.objects.get().sentence == "noted that the reader downloaded everything held about them"


def test_a_day_has_three_files(browser, path):
    assert [browser.post(f"{path}data/").status_code for _time in range(4)] == [200, 200, 200, 429]
    refused = browser.post(f"{path}data/")
    assert "no further file today" in refused.content.decode()
    assert AuditEvent.objects.count() == 3


def known_otherwise(letter, how):
    if how == "office":
        return reader_of(letter, legal_basis=LegalBasis.LEGITIMATE_INTEREST)
    if how == "secret":
        return reader_of(letter, is_confidential=True, phone="+32 2 555 01 23")
    reader = reader_of(letter)
    MandateFactory(contact=reader.contact)
    return reader


@pytest.mark.parametrize("how", ["office", "secret", "member"])
def test_whom_we_know_from_our_work_a_link_neither_hands_out_nor_erases(browser, letter, how):
    reader = known_otherwise(letter, how)
    path = f"/p/{token_for(reader)}/"
    before = list(Contact.objects.values())
    for place in ("data/", "erase/"):
        answer = browser.post(path + place)
        assert answer.status_code == 409
        page = answer.content.decode()
        assert "a colleague gives you everything" in page
        assert "555 01 23" not in page
    assert list(Contact.objects.values()) == before
    assert "Erase my data" not in browser.get(path).content.decode()
    # Leaving needs nobody.
    browser.post(f"{path}leave/")
    assert Subscription.objects.get(pk=reader.pk).status == "unsubscribed"


def test_a_secret_address_is_not_even_masked(browser, letter):
    reader = reader_of(letter, email="hidden@shelter.example", is_confidential=True)
    page = browser.get(f"/p/{token_for(reader)}/").content.decode()
    assert "shelter.example" not in page


def test_erasing_asks_first_and_keeps_a_fingerprint_alone(browser, reader, path):
    digest = reader.contact.email_digest
    assert "Erase everything?" in browser.get(f"{path}erase/").content.decode()
    done = browser.post(f"{path}erase/")
    assert done.status_code == 200
    assert "You are erased" in done.content.decode()
    person = Contact.objects.get(pk=reader.contact_id)
    assert (person.email, person.given_name, bool(person.erased_at)) == ("", "", True)
    assert not Subscription.objects.exists()
    assert list(Suppression.objects.values_list("email_digest", "scope", "reason")) == [(digest, "all", "erasure")]


def test_the_link_of_who_was_erased_opens_nothing(browser, path):
    browser.post(f"{path}erase/")
    for place in ("", "erase/", "undo/", "data/"):
        assert browser.get(path + place).status_code == 404
        assert browser.post(path + place).status_code == 404
