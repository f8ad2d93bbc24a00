"""People and organisations are found by the search of every page."""

import pytest

from contacts.contributions import search_organisations, search_people
from contacts.models import Organisation, Post
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


def test_people_are_found_with_a_line_about_them(parliament, viewer):
    parliament.mep("Brennan", given_name="Aoife", country="IE", group="SD", seats=[("LIBE", "chair")])
    adviser = ContactFactory(given_name="Bren", family_name="Adviser")
    Post.objects.create(contact=adviser, organisation=Organisation.objects.create(name="Council"), title="Adviser")
    hits = list(search_people(viewer, "BREN"))
    assert [(hit.title, hit.detail) for hit in hits] == [
        ("Bren Adviser", "Adviser, Council"),
        ("Aoife Brennan", "MEP, Ireland, S&D, LIBE"),
    ]


def test_organisations_are_found_by_name_only(viewer):
    Organisation.objects.create(name="Harbour House", country="IE", is_confidential=True, email="secret@house.example")
    assert [hit.title for hit in search_organisations(viewer, "harbour")] == ["Harbour House"]
    assert list(search_organisations(viewer, "house.example")) == []


def test_a_stranger_finds_nothing(stranger):
    ContactFactory(family_name="Hidden")
    Organisation.objects.create(name="Hidden")
    assert list(search_people(stranger, "hidden")) == list(search_organisations(stranger, "hidden")) == []


def test_many_hits_cost_the_same(viewer, parliament, django_assert_max_num_queries):
    parliament.crowd(60)
    with django_assert_max_num_queries(4):
        assert len(list(search_people(viewer, "family"))) == 20


def test_both_stand_on_the_search_page(client, viewer):
    from accounts import registry

    assert search_people in registry.searches
    assert search_organisations in registry.searches
