"""The link of a signer: opens one text to one organisation, changes nothing by being opened, and can be taken back."""

import logging
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.urls import reverse

from advocacy import inviting, publishing
from advocacy.inviting import Signer
from advocacy.models import Signatory, Signature
from advocacy.sign_links import DAYS_AFTER_DEADLINE, TOKEN, token_for
from config.logs import JsonFormatter
from tests.advocacy.sign_on_cast import answer, ask, frozen_text, open_sign_on, organisations, path_of, seen_on

pytestmark = pytest.mark.django_db
REFUSED = "This link does not open anything"


@pytest.fixture
def row(officer, approver):
    return frozen_text(officer, approver)


@pytest.fixture
def sign_on(row, officer):
    return open_sign_on(row, officer)


@pytest.fixture
def houses(db):
    return organisations()


@pytest.fixture
def zora(sign_on, houses, officer):
    return ask(sign_on, houses["Zora"], officer)


def refused(client, path, status, **form):
    """GET and POST are refused with the same plain page, and nothing is written."""
    pages = [client.get(path), client.post(path, form)]
    assert [page.status_code for page in pages] == [status, status]
    assert pages[0].content == pages[1].content
    assert REFUSED in pages[0].content.decode()
    assert not Signature.objects.exists()
    return pages[0].content


def link(token):
    return reverse("sign", args=[token])


def test_a_token_has_its_shape_and_stays_the_same_until_it_is_renewed(zora, sign_on, officer):
    token = token_for(zora)
    assert TOKEN.fullmatch(token)
    assert token_for(Signatory.objects.get()) == token

    inviting.renew(zora, sign_on, Signer("Bea", "", "bea@zora.example"), actor=officer)
    assert token_for(Signatory.objects.get()) != token


def test_every_tampered_token_is_refused(client, zora):
    token = token_for(zora)
    seen = seen_on(client, link(token))
    form = {"answer": "signed", "seen": seen, "by_name": "Eve", "may_sign": "on", "name": "Zora"}
    value, mac = token.split(".")
    # The last letter of 43 carries four bits: others that decode to the same bytes must be refused as well.
    forged = [value + "." + mac[:-1] + letter for letter in "AQgwBCDEx" if letter != mac[-1]]
    forged += [value[:-1] + ("A" if value[-1] != "A" else "Q") + "." + mac, mac + "." + value, value + ".", "." + mac]
    forged += [token[::-1], token.upper(), token + "x", token[1:], value, "x", "%00", "é" * 66, "A" * 22 + "." + mac]
    for one in forged:
        if one != token:
            refused(client, link(one), 404, **form)


def test_the_token_of_one_statement_opens_no_other(client, zora, houses, officer, approver):
    other = frozen_text(officer, approver)
    there = ask(open_sign_on(other, officer), houses["Zora"], officer)
    here, elsewhere = token_for(zora), token_for(there)

    # Spliced of both: each half is genuine.
    refused(client, link(here.split(".")[0] + "." + elsewhere.split(".")[1]), 404)
    refused(client, link(elsewhere.split(".")[0] + "." + here.split(".")[1]), 404)
    # Moved to the other statement in the database, the old link is void too.
    there.delete()
    Signatory.objects.filter(pk=zora.pk).update(statement=other)
    refused(client, link(here), 404)


def test_the_words_of_another_statement_cannot_be_signed_with_it(client, zora, officer, approver):
    other = frozen_text(officer, approver)
    other_text = other.texts.get(language="en")
    other_text.title = "Another text"
    other_text.save()

    response = answer(client, zora, seen=other.digest())

    assert response.status_code == 409
    assert not Signature.objects.exists()


def test_a_token_is_void_after_it_was_taken_back(client, zora, officer):
    path = path_of(zora)
    seen = seen_on(client, path)
    inviting.revoke(zora, actor=officer)

    page = refused(client, path, 410, answer="signed", seen=seen, by_name="Eve", may_sign="on", name="Zora")
    assert page == refused(client, link("x"), 404)


def test_a_renewed_link_makes_the_former_one_void(client, zora, sign_on, officer):
    former = path_of(zora)
    inviting.revoke(zora, actor=officer)
    inviting.renew(zora, sign_on, Signer("Bea", "", "bea@zora.example"), actor=officer)

    refused(client, former, 404)
    assert client.get(path_of(zora)).status_code == 200


def test_a_link_runs_out_some_time_after_the_deadline(client, zora, sign_on):
    path = path_of(zora)
    with time_machine.travel(sign_on.deadline + timedelta(days=DAYS_AFTER_DEADLINE - 1)):
        assert client.get(path).status_code == 200
    with time_machine.travel(sign_on.deadline + timedelta(days=DAYS_AFTER_DEADLINE, minutes=1)):
        refused(client, path, 410)


def test_opening_a_link_writes_nothing_and_sets_no_cookie(client, zora):
    writes = []

    def watch(execute, sql, params, many, context):
        if not sql.lstrip(" \n(").upper().startswith("SELECT"):
            writes.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        responses = [client.get(path_of(zora)), client.head(path_of(zora))]

    assert writes == []
    assert [response.status_code for response in responses] == [200, 200]
    assert not any(response.cookies for response in responses)
    assert "Cookie" not in responses[0].get("Vary", "")


@pytest.mark.parametrize("token", [None, "x"])
def test_nothing_keeps_finds_or_passes_on_the_address(client, zora, token):
    response = client.get(path_of(zora) if token is None else link(token))

    assert response["Cache-Control"] == "no-store, private"
    assert response["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response["X-Robots-Tag"]
    assert '<meta name="robots" content="noindex">' in response.content.decode()
    assert "unsafe" not in response["Content-Security-Policy"]


def test_no_log_holds_a_token(client, zora, officer, caplog):
    path = path_of(zora)
    token = path.split("/")[2]
    with caplog.at_level(logging.INFO):
        answer(client, zora, "asks_change", change="")
        answer(client, zora, seen="0" * 64)
        client.put(path)
        client.get(path[:-2] + "x/")
        inviting.revoke(zora, actor=officer)
        client.get(path)

    assert not [record for record in caplog.records if token[:30] in record.getMessage()]
    record = logging.LogRecord("django", logging.ERROR, "", 0, "Internal Server Error: %s", (path,), None)
    assert token not in JsonFormatter().format(record)
    assert "/s/[link]/" in JsonFormatter().format(record)


def test_other_methods_are_refused(client, zora):
    assert client.put(path_of(zora)).status_code == 405
    assert client.delete(path_of(zora)).status_code == 405


def test_a_draft_is_never_shown_to_outsiders(client, zora, row, officer):
    publishing.reopen(row, actor=officer)
    row.texts.filter(language="en").update(body="<p>Half a thought.</p>")

    page = client.get(path_of(zora)).content.decode()

    assert "Half a thought" not in page
    assert "The text is being changed" in page
    assert 'name="seen"' not in page
