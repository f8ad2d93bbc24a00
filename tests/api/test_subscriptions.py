"""Subscriptions through the API: read and ended with a key, added with proof, asked for by anybody, answered alike."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from contacts.models import ConsentRecord, SignUp, Subscription
from desk.api import edge
from desk.models import ApiCount
from tests.api.rows import bearer, key_of, open_list, subscribed
from tests.factories import ContactFactory
from transport.models import SystemMail

pytestmark = pytest.mark.django_db
ASK = "/api/v1/subscriptions/ask"


@pytest.fixture
def call(client, administrator):
    key = key_of(administrator)

    def send(method, path, body=None, **headers):
        more = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(client, method)(f"/api/v1/{path}", headers=bearer(key) | headers, **more)

    return send


def ask(client, email="ana@example.org", headers=None, **fields):
    body = {"list": "network", "email": email, "language": "en", **fields}
    return client.post(ASK, body, content_type="application/json", headers=headers or {})


def test_whoever_asks_gets_a_mail_with_a_link_and_is_on_no_list_yet(client):
    open_list()
    answer = ask(client)
    assert answer.status_code == 202
    assert [mail.to for mail in SystemMail.objects.all()] == ["ana@example.org"]
    assert SignUp.objects.get().source == "api"
    assert not Subscription.objects.exists()


def test_known_and_unknown_addresses_are_answered_with_the_same_bytes(client):
    row = open_list()
    subscribed(row, email="known@example.org")
    ended = subscribed(row, email="gone@example.org")
    Subscription.objects.filter(pk=ended.pk).update(status="unsubscribed", unsubscribed_at=timezone.now())
    answers = [ask(client, email) for email in ("new@example.org", "known@example.org", "gone@example.org")]
    answers.append(ask(client, "known@example.org"))
    answers.append(ask(client, "a@example.org", website="https://spam.example"))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1
    headers = [{k: v for k, v in answer.headers.items() if k != "X-Request-ID"} for answer in answers]
    assert all(one == headers[0] for one in headers)


def test_the_trap_for_machines_mails_nobody(client):
    open_list()
    ask(client, website="https://spam.example")
    assert not SystemMail.objects.exists()


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"email": "no address"}, 422),
        ({"email": ""}, 422),
        ({"list": "inner"}, 404),
        ({"list": "no-such"}, 404),
        ({"topics": ["x"]}, 422),
        ({"language": "??"}, 422),
        ({"topics": [10**30, -1, 0]}, 202),
    ],
)
def test_what_cannot_be_read_is_a_sentence_and_a_closed_list_is_not_there(client, fields, status):
    open_list()
    open_list(name="Inner", slug="inner", is_open=False)
    assert ask(client, **fields).status_code == status


def test_a_form_of_the_organisations_own_site_may_ask(client, settings):
    settings.API_ORIGINS = ["https://www.example.org"]
    open_list()
    answer = client.post(
        ASK,
        "list=network&email=ana%40example.org&topics=1&topics=2",
        content_type="application/x-www-form-urlencoded",
        headers={"origin": "https://www.example.org"},
    )
    assert answer.status_code == 202
    assert answer["Access-Control-Allow-Origin"] == "https://www.example.org"
    assert "Origin" in answer["Vary"]
    assert SystemMail.objects.count() == 1


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://www.example.org.evil.example"])
def test_a_page_of_another_site_may_not(client, settings, origin):
    settings.API_ORIGINS = ["https://www.example.org"]
    open_list()
    answer = ask(client, headers={"origin": origin})
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer
    assert not SystemMail.objects.exists()


def test_a_browser_asks_first_and_learns_what_it_may(client, settings):
    settings.API_ORIGINS = ["https://www.example.org"]
    answer = client.options(ASK, headers={"origin": "https://www.example.org"})
    assert answer.status_code == 204
    assert answer["Access-Control-Allow-Origin"] == "https://www.example.org"
    assert "POST" in answer["Access-Control-Allow-Methods"]
    for path in ("subscriptions", "contacts", "mailings"):
        private = client.options(f"/api/v1/{path}", headers={"origin": "https://www.example.org"})
        assert "Access-Control-Allow-Origin" not in private


def test_other_kinds_of_bodies_are_refused(client):
    assert client.post(ASK, "list=network", content_type="text/plain").status_code == 415
    assert client.post(ASK, "{", content_type="application/json").status_code == 400
    assert client.post(ASK, b"\xff", content_type="application/json").status_code == 400
    assert client.post(ASK, "[" * 100_000, content_type="application/json").status_code == 400


def test_one_visitor_is_limited_by_a_row_that_does_not_name_them(client, monkeypatch):
    monkeypatch.setattr(edge, "MOST_BY_VISITOR", 3)
    answers = [client.get("/api/v1/lists", REMOTE_ADDR="192.0.2.7").status_code for _ in range(5)]
    assert answers == [200, 200, 200, 429, 429]
    assert client.get("/api/v1/lists", REMOTE_ADDR="192.0.2.8").status_code == 200
    assert "192.0.2" not in repr(list(ApiCount.objects.values()))
    assert ApiCount.objects.count() == 2


@pytest.mark.only_postgresql
@pytest.mark.django_db(transaction=True)
def test_many_calls_at_once_are_counted_exactly(monkeypatch):
    from desk.api.limits import take

    let_in = []

    def work():
        try:
            for _ in range(10):
                let_in.append(take("somebody", 25) == 0)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    # A new minute may begin meanwhile; each row then holds no more than the limit.
    counts = list(ApiCount.objects.values_list("count", flat=True))
    assert sum(let_in) == sum(counts)
    assert max(counts) <= 25
    assert len(counts) > 1 or counts == [25]


def test_old_counts_go(client):
    from desk.api.limits import empty_old

    client.get("/api/v1/lists")
    ApiCount.objects.update(window=timezone.now() - timedelta(hours=2))
    empty_old()
    assert not ApiCount.objects.exists()


def test_subscriptions_are_read_without_an_address(call):
    row = open_list()
    mine = subscribed(row, email="ana@example.org")
    found = call("get", f"subscriptions?list_id={row.pk}&status=active")
    assert [one["id"] for one in found.json()["items"]] == [mine.pk]
    assert found.json()["items"][0]["contact"] == str(mine.contact.public_id)
    assert "@" not in found.content.decode()


def test_somebody_is_added_with_proof_and_only_with_it(call):
    row, person = open_list(), ContactFactory()
    body = {"contact": str(person.public_id), "list_id": row.pk, "proof": "form 12, folder B", "given_on": "2026-01-05"}
    made = call("post", "subscriptions", body)
    assert made.status_code == 201
    assert (made.json()["status"], made.json()["source"]) == ("active", "api")
    proof = ConsentRecord.objects.get(action="imported")
    assert (proof.source, str(proof.given_on)) == ("form 12, folder B", "2026-01-05")
    assert call("post", "subscriptions", body).status_code == 409
    assert call("post", "subscriptions", body | {"proof": ""}).status_code == 422
    assert call("post", "subscriptions", body | {"proof": " "}).status_code == 409
    assert call("post", "subscriptions", body | {"given_on": "2999-01-01"}).status_code == 409
    assert call("post", "subscriptions", body | {"list_id": row.pk + 999}).status_code == 404


def test_the_same_call_under_the_same_key_subscribes_once_and_says_where(call):
    row = open_list()
    body = {"contact": str(ContactFactory().public_id), "list_id": row.pk, "proof": "form 12", "given_on": "2026-03-01"}
    first, again = (call("post", "subscriptions", body, **{"idempotency-key": "s-1"}) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert call("get", first["Location"].removeprefix("/api/v1/")).json() == first.json() == again.json()
    assert again["Location"] == first["Location"] == f"/api/v1/subscriptions/{Subscription.objects.get().pk}"
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"


def test_who_left_is_not_brought_back_by_a_program(call):
    row = open_list()
    mine = subscribed(row)
    ended = call("post", f"subscriptions/{mine.pk}/end")
    assert ended.json()["status"] == "unsubscribed"
    assert call("post", f"subscriptions/{mine.pk}/end").json() == ended.json()
    body = {"contact": str(mine.contact.public_id), "list_id": row.pk, "proof": "a form", "given_on": "2026-01-05"}
    assert call("post", "subscriptions", body).status_code == 409
    assert ConsentRecord.objects.filter(action="unsubscribed").count() == 1
