"""Complaints, mailboxes that are gone and issues that come back end a subscription by themselves, in any order."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts import consent
from contacts.models import ConsentRecord, ContactList, Subscription
from contacts.suppression import suppress
from mailing import endings, outcomes
from mailing.models import Delivery, Mailing
from mailing.outcomes import Outcome
from tests.factories import ContactFactory, MailingFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def monthly():
    return ContactList.objects.create(name="Road Notes", slug="notes", is_open=True, soft_bounce_limit=3)


@pytest.fixture
def reader(monthly):
    """Somebody who confirmed a year ago."""
    return subscribed(monthly)


def subscribed(contact_list):
    contact = ContactFactory(email="reader@home.example")
    consent.confirm(contact, contact_list, source="confirm page")
    then = timezone.now() - timedelta(days=365)
    Subscription.objects.filter(contact=contact).update(confirmed_at=then)
    return Subscription.objects.get(contact=contact)


def issue(contact_list, number):
    at = timezone.now() + timedelta(days=30 * number)
    people = {"approver": UserFactory(), "approved_at": at}
    return MailingFactory(
        reference=f"LSI-N-2026-{number:03d}",
        kind=Mailing.Kind.NEWSLETTER,
        contact_list=contact_list,
        status="finished",
        frozen_at=at,
        started_at=at,
        finished_at=at,
        **people,
    )


def went(mailing, subscription, **fields):
    """What became of an issue at one reader; by default its server took it."""
    contact = subscription.contact
    values = {"status": "sent", "sent_at": mailing.started_at, **fields}
    return Delivery.objects.create(
        mailing=mailing,
        contact=contact,
        email=contact.email,
        email_key=contact.email_key,
        email_digest=contact.email_digest,
        language="en",
        queued_at=mailing.started_at,
        context={},
        **values,
    )


def sent(subscription, count):
    return [went(issue(subscription.contact_list, number), subscription) for number in range(1, count + 1)]


def comes_back(delivery, kind="bounced", **fields):
    delivery.refresh_from_db()
    outcomes.apply(delivery, Outcome(kind, key=f"{kind}:{delivery.pk}", at=timezone.now(), **fields))


def state(subscription):
    subscription.refresh_from_db()
    return subscription.status, subscription.ended_by


def test_a_complaint_ends_the_subscription_and_the_proof_says_so(reader):
    (letter,) = sent(reader, 1)
    comes_back(letter, "complained", blocks="complaint")
    assert state(reader) == ("unsubscribed", "complained")
    proof = ConsentRecord.objects.get(action="unsubscribed")
    assert (proof.source, proof.wording) == ("a complaint to the mail provider", "Road Notes")


def test_a_mailbox_that_is_gone_ends_the_subscription(reader):
    (letter,) = sent(reader, 1)
    comes_back(letter, blocks="hard_bounce", code="5.1.1")
    assert state(reader) == ("unsubscribed", "bounced")


def test_what_the_engine_saw_itself_ends_it_at_the_next_round(reader):
    suppress("reader@home.example", reason="hard_bounce")
    assert endings.end_all() == 1
    assert state(reader) == ("unsubscribed", "bounced")
    assert endings.end_all() == 0
    assert ConsentRecord.objects.filter(action="unsubscribed").count() == 1


def test_who_objected_to_letters_stays_on_the_list(reader):
    suppress("reader@home.example", scope="letters", reason="objection")
    assert endings.end_all() == 0
    assert state(reader) == ("active", "")


def test_one_issue_fewer_than_the_limit_ends_nothing(reader):
    for letter in sent(reader, 2):
        comes_back(letter)
    assert state(reader) == ("active", "")


def test_as_many_issues_as_the_list_says_end_it(reader):
    for letter in sent(reader, 3):
        comes_back(letter)
    assert state(reader) == ("unsubscribed", "silent")


def test_an_issue_that_arrived_between_them_counts_anew(reader):
    letters = sent(reader, 4)
    for number in (0, 1, 3):
        comes_back(letters[number])
    assert state(reader) == ("active", "")


def test_refused_until_we_gave_up_counts_and_the_round_finds_it(reader):
    for number in range(1, 4):
        at = {"status": "failed", "sent_at": None, "failed_at": timezone.now(), "error_kind": "transient"}
        went(issue(reader.contact_list, number), reader, **at)
    assert endings.end_all() == 1
    assert state(reader) == ("unsubscribed", "silent")


def test_an_issue_of_which_nothing_is_known_breaks_the_row(reader):
    letters = sent(reader, 3)
    Delivery.objects.filter(pk=letters[1].pk).update(status="uncertain", sent_at=None, error_kind="outcome_unknown")
    for number in (0, 2):
        comes_back(letters[number])
    assert state(reader) == ("active", "")


def test_issues_of_another_list_do_not_count(reader, monthly):
    other = ContactList.objects.create(name="Another", slug="another", is_open=True)
    for number in range(1, 3):
        comes_back(went(issue(monthly, number), reader))
    comes_back(went(issue(other, 9), reader))
    assert state(reader) == ("active", "")


def test_a_colleague_brings_them_back_and_the_count_begins_anew(reader, officer):
    for letter in sent(reader, 3):
        comes_back(letter)
    reader.refresh_from_db()
    # The issues of these tests lie in the days to come; those who come back do so after them.
    Delivery.objects.update(queued_at=timezone.now() - timedelta(days=1))
    assert endings.bring_back(reader, actor=officer)
    assert not endings.bring_back(reader, actor=officer)
    assert state(reader) == ("active", "")
    assert endings.end_all() == 0
    comes_back(went(issue(reader.contact_list, 9), reader))
    assert state(reader) == ("active", "")


@pytest.mark.parametrize("ended", ["left", "colleague"])
def test_who_leaves_after_their_issues_came_back_is_not_brought_back(reader, officer, ended):
    consent.leave(reader.contact, reader.contact_list, source="x", ended_by="silent")
    assert consent.leave(reader.contact, reader.contact_list, source="link", ended_by=ended)
    assert not consent.leave(reader.contact, reader.contact_list, source="link", ended_by=ended)
    assert state(reader) == ("unsubscribed", ended)
    assert not endings.bring_back(reader, actor=officer)
    assert ConsentRecord.objects.filter(action="unsubscribed").count() == 2


@pytest.mark.parametrize("ended", ["left", "complained", "bounced", "colleague"])
def test_nobody_else_is_brought_back(reader, officer, ended):
    consent.leave(reader.contact, reader.contact_list, source="link", ended_by=ended)
    reader.refresh_from_db()
    assert not endings.bring_back(reader, actor=officer)
    assert state(reader) == ("unsubscribed", ended)


def test_who_confirms_again_after_a_complaint_has_the_last_word(reader):
    (letter,) = sent(reader, 1)
    comes_back(letter, "complained", blocks="complaint")
    consent.confirm(reader.contact, reader.contact_list, source="confirm page")
    assert endings.end_all() == 0
    assert state(reader) == ("active", "")


def test_what_comes_twice_is_applied_once(reader):
    letters = sent(reader, 3)
    for letter in [*letters, *letters]:
        comes_back(letter)
    assert ConsentRecord.objects.filter(action="unsubscribed").count() == 1


EVENTS = [(0, "bounced", ""), (1, "bounced", ""), (2, "bounced", ""), (2, "delivered", ""), (1, "replied", "")]
HARD = [*EVENTS[:3], (0, "complained", "complaint"), (1, "refused", "hard_bounce")]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(EVENTS), st.permutations(HARD))
def test_every_order_of_events_ends_in_the_same_state(soft, hard):
    for events, expected in ((soft, ("unsubscribed", "silent")), (hard, ("unsubscribed", "complained"))):
        with transaction.atomic():
            reader = subscribed(ContactList.objects.create(name="Road Notes", soft_bounce_limit=3))
            letters = sent(reader, 3)
            for number, kind, blocks in events:
                comes_back(letters[number], kind, blocks=blocks)
            assert state(reader) == expected, events
            endings.end_all()
            assert state(reader) == expected, events
            transaction.set_rollback(True)
