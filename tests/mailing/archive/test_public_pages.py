"""What the public reads of issues: those of open lists that have begun to leave, and nothing else."""

import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from contacts import consent
from contacts.models import ContactList, Subscription
from mailing import archive, corrections, lifecycle, recounting
from mailing.models import Mailing, WebVersion
from tests.factories import ContactFactory
from tests.mailing.issues.readers import issue_of, make_due, subscribe

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def page(client, path, **extra):
    response = client.get(path, **extra)
    return response, response.content.decode()


def test_an_issue_that_was_sent_is_read_on_the_web(client, sent):
    sent()
    response, words = page(client, "/en/newsletter/lsi-n-2026-001/")
    assert response.status_code == 200
    assert "November (en)" in words
    assert "12 countries" in words
    assert "1842 readers" in words
    assert not response.cookies
    assert "public" in response["Cache-Control"]
    assert 'rel="canonical"' in words
    assert 'hreflang="fr"' in words
    assert " style=" not in words


def test_the_french_version_stands_at_its_own_address(client, sent):
    sent()
    response, words = page(client, "/fr/newsletter/lsi-n-2026-001/")
    assert response["Content-Language"] == "fr"
    assert "November (fr)" in words


def test_a_language_that_is_missing_offers_the_others(client, sent):
    sent()
    response, words = page(client, "/de/newsletter/lsi-n-2026-001/")
    assert response.status_code == 404
    assert "/en/newsletter/lsi-n-2026-001/" in words


@pytest.mark.parametrize("status", ["draft", "in_review", "approved"])
def test_nothing_shows_that_an_issue_exists_before_it_leaves(client, sent, status):
    sent(status=status)
    there = client.get("/en/newsletter/lsi-n-2026-001/")
    nowhere = client.get("/en/newsletter/lsi-n-2026-999/")
    assert there.status_code == nowhere.status_code == 404
    assert there.content == nowhere.content
    assert "November" not in page(client, "/en/newsletter/")[1]


def test_an_issue_of_a_list_that_is_not_open_is_not_there(client, sent, monthly):
    sent()
    ContactList.objects.filter(pk=monthly.pk).update(is_open=False)
    assert client.get("/en/newsletter/lsi-n-2026-001/").content == client.get("/en/newsletter/lsi-n-2026-9/").content
    assert "November" not in page(client, "/en/newsletter/")[1]
    assert client.get("/feeds/en/newsletter.atom").status_code == 404


@pytest.mark.parametrize("name", ["LSI-N-2026-001", "lsi-n-2026-001x", "x" * 300, "-", "lsi_n_2026_001"])
def test_any_other_name_is_not_found(client, sent, name):
    sent()
    assert client.get(f"/en/newsletter/{name}/").status_code == 404


@pytest.mark.parametrize("path", ["/en/newsletter/?page=x", "/en/newsletter/?page=99999999999999999999"])
def test_a_page_that_is_none_is_the_nearest(client, sent, path):
    sent()
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/en/newsletter/?list=nowhere", "/en/newsletter/?list=%00", "/xx/newsletter/"])
def test_a_list_that_is_none_is_not_found(client, sent, path):
    sent()
    assert client.get(path).status_code == 404


def test_pages_write_nothing_and_refuse_other_methods(client, sent):
    sent()
    for path in ("/en/newsletter/", "/en/newsletter/lsi-n-2026-001/", "/feeds/en/newsletter.atom"):
        assert client.post(path).status_code == 405
        assert client.head(path).status_code == 200


def test_what_was_edited_after_the_start_does_not_reach_the_page(client, sent):
    mailing = sent()
    for block in mailing.blocks.all():
        block.texts.update(body="<p>Something else.</p>")
    archive.freeze_web(mailing)
    assert "Something else" not in page(client, "/en/newsletter/lsi-n-2026-001/")[1]
    assert WebVersion.objects.filter(mailing=mailing).count() == 2


def test_a_page_that_has_not_changed_is_not_sent_again(client, sent):
    sent()
    tag = client.get("/en/newsletter/lsi-n-2026-001/")["ETag"]
    assert client.get("/en/newsletter/lsi-n-2026-001/", headers={"if-none-match": tag}).status_code == 304


def test_issues_stand_by_year_and_page_by_page(client, sent):
    for number in range(1, 23):
        sent(number, days=number)
    _response, words = page(client, "/en/newsletter/")
    assert words.count("<h4>") == 20
    assert words.index("LSI-N-2026-001") < words.index("LSI-N-2026-002")
    assert page(client, "/en/newsletter/?page=2")[1].count("<h4>") == 2


