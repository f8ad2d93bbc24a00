"""Each condition of segments means the right people, reads as a sentence, and goes through the form and back."""

from datetime import timedelta

import pytest
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from contacts import registry
from contacts.criteria import CriteriaError, describe, resolve, validate
from contacts.criteria.field import Codes, Part
from contacts.forms.builder import Builder
from contacts.models import (
    Contact,
    ContactList,
    Interaction,
    Membership,
    Organisation,
    OrganisationMembership,
    Post,
    Subscription,
    Tag,
)
from contacts.suppression import suppress
from tests.factories import BodyFactory, ContactFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def names(criteria):
    return {person.family_name for person in resolve(validate(criteria))}


def at(organisation, name, **fields):
    person = ContactFactory(family_name=name, **fields)
    Post.objects.create(contact=person, organisation=organisation)
    return person


def test_seats_in_delegations_and_other_bodies(parliament):
    delegation = BodyFactory(kind="delegation", code="D-US", name="Delegation for the United States")
    BodyFactory(kind="intergroup", code="CHILD", name="Rights of the Child")
    ana = parliament.mep("Ana", seats=[("LIBE", "member")])
    Membership.objects.create(mandate=ana.mandates.get(), body=delegation, role="chair")
    ben = parliament.mep("Ben")
    Membership.objects.create(mandate=ben.mandates.get(), body=delegation, role="substitute")
    assert names({"body": {"body": ["d-us"]}}) == {"Ana", "Ben"}
    assert names({"body": {"kind": ["delegation"], "role": ["chair"]}}) == {"Ana"}
    assert names({"body": {"kind": ["intergroup"]}}) == set()
    assert names({"body": {"kind": ["committee"]}}) == {"Ana"}
    assert validate({"body": {"body": ["Delegation for the United States"]}}) == {"body": {"body": ["delegation:D-US"]}}
    assert describe({"body": {"body": ["D-US"], "role": ["chair"]}}) == "Chairs of D-US"
    for wrong in [{}, {"role": ["chair"]}, {"body": ["D-UK"]}, {"kind": ["club"]}, "D-US"]:
        with pytest.raises(CriteriaError):
            validate({"body": wrong})


def test_organisations_by_kind_and_by_how_they_belong(db):
    house = Organisation.objects.create(name="House", kind="ngo", country="IE")
    council = Organisation.objects.create(name="Council", kind="institution", country="BE")
    former = Organisation.objects.create(name="Former", kind="ngo", country="FR")
    OrganisationMembership.objects.create(organisation=house, kind="member", is_founder=True)
    OrganisationMembership.objects.create(organisation=council, kind="partner")
    OrganisationMembership.objects.create(
        organisation=former, kind="member", started_on="2010-01-01", ended_on=TODAY - timedelta(days=1)
    )
    at(house, "House", country="IE")
    at(council, "Council", country="BE")
    at(former, "Former", country="FR")
    ContactFactory(family_name="Irish", country="IE")
    assert names({"organisation_kind": ["NGO"]}) == {"House", "Former"}
    assert names({"belonging": ["member"]}) == {"House"}
    assert names({"belonging": ["founder", "partner"]}) == {"House", "Council"}
    assert names({"member_country": ["member"]}) == {"House", "Irish"}
    assert names({"member_country": ["member", "partner"]}) == {"House", "Irish", "Council"}
    assert names({"office": ["yes"]}) == {"Council"}
    assert names({"office": ["no"]}) == {"House", "Former", "Irish"}
    assert describe({"member_country": ["member"]}) == "People from countries with a member organisation"


def test_a_membership_that_ends_today_still_counts_today(db):
    house = Organisation.objects.create(name="House", country="IE")
    OrganisationMembership.objects.create(organisation=house, kind="member", ended_on=TODAY)
    future = Organisation.objects.create(name="Future", country="FR")
    OrganisationMembership.objects.create(organisation=future, kind="member", started_on=TODAY + timedelta(days=1))
    for country in ["IE", "FR"]:
        ContactFactory(family_name=country, country=country)
    assert names({"member_country": ["member"]}) == {"IE"}


def test_lists_hold_those_whose_subscription_is_active(db):
    news = ContactList.objects.create(name="Newsletter")
    now = timezone.now()
    active, gone = ContactFactory(family_name="Active"), ContactFactory(family_name="Gone")
    Subscription.objects.create(contact=active, contact_list=news, status="active", confirmed_at=now)
    Subscription.objects.create(contact=gone, contact_list=news, status="unsubscribed", unsubscribed_at=now)
    assert names({"list": ["newsletter"]}) == {"Active"}
    assert validate({"list": ["NEWSLETTER"]}) == {"list": [news.pk]}
    assert describe({"list": [news.pk]}) == "People on the list Newsletter"
    assert describe({"list": [10**30]}) == "People on the list that is gone"
    with pytest.raises(CriteriaError, match="There is no list “News”"):
        validate({"list": ["News"]})


def test_meetings_and_calls_in_so_many_days_or_never(db):
    now = timezone.now()
    for name, kind, days in [("Met", "meeting", 5), ("Called", "call", 5), ("Long ago", "meeting", 200)]:
        person = ContactFactory(family_name=name)
        Interaction.objects.create(contact=person, kind=kind, at=now - timedelta(days=days))
    planned = ContactFactory(family_name="Planned")
    Interaction.objects.create(contact=planned, kind="meeting", at=now + timedelta(days=2))
    assert names({"interaction": {"kind": ["meeting"], "days": 30}}) == {"Met"}
    assert names({"interaction": {"is": "yes"}}) == {"Met", "Called", "Long ago"}
    assert names({"interaction": {"kind": ["meeting"], "is": "no"}}) == {"Called", "Planned"}
    assert describe({"interaction": {"kind": ["meeting"], "days": 30}}) == "People who met us in the last 30 days"
    for wrong in [{}, {"kind": ["dinner"]}, {"days": 0}, {"is": "perhaps"}, {"since": 3}]:
        with pytest.raises(CriteriaError):
            validate({"interaction": wrong})


