"""Adding somebody by hand, and people who stand in the address book twice."""

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from contacts.duplicates import likely_pairs, lookalikes
from contacts.models import Contact, NotSame, Organisation, PersonCorrection, Post
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db
NEW, TWICE = reverse("contacts:person_create"), reverse("contacts:duplicate_list")
GIVEN = {
    "kind": "stakeholder",
    "given_name": "Iva",
    "family_name": "Marić",
    "gender": "F",
    "legal_basis": "agreement",
    "source": "business card",
}


@pytest.fixture
def signed_in(client, officer):
    client.force_login(officer)
    return client


def pairs():
    return [{pair.one.pk, pair.other.pk} for pair in likely_pairs(Contact.objects.all())]


def test_a_name_copied_with_unseen_marks_is_a_name_that_a_header_takes(signed_in):
    signed_in.post(NEW, GIVEN | {"given_name": "I\u00adva\x02", "family_name": "Mari\u0107\r\nx: y"})
    person = Contact.objects.get()
    assert (person.given_name, person.family_name) == ("Iva", "Marić x: y")


def test_somebody_is_added_with_post_tags_and_why_they_may_be_kept(signed_in, officer):
    council = Organisation.objects.create(name="Council of Rivers", country="HR")
    data = GIVEN | {"organisation": "council of RIVERS", "title": "Adviser", "new_tag": "seminar", "country": "HR"}
    answer = signed_in.post(NEW, data | {"email": "Iva@rivers.example", "informed_on": "2026-11-03"}, follow=True)
    person = Contact.objects.get()
    text = answer.content.decode()
    assert (person.email, person.legal_basis, person.source) == ("Iva@rivers.example", "agreement", "business card")
    assert [(post.organisation, post.title) for post in person.posts.all()] == [(council, "Adviser")]
    assert sorted(tag.name for tag in person.tags.all()) == ["seminar", "stakeholder"]
    for words in ["Kept because of an agreement", "They were told on 3 November 2026.", "business card", "Adviser"]:
        assert words in text, words
    assert {row.field for row in PersonCorrection.objects.all()} >= {"given_name", "family_name", "email", "country"}
    assert "added a contact by hand, kept for agreement" in {event.sentence for event in AuditEvent.objects.all()}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"source": ""}, "This field is required."),
        ({"given_name": "", "family_name": ""}, "Give at least one name."),
        ({"email": "a@b"}, "Enter a valid email address."),
        ({"organisation": "Nowhere"}, "No organisation has this name."),
        ({"organisation": "Council"}, "Several have that in their name"),
        ({"title": "Adviser"}, "Choose the organisation this post is at."),
        ({"legal_basis": "because"}, "because"),
        ({"informed_on": "2099-01-01"}, "still to come"),
        ({"kind": "mep"}, "mep"),
    ],
)
def test_what_is_missing_or_wrong_is_told(signed_in, changes, told):
    Organisation.objects.create(name="Council of Rivers")
    Organisation.objects.create(name="Council of Lakes")
    answer = signed_in.post(NEW, GIVEN | changes)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Contact.objects.exists()


def test_an_address_belongs_to_one_person(signed_in):
    ContactFactory(email="taken@rivers.example")
    answer = signed_in.post(NEW, GIVEN | {"email": "TAKEN@rivers.example"})
    assert "Somebody else in the contacts has this address." in answer.content.decode()


@pytest.mark.parametrize("name", [("Iva", "Maric"), ("MARIĆ", "Iva"), ("Iva", "Marič"), ("Iwa", "Marić")])
def test_who_is_nearest_is_shown_before_a_second_one_is_made(signed_in, name):
    known = ContactFactory(given_name="Iva", family_name="Marić")
    ContactFactory(given_name="Ivan", family_name="Petrović")
    data = GIVEN | dict(zip(["given_name", "family_name"], name, strict=True))
    answer = signed_in.post(NEW, data)
    assert answer.context["near"] == [known]
    assert "Looks like somebody who is here already." in answer.content.decode()
    assert Contact.objects.count() == 2
    signed_in.post(NEW, data | {"sure": "1"})
    assert Contact.objects.count() == 3