def test_the_cost_of_the_pages_does_not_grow(client, sent, django_assert_max_num_queries):
    for number in range(1, 16):
        sent(number, days=number)
    for path in ("/en/newsletter/", "/en/newsletter/lsi-n-2026-001/", "/feeds/en/newsletter.atom"):
        with django_assert_max_num_queries(12):
            client.get(path)


def test_the_day_of_the_next_issue_is_told_where_it_is_settled(client, sent):
    sent(1)
    assert "The next letter comes on" not in page(client, "/en/newsletter/")[1]
    coming = sent(2, status="approved")
    at = timezone.now() + timedelta(days=3)
    Mailing.objects.filter(pk=coming.pk).update(status="scheduled", scheduled_at=at)
    sentence = f"The next letter comes on {timezone.localtime(at):%-d %B}."
    assert sentence in page(client, "/en/newsletter/")[1]
    assert sentence in page(client, "/en/newsletter/lsi-n-2026-001/")[1]


def test_several_lists_are_told_apart(client, sent):
    other = ContactList.objects.create(name="Law notes", slug="law", is_open=True)
    sent(1)
    sent(2, contact_list=other)
    words = page(client, "/en/newsletter/?list=law")[1]
    assert "LSI-N-2026-002" in words
    assert "LSI-N-2026-001" not in words


def test_numbers_below_ten_are_not_told(client, sent, monthly):
    sent()
    for _number in range(9):
        consent.confirm(ContactFactory(), monthly, source="confirm page")
    assert archive.numbers_of(monthly).readers is None
    assert "it could tell of one person" in page(client, "/en/newsletter/")[1]
    consent.confirm(ContactFactory(), monthly, source="confirm page")
    assert "10 readers" in page(client, "/en/newsletter/")[1]
    Subscription.objects.update(confirmed_at=timezone.now() - timedelta(days=90))
    found = archive.numbers_of(monthly)
    assert (found.readers, found.joined, found.left) == (10, None, None)


def test_the_feed_is_atom_and_tells_corrections(client, sent, officer):
    mailing = sent()
    sent(2, days=3)
    response, words = page(client, "/feeds/en/newsletter.atom")
    assert response["Content-Type"].startswith("application/atom+xml")
    entries = ET.fromstring(words).findall(f"{ATOM}entry")
    assert [entry.find(f"{ATOM}title").text for entry in entries] == ["November (en)"] * 2
    ids = {entry.find(f"{ATOM}id").text for entry in entries}
    assert len(ids) == 2
    before = entries[0].find(f"{ATOM}updated").text
    version = mailing.web_versions.get(language="en")
    WebVersion.objects.update(changed_at=mailing.started_at)
    change = corrections.Change(version.subject, "", "12 countries", "11 countries", "It is 11.")
    corrections.correct(version, change, edition=1, actor=officer)
    after = ET.fromstring(page(client, "/feeds/en/newsletter.atom")[1]).find(f"{ATOM}entry/{ATOM}updated").text
    assert after >= before
    assert after > mailing.started_at.strftime("%Y-%m-%dT%H:%M:%S")


def test_the_sitemap_names_issues_in_their_languages(client, sent):
    sent()
    words = page(client, "/sitemap.xml")[1]
    assert "/fr/newsletter/lsi-n-2026-001/" in words
    assert "/en/newsletter/</loc>" in words


def test_the_header_leads_to_the_newsletter_where_a_list_is_open(client, sent, monthly):
    link = 'href="/en/newsletter/"'
    assert link in page(client, "/en/")[1]
    ContactList.objects.filter(pk=monthly.pk).update(is_open=False)
    # A minute later.
    cache.clear()
    assert link not in page(client, "/en/")[1]


def test_the_version_is_kept_when_an_issue_starts(client, monthly, officer, approver):
    subscribe(monthly, given_name="Zdenka")
    mailing = issue_of(monthly, officer)
    Mailing.objects.filter(pk=mailing.pk).update(tested_version=mailing.version)
    mailing.refresh_from_db()
    mailing = lifecycle.submit(mailing, actor=officer, approver=approver, note="")
    mailing = lifecycle.approve(mailing, actor=approver, digest=mailing.review_digest)
    lifecycle.schedule(mailing, actor=officer)
    assert client.get("/en/newsletter/lsi-n-2026-001/").status_code == 404
    make_due(mailing)
    assert recounting.begin(mailing.pk)
    _response, words = page(client, "/en/newsletter/lsi-n-2026-001/")
    assert "Words 1 (en)" in words
    assert "Zdenka" not in words
    assert "unsubscribe" not in words.lower()
