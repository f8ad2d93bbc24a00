"""The list of people: search, filters, paging, export, and a page without people that says what to do."""

import csv
import io

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from contacts.models import Contact, Organisation, Post, Tag
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db
LIST, EXPORT = reverse("contacts:person_list"), reverse("contacts:person_export")


@pytest.fixture
def page(client, officer):
    client.force_login(officer)
    return lambda url=LIST, **params: client.get(url, params)


def rows(response):
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def test_strangers_are_sent_to_the_sign_in_page(client):
    assert client.get(LIST).status_code == 302


def test_a_colleague_of_another_organisation_sees_nobody(client, stranger, parliament):
    person = parliament.mep("Hidden")
    client.force_login(stranger)
    assert "Hidden" not in client.get(LIST).content.decode()
    assert client.get(reverse("contacts:person_detail", args=[person.public_id])).status_code == 404
    assert rows(client.get(EXPORT)) == []


def test_without_people_the_page_says_how_they_come(page):
    assert "Nobody is here yet." in page().content.decode()


def test_people_are_sorted_by_family_name_whatever_the_accents(page):
    for name in ["Zeta", "Ägren", "Östberg", "Ahern"]:
        ContactFactory(family_name=name)
    found = [person.family_name for person in page().context["page_obj"]]
    assert found == ["Ägren", "Ahern", "Östberg", "Zeta"]


def test_search_finds_words_of_name_and_address_without_accents(page):
    ContactFactory(given_name="Nicolae", family_name="Ştefănuță", email="ns@parliament.example")
    ContactFactory(family_name="Other")
    for words in ["stefanuta", "nicolae STEF", "ns@parliament"]:
        assert [person.family_name for person in page(q=words).context["page_obj"]] == ["Ştefănuță"]


def test_filters_narrow_and_hold_for_one_seat(page, parliament):
    Tag.objects.create(name="press")
    parliament.mep("Both", country="IE", group="EPP", seats=[("LIBE", "member"), ("FEMM", "chair")])
    parliament.mep("Chair", country="FR", group="SD", seats=[("LIBE", "chair")])

    def names(**params):
        return [person.family_name for person in page(**params).context["page_obj"]]

    assert names(committee="LIBE") == ["Both", "Chair"]
    assert names(committee="LIBE", role="chair") == ["Chair"]
    assert names(group="EPP", country="IE") == ["Both"]
    assert names(language="fr") == ["Chair"]
    assert names(kind="mep", tag="press") == []


def test_no_result_says_which_filter_to_remove(page, parliament):
    parliament.mep("Member", country="FR", seats=[("LIBE", "member")])
    parliament.mep("Irish", country="IE")
    text = page(committee="LIBE", country="IE").content.decode()
    assert "LIBE has 1 members; your country filter leaves 0." in text
    assert 'href="/desk/contacts/?country=IE"' in text
    assert "has “nobody” in the name or address" in page(q="nobody").content.decode()


def test_an_unknown_filter_value_is_told_and_filters_nothing(page):
    ContactFactory()
    response = page(country="XX", page="9999")
    assert "“XX” is not one of the choices." in response.content.decode()
    assert len(response.context["page_obj"]) == 1


@pytest.mark.parametrize("words", ["%", "_", "'", "\0", "\\", "<script>", "a" * 5000, "😀"])
def test_odd_words_break_nothing(page, words):
    ContactFactory(family_name="Plain")
    assert page(q=words).status_code == 200


def test_fifty_a_page_with_numbers(page):
    for number in range(51):
        ContactFactory(family_name=f"Family{number:03}")
    assert len(page().context["page_obj"]) == 50
    second = page(page=2, country="IE")
    assert "Page 2 of 2" in second.content.decode()
    assert [person.family_name for person in second.context["page_obj"]] == ["Family050"]


@pytest.mark.parametrize("number", [10, 300])
def test_the_number_of_queries_does_not_grow_with_people(page, parliament, django_assert_max_num_queries, number):
    council = Organisation.objects.create(name="Council")
    Post.objects.bulk_create(Post(contact=person, organisation=council) for person in parliament.crowd(number))
    with django_assert_max_num_queries(12):
        assert page(q="family", committee="LIBE").status_code == 200


def test_the_export_holds_the_filtered_people(page, parliament):
    parliament.mep("Brennan", country="IE", group="SD", seats=[("LIBE", "vice_chair")], email="ab@parliament.example")
    parliament.mep("Other", country="FR")
    (row,) = rows(page(EXPORT, country="IE"))
    assert row["family_name"] == "Brennan"
    assert row["email"] == "ab@parliament.example"
    assert row["seats"] == "LIBE:vice_chair"
    assert (row["group"], row["country"], row["language"]) == ("SD", "IE", "en")
    assert AuditEvent.objects.get().sentence == "downloaded a list of 1 contacts"


def test_who_only_reads_takes_no_addresses_away(client, viewer):
    client.force_login(viewer)
    assert EXPORT not in client.get(LIST).content.decode()
    assert client.get(EXPORT).status_code == 403


def test_the_export_runs_no_formula_and_has_a_byte_order_mark_unless_asked(page):
    ContactFactory(family_name='=HYPERLINK("http://evil.example")', given_name="+1")
    content = b"".join(page(EXPORT).streaming_content)
    assert content.startswith(b"\xef\xbb\xbf")
    assert b"'=HYPERLINK" in content
    assert b"'+1" in content
    assert not b"".join(page(EXPORT, bom="0").streaming_content).startswith(b"\xef\xbb\xbf")


def test_a_confidential_organisations_address_is_never_exported_or_shown(page):
    house = Organisation.objects.create(
        name="Harbour House",
        is_confidential=True,
        email="Shelter@house.example",
        phone="+353 1 555 0199",
        postal_address="1 Secret Street",
    )
    worker = ContactFactory(family_name="Worker", email="shelter@HOUSE.example")
    Post.objects.create(contact=worker, organisation=house, title="Helper")
    exported = b"".join(page(EXPORT).streaming_content).decode()
    detail = page(reverse("contacts:person_detail", args=[worker.public_id])).content.decode()
    organisation = page(reverse("contacts:organisation_detail", args=[house.pk])).content.decode()
    listed = page(reverse("contacts:organisation_list")).content.decode()
    assert "Worker" in exported
    for text in [exported, detail, organisation, listed]:
        assert "house.example" not in text.casefold()
        assert "555 0199" not in text
        assert "Secret Street" not in text
    assert "works at a secret address" in detail.casefold()
    assert "Confidential address" in organisation


def test_erased_people_are_not_listed(page, django_user_model):
    person = ContactFactory(family_name="Gone")
    Contact.objects.filter(pk=person.pk).update(
        email="", email_key=None, given_name="", family_name="", sort_key="", erased_at="2026-01-01T00:00Z"
    )
    assert len(page().context["page_obj"]) == 0
    assert page(reverse("contacts:person_detail", args=[person.public_id])).status_code == 404
