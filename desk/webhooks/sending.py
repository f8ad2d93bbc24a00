"""Sending what is due: each row claimed by a conditional UPDATE, called outside every transaction, written down after.

    queued ──claim (due later)──▶ queued ──2xx──▶ delivered
                                        ──anything else──▶ queued, due later still ──after the last try──▶ failed

A worker that dies after the call leaves a row that is due again: receivers may get a message twice, under one id.
"""

import json
import time
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from contacts.calling import CallFailed, call
from desk.models import Webhook, WebhookDelivery
from desk.webhooks.signing import signatures

Status = WebhookDelivery.Status
# The schedule that Standard Webhooks proposes: after the last of these tries nothing follows.
WAITS = [
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
]
# Longer than a call can take.
CLAIM = timedelta(minutes=2)
GIVE_UP_AFTER = timedelta(days=5)
KEPT = timedelta(days=30)
RUN_SECONDS = 60.0
BATCH = 100
GONE = 410


def send_due() -> int:
    """Send what is due, the oldest first, for at most RUN_SECONDS; gives how many arrived."""
    arrived, until = 0, time.monotonic() + RUN_SECONDS
    due = WebhookDelivery.objects.filter(
        status=Status.QUEUED, next_attempt_at__lte=timezone.now(), webhook__is_active=True
    )
    for pk in list(due.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        if time.monotonic() > until:
            break
        arrived += send(pk)
    return arrived


def send(pk: int) -> bool:
    """Send one if it is due and nobody else does. True when it arrived."""
    now = timezone.now()
    due = WebhookDelivery.objects.filter(pk=pk, status=Status.QUEUED, next_attempt_at__lte=now)
    if not due.update(next_attempt_at=now + CLAIM, attempted_at=now, attempts=F("attempts") + 1):
        return False
    delivery = WebhookDelivery.objects.select_related("webhook").get(pk=pk)
    answer, problem = _call(delivery)
    if answer is not None and 200 <= answer < 300:
        _arrived(delivery, answer)
        return True
    _failed(delivery, answer, problem or _("It answered with status %(status)s.") % {"status": answer})
    return False


def body_of(delivery: WebhookDelivery) -> bytes:
    """The bytes that are signed and sent; the same at each try."""
    return json.dumps(delivery.payload, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def empty_old() -> int:
    """Delete messages older than KEPT that nothing waits for; gives how many."""
    old = WebhookDelivery.objects.filter(created_at__lt=timezone.now() - KEPT).exclude(status=Status.QUEUED)
    return old.delete()[0]


def _call(delivery: WebhookDelivery) -> tuple[int | None, str]:
    """The status of the answer, or None and what went wrong in a sentence."""
    body, now = body_of(delivery), int(time.time())
    message_id = f"msg_{delivery.event_id.hex}"
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(now),
        "webhook-signature": signatures(delivery.webhook, message_id, now, body),
    }
    try:
        return call(delivery.webhook.url, body, headers, may_loop=settings.WEBHOOKS_MAY_LOOP), ""
    except CallFailed as error:
        return None, str(error)


def _arrived(delivery: WebhookDelivery, answer: int) -> None:
    with transaction.atomic():
        rows = WebhookDelivery.objects.filter(pk=delivery.pk, status=Status.QUEUED)
        rows.update(
            status=Status.DELIVERED,
            delivered_at=timezone.now(),
            next_attempt_at=None,
            answer_status=answer,
            problem="",
        )
        Webhook.objects.filter(pk=delivery.webhook_id, failing_since__isnull=False).update(failing_since=None)


def _failed(delivery: WebhookDelivery, answer: int | None, problem: str) -> None:
    """Due again later, or given up; days of failures, or the answer "gone", switch the webhook off."""
    now = timezone.now()
    is_last = delivery.attempts > len(WAITS) or answer == GONE
    # Its own claim is compared, so that a slow call does not undo what somebody did meanwhile.
    rows = WebhookDelivery.objects.filter(
        pk=delivery.pk, status=Status.QUEUED, next_attempt_at=delivery.next_attempt_at
    )
    with transaction.atomic():
        rows.update(
            status=Status.FAILED if is_last else Status.QUEUED,
            next_attempt_at=None if is_last else now + WAITS[delivery.attempts - 1],
            answer_status=answer,
            problem=problem[:300],
        )
        webhooks = Webhook.objects.filter(pk=delivery.webhook_id, is_active=True)
        webhooks.filter(failing_since__isnull=True).update(failing_since=now)
        too_long = webhooks if answer == GONE else webhooks.filter(failing_since__lte=now - GIVE_UP_AFTER)
        if too_long.update(is_active=False, gave_up_at=now):
            sentence = f"switched off the webhook “{delivery.webhook.name}”, where nothing arrived"
            record(None, sentence, about=delivery.webhook, label=delivery.webhook.name)
