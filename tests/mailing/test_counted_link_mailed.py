"""A link of a list that counts, from the list's switch to a follower: a worker, mail as it arrives, a browser's GET."""

import email
import email.policy
import http.client
import re
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.utils import timezone

from contacts.models import ContactList
from desk.demo.walk import approve_letter, send_and_wait
from mailing.issue_reports import report_of
from mailing.models import BlockText, CountedLink, Delivery, DeliveryEvent, LinkDay
from mailing.reports import progress_and_answers
from tests.mailing.issues.readers import issue_of, subscribe
from tests.processes import wait_until
from transport.models import SystemMail

pytestmark = pytest.mark.django_db(transaction=True)
URL = "https://data.example/points?a=1&b=2"
BODY = '<p>We counted <a href="https://data.example/points?a=1&amp;b=2">12 countries</a>.</p>'
ADDRESSES = ["nadia@readers.example", "omar@readers.example"]


@pytest.fixture
def site(live_server, settings):
    settings.SITE_URL = live_server.url
    return live_server.url


@pytest.fixture
def mailed(site, officer, approver, start_worker, catcher):
    """An issue with one link, sent to two readers by a worker: the list, the issue, and the two mails as they came."""

    def send(*, counts):
        letter = ContactList.objects.create(name="Network", slug="network", is_open=True, counts_clicks=counts)
        for address in ADDRESSES:
            subscribe(letter, email=address)
        issue = issue_of(letter, officer)
        BlockText.objects.filter(block__mailing=issue).update(body=BODY)
        worker = start_worker(SITE_URL=site)
        worker.wait_ready()
        approve_letter(issue, writer=officer, approver=approver)
        sent = send_and_wait(issue, actor=officer)
        assert sorted(catcher.recipients) == ADDRESSES
        return sent, [email.message_from_bytes(one.data, policy=email.policy.default) for one in catcher.letters]

    return send


def part(message, kind):
    return message.get_body((kind,)).get_content()


def links_to(message, words):
    """Where the link with these words leads, as the mail has it."""
    return re.findall(rf'<a\s[^>]*href="([^"]+)"[^>]*>\s*{words}', part(message, "html"))


def get(url, **headers):
    """A GET by the net, as whoever reads the mail does, with a cookie that is not ours."""
    parts = urlsplit(url)
    line = http.client.HTTPConnection(parts.netloc, timeout=30)
    try:
        line.request("GET", parts.path, headers={"User-Agent": "Nadia's mail program", "Cookie": "a=b", **headers})
        answer = line.getresponse()
        return answer.status, answer.getheader("Location"), answer.getheader("Set-Cookie"), answer.read()
    finally:
        line.close()


def rows():
    """Every row of every table, by the table."""
    return {model._meta.label: sorted(map(repr, model._base_manager.values_list())) for model in apps.get_models()}


def test_a_counted_link_of_a_mail_leads_to_its_page_and_the_count_rises_by_one(mailed, site):
    issue, mails = mailed(counts=True)
    link = CountedLink.objects.get()
    short = f"{site}/l/{link.short}/"
    assert link.url == URL
    for message in mails:
        # The same for everybody, in both parts: it names no reader.
        assert set(links_to(message, "12 countries")) == {short}
        assert short in part(message, "plain")
        assert "data.example" not in part(message, "html")
    # The worker has nothing left to do: what changes from here on changed by the link.
    wait_until(lambda: not SystemMail.objects.exclude(status="sent").exists(), 60, "mail to colleagues still waits")
    before = rows()
    assert get(short)[:3] == (302, URL, None)
    after = rows()
    assert {name for name in after if after[name] != before[name]} == {"mailing.LinkDay"}
    row = LinkDay.objects.get()
    assert (row.link, row.day, row.count) == (link, timezone.localdate(), 1)
    assert get(short, **{"Sec-Purpose": "prefetch"})[:2] == (302, URL)
    get(short)
    assert [(row.url, row.count) for row in report_of(issue, *progress_and_answers(issue)).followed] == [(URL, 2)]
    assert LinkDay.objects.count() == 1


def test_following_says_nothing_of_who_followed(mailed):
    _issue, mails = mailed(counts=True)
    events = DeliveryEvent.objects.count()
    states = list(Delivery.objects.order_by("pk").values_list())
    for message in mails:
        assert get(links_to(message, "12 countries")[0])[0] == 302
    assert list(Delivery.objects.order_by("pk").values_list()) == states
    assert DeliveryEvent.objects.count() == events
    kept = repr(rows()["mailing.LinkDay"]) + repr(rows()["mailing.CountedLink"])
    assert not any(word in kept for word in ("nadia", "omar", "127.0.0.1", "mail program"))


def test_a_list_that_does_not_count_mails_the_address_itself(mailed):
    _issue, mails = mailed(counts=False)
    for message in mails:
        assert set(links_to(message, "12 countries")) == {URL.replace("&", "&amp;")}
        assert "/l/" not in part(message, "html") + part(message, "plain")
    assert not CountedLink.objects.exists()