def test_somebody_unlike_all_others_is_added_at_once(signed_in):
    ContactFactory(given_name="Ivan", family_name="Petrović")
    signed_in.post(NEW, GIVEN)
    assert Contact.objects.count() == 2


def test_nobody_looks_like_no_name():
    assert lookalikes(Contact.objects.all(), "", " ") == []


def test_the_form_knows_the_organisation_it_was_opened_from(signed_in):
    row = Organisation.objects.create(name="Council of Rivers", country="HR")
    assert "Council of Rivers" in signed_in.get(NEW, {"organisation": row.pk}).content.decode()
    assert signed_in.get(NEW, {"organisation": "x"}).status_code == 200


def test_the_same_name_in_one_country_in_any_order_is_a_pair():
    one = ContactFactory(given_name="Viktor", family_name="Kovács", country="HU")
    turned = ContactFactory(given_name="Kovacs", family_name="Viktor", country="HU")
    ContactFactory(given_name="Viktor", family_name="Kovács", country="SK")
    ContactFactory(given_name="Viktor", family_name="Kovácsné", country="HU")
    assert pairs() == [{one.pk, turned.pk}]


def test_a_missing_country_or_one_organisation_makes_a_pair_too():
    council = Organisation.objects.create(name="Council")
    one = ContactFactory(given_name="Ana", family_name="Horvat", country="HR")
    blank = ContactFactory(given_name="Ana", family_name="Horvat", country="")
    assert pairs() == [{one.pk, blank.pk}]
    Contact.objects.filter(pk=blank.pk).update(country="SI")
    assert pairs() == []
    for person in [one, blank]:
        Post.objects.create(contact=person, organisation=council)
    assert pairs() == [{one.pk, blank.pk}]


def test_not_the_same_person_is_remembered(signed_in):
    one = ContactFactory(given_name="Ana", family_name="Horvat", country="HR")
    other = ContactFactory(given_name="Ana", family_name="Horvat", country="HR")
    assert "Same name, same country" in signed_in.get(TWICE).content.decode()
    who = {"one": str(other.public_id), "other": str(one.public_id)}
    signed_in.post(reverse("contacts:duplicate_dismiss"), who)
    signed_in.post(reverse("contacts:duplicate_dismiss"), who)
    assert NotSame.objects.count() == 1
    assert "Nobody seems to be here twice." in signed_in.get(TWICE).content.decode()


def test_a_pair_shows_no_secret_address(signed_in):
    ContactFactory(given_name="Ana", family_name="Horvat", email="ana@house.example", is_confidential=True)
    ContactFactory(given_name="Ana", family_name="Horvat", email="ana@office.example")
    text = signed_in.get(TWICE).content.decode()
    assert "house.example" not in text
    assert "office.example" in text


def test_the_other_row_is_found_by_hand(signed_in):
    ana, other = ContactFactory(family_name="Horvat"), ContactFactory(family_name="Horvat-Novak")
    answer = signed_in.get(reverse("contacts:twin_find", args=[ana.public_id]))
    assert answer.context["found"] == [other]
    nobody = signed_in.get(reverse("contacts:twin_find", args=[ana.public_id]), {"q": "zzz"})
    assert "Nobody else is found." in nobody.content.decode()


@pytest.mark.parametrize("number", [10, 200])
def test_the_pages_ask_few_questions(signed_in, django_assert_max_num_queries, number):
    for _twice in range(2):
        Contact.objects.bulk_create(
            Contact(family_name=f"Family{n}", sort_key=f"family{n} ana", country="IE") for n in range(number)
        )
    with django_assert_max_num_queries(12):
        assert signed_in.get(TWICE).status_code == 200
    with django_assert_max_num_queries(12):
        assert signed_in.post(NEW, GIVEN | {"given_name": "Ana", "family_name": "Family1"}).context["near"]
