"""Keeping organisations: added, changed and removed by hand, each change in the trail; secrets are never read back."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from contacts.models import Organisation, OrganisationMembership, Post, StakeholderType
from tests.contacts.organisations.conftest import ADDRESS, trail, url
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


def form_of(row, **changes):
    names = ("name", "kind", "country", "transparency_register_id", "represents", "website", "note", *ADDRESS)
    data = {name: getattr(row, name) for name in names} | changes
    return data | ({"is_confidential": "on"} if row.is_confidential else {})


def test_an_organisation_is_added_with_all_that_is_known(page):
    data = {
        "name": "  Harbour   House ",
        "kind": "ngo",
        "country": "IE",
        "new_type": "Shelter",
        "transparency_register_id": " 153882995425-37 ",
        "represents": "12 shelters",
        "website": "harbour.example",
        "postal_address": "1 Quay",
        "phone": "+999 1",
        "email": "info@HARBOUR.example",
    }
    response = page.post(url("organisation_create"), data)
    row = Organisation.objects.get(name="Harbour House")
    assert response.url == url("organisation_detail", row.pk)
    assert (row.transparency_register_id, row.website) == ("153882995425-37", "https://harbour.example")
    assert [one.name for one in row.stakeholder_types.all()] == ["Shelter"]
    assert row.email_digest
    assert trail() == ["added an organisation"]
    text = page.get(response.url).content.decode()
    for words in [
        "Harbour House",
        "Shelter",
        "153882995425-37",
        "12 shelters",
        "1 Quay",
        "+999 1",
        "info@<wbr>harbour",
    ]:
        assert words in text, words


@pytest.mark.parametrize(
    "number", ["12345-37", "1234567890123456-37", "153882995425-3", "153882995425", "15388299542a-37", "١٥٣٨٨٢-37"]
)
def test_a_register_number_of_another_shape_is_refused(page, number):
    response = page.post(url("organisation_create"), {"name": "X", "kind": "ngo", "transparency_register_id": number})
    assert response.status_code == 422
    assert "Write the number as it stands in the register" in response.content.decode()
    assert not Organisation.objects.filter(name="X").exists()


@pytest.mark.parametrize("name", ["Quiet House", "QUIET HOUSE", "Quiét  house"])
def test_a_name_is_there_once(page, house, name):
    response = page.post(url("organisation_create"), {"name": name, "kind": "ngo"})
    assert "There is an organisation of this name already." in response.content.decode()


def test_nobody_makes_a_second_platform(page):
    assert page.post(url("organisation_create"), {"name": "X", "kind": "platform"}).status_code == 422


def test_a_change_is_told_by_the_words_of_its_fields_and_no_value(page):
    row = Organisation.objects.create(name="Council", kind="institution", phone="+32 2 1")
    page.post(url("organisation_edit", row.pk), form_of(row, name="The Council", phone="+32 2 2"))
    assert trail() == ["changed an organisation's name, phone"]
    page.post(url("organisation_edit", row.pk), form_of(Organisation.objects.get(pk=row.pk)))
    assert len(trail()) == 1


def test_a_known_type_in_another_case_is_that_type(page):
    known = StakeholderType.objects.create(name="Trade union")
    row = Organisation.objects.create(name="Union")
    page.post(url("organisation_edit", row.pk), form_of(row, new_type="trade UNION"))
    assert list(row.stakeholder_types.all()) == [known]
    assert trail() == ["changed an organisation's stakeholder types"]


def test_a_secret_address_is_not_in_the_form_and_stays_when_left_empty(page, house):
    text = page.get(url("organisation_edit", house.pk)).content.decode()
    assert "Quiet Lane" not in text
    assert "quiet.example" not in text
    assert "555 0142" not in text
    page.post(url("organisation_edit", house.pk), form_of(house, **dict.fromkeys(ADDRESS, ""), note="New note"))
    house.refresh_from_db()
    assert {name: getattr(house, name) for name in ADDRESS} == ADDRESS
    assert trail() == ["changed an organisation's note"]


def test_a_secret_address_can_be_replaced_and_taken_away_without_being_seen(page, house):
    empty = dict.fromkeys(ADDRESS, "")
    page.post(url("organisation_edit", house.pk), form_of(house, **empty | {"phone": "+999 7"}))
    house.refresh_from_db()
    assert (house.phone, house.postal_address) == ("+999 7", "7 Quiet Lane")
    page.post(url("organisation_edit", house.pk), form_of(house, **empty, clear="on"))
    house.refresh_from_db()
    assert {name: getattr(house, name) for name in ADDRESS} == empty
    assert house.email_digest == ""


def test_who_may_not_see_a_secret_cannot_make_it_public(page, house, client, approver):
    data = form_of(house, **dict.fromkeys(ADDRESS, ""))
    del data["is_confidential"]
    page.post(url("organisation_edit", house.pk), data)
    house.refresh_from_db()
    assert house.is_confidential
    client.force_login(approver)
    client.post(url("organisation_edit", house.pk), data)
    house.refresh_from_db()
    assert not house.is_confidential
    assert trail() == ["changed an organisation's confidentiality"]


def test_a_secret_that_was_typed_is_not_sent_back_with_the_errors(page):
    response = page.post(url("organisation_create"), {"name": "", "kind": "ngo", "is_confidential": "on", **ADDRESS})
    assert response.status_code == 422
    text = response.content.decode()
    assert "Quiet Lane" not in text
    assert "quiet.example" not in text
    assert "Type it again" in text


def test_an_organisation_that_something_refers_to_stays(page, house):
    Post.objects.create(contact=ContactFactory(), organisation=house)
    OrganisationMembership.objects.create(organisation=house, kind="member")
    text = page.get(url("organisation_delete", house.pk)).content.decode()
    assert "1 post" in text
    assert "1 organisation membership" in text
    page.post(url("organisation_delete", house.pk))
    assert Organisation.objects.filter(pk=house.pk).exists()
    assert trail() == []


def test_one_that_nothing_refers_to_is_deleted_with_a_line_in_the_trail(page, house):
    house.stakeholder_types.add(StakeholderType.objects.create(name="Shelter"))
    assert page.post(url("organisation_delete", house.pk)).url == url("organisation_list")
    assert not Organisation.objects.filter(pk=house.pk).exists()
    assert trail() == ["deleted an organisation"]
    assert StakeholderType.objects.count() == 1


def test_the_platform_itself_cannot_be_deleted(page):
    platform = Organisation.objects.platform()
    page.post(url("organisation_delete", platform.pk))
    assert Organisation.objects.filter(pk=platform.pk).exists()


@pytest.mark.parametrize("name", ["organisation_create", "organisation_edit", "organisation_delete"])
def test_a_viewer_changes_nothing(client, viewer, house, name):
    client.force_login(viewer)
    address = url(name) if name == "organisation_create" else url(name, house.pk)
    assert client.get(address).status_code == client.post(address, {"name": "X"}).status_code == 403
    assert "Change" not in client.get(url("organisation_detail", house.pk)).content.decode()


def test_a_stranger_changes_nothing(client, stranger, house):
    client.force_login(stranger)
    for name in ["organisation_edit", "organisation_delete", "membership_add", "post_add"]:
        assert client.post(url(name, house.pk), {"name": "X"}).status_code == 404


def test_the_database_refuses_a_kind_of_organisation_that_is_none():
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.create(name="X", kind="club")


def test_filters_narrow_the_list(page, house):
    OrganisationMembership.objects.create(organisation=house, kind="member", is_founder=True)
    press = Organisation.objects.create(name="Paper", kind="press", country="FR")
    press.stakeholder_types.add(StakeholderType.objects.create(name="Daily"))
    for query, names in [
        ({"kind": "press"}, ["Paper"]),
        ({"type": "Daily"}, ["Paper"]),
        ({"country": "IE"}, ["Quiet House"]),
        ({"belongs": "founder"}, ["Quiet House"]),
        ({"belongs": "any"}, ["Quiet House"]),
        ({"belongs": "associate"}, []),
        ({"kind": "press", "q": "quiet"}, []),
    ]:
        response = page.get(url("organisation_list"), query)
        assert [row.name for row in response.context["rows"]] == names, query
    assert "Paper" in [row.name for row in page.get(url("organisation_list"), {"belongs": "none"}).context["rows"]]
    unknown = page.get(url("organisation_list"), {"kind": "club"})
    assert "“club” is not one of the choices." in unknown.content.decode()


def test_the_platform_of_the_reference_data_is_counted_and_not_typed(page):
    from contacts.reference import load_organisations

    load_organisations()
    day = dt.date(2026, 11, 21)
    counts = page.get(url("organisation_list"), {"on": "2026-11-21"}).context["counts"]
    assert counts == {"members": 26, "associates": 2, "countries": 23}
    numbers = {kind: Organisation.objects.belonging_on(day, kind).count() for kind in ("founder", "member", "partner")}
    assert numbers == {"founder": 8, "member": 26, "partner": 1}


@pytest.mark.parametrize("number", [10, 200])
def test_the_pages_ask_the_same_number_of_questions(page, parliament, django_assert_max_num_queries, number):
    council = Organisation.objects.create(name="Council")
    Organisation.objects.bulk_create(Organisation(name=f"Organisation {n:03}") for n in range(number))
    people = parliament.crowd(number)
    Post.objects.bulk_create(Post(contact=one, organisation=council, national_contact_for="IE") for one in people)
    for address in [
        url("organisation_list") + "?belongs=none&q=organisation",
        url("organisation_detail", council.pk),
        url("organisation_edit", council.pk),
        url("organisation_create"),
        url("national_contacts"),
        url("post_add", council.pk) + "?q=family",
        url("membership_add", council.pk),
    ]:
        with django_assert_max_num_queries(12):
            assert page.get(address).status_code == 200
    # One for each kind of row that may point to an organisation.
    with django_assert_max_num_queries(25):
        page.get(url("organisation_delete", council.pk))