def test_what_is_known_of_a_person_and_what_is_missing(db):
    ContactFactory(family_name="Whole", gender="F", source="europarl-full-list")
    ContactFactory(family_name="Mute", gender="X", email="")
    suppress(ContactFactory(family_name="Objected"), scope="letters", reason="objection")
    suppress(ContactFactory(family_name="Bounced"), scope="all", reason="hard_bounce")
    assert names({"gender": ["X"]}) == {"Mute"}
    assert names({"address": ["missing"]}) == {"Mute"}
    assert names({"address": ["there"]}) == {"Whole", "Objected", "Bounced"}
    assert names({"blocked": ["objected"]}) == {"Objected"}
    assert names({"blocked": ["yes"]}) == {"Objected", "Bounced"}
    assert names({"blocked": ["no"]}) == {"Whole", "Mute"}
    assert names({"source": ["europarl-full-list"]}) == {"Whole"}
    rule = {"all": [{"country": ["IE"]}, {"blocked": ["no"]}]}
    assert describe(rule) == "People from Ireland, without people who must not be written to"


RULES = [
    {"body": {"kind": ["delegation"], "role": ["chair"]}},
    {"organisation_kind": ["press"]},
    {"belonging": ["member", "founder"]},
    {"member_country": ["member"]},
    {"interaction": {"kind": ["call"], "days": 30, "is": "no"}},
    {"interaction": {"is": "yes"}},
    {"gender": ["X"]},
    {"address": ["missing"]},
    {"blocked": ["no"]},
    {"office": ["yes"]},
    {"source": ["europarl-full-list"]},
    {"seat": {"role": ["vice_chair"]}},
    {"written": {"days": 14, "is": "no"}},
    {"bounced": {"is": "yes"}},
    {"all": []},
    {"not": {"all": [{"country": ["IE"]}, {"tag": ["press"]}]}},
    {"all": [{"country": ["IE"]}, {"not": {"any": [{"language": ["fr"]}, {"kind": ["mep"]}]}}]},
    {"any": [{"country": ["IE"]}, {"all": [{"not": {"gender": ["F"]}}, {"group": ["EPP"]}]}]},
]


def posted(builder):
    """What a browser sends back when the builder's page is submitted unchanged."""
    data = {}
    builder.draw()
    for node in builder.nodes():
        if node.is_group:
            data[f"{node.path}.how"] = [node.how]
            continue
        data[f"{node.path}.field"] = [node.key]
        for control in node.controls:
            ticked = [option.value for _heading, options in control.groups for option in options if option.checked]
            data[control.name] = [*ticked, *([control.text] if control.kind in ("names", "number") else [])]
    return data


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_a_rule_goes_through_the_builder_and_back(parliament, rule):
    Tag.objects.create(name="press")
    shown = Builder.from_criteria(rule)
    sent = Builder.from_post(MultiValueDict(posted(shown)))
    assert sent.read(strict=True) == rule
    assert not sent.problems()
    assert resolve(rule).count() == 0 or rule == {"all": []}


def test_an_organisation_goes_through_the_builder_by_its_name(db):
    house = Organisation.objects.create(name="Harbour House")
    shown = Builder.from_criteria({"organisation": [house.pk]})
    assert Builder.from_post(MultiValueDict(posted(shown))).read() == {"organisation": [house.pk]}
    wrong = Builder.from_post(MultiValueDict({"r.0.field": ["organisation"], "r.0.organisation": ["Harbor House"]}))
    assert not wrong.read()
    assert wrong.problems() == [("r-0", "There is no organisation “Harbor House”.")]


class Stands(Codes):
    """A field of another room, as positions are."""

    key, label, section, verb, short = "stance", "Position", "Advocacy", "stands at", "stance"
    parts = (Part("stance", "Positions", choices=lambda words: [("supportive", "supportive"), ("opposed", "opposed")]),)

    def known(self, words):
        return {"supportive": "supportive", "opposed": "opposed"}

    def condition(self, value, words):
        return Q(given_name__in=value)

    def after(self, value, wording):
        return f"who are {' or '.join(value)}"


def test_another_room_adds_a_condition_without_contacts_knowing(client, officer, monkeypatch):
    monkeypatch.setattr(registry, "segment_fields", [*registry.segment_fields, Stands()])
    ContactFactory(family_name="Friend", given_name="supportive", country="IE")
    ContactFactory(family_name="Other", country="IE")
    rule = {"all": [{"country": ["IE"]}, {"stance": ["supportive"]}]}
    assert names(rule) == {"Friend"}
    assert describe(rule) == "People from Ireland who are supportive"
    with pytest.raises(CriteriaError, match="Did you mean stance"):
        validate({"stanse": ["supportive"]})
    client.force_login(officer)
    page = client.post(
        reverse("contacts:segment_create"),
        {"r.how": "all", "r.new": "stance", "do": "add-line:r"},
    ).content.decode()
    assert "stands at" in page
    assert 'value="opposed"' in page


def test_erased_people_are_in_nothing(db):
    person = ContactFactory()
    Contact.objects.filter(pk=person.pk).update(
        erased_at=timezone.now(), email="", email_key=None, given_name="", family_name="", sort_key=""
    )
    for rule in [{"address": ["missing"]}, {"country": ["IE"]}, {"all": []}, {"written": {"is": "no"}}]:
        assert not resolve(rule).exists()
