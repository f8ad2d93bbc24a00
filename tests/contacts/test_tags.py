"""Tags as a whole, and one tag for many people at once."""

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from contacts.criteria import resolve
from contacts.models import Contact, Organisation, Segment, Tag
from contacts.tagging import InUse, delete, make_one, rename, tag_many
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db
LIST, MANY = reverse("contacts:tag_list"), reverse("contacts:person_tag")


@pytest.fixture
def signed_in(client, officer):
    client.force_login(officer)
    return client


@pytest.fixture
def press():
    return Tag.objects.create(name="press")


def names(person):
    return sorted(tag.name for tag in person.tags.all())


def test_each_tag_has_its_number_of_people(signed_in, press):
    ContactFactory().tags.add(press)
    gone = ContactFactory()
    gone.tags.add(press)
    Contact.objects.filter(pk=gone.pk).update(
        email="", email_key=None, given_name="", family_name="", sort_key="", erased_at="2026-01-01T00:00Z"
    )
    Tag.objects.create(name="unused")
    assert [(tag.name, tag.people) for tag in signed_in.get(LIST).context["page_obj"]] == [("press", 1), ("unused", 0)]


def test_without_tags_the_page_says_how_they_come(signed_in):
    assert "There are no tags yet." in signed_in.get(LIST).content.decode()


def test_a_segment_follows_a_tags_new_name(officer, press):
    person = ContactFactory()
    person.tags.add(press)
    rule = {"all": [{"country": ["IE"]}, {"not": {"any": [{"tag": ["Press"]}, {"country": ["FR"]}]}}]}
    segment = Segment.objects.create(name="Not the press", criteria=rule)
    rename(press, "media", actor=officer)
    segment.refresh_from_db()
    assert segment.criteria["all"][1] == {"not": {"any": [{"tag": ["media"]}, {"country": ["FR"]}]}}
    assert list(resolve({"tag": ["media"]})) == [person]


def test_a_name_that_another_tag_has_makes_them_one_after_a_second_look(signed_in, officer, press):
    media = Tag.objects.create(name="Media")
    both, one = ContactFactory(), ContactFactory()
    both.tags.add(press, media)
    one.tags.add(press)
    url = reverse("contacts:tag_edit", args=[press.pk])
    assert "There is a tag “Media” already." in signed_in.post(url, {"name": "media"}).content.decode()
    assert Tag.objects.count() == 2
    signed_in.post(url, {"name": "media", "make_one": "1"})
    assert names(both) == names(one) == ["Media"]
    assert [tag.name for tag in Tag.objects.all()] == ["Media"]


def test_renaming_by_the_page(signed_in, press):
    signed_in.post(reverse("contacts:tag_edit", args=[press.pk]), {"name": "  journalists "})
    assert Tag.objects.get().name == "journalists"
    assert AuditEvent.objects.get().sentence == "renamed the tag “press”"
    assert signed_in.post(reverse("contacts:tag_edit", args=[press.pk]), {"name": " "}).status_code == 422


def test_a_tag_a_segment_asks_for_is_not_deleted(signed_in, officer, press):
    segment = Segment.objects.create(name="Press", criteria={"tag": ["press"]})
    with pytest.raises(InUse, match="“Press”"):
        delete(press, actor=officer)
    answer = signed_in.post(reverse("contacts:tag_delete", args=[press.pk]), follow=True).content.decode()
    assert "These segments ask for it" in answer
    segment.delete()
    signed_in.post(reverse("contacts:tag_delete", args=[press.pk]))
    assert not Tag.objects.exists()


def test_making_one_counts_who_had_it(officer, press):
    ContactFactory().tags.add(press)
    assert make_one(press, Tag.objects.create(name="media"), actor=officer) == 1


def test_the_ticked_people_get_the_tag(signed_in, press):
    people = [ContactFactory() for _n in range(3)]
    people[0].tags.add(press)
    ticked = [str(person.public_id) for person in people[:2]]
    answer = signed_in.post(MANY, {"who": [*ticked, "nonsense"], "tag": "PRESS", "act": "put", "filters": "country=IE"})
    assert answer["Location"] == reverse("contacts:person_list") + "?country=IE"
    assert [names(person) for person in people] == [["press"], ["press"], []]
    assert AuditEvent.objects.get().sentence == "put the tag “press” on 1 contacts"
    signed_in.post(MANY, {"who": ticked, "tag": "press", "act": "take"})
    assert names(people[0]) == []


def test_all_who_fit_the_filters_get_the_tag(signed_in, parliament):
    parliament.mep("Irish", country="IE")
    parliament.mep("French", country="FR")
    signed_in.post(MANY, {"everybody": "1", "tag": "green isle", "act": "put", "filters": "country=IE"})
    assert [person.family_name for person in Contact.objects.filter(tags__name="green isle")] == ["Irish"]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"tag": "x", "act": "put"}, "Nobody was ticked"),
        ({"tag": " ", "act": "put"}, "Write the tag"),
        ({}, "Write the tag"),
    ],
)
def test_what_is_missing_is_told(signed_in, data, told):
    assert told in signed_in.post(MANY, data, follow=True).content.decode()


def test_a_stranger_tags_nobody(client, stranger):
    person = ContactFactory()
    client.force_login(stranger)
    client.post(MANY, {"who": [str(person.public_id)], "tag": "x", "act": "put"})
    client.post(MANY, {"everybody": "1", "tag": "x", "act": "put"})
    assert names(person) == []


@pytest.mark.parametrize("number", [10, 1200])
def test_many_people_cost_few_questions(officer, parliament, django_assert_max_num_queries, number):
    parliament.crowd(number)
    # Somebody else may make the same tag at this moment: that costs three.
    with django_assert_max_num_queries(17):
        assert tag_many(Contact.objects.filter(family_name__startswith="Family"), "crowd", actor=officer) == number


@pytest.mark.parametrize("number", [10, 200])
def test_the_pages_ask_few_questions(signed_in, django_assert_max_num_queries, number):
    tags = Tag.objects.bulk_create(Tag(name=f"tag {n:03}") for n in range(number))
    Segment.objects.bulk_create(Segment(name=f"S{n}", owner=Organisation.objects.platform()) for n in range(number))
    with django_assert_max_num_queries(12):
        signed_in.get(LIST)
    with django_assert_max_num_queries(12):
        signed_in.get(reverse("contacts:tag_edit", args=[tags[0].pk]))
