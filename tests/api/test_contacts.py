"""A program with a key reads and keeps the address book as a colleague would, and learns no secret address."""

import threading

import pytest
from django.db import connection

from accounts.models import AuditEvent
from contacts.erasure import erase
from contacts.models import Contact, PersonCorrection
from tests.api.rows import bearer, key_of
from tests.canaries.rows import CONTACT, FAMILY_NAME, plant, traces
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db
ANA = {"given_name": "Ana", "family_name": "Novak", "email": "ana@example.org", "country": "SI", "source": "her card"}


@pytest.fixture
def key(administrator):
    return key_of(administrator)


@pytest.fixture
def call(client, key):
    def send(method, path, body=None, **headers):
        more = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(client, method)(f"/api/v1/{path}", headers=bearer(key) | headers, **more)

    return send


def test_somebody_is_added_read_found_and_changed(call, administrator):
    made = call("post", "contacts", ANA)
    assert made.status_code == 201
    found = call("get", made["Location"].removeprefix("/api/v1/")).json()
    assert found == made.json()
    assert (found["family_name"], found["email"], found["legal_basis"]) == (
        "Novak",
        "ana@example.org",
        "legitimate_interest",
    )
    assert [row["id"] for row in call("get", "contacts?q=novak").json()["items"]] == [found["id"]]
    changed = call("patch", f"contacts/{found['id']}", {"family_name": "Novak-Kos"})
    assert changed.json()["family_name"] == "Novak-Kos"
    assert changed.json()["given_name"] == "Ana"
    assert PersonCorrection.objects.filter(contact__public_id=found["id"], field="family_name").exists()
    assert AuditEvent.objects.filter(actor=administrator, sentence__contains="added a contact by hand").exists()


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "body.source"),
        ({"source": "x"}, "body.family_name"),
        (ANA | {"email": "not an address"}, "body.email"),
        (ANA | {"country": "ZZ"}, "body.country"),
        (ANA | {"language": "qq"}, "body.language"),
        (ANA | {"family_name": "a\x00b"}, "body.family_name"),
        (ANA | {"family_name": "a" * 201}, "body.family_name"),
        (ANA | {"erased_at": "2026-01-01"}, "body.erased_at"),
        (ANA | {"is_confidential": True}, "body.is_confidential"),
        (ANA | {"gender": "?"}, "body.gender"),
        ([], "body"),
        (None, "body"),
    ],
)
def test_a_bad_field_says_where_and_what_and_adds_nobody(call, body, where):
    before = Contact.objects.count()
    answer = call("post", "contacts", body if body is not None else "null")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"].startswith(where)
    assert "not an address" not in answer.content.decode()
    assert Contact.objects.count() == before


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 50_000, b""])
def test_a_body_that_is_no_json_is_refused(call, body):
    assert call("post", "contacts", body).status_code in {400, 422}


def test_an_address_that_somebody_has_is_refused(call):
    ContactFactory(email="ana@example.org")
    assert call("post", "contacts", ANA).status_code == 409
    other = ContactFactory()
    assert call("patch", f"contacts/{other.public_id}", {"email": "Ana@Example.org"}).status_code == 409


def test_the_same_call_under_the_same_key_makes_one_person(call):
    first = call("post", "contacts", ANA, **{"idempotency-key": "a-1"})
    again = call("post", "contacts", ANA, **{"idempotency-key": "a-1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    assert Contact.objects.filter(family_name="Novak").count() == 1


def test_another_call_under_the_same_key_is_refused(call):
    call("post", "contacts", ANA, **{"idempotency-key": "a-1"})
    answer = call("post", "contacts", ANA | {"email": "b@example.org"}, **{"idempotency-key": "a-1"})
    assert answer.status_code == 422
    assert Contact.objects.filter(family_name="Novak").count() == 1


def test_a_call_that_failed_may_come_again_under_its_key(call):
    taken = ContactFactory(email="ana@example.org")
    assert call("post", "contacts", ANA, **{"idempotency-key": "a-1"}).status_code == 409
    taken.delete()
    assert call("post", "contacts", ANA, **{"idempotency-key": "a-1"}).status_code == 201


@pytest.mark.parametrize("key_sent", ["", "a b", "ä", "x" * 201])
def test_a_strange_idempotency_key_is_a_sentence(call, key_sent):
    assert call("post", "contacts", ANA, **{"idempotency-key": key_sent}).status_code == 422


def test_a_secret_address_is_neither_shown_nor_found_nor_changed(call):
    plant()
    nora = Contact.objects.get(family_name=FAMILY_NAME)
    answers = [
        call("get", "contacts?per_page=100"),
        call("get", f"contacts/{nora.public_id}"),
        call("get", "contacts?q=thistledown"),
        call("get", f"contacts?q={CONTACT.email.partition('@')[0]}"),
        call("patch", f"contacts/{nora.public_id}", {"email": "new@example.org"}),
        call("patch", f"contacts/{nora.public_id}", {"given_name": "Nora"}),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 422, 200]
    assert not [trace for answer in answers for trace in traces(answer.content)]
    assert answers[1].json()["email"] == ""
    assert answers[2].json()["total"] == 0
    nora.refresh_from_db()
    assert nora.email == CONTACT.email


def test_an_erased_person_is_as_one_who_never_was(call, administrator):
    person = ContactFactory(family_name="Gone")
    address = f"contacts/{person.public_id}"
    erase(person, actor=administrator, reason="asked")
    absent = call("get", "contacts/00000000-0000-0000-0000-000000000000")
    assert call("get", address).content == absent.content
    assert call("patch", address, {"family_name": "Back"}).status_code == 404
    assert str(person.public_id) not in call("get", "contacts?per_page=100").content.decode()


def test_a_formula_stays_text(call):
    found = call("post", "contacts", ANA | {"family_name": "=1+1"}).json()
    assert found["family_name"] == "=1+1"
    assert call("get", "contacts")["Content-Type"].startswith("application/json")


@pytest.mark.only_postgresql
@pytest.mark.django_db(transaction=True)
def test_the_same_call_many_times_at_once_makes_one_person(key):
    from django.test import Client

    answers = []

    def work():
        try:
            headers = bearer(key) | {"idempotency-key": "once"}
            answers.append(
                Client().post("/api/v1/contacts", ANA, content_type="application/json", headers=headers).status_code
            )
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert answers == [201] * 8
    assert Contact.objects.filter(family_name="Novak").count() == 1
