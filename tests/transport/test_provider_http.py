"""Providers over real HTTP: what they are asked, and what every answer of theirs becomes."""

import re
import socket
from pathlib import Path
from uuid import UUID

import pytest
from django.utils import timezone

from tests.transport.conftest import plain_message
from tests.transport.fake_esp import PROVIDERS, RECIPIENT, Answer, FakeESP, accepting
from transport.errors import OutcomeUnknown, PermanentError, Phase, TransientError
from transport.message import build_message
from transport.provider import ProviderTransport

DOC = Path(__file__).parents[2] / "docs" / "providers.md"
DELIVERY = "01234567-89ab-4cde-8f01-23456789abcd"


@pytest.fixture
def esp():
    with FakeESP() as server:
        yield server


@pytest.fixture
def hand_over(esp, settings):
    """Hands one message to a provider that answers so; gives the receipt or raises."""

    def to(name, *answers, message=None, recipient=RECIPIENT):
        provider = PROVIDERS[name]
        settings.ANYMAIL = provider.at(esp.url)
        esp.answers = list(answers) or [accepting(provider)]
        with ProviderTransport(provider.backend) as transport:
            return transport.deliver(
                envelope_from="bounce@platform.example",
                recipient=recipient,
                message=message or plain_message(),
                reference=DELIVERY,
            )

    return to


# anymail is about to drop SendGrid; as long as it works, it has to work rightly.
pytestmark = pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailWarning")

every_provider = pytest.mark.parametrize("name", sorted(PROVIDERS))


@every_provider
def test_a_message_that_is_taken_gives_a_receipt(hand_over, esp, name):
    receipt = hand_over(name)
    assert receipt.code in ("sent", "queued")
    assert receipt.text == PROVIDERS[name].message_id or name == "sendgrid"
    assert len(esp.asked) == 1


@every_provider
def test_each_request_names_the_delivery_and_one_recipient(hand_over, esp, name):
    hand_over(name)
    (asked,) = esp.asked
    body = asked.body.decode()
    assert DELIVERY in body, "so that the provider's events name it too"
    recipients = {
        "mailgun": lambda: asked.form["to"],
        "postmark": lambda: [asked.json["To"]],
        "resend": lambda: asked.json["to"],
        "brevo": lambda: [one["email"] for one in asked.json["to"]],
        "sendgrid": lambda: [one["email"] for each in asked.json["personalizations"] for one in each["to"]],
        "mandrill": lambda: [one["email"] for one in asked.json["message"]["to"]],
    }[name]()
    assert recipients == [RECIPIENT]
    assert "bcc" not in body.lower()


