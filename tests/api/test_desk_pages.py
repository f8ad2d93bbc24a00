"""Settings → API: an administrator makes keys and webhooks, sees their secret once, and how messages fared."""

import re

import pytest

from accounts.models import AuditEvent
from desk.models import ApiToken, Webhook, WebhookDelivery
from desk.webhooks import sending, telling
from desk.webhooks.signing import secret_of
from tests.api.rows import bearer

pytestmark = pytest.mark.django_db
PAGE = "/desk/settings/api/"


@pytest.fixture
def desk(client, administrator):
    client.force_login(administrator)
    return client


def test_the_page_is_calm_while_there_is_nothing(desk):
    text = desk.get(PAGE).content.decode()
    assert "No keys yet." in text
    assert "No webhooks yet." in text
    assert 'aria-current="page">API' in text


def test_a_key_is_made_shown_once_used_and_taken_back(desk, client):
    made = desk.post(f"{PAGE}keys/", {"key-name": "Our website", "key-scopes": ["contacts:read"]})
    key = re.search(r"dmr_[0-9a-f]{12}_[\w-]{43}", made.content.decode())[0]
    assert made["Cache-Control"] == "no-store"
    assert client.get("/api/v1/contacts", headers=bearer(key)).status_code == 200
    page = desk.get(PAGE).content.decode()
    assert "Our website" in page
    assert key not in page
    desk.post(f"{PAGE}keys/{ApiToken.objects.get().pk}/end/")
    assert client.get("/api/v1/contacts", headers=bearer(key)).status_code == 401
    assert "Taken back" in desk.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"key-name": "", "key-scopes": ["contacts:read"]}, "This field is required"),
        ({"key-name": "x"}, "This field is required"),
        ({"key-name": "x", "key-scopes": ["everything"]}, "everything is not one of the available choices"),
        ({"key-name": "x", "key-scopes": ["contacts:read"], "key-expires_on": "2020-01-01"}, "This day has passed."),
        ({"key-name": "a\x00b", "key-scopes": ["contacts:read"]}, "Null characters"),
    ],
)
def test_a_key_that_cannot_be_is_refused_with_a_sentence(desk, fields, sentence):
    answer = desk.post(f"{PAGE}keys/", fields)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not ApiToken.objects.exists()


def register(desk, url="https://hooks.example.org/demarche", name="Website"):
    fields = {"webhook-name": name, "webhook-url": url, "webhook-events": ["statement.published"]}
    return desk.post(f"{PAGE}webhooks/", fields)


def test_a_webhook_is_registered_and_its_secret_shown_once(desk):
    made = register(desk)
    row = Webhook.objects.get()
    assert secret_of(row) in made.content.decode().replace("&#x27;", "'")
    assert secret_of(row) not in desk.get(f"{PAGE}webhooks/{row.pk}/").content.decode()
    assert AuditEvent.objects.filter(sentence="registered the webhook “Website” at hooks.example.org").exists()
    assert register(desk).status_code == 422


@pytest.mark.parametrize(
    "url", ["http://hooks.example.org/", "https://user:pw@hooks.example.org/", "https://hooks.example.org:22/", "x"]
)
def test_an_address_that_is_never_called_is_refused_at_once(desk, url):
    assert register(desk, url).status_code == 422
    assert not Webhook.objects.exists()


def test_a_try_its_answer_and_sending_again(desk, webhook, receiver):
    page = f"{PAGE}webhooks/{webhook.pk}/"
    assert desk.post(f"{page}try/").status_code == 302
    receiver.answers = [500]
    sending.send_due()
    text = desk.get(page).content.decode()
    assert "webhook.ping" in text
    assert "It answered with status 500." in text
    assert "Nothing has arrived there since" in text
    WebhookDelivery.objects.update(status="failed", next_attempt_at=None)
    desk.post(f"{page}messages/{WebhookDelivery.objects.get().pk}/")
    assert sending.send_due() == 1
    assert "Arrived" in desk.get(page).content.decode()


def test_switched_off_it_is_told_nothing_and_what_waits_goes_out_later(desk, webhook, receiver):
    page = f"{PAGE}webhooks/{webhook.pk}/"
    telling.ping(webhook)
    desk.post(f"{page}switch/", {"on": "0"})
    assert sending.send_due() == 0
    telling.tell("statement.published", {})
    assert WebhookDelivery.objects.count() == 1
    desk.post(f"{page}switch/", {"on": "1"})
    assert sending.send_due() == 1


def test_another_secret_and_the_end(desk, webhook):
    before = secret_of(webhook)
    page = f"{PAGE}webhooks/{webhook.pk}/"
    shown = desk.post(f"{page}secret/").content.decode()
    webhook.refresh_from_db()
    assert secret_of(webhook) != before
    assert secret_of(webhook) in shown
    desk.post(f"{page}remove/")
    assert not Webhook.objects.exists()


def test_the_home_page_of_administrators_says_that_one_was_given_up(desk, webhook, receiver):
    receiver.answers = [410]
    telling.ping(webhook)
    sending.send_due()
    assert "Website" in desk.get("/desk/").content.decode()


def test_the_description_for_people_names_every_call_and_loads_no_script(client):
    from desk.api.v1 import schema

    text = client.get("/api/v1/docs").content.decode()
    for path in schema()["paths"]:
        assert path in text
    assert "<script" not in text
    assert "style=" not in text


def test_nobody_else_opens_these_pages(client, approver, webhook):
    client.force_login(approver)
    assert client.get(PAGE).status_code == 403
    assert client.post(f"{PAGE}webhooks/{webhook.pk}/secret/").status_code == 403
