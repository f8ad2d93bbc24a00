"""How organisations belong to the platform, and who has a post at them: by days, each change in the trail."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from contacts.models import Organisation, OrganisationMembership, Post
from tests.contacts.organisations.conftest import trail, url
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("changes", [{"kind": "club"}, {"is_founder": True, "kind": "partner"}])
def test_the_database_refuses_a_membership_that_is_none(house, changes):
    with pytest.raises(IntegrityError), transaction.atomic():
        OrganisationMembership.objects.create(**{"organisation": house, "kind": "member"} | changes)


def test_a_membership_is_added_ended_and_removed(page, house):
    page.post(url("membership_add", house.pk), {"kind": "member", "is_founder": "on", "started_on": "1995-09-01"})
    row = house.memberships.get()
    assert row.is_founder
    page.post(url("membership_edit", row.pk), {"kind": "member", "started_on": "1995-09-01", "ended_on": "2020-12-31"})
    assert Organisation.objects.belonging_on(dt.date(2020, 12, 31), "member").exists()
    assert not Organisation.objects.belonging_on(dt.date(2021, 1, 1), "member").exists()
    page.post(url("membership_remove", row.pk))
    assert not house.memberships.exists()
    assert trail() == [
        "added the membership of an organisation (founding member)",
        "ended the membership of an organisation (member)",
        "removed a membership entered by mistake",
    ]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"kind": "member", "started_on": "2019-01-01"}, "It is one already on some of these days."),
        ({"kind": "member", "ended_on": "2000-01-01"}, "It is one already on some of these days."),
        ({"kind": "partner", "started_on": "2021-02-01", "ended_on": "2021-01-01"}, "This day lies before the first"),
        ({"kind": "partner", "is_founder": "on"}, "Only a member can be a founding member."),
    ],
)
def test_a_membership_that_cannot_be_is_refused_in_words(page, house, data, sentence):
    OrganisationMembership.objects.create(organisation=house, kind="member", ended_on=dt.date(2020, 12, 31))
    response = page.post(url("membership_add", house.pk), data)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert house.memberships.count() == 1


def test_who_left_and_came_back_is_counted_once_a_day(page, house):
    OrganisationMembership.objects.create(organisation=house, kind="member", ended_on=dt.date(2020, 12, 31))
    page.post(url("membership_add", house.pk), {"kind": "member", "started_on": "2023-01-01"})
    days = [dt.date(2020, 1, 1), dt.date(2021, 6, 1), dt.date(2024, 1, 1)]
    assert [Organisation.objects.belonging_on(day, "member").count() for day in days] == [1, 0, 1]


def test_somebody_is_found_and_given_a_post(page, house):
    nora = ContactFactory(given_name="Nora", family_name="Hidden", country="IE")
    assert "First find the person." in page.get(url("post_add", house.pk)).content.decode()
    assert "Nobody here has that" in page.get(url("post_add", house.pk), {"q": "zzz"}).content.decode()
    found = page.get(url("post_add", house.pk), {"q": "hid"}).content.decode()
    assert "Nora Hidden (IE)" in found
    data = {"contact": nora.pk, "title": "Coordinator", "national_contact_for": "IE", "started_on": "2025-01-01"}
    page.post(url("post_add", house.pk) + "?q=hid", data)
    post = house.posts.get()
    assert (post.contact, post.title, post.national_contact_for) == (nora, "Coordinator", "IE")
    again = page.post(url("post_add", house.pk) + "?q=hid", data)
    assert "This person has this post already." in again.content.decode()
    page.post(url("post_edit", post.pk), {"title": "Coordinator", "ended_on": "2026-01-31"})
    post.refresh_from_db()
    assert post.ended_on == dt.date(2026, 1, 31)
    page.post(url("post_remove", post.pk))
    assert trail() == [
        "added a contact's post at an organisation",
        "ended a contact's post at an organisation",
        "removed a post entered by mistake",
    ]


def test_national_contacts_stand_by_country(page, house):
    assert "No country has a contact yet." in page.get(url("national_contacts")).content.decode()
    for country, name in [("IE", "Irish"), ("AT", "Austrian"), ("", "Nobody")]:
        Post.objects.create(
            contact=ContactFactory(family_name=name), organisation=house, national_contact_for=country, title="Adviser"
        )
    text = page.get(url("national_contacts")).content.decode()
    assert text.index("Austrian") < text.index("Irish")
    assert "2 national contacts" in text
    assert "Nobody" not in text
