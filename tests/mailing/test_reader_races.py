"""A reader does two things in one moment, in two tabs or with a mail program: they count one after the other."""

import pytest
from django.test import Client

from contacts import consent, preferences
from contacts.consent_story import choices, consents
from contacts.models import (
    ConsentRecord,
    ContactList,
    LegalBasis,
    ListText,
    SignUp,
    Subscription,
    Suppression,
    Topic,
    Turn,
)
from contacts.signing_up import sign_up, token_of
from mailing import unsubscribe
from mailing.models import Mailing
from tests.factories import ContactFactory
from tests.letters import letter_being_sent, queue
from tests.mailing.test_dispatch_races import at_once
from tests.races import done_in_the_middle

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 5
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def letter():
    made = ContactList.objects.create(name="Network", slug="network", is_open=True)
    for language in ("en", "fr"):
        ListText.objects.create(contact_list=made, language=language, name="Letter from the network")
    return made


@pytest.fixture
def topics(letter):
    return [Topic.objects.create(contact_list=letter, slug=slug, position=n) for n, slug in enumerate(["s", "p"])]


def reader_number(number, letter):
    fields = {"legal_basis": LegalBasis.CONSENT, "language": "en", "country": ""}
    person = ContactFactory(email=f"reader{number}@readers.example", **fields)
    consent.confirm(person, letter, source="page")
    return Subscription.objects.select_related("contact", "contact_list").get(contact=person)


def page_of(row):
    return f"/p/{preferences.token_for(row)}/"


def mail_to(row):
    """The address of one-click in an issue that was sent to them."""
    issue = letter_being_sent(0, kind=Mailing.Kind.NEWSLETTER, contact_list=row.contact_list)
    return f"/u/{unsubscribe.token_for(queue(issue, row.contact).public_id)}/"


def posting(path, data=None):
    return lambda: Client(enforce_csrf_checks=True).post(path, data or {}).status_code


def form(row, topics, chosen, **fields):
    return {
        "lists": [row.pk],
        "lists_shown": [row.pk],
        "topics": [topic.pk for topic in chosen],
        "topics_shown": [topic.pk for topic in topics],
        **fields,
    }


def end_of(row):
    found = Subscription.objects.get(pk=row.pk)
    is_stopped = Suppression.objects.filter(
        email_digest=row.contact.email_digest, scope=f"list:{row.contact_list_id}"
    ).exists()
    return found.status, found.ended_by, found.paused_until, is_stopped


LEFT = ("unsubscribed", "left", None, True)
ON = ("active", "", None, False)


def test_two_tabs_that_are_saved_at_once_end_as_one_of_them(letter, topics):
    for number in range(ROUNDS):
        row = reader_number(number, letter)
        first = form(row, topics, topics[:1], language="fr", country="IE")
        second = form(row, topics, topics[1:], language="en", country="FR")
        assert at_once(posting(page_of(row), first), posting(page_of(row), second)) == [303, 303]
        row = Subscription.objects.select_related("contact").get(pk=row.pk)
        ends = (row.language, row.contact.country, [topic.slug for topic in row.topics.all()])
        assert ends in [("fr", "IE", ["s"]), ("en", "FR", ["p"])]
        told = [entry.title for entry in choices(row.contact)]
        # Newest first: the country, the language and the topics of each, and the last word is what holds.
        assert len(told) == 6
        assert next(title for title in told if "language" in title) == f"Chose the language {ends[0]} for “Network”."
        assert next(title for title in told if "topics" in title) == f"Chose topics ({ends[2][0]}) of “Network”."


def test_one_tab_leaves_while_the_other_saves_and_nobody_is_brought_back(letter, topics):
    for number in range(ROUNDS):
        row = reader_number(number, letter)
        leaving = form(row, topics, [], language="en", country="") | {"lists": []}
        saving = form(row, topics, topics[:1], language="fr", country="IE")
        answers = at_once(posting(page_of(row), leaving), posting(page_of(row), saving))
        assert set(answers) <= {303, 200}, answers
        assert end_of(row) == LEFT
        assert ConsentRecord.objects.filter(contact=row.contact, action="unsubscribed").count() == 1