def test_what_a_newsletter_needs_reaches_the_provider(hand_over, esp):
    unsubscribe = "<https://platform.example/unsubscribe/x/>, <mailto:officer@platform.example>"
    message = build_message(
        sender=("Test Platform", "advocacy@platform.example"),
        to=RECIPIENT,
        reply_to="",
        subject="Notes",
        text="Notes\n",
        html="",
        message_id=f"{DELIVERY}@platform.example",
        headers={"List-Unsubscribe": unsubscribe, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        date=timezone.now(),
    )
    hand_over("brevo", message=message)
    headers = {name.lower(): value for name, value in esp.asked[0].json["headers"].items()}
    assert headers["list-unsubscribe"] == unsubscribe
    assert headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert headers["message-id"] == f"<{DELIVERY}@platform.example>"


def key_of(asked, name):
    if name == "brevo":
        return next((v for k, v in asked.json["headers"].items() if k.lower() == "idempotencykey"), "")
    return asked.headers.get("idempotency-key", "")


@pytest.mark.parametrize("name", ["resend", "brevo"])
def test_every_try_of_a_message_carries_the_same_key_and_another_message_another(hand_over, esp, name):
    other = plain_message().replace(b"<one@", b"<two@")
    for message in (plain_message(), plain_message(), other):
        hand_over(name, message=message)
    first, second, third = (key_of(asked, name) for asked in esp.asked)
    assert first == second != third
    assert UUID(first)


@every_provider
def test_only_providers_that_know_the_key_get_one(hand_over, esp, name):
    hand_over(name)
    assert ("idempotency" in str(esp.asked[0]).lower()) == (name in ("resend", "brevo"))


# What a provider does → how the fake one does it. The table in docs/providers.md has these words in its first column.
REJECTED = [{"email": RECIPIENT, "status": "rejected", "reject_reason": "hard-bounce", "_id": "id-1"}]
INACTIVE = {
    "ErrorCode": 406,
    "Message": f"You tried to send to a recipient that has been marked as inactive.\nFound inactive addresses: "
    f"{RECIPIENT}.\nInactive recipients are ones that have generated a hard bounce or a spam complaint.",
}
CASES = {
    "accepted": lambda provider: [accepting(provider)],
    "HTTP 401": lambda provider: [Answer(401, {"message": f"bad secret-key for {RECIPIENT}"})],
    "HTTP 403": lambda provider: [Answer(403)],
    "HTTP 402": lambda provider: [Answer(402)],
    "HTTP 404": lambda provider: [Answer(404)],
    "HTTP 429": lambda provider: [Answer(429, {"message": "slow down"})],
    "HTTP 408": lambda provider: [Answer(408)],
    "HTTP 503": lambda provider: [Answer(503)],
    "HTTP 400": lambda provider: [Answer(400, {"message": RECIPIENT})],
    "HTTP 413": lambda provider: [Answer(413)],
    "HTTP 500": lambda provider: [Answer(500)],
    "HTTP 502": lambda provider: [Answer(502)],
    "HTTP 504": lambda provider: [Answer(504)],
    "an answer that cannot be read": lambda provider: [Answer(200, b"<html>hello", takes=True)],
    "accepted, then the answer stops": lambda provider: [accepting(provider, "hang")],
    "accepted, then the connection is cut": lambda provider: [accepting(provider, "cut")],
    "HTTP 409 after a key": lambda provider: [Answer(409)],
    "one recipient rejected in an HTTP 200": lambda provider: [Answer(200, REJECTED)],
    "one recipient inactive in an HTTP 422": lambda provider: [Answer(422, INACTIVE)],
    "an HTTP 200 that does not name the recipient": lambda provider: [Answer(200, [])],
}
ONLY = {
    "one recipient rejected in an HTTP 200": ["mandrill"],
    "an HTTP 200 that does not name the recipient": ["mandrill"],
    "one recipient inactive in an HTTP 422": ["postmark"],
    "HTTP 409 after a key": ["resend", "brevo"],
    # SendGrid's yes has no body that could be wrong.
    "an answer that cannot be read": ["mailgun", "postmark", "resend", "brevo", "mandrill"],
}
KINDS = {"accepted": None, "transient": TransientError, "permanent": PermanentError, "not known": OutcomeUnknown}


def table():
    """The answer → what it becomes, and whether it pauses."""
    lines = DOC.read_text().split("## What an answer means")[1].splitlines()
    rows = [line.strip("|").split("|") for line in lines if line.startswith("|")][2:]
    return {answer.strip(): (becomes.strip(), pauses.strip()) for answer, becomes, pauses in rows}


@pytest.mark.parametrize("case", sorted(CASES))
@every_provider
def test_every_answer_is_what_the_table_says(hand_over, esp, name, case):
    if name not in ONLY.get(case, PROVIDERS):
        return
    word, pauses = table()[case]
    kind = KINDS[word]
    if kind is None:
        hand_over(name, *CASES[case](PROVIDERS[name]))
        return
    with pytest.raises(kind) as caught:
        hand_over(name, *CASES[case](PROVIDERS[name]))
    assert caught.value.pauses_mailing == (pauses == "yes")
    assert not re.search(f"secret-key|{RECIPIENT}", caught.value.detail)
    assert not caught.value.mailbox_gone
    assert len(esp.accepted) <= 1


def test_the_table_tells_every_case_and_no_other():
    assert set(table()) == {*CASES, "no connection", "unknown certificate"}


@every_provider
def test_a_provider_that_cannot_be_reached_pauses(settings, name):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings.ANYMAIL = PROVIDERS[name].at(f"http://127.0.0.1:{port}/")
    with ProviderTransport(PROVIDERS[name].backend) as transport, pytest.raises(TransientError) as caught:
        transport.deliver(envelope_from="", recipient=RECIPIENT, message=plain_message())
    assert (caught.value.pauses_mailing, caught.value.phase) == (True, Phase.CONNECT)
    assert table()["no connection"] == ("transient", "yes")


@pytest.mark.parametrize("then", ["hang", "cut"])
def test_resend_is_asked_once_more_with_the_same_key_and_sends_one(hand_over, esp, then):
    provider = PROVIDERS["resend"]
    receipt = hand_over("resend", accepting(provider, then), accepting(provider))
    assert receipt.text == "id-1"
    first, second = esp.asked
    assert key_of(first, "resend") == key_of(second, "resend")
    assert first.json == second.json
    assert len(esp.accepted) == 1


@pytest.mark.parametrize("second", [Answer(409), Answer(429), Answer(401), Answer(422), Answer(500)])
def test_only_a_clear_yes_to_the_second_question_settles_it(hand_over, esp, second):
    with pytest.raises(OutcomeUnknown):
        hand_over("resend", accepting(PROVIDERS["resend"], "cut"), second)
    assert len(esp.asked) == 2


@pytest.mark.parametrize("name", ["mailgun", "postmark", "brevo", "sendgrid", "mandrill"])
@pytest.mark.parametrize("then", ["hang", "cut"])
def test_nobody_else_is_asked_twice(hand_over, esp, name, then):
    with pytest.raises(OutcomeUnknown):
        hand_over(name, accepting(PROVIDERS[name], then))
    assert len(esp.asked) == 1


def test_one_connection_serves_many_messages_and_their_outcomes_do_not_mix(esp, settings):
    provider = PROVIDERS["postmark"]
    settings.ANYMAIL = provider.at(esp.url)
    esp.answers = [accepting(provider), Answer(429), Answer(422, INACTIVE), accepting(provider)]
    outcomes = []
    with ProviderTransport(provider.backend) as transport:
        for _number in range(4):
            try:
                outcomes.append(transport.deliver(envelope_from="", recipient=RECIPIENT, message=plain_message()).code)
            except (TransientError, PermanentError) as error:
                outcomes.append(error.code)
    assert outcomes == ["sent", "429", "rejected", "sent"]
