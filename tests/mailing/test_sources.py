"""Where the people of an audience come from: saved audiences, lists, other letters; in and out, one source a rule."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from contacts import consent
from contacts.models import Contact, ContactList, LegalBasis, Segment
from mailing import audience, choosing
from mailing.choosing import Source
from mailing.models import AudienceRule, Delivery, Mailing, Sender
from tests.factories import MailingFactory

pytestmark = pytest.mark.django_db


def page(response):
    return " ".join(response.content.decode().split())


def getters(mailing):
    return {pk for pk, _key, _language in audience.preview(Mailing.objects.get(pk=mailing.pk)).recipient_keys}


@pytest.fixture
def blank(letter):
    """The letter without any rule."""
    letter.audience_rules.all().delete()
    return letter


@pytest.fixture
def choose(blank, sign_in, officer):
    """Posts the audience page, as a browser does; gives the page that follows."""
    client = sign_in(officer)
    url = reverse("mailing:letter_audience", args=[blank.reference])
    return lambda **typed: client.post(url, typed, follow=True)


@pytest.fixture
def earlier():
    """Makes a letter that left, with a row for each person as given: {person: columns}."""

    def make(rows):
        found = MailingFactory(title="The first letter")
        now = timezone.now()
        Mailing.objects.filter(pk=found.pk).update(frozen_at=now, started_at=now)
        for person, columns in rows.items():
            values = {"status": "sent", "sent_at": now, **columns}
            Delivery.objects.create(mailing=found, contact=person, language="en", queued_at=now, **values)
        return found

    return make


def test_several_saved_audiences_are_added_and_one_of_them_is_left_out(blank, member, choose):
    french, irish, red = member(country="FR"), member(country="IE"), member(country="IE", committee="FEMM")
    for name, criteria in [
        ("France", {"country": ["FR"]}),
        ("Ireland", {"country": ["IE"]}),
        ("FEMM", {"seat": {"committee": ["FEMM"]}}),
    ]:
        Segment.objects.create(name=name, criteria=criteria)
    ids = dict(Segment.objects.values_list("name", "pk"))
    choose(source=f"segment:{ids['France']}", take="include")
    choose(source=f"segment:{ids['Ireland']}", take="include")
    assert getters(blank) == {french.pk, irish.pk, red.pk}
    after = choose(source=f"segment:{ids['FEMM']}", take="exclude")
    assert getters(blank) == {french.pk, irish.pk}
    assert "Left out: the saved audience “FEMM”" in page(after)
    choose(drop=f"segment:{ids['FEMM']}")
    assert getters(blank) == {french.pk, irish.pk, red.pk}


def test_a_list_gives_those_who_confirmed_it_and_nobody_held_on_consent_alone(blank, member, choose):
    news = ContactList.objects.create(name="Road Notes")
    inside, left, consented, outside = member(), member(), member(), member()
    for person in (inside, left, consented):
        consent.confirm(person, news, source="confirm page")
    consent.leave(left, news, source="the link")
    Contact.objects.filter(pk=consented.pk).update(legal_basis=LegalBasis.CONSENT)
    choose(source=f"list:{news.pk}", take="include")
    assert getters(blank) == {inside.pk}
    assert outside.pk not in getters(blank)


def test_whoever_got_another_letter_is_a_source_and_so_are_those_who_did_not_answer(blank, member, choose, earlier):
    silent, answered, bounced, refused = member(), member(), member(), member()
    now = timezone.now()
    first = earlier(
        {
            silent: {},
            answered: {"replied_at": now},
            bounced: {"bounced_at": now},
            refused: {"status": "failed", "sent_at": None, "failed_at": now},
        }
    )
    choose(source=f"got:{first.pk}", take="include")
    assert getters(blank) == {silent.pk, answered.pk, bounced.pk}
    choose(source=f"silent:{first.pk}", take="include", drop=f"got:{first.pk}")
    assert getters(blank) == {silent.pk}


def test_whoever_got_another_letter_can_be_left_out(letter, member, sign_in, officer, earlier):
    before, new = member(), member()
    first = earlier({before: {}})
    client, url = sign_in(officer), reverse("mailing:letter_audience", args=[letter.reference])
    rule = {"who-committees": ["LIBE"], "who-role": "full"}
    after = client.post(url, {**rule, "source": f"got:{first.pk}", "take": "exclude"}, follow=True)
    assert getters(letter) == {new.pk}
    assert f"Left out: whoever got {first.reference}" in page(after)


def test_a_follow_ups_rule_stands_on_the_page_and_stays_when_it_is_saved(blank, member, choose, earlier):
    silent = member()
    first = earlier({silent: {}})
    AudienceRule.objects.create(mailing=blank, **choosing.audience_of_unanswered(first))
    after = choose(days="14")
    assert f"Included: whoever got {first.reference} and did not reply" in page(after)
    assert AudienceRule.objects.get(mailing=blank, received=first).received_state == "unanswered"


def test_a_source_that_is_not_offered_is_refused(blank, member, choose):
    for nonsense in ("segment:999", "list:999", "got:999", "all:1", "segment:x", "segment:" + "9" * 40):
        assert choose(source=nonsense, take="include").status_code == 422, nonsense
    assert choose(drop="segment:" + "9" * 40).status_code == 200
    assert not AudienceRule.objects.filter(mailing=blank).exists()


@pytest.mark.parametrize("text", ["", "segment", "segment:", "segment:-1", "segment:²", "nobody:1"])
def test_only_a_source_is_read_as_one(text):
    assert Source.read(text) is None


def test_the_database_takes_no_rule_with_two_sources_or_none(blank):
    news, segment = ContactList.objects.create(name="News"), Segment.objects.create(name="S", criteria={})
    wrong = [
        {},
        {"segment": segment, "contact_list": news},
        {"contact_list": news, "criteria": {"country": ["IE"]}},
        {"received": blank},
        {"contact_list": news, "received_state": "all"},
    ]
    for columns in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            AudienceRule.objects.create(mailing=blank, **columns)


def test_the_audience_page_costs_the_same_for_one_source_and_for_nine(
    blank, member, sign_in, officer, earlier, django_assert_max_num_queries
):
    url = reverse("mailing:letter_audience", args=[blank.reference])
    client = sign_in(officer)
    person = member()
    AudienceRule.objects.create(mailing=blank, contact=person)
    for number in range(3):
        segment = Segment.objects.create(name=f"S{number}", criteria={"country": ["IE"]})
        news = ContactList.objects.create(name=f"L{number}")
        for columns in ({"segment": segment}, {"contact_list": news}, choosing.audience_of_unanswered(earlier({}))):
            AudienceRule.objects.create(mailing=blank, **columns)
    assert Sender.objects.exists()
    client.get(url)
    with django_assert_max_num_queries(12):
        assert client.get(url).status_code == 200
