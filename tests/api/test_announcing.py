"""Each room announces what happens in it, in the transaction in which it does: what is undone was never announced."""

import pytest
from django.db import transaction
from django.utils import timezone

from accounts import registry
from advocacy import publishing
from contacts import consent
from contacts.models import ContactList, Subscription
from desk.models import Webhook, WebhookDelivery
from mailing import lifecycle
from mailing.models import IncomingMail, Mailing
from mailing.pasting import paste
from tests.factories import ContactFactory, StatementFactory, StatementTextFactory
from tests.letters import letter_being_sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def announced(monkeypatch):
    """What is announced, by name."""
    found = []

    def listen(event, abouts):
        found.extend((event, about) for about in abouts)

    monkeypatch.setattr(registry, "announcements", [listen])
    return found


@pytest.fixture
def newsletter(db):
    return ContactList.objects.create(name="Network news", slug="network")


def approved_statement(officer, approver):
    statement = StatementFactory()
    StatementTextFactory(statement=statement)
    publishing.submit(statement, actor=officer)
    publishing.approve(statement, actor=approver)
    return statement


def test_a_statement_that_is_published(announced, officer, approver):
    statement = approved_statement(officer, approver)
    assert announced == []
    publishing.publish(statement, actor=officer)
    assert announced == [
        ("statement.published", {"reference": statement.reference, "kind": statement.kind, "languages": ["en"]})
    ]


def test_a_plan_that_is_published(announced, officer, approver):
    from advocacy import plan_publishing
    from advocacy.plan_content import digest_of_plan
    from tests.advocacy.plan_parts import plan_and_points

    plan, *_rest = plan_and_points()
    type(plan).objects.filter(pk=plan.pk).update(status="draft", published_at=None, approved_by=None, submitted_by=None)
    plan.refresh_from_db()
    plan_publishing.submit(plan, actor=officer)
    assert announced == []
    plan_publishing.approve(plan, actor=approver, seen=digest_of_plan(plan))
    assert announced == [("plan.published", {"plan": plan.slug, "version": 1})]


def test_a_subscription_that_is_confirmed_ended_and_taken_back(announced, newsletter, officer):
    ana = ContactFactory()
    about = {"list": "network", "list_id": newsletter.pk, "contact": str(ana.public_id)}
    consent.ask(ana, newsletter, source="page")
    assert announced == []
    assert consent.confirm(ana, newsletter, source="link")
    assert not consent.confirm(ana, newsletter, source="link")
    assert consent.leave(ana, newsletter, source="link")
    assert not consent.leave(ana, newsletter, source="link")
    assert consent.come_back(ana, newsletter, source="link")
    assert consent.end(ana, newsletter, actor=officer)
    names = ["subscription.confirmed", "subscription.ended"]
    assert announced == [(name, about) for name in names * 2]


def test_a_subscription_that_comes_back_unconfirmed_is_not_announced(announced, newsletter):
    ana = ContactFactory()
    consent.ask(ana, newsletter, source="page")
    consent.leave(ana, newsletter, source="link")
    consent.come_back(ana, newsletter, source="link")
    assert [event for event, _about in announced] == ["subscription.ended"]


def test_somebody_added_with_proof(announced, newsletter, officer):
    day = timezone.localdate()
    consent.import_with_proof(ContactFactory(), newsletter, source="a form", given_on=day, actor=officer)
    assert [event for event, _about in announced] == ["subscription.confirmed"]


@pytest.mark.parametrize(
    ("kind", "events"),
    [("letter", ["mailing.finished"]), ("newsletter", ["mailing.finished", "issue.sent"])],
)
def test_a_mailing_that_has_gone_out(announced, newsletter, kind, events):
    mailing = letter_being_sent(1)
    Mailing.objects.filter(pk=mailing.pk).update(kind=kind, contact_list=newsletter if kind != "letter" else None)
    mailing.refresh_from_db()
    lifecycle.move_to(mailing, "finished", actor=None)
    assert [event for event, _about in announced] == events
    assert announced[0][1]["reference"] == mailing.reference


def test_an_answer_that_comes_in_and_one_that_is_pasted(announced, officer):
    from mailing.inbound import handle

    ana = ContactFactory(email="ana@parliament.example")
    raw = b"From: ana@parliament.example\r\nSubject: Re: Compensation\r\n\r\nI agree.\r\n"
    mail = IncomingMail.objects.create(source="imap", dedupe_key="x", raw=raw)
    handle(mail)
    paste(actor=officer, email=ana.email, name="", subject="Re", text="So do I.", received_at=timezone.now())
    assert [event for event, _about in announced] == ["reply.received"] * 2
    assert "parliament.example" not in repr(announced)


def test_an_automatic_reply_is_no_answer(announced):
    from mailing.inbound import handle

    ContactFactory(email="ana@parliament.example")
    raw = b"From: ana@parliament.example\r\nAuto-Submitted: auto-replied\r\nSubject: Away\r\n\r\nAway.\r\n"
    handle(IncomingMail.objects.create(source="imap", dedupe_key="x", raw=raw))
    assert announced == []


@pytest.mark.django_db(transaction=True)
def test_what_is_undone_leaves_no_message_and_what_is_done_leaves_one(newsletter):
    Webhook.objects.create(name="Website", url="https://a.example/", events=["subscription.confirmed"], salt="s")
    ana = ContactFactory()
    with transaction.atomic():
        consent.confirm(ana, newsletter, source="link")
        assert WebhookDelivery.objects.count() == 1
        transaction.set_rollback(True)
    assert not Subscription.objects.filter(status="active").exists()
    assert not WebhookDelivery.objects.exists()
    consent.confirm(ana, newsletter, source="link")
    message = WebhookDelivery.objects.get()
    assert message.event == "subscription.confirmed"
    assert ana.email not in repr(message.payload)
