"""Links are counted only where the list says so: without a person, without a redirect to anywhere else."""

import pytest
from django.utils import timezone

from contacts.models import ContactList
from mailing import archive, counting_links
from mailing.issue_reports import report_of
from mailing.issues.assembling import assembled
from mailing.models import CountedLink, LinkDay
from mailing.reports import progress_and_answers

pytestmark = pytest.mark.django_db
URL = "https://data.example/points"


@pytest.fixture
def counting(monthly):
    ContactList.objects.filter(pk=monthly.pk).update(counts_clicks=True)
    monthly.refresh_from_db()
    return monthly


def test_without_it_the_text_stays_to_the_byte(sent):
    mailing = sent()
    html = f'<p><a href="{URL}">x</a></p>'
    assert counting_links.addresses_of(mailing) == {}
    assert counting_links.counted_html(html, {}) is html
    assert not CountedLink.objects.exists()
    assert not counting_links.will_count(mailing)


def test_each_link_has_one_address_for_all_readers(counting, sent):
    mailing = sent()
    addresses = counting_links.addresses_of(mailing)
    assert list(addresses) == [URL]
    short = addresses[URL]
    html = f'<p><a class="b" href="{URL}">x</a> {URL} <a href="https://other.example/">y</a></p>'
    led = counting_links.counted_html(html, addresses)
    assert led == f'<p><a class="b" href="{short}">x</a> {URL} <a href="https://other.example/">y</a></p>'
    assert counting_links.counted_text(f"See\n{URL}.\n{URL}/more", addresses) == f"See\n{short}.\n{URL}/more"


def test_what_is_switched_after_the_start_changes_nothing(counting, sent):
    mailing = sent()
    ContactList.objects.filter(pk=counting.pk).update(counts_clicks=False)
    mailing.refresh_from_db()
    assert counting_links.will_count(mailing)
    ContactList.objects.filter(pk=counting.pk).update(counts_clicks=False)
    other = sent(2)
    ContactList.objects.filter(pk=counting.pk).update(counts_clicks=True)
    other.refresh_from_db()
    assert not counting_links.will_count(other)


def test_a_link_leads_to_its_own_address_and_counts_a_day_and_no_more(client, counting, sent):
    sent()
    link = CountedLink.objects.get()
    for _number in range(3):
        response = client.get(f"/l/{link.short}/?next=https://evil.example/")
        assert (response.status_code, response["Location"]) == (302, URL)
        assert not response.cookies
        assert "no-store" in response["Cache-Control"]
    row = LinkDay.objects.get()
    assert (row.day, row.count) == (timezone.localdate(), 3)
    assert {field.name for field in LinkDay._meta.fields} == {"id", "link", "day", "count"}


@pytest.mark.parametrize(
    "headers", [{"sec-purpose": "prefetch;prerender"}, {"purpose": "prefetch"}, {"x-moz": "prefetch"}]
)
def test_what_is_fetched_ahead_is_not_counted(client, counting, sent, headers):
    sent()
    link = CountedLink.objects.get()
    assert client.get(f"/l/{link.short}/", headers=headers).status_code == 302
    assert client.head(f"/l/{link.short}/").status_code == 302
    assert not LinkDay.objects.exists()


@pytest.mark.parametrize("short", ["nowhere", "https:", "..", "%00", "x" * 500])
def test_any_other_short_address_is_not_found(client, counting, sent, short):
    sent()
    assert client.get(f"/l/{short}/").status_code == 404
    assert client.post(f"/l/{short}/").status_code == 405


def test_addresses_that_are_no_pages_are_never_counted():
    html = '<a href="mailto:a@b.example">m</a><a href="javascript:x()">j</a><a href="/here">h</a><a href="">e</a>'
    assert counting_links.links_in(html) == []


def test_the_report_tells_how_often_links_were_followed(client, counting, sent):
    mailing = sent()
    client.get(f"/l/{CountedLink.objects.get().short}/")
    found = report_of(mailing, *progress_and_answers(mailing))
    assert [(row.url, row.count) for row in found.followed] == [(URL, 1)]
    archive.freeze_web(mailing)
    assert CountedLink.objects.count() == 1


def test_the_message_leads_over_the_short_address_and_says_that_it_counts(counting, sent):
    mailing = sent()
    link = CountedLink.objects.get()
    found = assembled(mailing, "en", frozenset())
    assert f"/l/{link.short}/" in found.html
    assert f'"{URL}"' not in found.html
    assert f"/l/{link.short}/" not in assembled(mailing, "en", frozenset(), where="web").html


def test_the_message_of_a_list_that_does_not_count_is_the_same_whatever_the_others_do(monthly, sent):
    mailing = sent()
    before = assembled(mailing, "en", frozenset())
    ContactList.objects.filter(pk=monthly.pk).update(counts_clicks=True)
    mailing = type(mailing).objects.get(pk=mailing.pk)
    assert assembled(mailing, "en", frozenset()) == before
    assert f'"{URL}"' in before.html
