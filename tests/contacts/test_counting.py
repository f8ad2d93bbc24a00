"""Pages count people up to a limit and say "10,000+"; nothing that a page shows reads the whole address book."""

import pytest
from django.db import connection
from django.urls import reverse

from contacts.counting import words_for
from contacts.models import Contact, Segment, people
from tests.factories import PASSWORD, ContactFactory, MandateFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def low_limit(monkeypatch):
    monkeypatch.setattr(people, "MOST_COUNTED", 3)


@pytest.fixture
def signed_in(client, officer):
    assert client.login(email=officer.email, password=PASSWORD)
    return client


def made(number, **fields):
    return [ContactFactory(family_name=f"Name{position:02}", **fields) for position in range(number)]


def test_counting_stops_one_beyond_the_limit(low_limit):
    made(6)
    assert Contact.objects.count_up_to() == 4
    assert Contact.objects.filter(family_name="Name01").count_up_to() == 1
    assert Contact.objects.count_up_to(limit=10) == 6


@pytest.mark.parametrize(("number", "count"), [(0, 0), (2, 2), (3, 3), (6, 4)])
def test_a_glance_is_the_count_and_the_first_by_name(low_limit, number, count):
    found = made(number)
    assert Contact.objects.glance(2) == (count, [person.pk for person in found[:2]])


def test_the_words_say_that_there_are_more():
    assert (words_for(1), words_for(72)) == ("1 person", "72 people")
    assert words_for(10_001) == "10,000+ people"


def test_the_list_of_people_counts_up_to_the_limit(low_limit, signed_in):
    made(7, country="IE")
    page = signed_in.get(reverse("contacts:person_list")).content.decode()
    assert "3+ people" in page
    page = signed_in.get(reverse("contacts:person_list"), {"q": "name02"}).content.decode()
    assert "One person" in page


def test_a_segment_page_counts_up_to_the_limit(low_limit, signed_in):
    made(7, country="IE")
    segment = Segment.objects.create(name="Irish", criteria={"country": ["IE"]})
    page = signed_in.get(reverse("contacts:segment_detail", args=[segment.pk])).content.decode()
    assert "3+ people" in page
    assert "Name00" in page


def test_the_live_count_names_the_first_twenty(signed_in):
    made(25, country="IE")
    page = signed_in.post(
        reverse("contacts:segment_count"), {"r.0.field": "country", "r.0.country": ["IE"]}
    ).content.decode()
    assert "The first 20 by name" in page
    assert "Name19" in page
    assert "Name20" not in page


def test_the_live_count_stops_at_the_limit(low_limit, signed_in):
    made(7, country="IE")
    page = signed_in.post(
        reverse("contacts:segment_count"), {"r.0.field": "country", "r.0.country": ["IE"]}
    ).content.decode()
    assert "3+ people" in page


def test_why_nobody_matches_is_told_among_very_many_too(low_limit, signed_in):
    made(5, country="IE")
    segment = Segment.objects.create(name="Two", criteria={"country": ["IE"], "language": ["mt"]})
    page = signed_in.get(reverse("contacts:segment_detail", args=[segment.pk])).content.decode()
    assert "Nobody matches" in page


def country_now(person):
    return Contact.objects.values_list("country_now", flat=True).get(pk=person.pk)


def test_the_country_of_today_is_the_mandates_while_it_is_open():
    person = ContactFactory(country="IE")
    assert country_now(person) == "IE"
    mandate = MandateFactory(contact=person, country="FR")
    assert country_now(person) == "FR"
    type(mandate).objects.filter(pk=mandate.pk).update(country="DE")
    assert country_now(person) == "DE"
    type(mandate).objects.filter(pk=mandate.pk).update(ended_on="2026-01-01")
    assert country_now(person) == "IE"


def test_the_country_of_today_follows_whoever_writes():
    first, second = ContactFactory(country="IE"), ContactFactory(country="PL")
    mandate = MandateFactory(contact=first, country="FR")
    type(mandate).objects.filter(pk=mandate.pk).update(contact=second)
    assert (country_now(first), country_now(second)) == ("IE", "FR")
    Contact.objects.filter(pk=first.pk).update(country="AT", country_now="XX")
    assert country_now(first) == "AT"
    mandate.delete()
    assert country_now(second) == "PL"
    made_at_once = Contact(country="MT", gender="X")
    Contact.objects.bulk_create([made_at_once])
    assert country_now(made_at_once) == "MT"
    second.save()
    assert country_now(second) == "PL"


def test_segments_have_their_indexes():
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "contacts_contact")
        tags = connection.introspection.get_constraints(cursor, "contacts_contact_tags")
    assert {"contact_by_country", "contact_by_language"} <= found.keys()
    assert "contact_tags_by_tag" in tags
