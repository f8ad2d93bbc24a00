"""Where people stand: set with a source, kept with its history, asked by segments, merged, exported and erased."""

import datetime as dt
import json

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import AuditEvent
from advocacy.models import Attendance, Position
from advocacy.positions import Heard, set_position
from contacts.criteria import CriteriaError, describe, resolve, validate
from contacts.erasure import erase
from contacts.merging import FIELDS, merge
from contacts.personal_data import everything_about
from tests.advocacy.campaign_makers import attend, make_campaign, make_event, stand
from tests.canaries.rows import FAMILY_NAME
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db
KEEP = dict.fromkeys(FIELDS, "one")


def at(name, *args):
    return reverse(f"advocacy:{name}", args=args)


def names(criteria):
    """Family names, without the canary that sits in every test's database and did nothing."""
    return {person.family_name for person in resolve(validate(criteria))} - {FAMILY_NAME}


@pytest.fixture
def campaign():
    return make_campaign()


@pytest.fixture
def ana():
    return ContactFactory(given_name="Ana", family_name="Horvat")


def test_a_position_is_set_with_its_source_and_the_earlier_one_is_kept(sign_in, officer, campaign, ana):
    client, url = sign_in(officer), at("position_set", ana.public_id)
    said = {"campaign": campaign.slug, "stance": "neutral", "source": "A letter", "said_on": "2026-05-01"}
    assert client.post(f"{url}?campaign={campaign.slug}", said).url == at("campaign_detail", campaign.slug)
    client.post(url, said | {"stance": "champion", "source": "A vote", "said_on": "2026-06-01"})
    assert Position.objects.current().get().stance == "champion"
    assert Position.objects.count() == 2
    page = client.get(url).content.decode()
    assert "A letter" in page
    assert "A vote" in page
    told = AuditEvent.objects.filter(sentence__startswith="recorded the position")
    assert told.count() == 2
    assert not any("Horvat" in event.sentence + event.object_label for event in told)


def test_what_was_heard_earlier_does_not_stand_above_what_was_heard_since(officer, campaign, ana):
    set_position(ana, campaign, Heard("opposed", "a vote", dt.date(2026, 6, 1)), actor=officer)
    set_position(ana, campaign, Heard("neutral", "an old letter", dt.date(2026, 1, 1)), actor=officer)
    assert Position.objects.current().get().stance == "opposed"


def test_the_database_allows_one_current_position_a_campaign(campaign, ana):
    stand(campaign, person=ana)
    with pytest.raises(IntegrityError), transaction.atomic():
        stand(campaign, "opposed", person=ana)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"stance": ""}, "This field is required."),
        ({"stance": "furious"}, "Select a valid choice."),
        ({"source": ""}, "This field is required."),
        ({"said_on": "2999-01-01"}, "This day is still to come."),
        ({"campaign": "gone"}, "Select a valid choice."),
        ({"campaign": "\x00"}, "Null characters are not allowed."),
    ],
)
def test_a_wrong_form_says_what_to_do(sign_in, officer, campaign, ana, wrong, sentence):
    said = {"campaign": campaign.slug, "stance": "neutral", "source": "A letter", "said_on": "2026-05-01"}
    answer = sign_in(officer).post(at("position_set", ana.public_id), said | wrong)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Position.objects.exists()


def test_it_stands_on_the_persons_page_and_in_the_list_of_the_campaign(sign_in, officer, viewer, campaign, ana):
    stand(campaign, "champion", person=ana)
    client = sign_in(officer)
    page = client.get(reverse("contacts:person_detail", args=[ana.public_id])).content.decode()
    assert "On our campaigns" in page
    assert "Position on Pay what is due: Champion" in page
    assert at("position_set", ana.public_id) in page
    listed = client.get(at("position_list", campaign.slug), {"stance": "champion"}).content.decode()
    assert "Ana Horvat" in listed
    assert "Ana Horvat" not in client.get(at("position_list", campaign.slug), {"stance": "opposed"}).content.decode()
    page = sign_in(viewer).get(reverse("contacts:person_detail", args=[ana.public_id])).content.decode()
    assert at("position_set", ana.public_id) not in page


