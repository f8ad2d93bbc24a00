"""An import of readers is announced as every other subscription is: one message each, and none where nobody asks."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact
from desk.models import Webhook, WebhookDelivery
from tests.contacts.lists.hands import ANA, PROOF, apply, take_back
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


def listening(*events):
    return Webhook.objects.create(name="CRM", url="https://crm.example/", events=list(events), salt="s")


def brought(signed_in, bring, *rows):
    run = bring(*rows)
    apply(signed_in, run)
    run.refresh_from_db()
    return run


def told(event):
    rows = WebhookDelivery.objects.filter(event=event).order_by("pk")
    return sorted(row.payload["data"]["contact"] for row in rows)


def test_everybody_whom_an_import_adds_is_announced_once(signed_in, bring, letter):
    listening("subscription.confirmed")
    known = ContactFactory(email="known@reader.example")
    waiting = ContactFactory(email="waiting@reader.example")
    letter.subscriptions.create(contact=waiting)
    on_it = ContactFactory(email="already@reader.example")
    letter.subscriptions.create(contact=on_it, status="active", confirmed_at="2026-01-01T00:00Z")
    names = ("known", "waiting", "already")
    brought(signed_in, bring, ANA, *(f"{name}@reader.example;;;;;2026-03-01;{PROOF}" for name in names))
    ana = Contact.objects.get(email="ana@reader.example")
    assert told("subscription.confirmed") == sorted(str(one.public_id) for one in (ana, known, waiting))
    rows = WebhookDelivery.objects.all()
    assert len({row.event_id for row in rows}) == 3
    assert {(row.payload["data"]["list"], row.payload["data"]["list_id"]) for row in rows} == {("letter", letter.pk)}
    assert "reader.example" not in repr([row.payload for row in rows])


def test_taking_the_import_back_is_announced_as_the_end(signed_in, bring):
    listening("subscription.ended")
    run = brought(signed_in, bring, ANA)
    ana = str(Contact.objects.get(email="ana@reader.example").public_id)
    assert told("subscription.ended") == []
    take_back(signed_in, run)
    assert told("subscription.ended") == [ana]


def test_nothing_is_written_where_no_webhook_asks(signed_in, bring):
    listening("issue.sent")
    Webhook.objects.create(
        name="Off", url="https://off.example/", events=["subscription.confirmed"], salt="s", is_active=False
    )
    take_back(signed_in, brought(signed_in, bring, ANA))
    assert not WebhookDelivery.objects.exists()


def test_two_hundred_readers_are_announced_in_a_handful_of_queries(signed_in, bring):
    listening("subscription.confirmed")
    run = bring(*(f"r{number}@reader.example;;;;;2026-03-01;{PROOF}" for number in range(200)))
    with CaptureQueriesContext(connection) as queries:
        apply(signed_in, run)
    assert WebhookDelivery.objects.count() == 200
    # SQLite takes fewer rows at once than PostgreSQL does.
    assert len([one for one in queries if "desk_webhook" in one["sql"]]) <= 5
