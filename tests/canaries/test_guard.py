"""The guard over the canaries notices what it should: each way out is tried, and the permitted view shows all six."""

import logging
import os
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from config.celery import app
from contacts.models import Contact, Organisation
from tests.canaries.fixtures import broker_dump
from tests.canaries.rows import ALL, CONTACT, FAMILY_NAME, ORGANISATION, ORGANISATION_NAME, TRACES, plant, traces
from tests.transport.scripted_smtp import ScriptedSMTP
from transport.message import build_message
from transport.smtp import SMTPTransport


@pytest.fixture
def planted(db):
    plant()


@pytest.fixture
def leaking(planted, settings, client):
    settings.ROOT_URLCONF = "tests.canaries.leaking_urls"
    client.raise_request_exception = False
    return client


def test_all_six_are_in_the_database(planted):
    rows = [Organisation.objects.get(name=ORGANISATION_NAME), Contact.objects.get(family_name=FAMILY_NAME)]
    text = "\n".join(f"{row.postal_address} {row.phone} {row.email}" for row in rows)
    assert traces(text) == sorted(TRACES)


@pytest.mark.parametrize(
    ("words", "trace"),
    [
        ("41 QUILLFEATHER LANE", "the organisation's street"),
        ("+9994177342201", "the organisation's telephone"),
        ("7734-2201", "the organisation's telephone"),
        ("shelter@<wbr>hush-house.example", "the organisation's e-mail address"),
        ("nora%40quiet-post.example", "the contact's e-mail address"),
        ("8846&nbsp;3310", "the contact's telephone"),
    ],
)
def test_a_trace_is_found_however_it_is_written(words, trace):
    assert traces(words) == traces(words.encode()) == [trace]


@pytest.mark.parametrize(
    ("way", "trace"),
    [
        ("page", "the organisation's street"),
        ("header", "the contact's e-mail address"),
        ("stream", "the contact's telephone"),
        ("workbook", "the organisation's telephone"),
    ],
)
def test_a_view_that_leaks_is_caught(leaking, guard, way, trace):
    with guard.expecting() as caught:
        response = leaking.get(f"/leak/{way}/")
        if response.streaming:
            b"".join(response.streaming_content)
    assert len(caught) == 1
    assert caught[0].endswith(f"/leak/{way}/ shows {trace}")


def test_an_error_of_ours_tells_neither_the_page_nor_the_log_an_address(leaking, guard):
    with guard.expecting() as caught:
        response = leaking.get("/leak/broken/")
    assert response.status_code == 500
    assert not [leak for leak in caught if leak.startswith("The answer")]
    # A street in the words of an exception is beyond what the log can recognise; an e-mail address is not.
    assert not [leak for leak in caught if "e-mail" in leak]


def test_a_log_line_that_leaks_is_caught(guard):
    with guard.expecting() as caught:
        logging.getLogger("tests.leak").warning("nobody at %s", ORGANISATION.street)
    assert caught == ["A log line of tests.leak shows the organisation's street"]


def letter(to, text):
    return build_message(
        sender=("Test Platform", "advocacy@platform.example"),
        to=to,
        reply_to="",
        subject="Compensation",
        text=text,
        html="",
        message_id="one@platform.example",
        headers={},
        date=datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("to", "text", "leaks"),
    [
        (CONTACT.email, "Dear Nora,\n", 0),
        (ORGANISATION.email, "Dear all,\n", 0),
        (CONTACT.email, f"Dear Nora at {CONTACT.street},\n", 1),
        ("ana@parliament.example", "Dear Ana,\n", 0),
        ("ana@parliament.example", f"They sit at {ORGANISATION.street}, telephone =\n{ORGANISATION.phone} – so.\n", 2),
    ],
)
def test_a_secret_may_stand_in_a_message_to_itself_alone_and_there_in_the_address(guard, to, text, leaks):
    with guard.expecting() as caught, ScriptedSMTP() as server, SMTPTransport(server.url, data_timeout=5) as transport:
        transport.deliver(envelope_from="bounce@platform.example", recipient=to, message=letter(to, text))
    assert len(caught) == leaks, caught


def test_a_copy_to_somebody_else_is_caught(guard):
    content = letter(CONTACT.email, "Dear Nora,\n")
    with guard.expecting() as caught:
        guard.message("ana@parliament.example", content)
    assert caught == ["A message to somebody else shows the contact's e-mail address"]


def test_a_task_that_carries_one_is_caught_and_so_is_what_the_broker_keeps(guard):
    with guard.expecting() as caught, app.connection_for_write() as connection:
        app.send_task("tests.leak", [CONTACT.email], queue="leak", connection=connection)
        assert traces(broker_dump(os.environ["REDIS_URL"])) == ["the contact's e-mail address"]
        connection.default_channel.queue_purge("leak")
    assert caught == ["The task tests.leak shows the contact's e-mail address"]
    assert traces(broker_dump(os.environ["REDIS_URL"])) == []


@pytest.mark.parametrize("kind", ["organisation", "contact"])
def test_the_permitted_view_shows_each_and_writes_it_down(planted, client, approver, kind):
    if kind == "organisation":
        row = Organisation.objects.get(name=ORGANISATION_NAME)
        url = reverse("contacts:organisation_secret", args=[row.pk])
    else:
        row = Contact.objects.get(family_name=FAMILY_NAME)
        url = reverse("contacts:person_secret", args=[row.public_id])
    client.force_login(approver)
    before = AuditEvent.objects.count()
    text = client.post(url, {"reason": "parcel with leaflets"}).content.decode()
    for value in (ALL[kind].street, ALL[kind].phone, ALL[kind].email):
        assert value in text
    assert AuditEvent.objects.count() == before + 1
    assert "parcel with leaflets" in AuditEvent.objects.first().sentence
