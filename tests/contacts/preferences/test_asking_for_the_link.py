"""Somebody asks for the link to their settings: only a reader gets mail, and the answer never says who is one."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.addresses import AddressError
from contacts.models import Subscription, Turn
from contacts.preference_links import send_link
from contacts.preferences import link_for
from tests.contacts.preferences.conftest import reader_of
from tests.contacts.signing_up.conftest import STATES, address_that_is
from transport.models import SystemMail
from transport.outbox import message_bytes

pytestmark = pytest.mark.django_db


def mails(address):
    return list(SystemMail.objects.filter(to=address).values_list("purpose", flat=True))


@pytest.mark.parametrize(
    ("state", "gets_it"),
    [
        *(("subscribed", True), ("unsubscribed", True), ("unknown", False), ("known", False), ("erased", False)),
        *(("complained", False), ("gone", False)),
    ],
)
def test_only_who_is_or_was_on_a_list_gets_the_link(letter, state, gets_it):
    address = address_that_is(state, letter)
    send_link(address, language="en", ip="192.0.2.7")
    assert mails(address) == (["preferences-link"] if gets_it else [])


def test_the_mail_has_the_readers_own_link_in_their_language(letter):
    address = address_that_is("subscribed", letter)
    send_link(address, language="fr", ip="192.0.2.7")
    mail = SystemMail.objects.get()
    assert mail.context == {"url": link_for(Subscription.objects.get())}
    text = message_bytes(mail).decode("ascii", "replace")
    assert "Content-Language: fr" in text
    assert mail.context["url"] in text.replace("=\r\n", "").replace("=3D", "=")


def test_every_state_gets_the_same_bytes(client, letter):
    answers = set()
    for place, state in enumerate(STATES):
        address = address_that_is(state, letter)
        answer = client.post(
            reverse("public:preferences_link", args=["en"]),
            {"email": address},
            headers={"X-Request-ID": "the-same-for-all"},
            REMOTE_ADDR=f"198.51.100.{place}",
        )
        answers.add((answer.status_code, repr(sorted(answer.headers.items())), answer.content))
    assert len(answers) == 1
    assert not client.cookies


def test_the_same_statements_run_for_every_state(letter):
    told = {}
    # The first that is mailed makes the row that counts everybody.
    send_link(reader_of(letter).contact.email, language="en", ip="203.0.113.99")
    for place, state in enumerate(STATES):
        address = address_that_is(state, letter)
        with CaptureQueriesContext(connection) as queries:
            send_link(address, language="en", ip=f"203.0.113.{place}")
        told[state] = tuple(query["sql"].split()[0] for query in queries if "SAVEPOINT" not in query["sql"])
    assert told == dict.fromkeys(told, told["subscribed"])


def test_a_thousand_times_is_one_mail_and_nothing_grows(letter):
    address = address_that_is("subscribed", letter)
    for number in range(300):
        send_link(address, language="en", ip=f"10.0.{number % 4}.1")
    assert mails(address) == ["preferences-link"]
    assert Turn.objects.count() == 6


def test_a_client_has_five_turns_an_hour_shared_with_signing_up(letter):
    addresses = []
    for number in range(7):
        person = address_that_is("subscribed", letter) if number == 6 else f"u{number}@readers.example"
        addresses.append(person)
        send_link(person, language="en", ip="192.0.2.7")
    assert not SystemMail.objects.exists()
    assert Turn.objects.get(kind="client").number == 5


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b", "a\0@b.example", "a@b.example\r\nBcc: c@d.example", "a" * 5000]
)
def test_what_is_no_address_gets_a_sentence(client, letter, address):
    answer = client.post(reverse("public:preferences_link", args=["en"]), {"email": address})
    assert answer.status_code == 422
    assert "Nothing was sent yet." in answer.content.decode()
    with pytest.raises(AddressError):
        send_link(address, language="en")


def test_a_machine_that_fills_in_the_hidden_field_gets_the_same_answer_and_no_mail(letter):
    address = address_that_is("subscribed", letter)
    page = reverse("public:preferences_link", args=["en"])
    answer = Client(enforce_csrf_checks=True).post(page, {"email": address, "website": "https://x.example"})
    assert (answer.status_code, answer["Location"]) == (303, reverse("public:preferences_sent", args=["en"]))
    assert mails(address) == []


def test_the_pages_speak_the_language_of_their_address(client):
    assert "Envoyez-moi mon lien" in client.get(reverse("public:preferences_link", args=["fr"])).content.decode()
    assert "message avec le lien" in client.get(reverse("public:preferences_sent", args=["fr"])).content.decode()
