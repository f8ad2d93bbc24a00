"""Feeds, the sitemap and robots.txt: what is published and nothing else, and sent again only when it changed."""

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.conf import settings as configured
from django.urls import reverse
from django.utils import timezone

from advocacy import publishing, sitemap
from advocacy.feeds import tag_uri
from advocacy.models import ActionPlan, Ask, AskText, Assessment, JoinedCall, PlanText, PlanVersion, Point
from advocacy.plan_content import content_of
from contacts.models import Organisation, OrganisationMembership
from mailing.models import WebVersion
from tests.advocacy.site_rows import address, publish
from tests.factories import ContactListFactory
from tests.letters import letter_being_sent

ATOM = "{http://www.w3.org/2005/Atom}"
SITE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LINK = "{http://www.w3.org/1999/xhtml}link"
FEED = "/feeds/en/statements.atom"


def read(client, path=FEED):
    answer = client.get(path)
    assert answer.status_code == 200
    return ElementTree.fromstring(answer.content)


def titles(feed):
    return [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]


def assert_valid(feed, path):
    """The rules of RFC 4287 on feeds and entries that we could break (sections 4.1.1 and 4.1.2)."""
    moment = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)"
    for part in [feed, *feed.iter(f"{ATOM}entry")]:
        for name in ("id", "title", "updated"):
            assert len(part.findall(f"{ATOM}{name}")) == 1, name
        assert re.fullmatch(moment, part.findtext(f"{ATOM}updated"))
        alternates = [link for link in part.findall(f"{ATOM}link") if link.get("rel", "alternate") == "alternate"]
        assert len(alternates) == 1
        assert alternates[0].get("href").startswith(configured.SITE_URL + "/")
        assert part.findall(f"{ATOM}author")
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))
    itself = next(link for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self")
    assert itself.get("href") == configured.SITE_URL + path


class TestStatements:
    def test_the_feed_of_a_language_holds_its_texts_newest_first_and_is_valid(self, client, db):
        publish("old", at=timezone.now() - timedelta(days=9), languages=("en", "fr"))
        publish("new", languages=("en",))
        feed = read(client)
        assert titles(feed) == ["new in en", "old in en"]
        assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
        assert_valid(feed, FEED)
        french = read(client, "/feeds/fr/statements.atom")
        assert titles(french) == ["old in fr"]
        assert french.findtext(f"{ATOM}title").endswith("déclarations")

    def test_drafts_and_withdrawn_texts_are_not_in_it(self, client, approved, approver):
        row = publish("out")
        assert titles(read(client)) == ["out in en"]
        publishing.withdraw(row, actor=approver, note="Taken back.")
        assert titles(read(client)) == []

    def test_an_entrys_id_outlives_its_title_and_address(self, client, db):
        row = publish("first", at=datetime(2026, 11, 18, 12, tzinfo=UTC))
        name = read(client).find(f"{ATOM}entry").findtext(f"{ATOM}id")
        row.texts.update(title="Another title")
        type(row).objects.update(slug="elsewhere")
        entry = read(client).find(f"{ATOM}entry")
        assert entry.findtext(f"{ATOM}id") == name == tag_uri(f"statements/{row.reference}/en", row.published_at)
        assert ",2026-11-18:" in name

    def test_it_is_sent_again_only_when_something_changed(self, client, db, approver):
        row = publish("text", at=timezone.now() - timedelta(days=2))
        first = client.get(FEED)
        assert {"ETag", "Last-Modified"} <= set(first.headers)
        assert client.get(FEED, headers={"If-None-Match": first["ETag"]}).status_code == 304
        assert client.get(FEED, headers={"If-Modified-Since": first["Last-Modified"]}).status_code == 304
        publishing.withdraw(row, actor=approver, note="Taken back.")
        again = client.get(FEED, headers={"If-Modified-Since": first["Last-Modified"]})
        assert again.status_code == 200
        assert b"text in en" not in again.content

    def test_a_call_of_others_that_we_joined_stands_among_them_in_its_language(self, client, officer, approver):
        publish("ours", at=timezone.now() - timedelta(days=1))
        now = timezone.now()
        call = JoinedCall.objects.create(
            reference="TST-J-1", slug="a-call", lead=Organisation.objects.create(name="Harbour House"),
            title="Their call",
            link="https://harbour.example/", received_on=now.date(), asked_by=officer, decision="joined",
            decided_by=approver, decided_at=now, reason="Ours too.", published_at=now,
        )  # fmt: skip
        feed = read(client)
        assert titles(feed) == ["We joined: Their call", "ours in en"]
        assert_valid(feed, FEED)
        assert feed.find(f"{ATOM}entry/{ATOM}author").findtext(f"{ATOM}name") == "Harbour House"
        assert titles(read(client, "/feeds/fr/statements.atom")) == []
        JoinedCall.objects.filter(pk=call.pk).update(published_at=None)
        assert titles(read(client)) == ["ours in en"]

    def test_words_that_xml_cannot_hold_or_that_look_like_markup_do_no_harm(self, client, db):
        row = publish("odd")
        row.texts.update(title="A\x0b<b>bold</b> & title", summary="<script>alert(1)</script>\x01")
        feed = read(client)
        assert titles(feed) == ["A <b>bold</b> & title"]
        assert "<script" not in feed.find(f"{ATOM}entry").findtext(f"{ATOM}summary")

    def test_it_costs_few_queries_and_knows_only_our_languages(self, client, db, django_assert_max_num_queries):
        for number in range(40):
            publish(f"text-{number}", languages=("en", "fr"))
        with django_assert_max_num_queries(12):
            assert len(titles(read(client))) == 30
        assert client.get("/feeds/xx/statements.atom").status_code == 404


@pytest.fixture
def plan(db):
    at = timezone.now() - timedelta(days=9)
    row = ActionPlan.objects.create(slug="six", title="Six points", addressee="Governments", published_at=at)
    member = Organisation.objects.create(name="Harbour House", country="IE")
    OrganisationMembership.objects.create(organisation=member, kind="member")
    ask = Ask.objects.create(slug="point-1")
    AskText.objects.create(ask=ask, language="en", title="Legal aid")
    point = Point.objects.create(plan=row, ask=ask, number=1)
    said = {"point": point, "country": "IE", "source": "A law."}
    Assessment.objects.create(
        rating="partly", evidence="Half.", confirmed_at=at, superseded_at=at + timedelta(days=1), **said
    )
    Assessment.objects.create(rating="met", evidence="Seen.", confirmed_at=at + timedelta(days=1), **said)
    return row


class TestPlan:
    PATH = "/feeds/en/plans/six.atom"

    def test_each_confirmed_answer_is_an_entry(self, client, plan, django_assert_max_num_queries):
        with django_assert_max_num_queries(12):
            feed = read(client, self.PATH)
        assert set(titles(feed)) == {"Ireland, 1. Legal aid: Met", "Ireland, 1. Legal aid: Partly", "Six points"}
        assert_valid(feed, self.PATH)

    def test_the_page_of_the_plan_names_its_feed(self, client, plan):
        page = client.get(reverse("public:plan_detail", kwargs={"lang": "en", "slug": "six"})).content.decode()
        assert f'type="application/atom+xml" href="{self.PATH}"' in page

    def test_in_french_it_speaks_french(self, client, plan):
        assert "Irlande, 1. Legal aid: Respecté" in [
            title.replace("\xa0:", ":") for title in titles(read(client, "/feeds/fr/plans/six.atom"))
        ]

    def test_a_plan_that_is_not_public_has_none(self, client, plan):
        ActionPlan.objects.update(published_at=None)
        assert client.get(self.PATH).status_code == 404


def site(client, path="/sitemap.xml"):
    return {url.findtext(f"{SITE}loc"): url for url in read(client, path).iter(f"{SITE}url")}


class TestSitemap:
    def test_it_holds_every_public_page_in_every_language_with_the_others_beside_it(self, client, plan, approved):
        publish("text", languages=("de", "fr"), source_language="de")
        found = site(client)
        german = configured.SITE_URL + address("statement_detail", "de", slug="text")
        french = configured.SITE_URL + address("statement_detail", "fr", slug="text")
        links = {link.get("hreflang"): link.get("href") for link in found[german].findall(LINK)}
        assert links == {"de": german, "fr": french, "x-default": german}
        assert [link.get("href") for link in found[french].findall(LINK)].count(german) == 2
        assert configured.SITE_URL + "/en/plans/six/" in found
        assert configured.SITE_URL + "/fr/plans/six/ie/" in found
        assert configured.SITE_URL + "/en/" in found
        assert not [one for one in found if approved.slug in one]

    def test_every_address_in_it_answers(self, client, plan):
        publish("text", languages=("en", "fr"))
        for one in site(client):
            assert client.get(one.removeprefix(configured.SITE_URL)).status_code == 200, one

    def test_withdrawn_texts_leave_it(self, client, approver):
        row = publish("text")
        publishing.withdraw(row, actor=approver, note="Taken back.")
        assert not [one for one in site(client) if "/statements/text/" in one]

    def test_too_many_addresses_are_split_into_files_that_hold_all_of_them(self, client, db, monkeypatch):
        for number in range(5):
            publish(f"text-{number}", languages=("en", "fr"))
        whole = set(site(client))
        monkeypatch.setattr(sitemap, "PER_FILE", 7)
        files = [one.findtext(f"{SITE}loc") for one in read(client, "/sitemap.xml").iter(f"{SITE}sitemap")]
        assert len(files) == -(-len(whole) // 7)
        parts = [set(site(client, one.removeprefix(configured.SITE_URL))) for one in files]
        assert set().union(*parts) == whole
        assert sum(len(part) for part in parts) == len(whole)
        for path in ("/sitemap-0.xml", f"/sitemap-{len(files) + 1}.xml"):
            assert client.get(path).status_code == 404

    def test_a_plan_is_in_it_in_the_languages_it_was_published_in(self, client, plan):
        PlanText.objects.create(plan=plan, language="de", title="Sechs Punkte")
        german = configured.SITE_URL + "/de/plans/six/"
        assert german in site(client)
        content = content_of(plan)
        content["texts"].pop("de")
        PlanVersion.objects.create(plan=plan, number=1, content=content, digest="0" * 64, event="published")
        assert german not in site(client)

    @pytest.mark.parametrize("number", [2, 30])
    def test_it_costs_few_queries(self, client, plan, number, django_assert_max_num_queries):
        for one in range(number):
            publish(f"text-{one}", languages=("en", "fr"))
            more = ActionPlan.objects.create(slug=f"plan-{one}", title="More", published_at=timezone.now())
            if one % 2:
                content = content_of(more)
                PlanVersion.objects.create(plan=more, number=1, content=content, digest="0" * 64, event="published")
            letter = letter_being_sent(
                0, kind="newsletter", contact_list=ContactListFactory(slug=f"list-{one}", is_open=True)
            )
            WebVersion.objects.create(mailing=letter, language="en", subject="November", html="<p>News</p>")
        assert len([path for path in site(client) if "/newsletter/" in path]) > number
        with django_assert_max_num_queries(12):
            site(client)

    def test_robots_find_it_and_stay_out_of_the_workspace(self, client, db):
        text = client.get("/robots.txt").content.decode()
        assert f"Sitemap: {configured.SITE_URL}/sitemap.xml" in text
        assert "Disallow: /desk/" in text


def test_weaknesses_can_be_reported_where_a_contact_is_set(client, db, settings):
    assert client.get("/.well-known/security.txt").status_code == 404
    settings.SECURITY_CONTACT = "mailto:security@platform.example"
    text = client.get("/.well-known/security.txt").content.decode()
    assert "Contact: mailto:security@platform.example\n" in text
    expires = datetime.fromisoformat(re.search(r"Expires: (\S+)", text)[1])
    assert timezone.now() + timedelta(days=30) < expires < timezone.now() + timedelta(days=366)
