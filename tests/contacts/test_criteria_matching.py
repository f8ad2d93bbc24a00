"""Criteria match living contacts, each once, on open mandates and open seats."""

import datetime as dt

import pytest
from django.utils import timezone

from contacts.criteria import FULL_MEMBERS, CriteriaError, resolve
from contacts.models import Contact, ContactList, Organisation, Post, Subscription, Tag
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db
FULL = list(FULL_MEMBERS)
GONE = dt.date(2026, 1, 31)


def names(criteria):
    return sorted(resolve(criteria).values_list("family_name", flat=True))


def test_committee_and_role_hold_for_the_same_seat(parliament):
    parliament.mep("Both", seats=[("LIBE", "substitute"), ("FEMM", "chair")])
    parliament.mep("Full", seats=[("LIBE", "member")])
    assert names({"seat": {"committee": ["LIBE"], "role": FULL}}) == ["Full"]
    assert names({"seat": {"committee": ["LIBE"]}}) == ["Both", "Full"]
    assert names({"seat": {"role": ["chair"]}}) == ["Both"]


def test_a_person_on_two_committees_counts_once(parliament):
    parliament.mep("Twice", seats=[("LIBE", "member"), ("LIBE", "coordinator"), ("FEMM", "member")])
    found = resolve({"seat": {"committee": ["LIBE", "FEMM"]}})
    assert found.count() == 1
    assert "DISTINCT" not in str(found.query)


def test_ended_seats_and_ended_mandates_match_nothing(parliament):
    person = parliament.mep("Past", group="EPP", seats=[("LIBE", "member")])
    person.mandates.get().memberships.filter(body__code="LIBE").update(ended_on=GONE)
    assert names({"seat": {"committee": ["LIBE"]}}) == []
    assert names({"group": ["EPP"]}) == ["Past"]
    person.mandates.update(ended_on=GONE)
    assert names({"group": ["EPP"]}) == []
    assert names({"kind": ["mep"]}) == []


def test_a_group_seat_is_no_committee_seat(parliament):
    parliament.mep("Plain", group="EPP")
    assert names({"seat": {"role": ["member"]}}) == []


def test_country_is_the_mandates_for_an_mep_and_the_contacts_own_for_others(parliament):
    moved = parliament.mep("Moved", country="IE")
    Contact.objects.filter(pk=moved.pk).update(country="FR")
    ContactFactory(family_name="Other", country="FR")
    assert names({"country": ["IE"]}) == ["Moved"]
    assert names({"country": ["FR"]}) == ["Other"]


def test_language_is_the_contacts_own_else_the_countrys(parliament):
    parliament.mep("Default", country="BE")
    parliament.mep("Own", country="BE", language="fr")
    parliament.mep("Greek", country="CY")
    ContactFactory(family_name="Nowhere", country="")
    assert names({"language": ["nl"]}) == ["Default"]
    assert names({"language": ["fr"]}) == ["Own"]
    assert names({"language": ["el", "en"]}) == ["Greek", "Nowhere"]


def test_each_kind_is_derived(parliament):
    parliament.mep("Mep")
    press_tag, stakeholder_tag = Tag.objects.create(name="press"), Tag.objects.create(name="stakeholder")
    paper = Organisation.objects.create(name="Paper", kind="press")
    council = Organisation.objects.create(name="Council", kind="institution")
    for name, tag in [("TaggedPress", press_tag), ("TaggedStakeholder", stakeholder_tag)]:
        ContactFactory(family_name=name).tags.add(tag)
    Post.objects.create(contact=ContactFactory(family_name="Reporter"), organisation=paper)
    Post.objects.create(contact=ContactFactory(family_name="Adviser"), organisation=council)
    Post.objects.create(contact=ContactFactory(family_name="Former"), organisation=council, ended_on=GONE)
    news = ContactList.objects.create(name="Newsletter")
    reader = ContactFactory(family_name="Reader")
    Subscription.objects.create(contact=reader, contact_list=news, status="active", confirmed_at=timezone.now())
    Subscription.objects.create(contact=ContactFactory(family_name="Asked"), contact_list=news)
    assert names({"kind": ["mep"]}) == ["Mep"]
    assert names({"kind": ["press"]}) == ["Reporter", "TaggedPress"]
    assert names({"kind": ["stakeholder"]}) == ["Adviser", "Reporter", "TaggedStakeholder"]
    assert names({"kind": ["subscriber"]}) == ["Reader"]
    assert names({"organisation": [paper.pk, council.pk]}) == ["Adviser", "Reporter"]
    assert names({"tag": ["PRESS"]}) == ["TaggedPress"]


def test_and_or_and_not_combine(parliament):
    parliament.mep("Irish", country="IE", group="EPP", seats=[("LIBE", "member")])
    parliament.mep("French", country="FR", group="SD", seats=[("LIBE", "member")])
    parliament.mep("Belgian", country="BE", group="EPP")
    libe = {"seat": {"committee": ["LIBE"]}}
    assert names({"all": [libe, {"country": ["IE"]}]}) == ["Irish"]
    assert names({"any": [{"country": ["BE"]}, libe]}) == ["Belgian", "French", "Irish"]
    assert names({"all": [libe, {"not": {"group": ["S&D"]}}]}) == ["Irish"]
    assert names({"not": {"any": [libe, {"country": ["BE"]}]}}) == []
    assert names({"all": []}) == ["Belgian", "French", "Irish"]
    assert names({"not": {"all": []}}) == []


def test_not_keeps_people_without_a_mandate(parliament):
    parliament.mep("Mep", group="EPP")
    ContactFactory(family_name="Other")
    assert names({"not": {"group": ["EPP"]}}) == ["Other"]


def test_erased_contacts_never_match(parliament):
    person = ContactFactory(family_name="Erased", country="IE")
    Contact.objects.filter(pk=person.pk).update(
        email="", email_key=None, given_name="", family_name="", sort_key="", erased_at=timezone.now()
    )
    assert resolve({"country": ["IE"]}).count() == 0
    assert resolve({"all": []}).count() == 0


def test_empty_criteria_and_unknown_words_match_nobody(parliament):
    parliament.mep("Someone")
    assert names({}) == []
    assert names({"tag": ["deleted since"]}) == []
    assert names({"organisation": [424242]}) == []


def test_a_wrong_shape_is_refused_even_when_stored(db):
    with pytest.raises(CriteriaError):
        resolve({"committee": ["LIBE"]})


def test_the_result_can_be_narrowed_and_used_as_a_subquery(parliament):
    parliament.mep("A", seats=[("LIBE", "member")], email="")
    parliament.mep("B", seats=[("LIBE", "member")])
    found = resolve({"seat": {"committee": ["LIBE"]}})
    assert found.exclude(email_key=None).values_list("family_name", flat=True).get() == "B"
    assert Contact.objects.filter(pk__in=found.values("pk")).count() == 2
