"""Two workers end one subscription at one moment: one end, one proof, one message to other programs."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from contacts import consent
from contacts.models import ConsentRecord, ContactList, Subscription, Suppression
from contacts.suppression import suppress
from desk.models import Webhook, WebhookDelivery
from mailing import endings, outcomes, unsubscribe
from mailing.models import Delivery, Mailing
from mailing.outcomes import Outcome
from tests.factories import ContactFactory, MailingFactory, UserFactory
from tests.mailing.test_dispatch_races import at_once
from tests.races import done_in_the_middle

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 5


@pytest.fixture
def monthly():
    Webhook.objects.create(name="CRM", url="https://crm.example/", events=["subscription.ended"], salt="s")
    return ContactList.objects.create(name="Road Notes", slug="notes", is_open=True, soft_bounce_limit=2)


@pytest.fixture
def issues(monthly):
    """Two that went out since the readers confirmed, the older first."""
    found = []
    for number in (1, 2):
        at = timezone.now() + timedelta(days=number)
        moments = dict.fromkeys(("approved_at", "frozen_at", "started_at", "finished_at"), at)
        kind = {"kind": Mailing.Kind.NEWSLETTER, "contact_list": monthly, "status": "finished"}
        reference = f"LSI-N-2026-{number:03d}"
        found.append(MailingFactory(reference=reference, approver=UserFactory(), **kind, **moments))
    return found


def reader_number(number, monthly):
    """Somebody who confirmed a year ago."""
    contact = ContactFactory(email=f"reader{number}@home.example")
    consent.confirm(contact, monthly, source="page")
    then = timezone.now() - timedelta(days=365)
    Subscription.objects.filter(contact=contact).update(confirmed_at=then)
    return Subscription.objects.select_related("contact", "contact_list").get(contact=contact)


def went(issue, row, **fields):
    """A server took it."""
    address = {name: getattr(row.contact, name) for name in ("email", "email_key", "email_digest")}
    values = {"status": "sent", "sent_at": issue.started_at, "queued_at": issue.started_at, "language": "en", **fields}
    return Delivery.objects.create(mailing=issue, contact=row.contact, context={}, **address, **values)


def two_letters(issues, row):
    """The older came back; of the newer nothing is known yet."""
    return went(issues[0], row, bounced_at=timezone.now()), went(issues[1], row)


def hearing(delivery, kind, **fields):
    """A worker hears what became of a letter."""

    def hear():
        fresh = Delivery.objects.select_related("contact", "mailing__contact_list").get(pk=delivery.pk)
        return outcomes.apply(fresh, Outcome(kind, key=f"{kind}:{delivery.pk}", at=timezone.now(), **fields))

    return hear


def gone(delivery):
    return hearing(delivery, "bounced", code="5.1.1", blocks="hard_bounce")


def complaint(delivery):
    return hearing(delivery, "complained", blocks="complaint")


def failures(given):
    return [one for one in given if isinstance(one, Exception)]


def ended_once(row, *, proofs=1):
    """Why it ended, of a subscription that ended once and of which everybody was told once."""
    assert ConsentRecord.objects.filter(contact=row.contact, action="unsubscribed").count() == proofs
    told = [one.payload["data"]["contact"] for one in WebhookDelivery.objects.filter(event="subscription.ended")]
    assert told.count(str(row.contact.public_id)) == 1
    found = Subscription.objects.get(pk=row.pk)
    assert (found.status, found.unsubscribed_at is not None) == ("unsubscribed", True)
    return found.ended_by


def test_a_dead_mailbox_and_a_complaint_at_once_end_it_once_as_a_complaint(monthly, issues):
    for number in range(ROUNDS):
        row = reader_number(number, monthly)
        older, newer = two_letters(issues, row)
        assert failures(at_once(gone(newer), complaint(older))) == []
        assert ended_once(row) == "complained"
        assert Suppression.objects.filter(email_digest=row.contact.email_digest).count() == 1


def test_one_event_that_two_workers_were_given_ends_it_once(monthly, issues):
    for number in range(ROUNDS):
        row = reader_number(number, monthly)
        _older, newer = two_letters(issues, row)
        assert sorted(at_once(complaint(newer), complaint(newer), complaint(newer))) == [False, False, True]
        assert ended_once(row) == "complained"


def test_silence_and_a_complaint_at_once_end_it_once(monthly, issues):
    for number in range(ROUNDS):
        row = reader_number(number, monthly)
        older, newer = two_letters(issues, row)
        Delivery.objects.filter(pk=newer.pk).update(bounced_at=timezone.now())
        given = at_once(
            complaint(older), lambda: endings.end_silent(monthly), lambda: endings.end_silent(monthly), endings.end_all
        )
        assert failures(given) == []
        assert ended_once(row) == "complained"


def test_beat_and_a_worker_find_a_dead_mailbox_at_once(monthly, issues):
    for number in range(ROUNDS):
        row = reader_number(number, monthly)
        _older, newer = two_letters(issues, row)
        suppress(row.contact, reason="hard_bounce")
        assert failures(at_once(gone(newer), endings.end_gone, endings.end_all)) == []
        assert ended_once(row) == "bounced"


def test_who_leaves_while_beat_ends_it_has_one_end_and_stays_off(monthly, issues):
    for number in range(ROUNDS):
        row = reader_number(number, monthly)
        _older, newer = two_letters(issues, row)
        Delivery.objects.filter(pk=newer.pk).update(bounced_at=timezone.now())
        path = f"/u/{unsubscribe.token_for(newer.public_id)}/"
        leaving = lambda path=path: Client(enforce_csrf_checks=True).post(path).status_code  # noqa: E731
        answer, silent = at_once(leaving, lambda: endings.end_silent(monthly))
        assert (answer, silent in (0, 1)) == (200, True)
        # Whichever was first: they said that they want no more, and no colleague undoes that.
        assert ended_once(row, proofs=1 + silent) == "left"
        assert not endings.bring_back(row, actor=UserFactory())
        assert Suppression.objects.filter(email_digest=row.contact.email_digest, reason="objection").exists()


@pytest.mark.only_postgresql
@pytest.mark.parametrize("first", ["gone", "silent"])
def test_a_complaint_in_the_middle_of_another_end_is_the_reason_and_no_second_end(monthly, issues, first):
    row = reader_number(0, monthly)
    older, newer = two_letters(issues, row)
    Delivery.objects.filter(pk=newer.pk).update(bounced_at=timezone.now())
    deed = gone(newer) if first == "gone" else lambda: endings.end_silent(monthly)
    given = done_in_the_middle(deed, before='INSERT INTO "contacts_consentrecord"', other=complaint(older))
    assert failures(given) == []
    assert ended_once(row) == "complained"


@pytest.mark.only_postgresql
def test_silence_in_the_middle_of_a_complaint_adds_nothing(monthly, issues):
    row = reader_number(0, monthly)
    older, newer = two_letters(issues, row)
    Delivery.objects.filter(pk=newer.pk).update(bounced_at=timezone.now())
    heard, silent = done_in_the_middle(
        complaint(older), before='INSERT INTO "contacts_consentrecord"', other=lambda: endings.end_silent(monthly)
    )
    assert (heard, silent) == (True, 0)
    assert ended_once(row) == "complained"
