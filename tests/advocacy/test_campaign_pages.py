"""Campaigns in the workspace: started, changed, told as one story; what the public reads needs an approver."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from advocacy.models import ActionPlan, Campaign
from contacts.models import Interaction, Organisation
from tests.advocacy.campaign_makers import make_campaign, make_event, stand
from tests.factories import BodyFactory, ContactFactory, StatementFactory, StatementTextFactory

pytestmark = pytest.mark.django_db
WORDS = {"title": "Pay what is due", "language": "en", "starts_on": "2026-03-01", "aim": "Wages for all who worked."}


def at(name, *args):
    return reverse(f"advocacy:{name}", args=args)


def test_no_campaign_yet_says_what_belongs_here(sign_in, officer, viewer):
    assert "Start the first one" in sign_in(officer).get(at("campaign_list")).content.decode()
    assert "Start the first one" not in sign_in(viewer).get(at("campaign_list")).content.decode()


def test_an_officer_starts_a_campaign_with_partners_and_bodies_by_name(sign_in, officer):
    Organisation.objects.create(name="Harbour House")
    BodyFactory(code="LIBE", aliases=["Civil Liberties"])
    data = WORDS | {"partners": "harbour  house\n", "bodies": "civil liberties\nLIBE", "ends_on": "2026-12-31"}
    answer = sign_in(officer).post(at("campaign_create"), data)
    campaign = Campaign.objects.get()
    assert answer.url == at("campaign_detail", "pay-what-is-due")
    assert [row.name for row in campaign.partners.all()] == ["Harbour House"]
    assert [row.code for row in campaign.target_bodies.all()] == ["LIBE"]
    assert (campaign.officer, campaign.published_at, campaign.owner.is_platform) == (officer, None, True)
    assert AuditEvent.objects.filter(sentence="started a campaign", object_label="pay-what-is-due").exists()


def test_two_campaigns_of_one_title_get_two_addresses(sign_in, officer):
    client = sign_in(officer)
    for _time in range(2):
        client.post(at("campaign_create"), WORDS)
    assert set(Campaign.objects.values_list("slug", flat=True)) == {"pay-what-is-due", "pay-what-is-due-2"}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"ends_on": "2026-02-01"}, "It ends before it begins."),
        ({"partners": "Harbor House"}, "Did you mean Harbour House?"),
        ({"bodies": "LIBEE"}, "There is no body “LIBEE”."),
        ({"title": ""}, "This field is required."),
        ({"title": "\x00"}, "Null characters are not allowed."),
        ({"starts_on": "yesterday"}, "Enter a valid date."),
        ({"lead": "Harbour House\nOther"}, "There is no organisation"),
    ],
)
def test_a_wrong_form_says_what_to_do_and_keeps_nothing(sign_in, officer, wrong, sentence):
    Organisation.objects.create(name="Harbour House")
    answer = sign_in(officer).post(at("campaign_create"), WORDS | wrong)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Campaign.objects.exists()


def test_the_database_refuses_an_end_before_the_beginning():
    with pytest.raises(IntegrityError), transaction.atomic():
        make_campaign(starts_on=dt.date(2026, 3, 2), ends_on=dt.date(2026, 3, 1))


def test_what_the_public_reads_is_changed_by_an_approver_only(sign_in, officer, approver):
    campaign = make_campaign()
    client = sign_in(officer)
    assert client.post(at("campaign_public", campaign.slug), {"public": "yes"}).status_code == 403
    assert client.post(at("campaign_edit", campaign.slug), WORDS | {"title": "Wages"}).status_code == 302
    assert campaign.texts.get().title == "Wages"
    sign_in(approver).post(at("campaign_public", campaign.slug), {"public": "yes"})
    assert Campaign.objects.public().exists()
    client = sign_in(officer)
    client.post(at("campaign_edit", campaign.slug), WORDS | {"title": "Not approved"})
    client.post(at("campaign_text", campaign.slug, "fr"), {"title": "Sans accord"})
    assert list(campaign.texts.values_list("title", flat=True)) == ["Wages"]
    sign_in(approver).post(at("campaign_text", campaign.slug, "fr"), {"title": "Payer ce qui est dû"})
    assert campaign.texts.count() == 2
    sign_in(approver).post(at("campaign_public", campaign.slug), {"public": "no"})
    assert not Campaign.objects.public().exists()


def test_a_language_nobody_writes_in_is_refused(sign_in, officer):
    campaign = make_campaign()
    answer = sign_in(officer).get(at("campaign_text", campaign.slug, "zz"), follow=True)
    assert "Texts cannot be in this language." in answer.content.decode()


def test_a_stranger_finds_no_campaign(sign_in, stranger):
    campaign, event = make_campaign(), make_event()
    client = sign_in(stranger)
    assert "Pay what is due" not in client.get(at("campaign_list")).content.decode()
    for url in [
        at("campaign_detail", campaign.slug),
        at("campaign_edit", campaign.slug),
        at("campaign_belongings", campaign.slug),
        at("position_list", campaign.slug),
        at("position_find", campaign.slug),
        at("event_detail", event.slug),
    ]:
        assert client.get(url).status_code == 404, url


def test_search_and_states_narrow_the_list(sign_in, officer):
    make_campaign("old", title="Zürich wages", ends_on=dt.date(2026, 4, 1))
    make_campaign("now", title="Fair pay", topic="Compensation")
    client = sign_in(officer)
    assert "Zürich wages" in client.get(at("campaign_list"), {"q": "zurich"}).content.decode()
    assert "Fair pay" in client.get(at("campaign_list"), {"q": "compensation"}).content.decode()
    assert "Fair pay" not in client.get(at("campaign_list"), {"state": "ended"}).content.decode()
    assert "No campaign matches" in client.get(at("campaign_list"), {"state": "public"}).content.decode()


def test_statements_and_plans_are_put_in_and_taken_out(sign_in, officer, published):
    campaign = make_campaign()
    plan = ActionPlan.objects.create(slug="six", title="Six points", addressee="Governments")
    client, url = sign_in(officer), at("campaign_belongings", campaign.slug)
    for what in (f"statement:{published.pk}", f"plan:{plan.pk}"):
        assert client.post(url, {"what": what}).status_code == 302
    assert set(campaign.statements.all()) == {published}
    assert set(campaign.plans.all()) == {plan}
    assert client.post(url, {"what": f"plan:{plan.pk}"}).status_code == 422, "it is offered no more"
    client.post(url, {"out": f"statement:{published.pk}"})
    client.post(url, {"out": "nonsense:x"})
    assert not campaign.statements.exists()
    assert AuditEvent.objects.filter(sentence__contains="out of the campaign pay-what-is-due").exists()


def test_the_page_tells_the_whole_story_in_order(sign_in, officer, published):
    campaign = make_campaign(ends_on=timezone.localdate() + dt.timedelta(days=90))
    published.campaign = campaign
    published.save(update_fields=["campaign"])
    make_event(campaign=campaign, place="Prague")
    make_event("later", title="Conference", days=20, campaign=campaign)
    client = sign_in(officer)
    person = ContactFactory(given_name="Ana", family_name="Horvat")
    data = {"kind": "commitment", "at": "2026-06-01 10:00", "note": "Will table it.", "with_whom": ""}
    assert client.post(at("promise_record", campaign.slug, person.public_id), data).status_code == 302
    assert Interaction.objects.get().reference_id == str(campaign.pk)

    page = client.get(at("campaign_detail", campaign.slug)).content.decode()

    story = page[page.index('id="story"') : page.index('id="facts"')]
    places = [
        story.index(words)
        for words in ("Conference", "The campaign ends", "Compensation is a right", "Hearing on wages", "Commitment")
    ]
    assert places == sorted(places)
    assert "Horvat" not in story
    assert "Will table it" not in page


def test_the_pages_cost_the_same_with_any_number_of_rows(sign_in, approver, django_assert_max_num_queries):
    campaign = make_campaign()
    for number in range(30):
        StatementTextFactory(statement=StatementFactory(campaign=campaign), title=f"Text {number}")
        make_event(f"event-{number}", campaign=campaign)
        stand(campaign)
        make_campaign(f"campaign-{number}", title=f"Other {number}")
        person = ContactFactory()
        Interaction.objects.create(
            contact=person, kind="call", at=timezone.now(), reference_type="advocacy.campaign",
            reference_id=str(campaign.pk),
        )  # fmt: skip
    client = sign_in(approver)
    urls = [at("campaign_list"), at("campaign_list") + "?q=other"]
    urls += [at(name, campaign.slug) for name in ("campaign_detail", "campaign_belongings", "position_list")]
    urls += [at("position_find", campaign.slug) + "?q=Family", at("campaign_edit", campaign.slug)]
    for url in urls:
        with django_assert_max_num_queries(12):
            assert client.get(url).status_code == 200, url
