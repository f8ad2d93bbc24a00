"""The home page, and what caches may keep of each public page."""

from datetime import date, timedelta

import pytest
from django.conf import settings as configured
from django.utils import timezone

from advocacy import registry
from advocacy.home import members, plan_teaser
from advocacy.models import ActionPlan, Ask, AskText, Assessment, CalendarDay, Campaign, CampaignText, Event, Point
from advocacy.plan_content import keep_published
from advocacy.scoreboard import board_of
from contacts.models import Organisation, OrganisationMembership
from tests.advocacy.site_rows import PUBLIC, address, publish


@pytest.fixture
def plan(db):
    row = ActionPlan.objects.create(
        slug="six", title="Six points", addressee="Governments", published_at=timezone.now()
    )
    for code, name in [("IE", "Harbour House"), ("FR", "Maison du Port"), ("PL", "Dom Portowy")]:
        member = Organisation.objects.create(name=name, country=code, is_confidential=True)
        OrganisationMembership.objects.create(organisation=member, kind="member")
    for number in range(1, 4):
        ask = Ask.objects.create(slug=f"point-{number}", is_placeholder=True)
        AskText.objects.create(ask=ask, language="en", title=f"Point {number}")
        point = Point.objects.create(plan=row, ask=ask, number=number)
        for code, rating in list(zip(["IE", "FR", "DE"], ["met", "partly", "met"], strict=True))[:number]:
            Assessment.objects.create(point=point, country=code, rating=rating, evidence="Seen.", source="A law.")
    keep_published([row])
    return row


class TestHome:
    def test_an_empty_site_says_what_will_stand_there(self, client, db):
        CalendarDay.objects.all().delete()
        page = client.get(address("home")).content.decode()
        assert "Nothing is published yet" in page
        assert "No day is in the calendar yet." in page
        assert f"<h1>{configured.PLATFORM_NAME}</h1>" in page

    def test_it_is_headed_by_the_newest_text_in_our_own_voice_with_its_way(self, client, db, monkeypatch):
        publish("we-say", languages=("en", "fr"))
        publish("press", kind="press_release", at=timezone.now() + timedelta(seconds=1))

        def letters(_statement):
            yield registry.SentTo(timezone.now() + timedelta(days=1), "Sent to 106 MEPs")

        monkeypatch.setattr(registry, "sent_to", [letters])
        page = client.get(address("home", "fr")).content.decode()
        assert '<h1 lang="fr">we-say in fr</h1>' in page
        assert "Sent to 106 MEPs" in page
        assert "press in en" in page

    def test_a_running_public_campaign_goes_before(self, client, officer):
        campaign = Campaign.objects.create(
            slug="now", starts_on=timezone.localdate(), published_at=timezone.now(), officer=officer
        )
        CampaignText.objects.create(campaign=campaign, language="en", title="We ask this now", aim="An aim.")
        publish("its-text", campaign=campaign)
        assert '<h1 lang="en">We ask this now</h1>' in client.get(address("home")).content.decode()
        Campaign.objects.update(published_at=None)
        assert "We ask this now" not in client.get(address("home")).content.decode()

    def test_the_plan_counts_as_its_own_page_does_and_names_placeholders(self, client, plan):
        board = board_of(plan, "en")
        teaser = plan_teaser("en", members().countries)
        assert [met for _point, met in teaser.points] == [score.met for score in board.scores] == [1, 1, 1]
        assert (teaser.met, teaser.cells) == (board.met, board.cells)
        page = client.get(address("home")).content.decode()
        assert "of 9 points met" in page
        assert "placeholders mark where it will stand" in page

    def test_members_are_numbers_and_never_names(self, client, plan):
        page = client.get(address("home")).content.decode()
        assert "has 3 member organisations, in 3 countries." in page
        assert "Harbour House" not in page

    def test_the_next_days_come_soonest_first_and_private_events_stay_private(self, client, db):
        CalendarDay.objects.all().delete()
        soon = timezone.now() + timedelta(days=2)
        Event.objects.create(slug="talk", title="A talk", starts_at=soon, is_public=True)
        Event.objects.create(slug="inside", title="An inside talk", starts_at=soon)
        later = date.today() + timedelta(days=30)
        CalendarDay.objects.create(slug="day", month=later.month, day=later.day, name="A day", names={"fr": "Un jour"})
        page = client.get(address("home", "fr")).content.decode()
        assert page.index("A talk") < page.index("Un jour")
        assert "An inside talk" not in page

    def test_it_costs_twelve_queries_at_most_however_full(self, client, officer, plan, django_assert_max_num_queries):
        campaign = Campaign.objects.create(
            slug="now", starts_on=timezone.localdate(), published_at=timezone.now(), officer=officer
        )
        CampaignText.objects.create(campaign=campaign, language="en", title="We ask", aim="An aim.")
        for number in range(8):
            publish(f"text-{number}", languages=("en", "fr", "de"), campaign=campaign)
        for number in range(20):
            Event.objects.create(
                slug=f"e{number}", title="E", starts_at=timezone.now() + timedelta(days=1), is_public=True
            )
        # Whether there is a newsletter is asked once a minute.
        client.get(address("privacy"))
        with django_assert_max_num_queries(12):
            assert client.get(address("home")).status_code == 200


class TestCaches:
    @pytest.mark.parametrize("name", PUBLIC)
    def test_pages_may_be_kept_a_minute_by_all_and_set_no_cookie(self, client, db, name):
        answer = client.get(address(name))
        assert {"public", "max-age=60"} <= {part.strip() for part in answer["Cache-Control"].split(",")}
        assert "Vary" not in answer
        assert not answer.cookies
        assert client.get(address(name), headers={"If-None-Match": answer["ETag"]}).status_code == 304

    @pytest.mark.parametrize("name", PUBLIC)
    def test_a_colleague_gets_the_same_page_and_no_session_is_read(self, client, officer, name):
        as_stranger = client.get(address(name)).content
        client.force_login(officer)
        answer = client.get(address(name))
        assert answer.content == as_stranger
        assert "Vary" not in answer

    @pytest.mark.parametrize("name", PUBLIC)
    def test_a_page_costs_few_queries(self, client, plan, django_assert_max_num_queries, name):
        for number in range(12):
            publish(f"text-{number}", languages=("en", "fr"))
        with django_assert_max_num_queries(12):
            client.get(address(name))

    def test_a_statements_page_costs_few_queries(self, client, db, django_assert_max_num_queries):
        old = publish("old")
        publish("new", languages=("en", "fr", "de", "pl"), supersedes=old)
        with django_assert_max_num_queries(12):
            client.get(address("statement_detail", slug="new"))

    def test_the_workspace_is_kept_nowhere(self, client, officer):
        client.force_login(officer)
        assert "no-store" in client.get("/desk/")["Cache-Control"]
