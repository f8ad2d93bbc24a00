"""A webhook is told of each event once it is committed, signed, again where nothing arrived, until it is given up."""

import base64
import hashlib
import hmac
import json
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.registry import announce
from desk.models import Webhook, WebhookDelivery
from desk.webhooks import sending, telling
from desk.webhooks.signing import secret_of

pytestmark = pytest.mark.django_db
ABOUT = {"reference": "TST-S-2026-001"}


def told(event="statement.published"):
    announce(event, ABOUT)
    return WebhookDelivery.objects.first()


def due_now(delivery):
    WebhookDelivery.objects.filter(pk=delivery.pk).update(next_attempt_at=timezone.now())


def verified(secret, headers, body):
    """What docs/api.md tells receivers to do, without a line of ours."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = headers["webhook-id"].encode() + b"." + headers["webhook-timestamp"].encode() + b"." + body
    mine = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    theirs = [one.partition(",")[2] for one in headers["webhook-signature"].split()]
    fresh = abs(time.time() - int(headers["webhook-timestamp"])) < 300
    return fresh and any(hmac.compare_digest(mine, one) for one in theirs)


def test_an_event_arrives_with_a_signature_that_somebody_else_can_check(webhook, receiver):
    delivery = told()
    assert sending.send_due() == 1
    (path, headers, body) = receiver.calls[0]
    assert path == "/hook?a=1"
    assert json.loads(body)["type"] == "statement.published"
    assert json.loads(body)["data"] == ABOUT
    assert headers["webhook-id"] == f"msg_{delivery.event_id.hex}"
    assert verified(secret_of(webhook), headers, body)
    assert not verified(secret_of(webhook), headers, body + b" ")
    assert not verified(secret_of(webhook), headers | {"webhook-timestamp": "1700000000"}, body)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts, delivery.answer_status) == ("delivered", 1, 204)


def test_while_the_sites_key_changes_the_old_secret_still_fits(webhook, receiver, settings):
    old = secret_of(webhook)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 60, [settings.SECRET_KEY]
    told()
    sending.send_due()
    _path, headers, body = receiver.calls[0]
    assert secret_of(webhook) != old
    assert verified(old, headers, body)
    assert verified(secret_of(webhook), headers, body)


def test_the_secret_is_nowhere_in_the_database(webhook):
    secret = secret_of(webhook).removeprefix("whsec_")
    assert secret not in repr(list(Webhook.objects.values()))
    assert len(base64.b64decode(secret)) == 32


def test_only_webhooks_that_ask_for_an_event_and_are_on_are_told(webhook):
    Webhook.objects.create(name="Other", url="https://a.example/", events=["plan.published"], salt="b")
    Webhook.objects.create(
        name="Off", url="https://b.example/", events=["statement.published"], salt="c", is_active=False
    )
    told()
    assert [row.webhook.name for row in WebhookDelivery.objects.all()] == ["Website"]


@pytest.mark.django_db(transaction=True)
def test_what_is_undone_is_never_told(webhook, receiver):
    with transaction.atomic():
        told()
        assert WebhookDelivery.objects.count() == 1
        transaction.set_rollback(True)
    assert WebhookDelivery.objects.count() == 0
    assert sending.send_due() == 0
    assert receiver.calls == []


def test_nothing_is_sent_inside_the_transaction_of_the_event(webhook, receiver):
    told()
    assert receiver.calls == []


def test_a_webhook_that_fails_is_tried_again_later_with_the_same_id_and_bytes(webhook, receiver):
    receiver.answers = [500]
    delivery = told()
    assert sending.send_due() == 0
    delivery.refresh_from_db()
    assert delivery.status == "queued"
    assert delivery.answer_status == 500
    assert delivery.next_attempt_at > timezone.now()
    assert sending.send_due() == 0
    assert len(receiver.calls) == 1
    due_now(delivery)
    assert sending.send_due() == 1
    (_, first, one), (_, second, two) = receiver.calls
    assert (first["webhook-id"], one) == (second["webhook-id"], two)
    webhook.refresh_from_db()
    assert webhook.failing_since is None


def test_after_the_last_try_it_is_given_up(webhook, receiver):
    receiver.answers = [503] * 20
    delivery = told()
    waits = []
    for _ in range(len(sending.WAITS) + 1):
        due_now(delivery)
        before = timezone.now()
        sending.send_due()
        delivery.refresh_from_db()
        if delivery.next_attempt_at:
            waits.append(round((delivery.next_attempt_at - before).total_seconds()))
    assert waits == [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    assert delivery.status == "failed"
    assert "503" in delivery.problem
    assert sending.send_due() == 0


def test_days_of_failures_switch_it_off_and_say_so(webhook, receiver):
    receiver.answers = [500, 500]
    delivery = told()
    sending.send_due()
    webhook.refresh_from_db()
    assert webhook.is_active
    Webhook.objects.update(failing_since=timezone.now() - timedelta(days=5, minutes=1))
    due_now(delivery)
    sending.send_due()
    webhook.refresh_from_db()
    assert not webhook.is_active
    assert webhook.gave_up_at
    assert AuditEvent.objects.filter(sentence__contains="switched off the webhook “Website”").count() == 1


def test_one_that_says_gone_is_switched_off_at_once(webhook, receiver):
    receiver.answers = [410]
    told()
    sending.send_due()
    webhook.refresh_from_db()
    assert not webhook.is_active


def test_a_redirect_is_not_followed(webhook, receiver):
    receiver.answers = [302]
    receiver.headers = {"Location": receiver.url}
    delivery = told()
    assert sending.send_due() == 0
    assert len(receiver.calls) == 1
    delivery.refresh_from_db()
    assert delivery.answer_status == 302


def test_one_that_does_not_listen_keeps_no_other_from_being_told(webhook, receiver):
    Webhook.objects.create(name="A dead one", url="http://127.0.0.1:1/", events=["statement.published"], salt="b")
    told()
    assert sending.send_due() == 1
    dead = WebhookDelivery.objects.get(webhook__name="A dead one")
    assert dead.status == "queued"
    assert "did not answer" in dead.problem


def test_a_worker_that_is_killed_after_the_claim_leaves_it_due_again(webhook, receiver, monkeypatch):
    delivery = told()

    class Killed(BaseException):
        pass

    def die(*arguments, **more):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(sending, "call", die)
        with pytest.raises(Killed):
            sending.send_due()
    assert sending.send_due() == 0
    delivery.refresh_from_db()
    assert delivery.status == "queued"
    assert timezone.now() < delivery.next_attempt_at <= timezone.now() + sending.CLAIM
    due_now(delivery)
    assert sending.send_due() == 1


def test_a_message_is_sent_again_under_its_own_id_when_somebody_asks(webhook, receiver):
    delivery = told()
    sending.send_due()
    delivery.refresh_from_db()
    assert telling.replay(delivery)
    assert not telling.replay(delivery)
    sending.send_due()
    assert len({headers["webhook-id"] for _path, headers, _body in receiver.calls}) == 1
    assert len(receiver.calls) == 2


def test_old_messages_go_and_those_that_wait_stay(webhook):
    for status in ("queued", "failed"):
        delivery = telling.tell("plan.published", [{}]) or WebhookDelivery.objects.first()
        WebhookDelivery.objects.filter(pk=delivery.pk).update(
            status=status,
            next_attempt_at=timezone.now() if status == "queued" else None,
            created_at=timezone.now() - timedelta(days=31),
        )
    sending.empty_old()
    assert [row.status for row in WebhookDelivery.objects.all()] == ["queued"]


@pytest.mark.only_postgresql
@pytest.mark.django_db(transaction=True)
def test_two_workers_send_a_message_once(webhook, receiver):
    for _ in range(5):
        told()
    sent = []

    def work():
        try:
            sent.append(sending.send_due())
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(sent) == 5
    assert len({headers["webhook-id"] for _path, headers, _body in receiver.calls}) == 5
    assert len(receiver.calls) == 5


def test_a_command_sends_again_what_was_given_up(webhook, receiver, capsys):
    from django.core.management import call_command

    receiver.answers = [410]
    told()
    sending.send_due()
    Webhook.objects.update(is_active=True, gave_up_at=None)
    told("plan.published")
    sending.send_due()
    call_command("replay_webhooks", "Website")
    assert "1 messages go out again." in capsys.readouterr().out
    assert sending.send_due() == 1
    assert [row.status for row in WebhookDelivery.objects.all()] == ["delivered"] * 2