@pytest.mark.only_postgresql
def test_a_tab_that_is_half_saved_keeps_the_other_one_waiting(letter, topics):
    row = reader_number(0, letter)
    same = {"language": "en", "country": ""}
    posting(page_of(row), form(row, topics, [], **same))()
    answers = done_in_the_middle(
        posting(page_of(row), form(row, topics, topics[:1], **same)),
        before='INTO "contacts_subscription_topics"',
        other=posting(page_of(row), form(row, topics, topics[1:], **same)),
    )
    assert answers == (303, 303)
    assert [topic.slug for topic in row.topics.all()] == ["p"]
    told = [entry.title for entry in choices(row.contact) if "topics" in entry.title]
    assert told == ["Chose topics (p) of “Network”.", "Chose topics (s) of “Network”."]


def test_leaving_wins_over_a_pause(letter):
    for number in range(ROUNDS):
        row = reader_number(number, letter)
        leave = posting(mail_to(row), ONE_CLICK) if number % 2 else posting(f"{page_of(row)}leave/")
        assert set(at_once(posting(f"{page_of(row)}pause/"), leave)) <= {303, 200}
        assert end_of(row) == LEFT


@pytest.mark.only_postgresql
def test_a_pause_that_is_half_written_does_not_outlive_leaving(letter):
    row = reader_number(0, letter)
    answers = done_in_the_middle(
        posting(f"{page_of(row)}pause/"),
        before='UPDATE "contacts_subscription"',
        other=posting(mail_to(row), ONE_CLICK),
    )
    assert answers == (303, 200)
    assert end_of(row) == LEFT


def test_coming_back_twice_at_once_is_coming_back_once(letter):
    for number in range(ROUNDS):
        row = reader_number(number, letter)
        mail = mail_to(row)
        posting(mail, ONE_CLICK)()
        undo = [posting(f"{mail}undo/"), posting(f"{page_of(row)}undo/"), posting(f"{mail}undo/")]
        assert at_once(*undo) == [200] * 3
        assert end_of(row) == ON
        assert ConsentRecord.objects.filter(contact=row.contact, action="undone").count() == 1


def test_who_leaves_while_they_come_back_is_either_on_the_list_or_off_it(letter):
    for number in range(ROUNDS):
        row = reader_number(number, letter)
        mail = mail_to(row)
        posting(mail, ONE_CLICK)()
        assert at_once(posting(f"{mail}undo/"), posting(mail, ONE_CLICK)) == [200, 200]
        assert end_of(row) in (LEFT, ON)


def asked_before(row):
    """They asked with the form as well, before a colleague's import put them on the list."""
    active = Subscription.objects.filter(pk=row.pk)
    active.update(status="pending", confirmed_at=None)
    Turn.objects.all().delete()
    sign_up(row.contact_list, row.contact.email, language="en", source="page", ip="192.0.2.7")
    active.update(status="active", confirmed_at=row.confirmed_at, source="import")
    return f"/c/{token_of(SignUp.objects.get(email=row.contact.email))}/"


def test_one_click_beside_a_confirmation_of_the_same_address_is_one_of_them(letter):
    for number in range(ROUNDS):
        row = reader_number(number, letter)
        mail, link = mail_to(row), asked_before(row)
        answers = at_once(posting(mail, ONE_CLICK), posting(link))
        assert answers[0] == 200
        assert answers[1] in (200, 302, 303)
        assert end_of(row) in (LEFT, ON)


@pytest.mark.only_postgresql
@pytest.mark.parametrize("before", ['UPDATE "contacts_subscription"', 'DELETE FROM "contacts_suppression"'])
def test_one_click_in_the_middle_of_a_confirmation_comes_after_it(letter, before):
    row = reader_number(0, letter)
    mail, link = mail_to(row), asked_before(row)
    Suppression.objects.create(email_digest=row.contact.email_digest, scope=f"list:{letter.pk}", reason="objection")
    confirmed, clicked = done_in_the_middle(posting(link), before=before, other=posting(mail, ONE_CLICK))
    assert (confirmed in (200, 302, 303), clicked) == (True, 200)
    assert end_of(row) == LEFT
    assert next(iter(consents(row.contact))).title == "Left “Network”."
