"""Objecting to letters by the link in one: looking changes nothing, one POST holds everywhere, and it can be undone."""

import re

import pytest
from django.test import Client

from accounts.models import AuditEvent
from contacts.models import Suppression
from mailing import audience, bell, unsubscribe
from mailing.dispatch import sending
from mailing.dispatch.rendering import message_bytes
from mailing.models import AudienceRule, Delivery
from tests.factories import MailingContentFactory, MailingFactory
from tests.letters import letter_being_sent, queue, statuses
from tests.mailing.message_rules import parts_of
from tests.mailing.transports import FakeTransport

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def calm(monkeypatch, settings):
    monkeypatch.setattr(bell, "ring", lambda *arguments, **options: True)
    settings.LEASE_SECONDS = 30


@pytest.fixture
def office():
    """An office's mail program: no cookie, no CSRF token, and a CSRF check that is switched on."""
    return Client(enforce_csrf_checks=True)


def link_in(delivery) -> str:
    """The path of the link as a reader finds it in both parts of the letter."""
    import email
    import email.policy

    text, html = parts_of(email.message_from_bytes(message_bytes(delivery), policy=email.policy.default))
    (in_text,), (in_html,) = (set(re.findall(r"/objection/[\w.-]+/", part)) for part in (text, html))
    assert in_text == in_html
    return in_text


def test_a_letter_has_its_readers_own_link_in_both_parts():
    first, second = letter_being_sent(2).deliveries.all()
    assert link_in(first) == f"/objection/{unsubscribe.token_for(first.public_id)}/"
    assert link_in(first) != link_in(second)


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_changes_nothing(client, method):
    delivery = letter_being_sent(1).deliveries.get()
    response = getattr(client, method)(link_in(delivery))
    assert (response.status_code, response.cookies) == (200, {})
    assert not Suppression.objects.exists()


def test_the_page_names_the_office_and_hides_the_address(client):
    delivery = letter_being_sent(1).deliveries.get()
    page = client.get(link_in(delivery)).content.decode()
    assert delivery.mailing.owner.name in page
    assert "c•••@parliament.example" in page
    assert delivery.email not in page
    assert "noindex" in page
    assert "<script" not in page


def test_one_click_leaves_out_every_letter_that_waits_and_the_ledger_says_why(office):
    mailing, other = letter_being_sent(3), letter_being_sent(1)
    objector = mailing.deliveries.order_by("id")[1]
    queue(other, objector.contact)
    other.chunks.all().delete()
    from mailing.dispatch.store import make_chunks

    make_chunks(other.pk)

    assert office.post(link_in(objector)).status_code == 200

    for one in (mailing, other):
        hop = FakeTransport()
        sending.run(one.pk, open_with=hop)
        assert objector.email not in hop.recipients
    assert statuses(mailing) == ["sent", "skipped", "sent"]
    assert statuses(other) == ["sent", "skipped"]
    assert set(Delivery.objects.filter(contact=objector.contact).values_list("skip_reason", flat=True)) == {"objected"}


def test_it_holds_for_new_audiences(office):
    delivery = letter_being_sent(1).deliveries.get()
    draft = MailingFactory()
    MailingContentFactory(mailing=draft)
    AudienceRule.objects.create(mailing=draft, contact=delivery.contact)
    assert audience.preview(draft).recipients == 1

    office.post(link_in(delivery))

    assert audience.preview(draft).left_out == {"objected": 1}


def test_it_stops_letters_and_no_newsletter_that_was_subscribed_to(office):
    office.post(link_in(letter_being_sent(1).deliveries.get()))
    assert list(Suppression.objects.values_list("scope", "reason")) == [("letters", "objection")]


def test_it_can_be_undone_and_both_are_written_down_without_the_person(office):
    delivery = letter_being_sent(1).deliveries.get()
    path = link_in(delivery)
    for _time in range(2):
        page = office.post(path).content.decode()
    assert f'action="{path}undo/"' in page

    assert "We may write again" in office.post(f"{path}undo/").content.decode()

    assert not Suppression.objects.exists()
    assert list(delivery.events.values_list("kind", flat=True)) == ["objected", "objection_undone"]
    told = list(AuditEvent.objects.order_by("id").values_list("sentence", flat=True))
    assert [sentence.partition(",")[0] for sentence in told] == [
        "noted an objection to letters",
        "noted that an objection to letters was taken back",
    ]
    assert not any(delivery.contact.family_name in sentence for sentence in told)


def test_undo_lifts_nothing_that_stands_for_another_reason(office):
    delivery = letter_being_sent(1).deliveries.get()
    path = link_in(delivery)
    from contacts.suppression import suppress

    suppress(delivery.email, reason="hard_bounce")
    office.post(path)
    office.post(f"{path}undo/")
    assert list(Suppression.objects.values_list("scope", "reason")) == [("all", "hard_bounce")]


@pytest.mark.parametrize("token", ["example", "a" * 22 + "." + "b" * 43])
def test_a_link_that_is_not_ours_changes_nothing(office, token):
    response = office.post(f"/objection/{token}/")
    assert response.status_code == 404
    assert "This link is not complete" in response.content.decode()
    assert not Suppression.objects.exists()
