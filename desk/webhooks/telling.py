"""Events and who is told of them: rows written in the transaction of what they tell, and a bell after it."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from desk.models import Webhook, WebhookDelivery
from transport.broker import publish

TASK = "desk.tasks.send_webhooks"
AT_ONCE = 500


def tell(event: str, abouts: Sequence[dict[str, Any]]) -> None:
    """Write down, for each webhook that asks for `event`, each time it happened; the listener of accounts.registry.

    In the caller's transaction: nothing is told of what is undone, and nothing of what is done is forgotten.
    """
    webhooks = [one for one in Webhook.objects.filter(is_active=True) if event in one.events]
    if webhooks:
        _write(webhooks, event, abouts)


def ping(webhook: Webhook) -> None:
    """A try, asked for by a colleague."""
    _write([webhook], Webhook.Event.PING, [{"name": webhook.name}])


def replay(delivery: WebhookDelivery) -> bool:
    """Send one again, under its own id, now. True unless it waits already."""
    now = timezone.now()
    rows = WebhookDelivery.objects.filter(pk=delivery.pk).exclude(status=WebhookDelivery.Status.QUEUED)
    changed = rows.update(
        status=WebhookDelivery.Status.QUEUED, delivered_at=None, next_attempt_at=now, attempts=0, problem=""
    )
    if changed:
        transaction.on_commit(lambda: publish(TASK) and None)
    return bool(changed)


def _write(webhooks: list[Webhook], event: str, abouts: Sequence[dict[str, Any]]) -> None:
    now = timezone.now()
    moment = now.isoformat(timespec="milliseconds")
    # One id for all who are told of one thing.
    told = [(uuid.uuid4(), {"type": str(event), "timestamp": moment, "data": about}) for about in abouts]
    WebhookDelivery.objects.bulk_create(
        (
            WebhookDelivery(
                webhook=one, event_id=event_id, event=event, payload=payload, created_at=now, next_attempt_at=now
            )
            for event_id, payload in told
            for one in webhooks
        ),
        batch_size=AT_ONCE,
    )
    # One bell for a transaction, however many events it has: each sweep takes all that is due.
    transaction.on_commit(lambda: publish(TASK, expires=60) and None)
