"""Organisations: who belongs to the platform on a day, who works where, and nothing of a secret address."""

import datetime as dt

import pytest
from django.urls import reverse

from contacts.models import Organisation, OrganisationMembership, Post
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db
LIST = reverse("contacts:organisation_list")


@pytest.fixture
def page(client, viewer):
    client.force_login(viewer)
    return lambda url=LIST, **params: client.get(url, params)


@pytest.fixture
def members():
    for name, country, kind, start, end in [
        ("Old Friends", "IE", "member", None, dt.date(2020, 12, 31)),
        ("New Friends", "FR", "member", dt.date(2021, 1, 1), None),
        ("Always", "FR", "member", None, None),
        ("Nearly", "DE", "associate", None, None),
        ("Partner", "BE", "partner", None, None),
    ]:
        row = Organisation.objects.create(name=name, country=country)
        OrganisationMembership.objects.create(organisation=row, kind=kind, started_on=start, ended_on=end)


def test_members_are_counted_for_a_day(page, members):
    assert page(on="2020-06-01").context["counts"] == {"members": 2, "associates": 1, "countries": 3}
    assert page(on="2026-11-21").context["counts"] == {"members": 2, "associates": 1, "countries": 2}


@pytest.mark.parametrize("day", ["yesterday", "2026-02-31", "9999999999", "2026-13-01"])
def test_what_is_no_day_is_told(page, members, day):
    text = page(on=day).content.decode()
    assert f"“{day}” is not a day." in text


def test_search_by_name_and_an_empty_answer(page, members):
    assert [row.name for row in page(q="FRIENDS").context["rows"]] == ["New Friends", "Old Friends"]
    assert "No organisation has that in its name." in page(q="zzz").content.decode()
    assert page(q="\0").status_code == 200


def test_the_page_lists_who_works_there(page):
    council = Organisation.objects.create(name="Council", email="info@council.example", phone="+32 2 1")
    Post.objects.create(contact=ContactFactory(family_name="Now"), organisation=council, title="Adviser")
    Post.objects.create(
        contact=ContactFactory(family_name="Before"), organisation=council, ended_on=dt.date(2025, 1, 31)
    )
    text = page(reverse("contacts:organisation_detail", args=[council.pk])).content.decode()
    for words in ["Now", "Adviser", "Before", "until 31 Jan 2025", "info@<wbr>council.example", "+32 2 1"]:
        assert words in text


def test_a_stranger_sees_no_organisation(client, stranger, members):
    client.force_login(stranger)
    assert len(client.get(LIST).context["page_obj"]) == 0
    row = Organisation.objects.get(name="Always")
    assert client.get(reverse("contacts:organisation_detail", args=[row.pk])).status_code == 404


@pytest.mark.parametrize("number", [10, 300])
def test_the_number_of_queries_does_not_grow(page, parliament, django_assert_max_num_queries, number):
    council = Organisation.objects.create(name="Council")
    rows = Organisation.objects.bulk_create(Organisation(name=f"Organisation {n:03}") for n in range(number))
    OrganisationMembership.objects.bulk_create(OrganisationMembership(organisation=row, kind="member") for row in rows)
    Post.objects.bulk_create(Post(contact=person, organisation=council) for person in parliament.crowd(number))
    with django_assert_max_num_queries(12):
        page()
    with django_assert_max_num_queries(12):
        page(reverse("contacts:organisation_detail", args=[council.pk]))