def test_segments_ask_where_people_stand(campaign):
    other = make_campaign("other", title="Another")
    stand(campaign, "supportive", person=ContactFactory(family_name="Yes"))
    stand(campaign, "opposed", person=ContactFactory(family_name="No"))
    stand(other, "supportive", person=ContactFactory(family_name="Elsewhere"))
    changed = ContactFactory(family_name="Changed")
    stand(campaign, "supportive", person=changed, is_current=False)
    stand(campaign, "opposed", person=changed)
    stand(campaign, "unknown", person=ContactFactory(family_name="Asked"))
    rule = {"position": {"campaign": ["Pay what is due"], "stance": ["Supportive"]}}
    assert validate(rule) == {"position": {"campaign": ["pay-what-is-due"], "stance": ["supportive"]}}
    assert names(rule) == {"Yes"}
    assert names({"position": {"campaign": [campaign.slug], "stance": ["opposed"]}}) == {"No", "Changed"}
    assert names({"position": {"campaign": [campaign.slug], "stance": ["unknown"]}}) == {"Asked", "Elsewhere"}
    assert names({"not": rule}) == {"No", "Changed", "Asked", "Elsewhere"}
    assert describe(rule) == "People whose position on Pay what is due is supportive"
    words = describe({"any": [rule, {"country": ["MT"]}]})
    assert words == "People whose position on Pay what is due is supportive or people from Malta"
    for wrong in [{}, {"campaign": [campaign.slug]}, {"campaign": ["gone"], "stance": ["opposed"]}, "opposed"]:
        with pytest.raises(CriteriaError):
            validate({"position": wrong})
    assert not resolve({"position": {"campaign": ["gone"], "stance": ["opposed"]}}).exists()


def test_segments_ask_who_came_to_an_event():
    event = make_event()
    attend(event, person=ContactFactory(family_name="Came"), answer="came")
    attend(event, person=ContactFactory(family_name="Invited"))
    ContactFactory(family_name="Never")
    rule = {"attended": {"event": ["Hearing on wages"]}}
    assert names(rule) == {"Came"}
    assert names({"attended": {"event": ["hearing"], "is": "no"}}) == {"Invited", "Never"}
    assert describe(rule) == "People who came to Hearing on wages"
    with pytest.raises(CriteriaError, match="There is no event"):
        validate({"attended": {"event": ["gone"]}})


def test_the_builder_offers_both_and_reads_what_is_chosen(sign_in, officer, campaign):
    from contacts import registry

    make_event()
    fields = {field.key: field for field in registry.segment_fields}
    chosen = {"campaign": [campaign.slug], "stance": ["neutral"]}
    assert fields["position"].from_form(fields["position"].to_form(chosen)) == chosen
    assert fields["position"].from_form({"campaign": [campaign.slug]}) is None
    assert fields["attended"].from_form({"event": ["hearing"], "is": ["no"]}) == {"event": ["hearing"], "is": "no"}
    page = sign_in(officer).post(reverse("contacts:segment_create"), {"add": "position", "c": "all"}).content.decode()
    assert "Position on a campaign" in page


def test_two_rows_of_one_person_keep_all_positions_and_the_latest_is_current(officer, campaign, ana):
    twin = ContactFactory()
    stand(campaign, "supportive", person=ana, said_on=dt.date(2026, 1, 1))
    stand(campaign, "opposed", person=twin, said_on=dt.date(2026, 6, 1))
    other = make_campaign("other")
    stand(other, "champion", person=twin)
    outcome = merge(ana, twin, KEEP, actor=officer)
    assert outcome.stayed == {}
    assert {(row.campaign.slug, row.stance) for row in Position.objects.current().filter(contact=ana)} == {
        ("pay-what-is-due", "opposed"),
        ("other", "champion"),
    }
    assert Position.objects.filter(contact=ana).count() == 3


def test_two_rows_at_one_event_become_one_that_says_the_most(officer, ana):
    event, twin = make_event(), ContactFactory()
    attend(event, person=ana, role="speaker", is_public=True)
    attend(event, person=twin, answer="came")
    attend(make_event("second"), person=twin)
    outcome = merge(ana, twin, KEEP, actor=officer)
    assert outcome.stayed == {}
    row = Attendance.objects.get(contact=ana, event=event)
    assert (row.role, row.answer, row.is_public) == ("speaker", "came", False)
    assert Attendance.objects.filter(contact=ana).count() == 2


def test_all_of_it_is_in_what_we_hold_and_goes_with_an_erasure(administrator, campaign, ana):
    stand(campaign, "champion", person=ana, source="a speech in plenary")
    event = make_event()
    attend(event, person=ana, role="host", is_public=True)
    text = json.dumps(everything_about(ana), ensure_ascii=False)
    assert "a speech in plenary" in text
    assert "Hearing on wages" in text
    erase(ana, actor=administrator, reason="asked")
    assert not Position.objects.exists()
    assert not Attendance.objects.exists()
    event.refresh_from_db()  # The event itself stays.


def test_nobody_sets_the_position_of_somebody_who_is_gone(sign_in, officer, administrator, ana):
    erase(ana, actor=administrator, reason="asked")
    assert sign_in(officer).get(at("position_set", ana.public_id)).status_code == 404


def test_the_page_of_a_person_with_many_positions_costs_the_same(sign_in, officer, ana, django_assert_max_num_queries):
    for number in range(12):
        stand(make_campaign(f"campaign-{number}"), person=ana)
        attend(make_event(f"event-{number}"), person=ana)
    client = sign_in(officer)
    for url in (reverse("contacts:person_detail", args=[ana.public_id]), at("position_set", ana.public_id)):
        with django_assert_max_num_queries(12):
            assert client.get(url).status_code == 200
