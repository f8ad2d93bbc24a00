"""A scanner that opens every link of every mail of a newsletter, with scripts, changes nothing in the database."""

import http.client
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from advocacy.models import Statement
from contacts.models import SignUp, Subscription, Turn
from contacts.preference_links import send_link
from contacts.signing_up import confirm, sign_up, token_of
from mailing import bell
from mailing.archive import freeze_web
from mailing.dispatch import sending
from mailing.models import Mailing
from tests.contacts.signing_up.conftest import letter, topics  # noqa: F401 - fixtures
from tests.e2e.scanner import database_digest, links_of, open_everything
from tests.factories import StatementTextFactory, UserFactory
from tests.letters import in_one_chunk, letter_being_sent, queue
from tests.mailing.issues.sample import put_blocks
from tests.processes import Catcher
from transport.models import SystemMail
from transport.outbox import message_bytes

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ADDRESS = "nadia@readers.example"


@pytest.fixture
def mails(letter, topics, live_server, settings, monkeypatch):  # noqa: F811
    """Every mail on the way of a reader, by what it is: bytes as they arrive."""
    monkeypatch.setattr(bell, "ring", lambda *arguments, **options: True)
    settings.SITE_URL = live_server.url
    settings.LEASE_SECONDS = 30
    sign_up(letter, ADDRESS, language="en", source="page", ip="192.0.2.1")
    reader = confirm(token_of(SignUp.objects.get()))
    # Another day: the limits of an address count a day.
    Turn.objects.all().delete()
    sign_up(letter, ADDRESS, language="en", source="page", ip="192.0.2.1")
    send_link(ADDRESS, language="en", ip="192.0.2.1")
    # One who has not confirmed yet: their link must confirm nothing by itself.
    sign_up(letter, "waits@readers.example", language="en", source="page", ip="192.0.2.1")
    found = {f"{mail.purpose} {mail.pk}": message_bytes(mail) for mail in SystemMail.objects.order_by("pk")}
    issue = letter_being_sent(0, kind=Mailing.Kind.NEWSLETTER, contact_list=letter)
    put_blocks(issue, {"en": "Compensation is a right"})
    publish(Statement.objects.get())
    freeze_web(issue)
    queue(issue, reader.contact)
    in_one_chunk(issue)
    with Catcher() as sink:
        settings.SMTP_URL = sink.url
        assert sending.run(issue.pk) == 1
        found["issue"] = sink.messages[0].data
    return found


def publish(statement):
    """What an item leads to can be read."""
    StatementTextFactory(statement=statement, language="en", title="A text", body="<p>Words.</p>")
    now = timezone.now()
    people = {"approved_by": UserFactory(role="approver"), "approved_at": now}
    Statement.objects.filter(pk=statement.pk).update(status="published", published_at=now, **people)


def test_opening_every_link_of_every_mail_changes_nothing(mails, visit, live_server):
    purposes = {name.partition(" ")[0] for name in mails}
    assert purposes == {"confirm-subscription", "welcome", "already-subscribed", "preferences-link", "issue"}
    links = {link for raw in mails.values() for link in links_of(raw) if link.startswith(live_server.url)}
    kinds = {urlsplit(link).path[:3] for link in links}
    # Two that confirm (one used, one not), settings, and one that leaves.
    assert {"/c/", "/p/", "/u/"} <= kinds
    # The issue is put together from blocks: its own page on the web, and what its items lead to.
    assert len([link for link in links_of(mails["issue"]) if link.startswith(live_server.url)]) >= 4
    before = database_digest()
    with visit() as scanner:
        open_everything(scanner.page, sorted(links))
        assert scanner.page.context.cookies() == []
    assert database_digest() == before
    assert Subscription.objects.get().status == "active"

    # It would have seen a change: one POST is enough for another digest.
    leaving = next(link for link in links if "/u/" in link)
    client = http.client.HTTPConnection(urlsplit(live_server.url).netloc, timeout=30)
    client.request("POST", urlsplit(leaving).path)
    assert client.getresponse().status == 200
    client.close()
    assert database_digest() != before
