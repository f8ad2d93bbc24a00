"""Webhooks of mail providers: events and incoming mail through anymail (beside transport/provider.py the only file
that knows it).

A request is checked (secret and the provider's own signature), stored and answered; a task handles what was stored.
"""

import hashlib
import json
import logging
from contextlib import suppress as ignore
from typing import Any
from uuid import UUID

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from anymail.signals import AnymailInboundEvent, AnymailTrackingEvent, EventType, RejectReason, inbound, tracking
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.access import public
from contacts.addresses import email_digest, email_key
from mailing import bell, bounces, outcomes, reading
from mailing.models import Delivery, IncomingMail, ProviderEvent
from mailing.outcomes import Outcome
from transport.errors import clean

log = logging.getLogger(__name__)

MOST_EVENTS = 1024 * 1024
# Incoming mail arrives with its attachments.
MOST_MAIL = 5 * 1024 * 1024
NO_LETTER = "no such letter"
OTHER_RECIPIENT = "another recipient"
# Words with which providers call a mailbox gone, where no enhanced code says it.
_HARD_WORDS = {"hard_bounce", "hardbounce", "hard_bounced", "activity.hard_bounced", "permanent", "bademailaddress"}
_HARD_FIELDS = {"event", "type", "recordtype", "bouncetype", "status", "bounce"}
_KINDS = {
    EventType.DELIVERED: outcomes.DELIVERED,
    EventType.BOUNCED: outcomes.BOUNCED,
    EventType.DEFERRED: outcomes.DELAYED,
    EventType.QUEUED: outcomes.PASSED_ON,
    EventType.SENT: outcomes.PASSED_ON,
    EventType.COMPLAINED: outcomes.COMPLAINED,
    EventType.OPENED: outcomes.OPENED,
    EventType.CLICKED: outcomes.OPENED,
    EventType.AUTORESPONDED: outcomes.AUTO_REPLIED,
    EventType.REJECTED: outcomes.REFUSED,
    EventType.FAILED: outcomes.REFUSED,
}


@csrf_exempt
@public
@require_http_methods(["POST", "HEAD"])
def receive(request: HttpRequest, provider: str, what: str) -> HttpResponseBase:
    """Take a provider's request: 200 when it is stored, 400 forged or unreadable, 404 not set up, 413 too large."""
    try:
        view = resolve(f"/{provider}/{what}/", urlconf="anymail.urls").func
    except Resolver404:
        return HttpResponse("No such webhook.", status=404, content_type="text/plain")
    if not settings.ANYMAIL_WEBHOOK_SECRET:
        return HttpResponse("Webhooks are closed: WEBHOOK_SECRET is not set.", status=404, content_type="text/plain")
    length = request.META.get("CONTENT_LENGTH") or "0"
    limit = MOST_MAIL if "inbound" in what else MOST_EVENTS
    if not length.isdecimal() or int(length[:18]) > limit:
        return HttpResponse("Too large.", status=413, content_type="text/plain")
    return _answer(view, request, provider)


def _answer(view: Any, request: HttpRequest, provider: str) -> HttpResponseBase:
    """Let anymail check and read the request; whatever it cannot read is the caller's fault, and is told shortly."""
    try:
        response: HttpResponseBase = view(request)
    except AnymailWebhookValidationFailure:
        log.warning("A webhook request for %s had no valid secret or signature.", provider)
        return HttpResponse("No valid secret or signature.", status=403, content_type="text/plain")
    except (ImproperlyConfigured, ImportError) as error:
        log.warning("The webhook of %s is not set up: %s", provider, type(error).__name__)
        return HttpResponse("This webhook is not set up.", status=404, content_type="text/plain")
    except (
        *(AnymailError, SuspiciousOperation, ValueError, LookupError, TypeError, AttributeError),
        *(AssertionError, RecursionError),
    ) as error:
        log.warning("A webhook request for %s could not be read: %s", provider, type(error).__name__)
        return HttpResponse("This could not be read.", status=400, content_type="text/plain")
    return response


def connect() -> None:
    """Listen to anymail's two signals; called once, when Django is ready."""
    tracking.connect(store_event, dispatch_uid="mailing.webhooks.store_event")
    inbound.connect(store_mail, dispatch_uid="mailing.webhooks.store_mail")


def store_event(sender: Any, event: AnymailTrackingEvent, esp_name: str, **kwargs: Any) -> None:
    """Keep what is needed of one event; one that was told before changes nothing."""
    row = ProviderEvent(
        esp=str(esp_name)[:40],
        kind=reading.storable(str(event.event_type)[:30]),
        dedupe_key=_event_key(event, esp_name),
        payload=_payload(event),
    )
    _store(row)


def store_mail(sender: Any, event: AnymailInboundEvent, esp_name: str, **kwargs: Any) -> None:
    """Keep one incoming message, whole."""
    message = event.message
    if message is None:
        return
    try:
        raw = message.as_bytes()
    except (ValueError, LookupError, TypeError, AttributeError):
        raw = str(message).encode("utf-8", "replace")
    said = str(message.get("Message-ID") or event.event_id or "")
    about = [said, str(message.get("Date") or ""), str(message.envelope_recipient or "")]
    key = hashlib.sha256("\n".join(about).encode("utf-8", "replace") if said else raw).hexdigest()
    envelope_to = reading.storable(str(message.envelope_recipient or "")[:320])
    _store(IncomingMail(source=str(esp_name)[:40], dedupe_key=key, raw=raw, envelope_to=envelope_to))


def _store(row: ProviderEvent | IncomingMail) -> None:
    rows: Any = type(row)._default_manager
    rows.bulk_create([row], ignore_conflicts=True)
    transaction.on_commit(bell.ring_incoming)


def _event_key(event: AnymailTrackingEvent, esp_name: str) -> str:
    """The same for each telling of the same event, even where the provider numbers the tellings."""
    about = [esp_name, event.event_type, event.message_id, _reference(event), _digest_of(event.recipient)]
    if event.timestamp is not None and (event.message_id or _reference(event)):
        about.append(event.timestamp.isoformat())
    else:
        about.append(event.event_id)
    return hashlib.sha256(json.dumps(about, default=str).encode()).hexdigest()


def _payload(event: AnymailTrackingEvent) -> dict[str, str]:
    """What handling needs: our reference, codes and the server's words, without addresses."""
    said = str(event.mta_response or event.description or "")
    found = {
        "delivery": _reference(event),
        "message_id": clean(str(event.message_id or "").partition("@")[0])[:100],
        "recipient": _digest_of(event.recipient),
        "reason": str(event.reject_reason or ""),
        "code": bounces.status_code(said) or bounces.status_code(str(event.description or "")),
        "words": clean(said, str(event.recipient or "")),
        "at": event.timestamp.isoformat() if event.timestamp else "",
        "hard": "yes" if _is_called_hard(event.esp_event) else "",
    }
    return {name: reading.storable(value) for name, value in found.items() if value}


def _reference(event: AnymailTrackingEvent) -> str:
    metadata = event.metadata if isinstance(event.metadata, dict) else {}
    return reading.storable(str(metadata.get("delivery") or "")[:64])


def _digest_of(recipient: Any) -> str:
    key = email_key(reading.storable(str(recipient or "")[:320]))
    return email_digest(key) if key else ""


def _is_called_hard(said: Any) -> bool:
    """Whether the provider itself calls the bounce hard, in one of the few fields where they do."""
    if not isinstance(said, dict):
        return False
    for name, value in [(str(name).lower(), value) for name, value in said.items()]:
        if name in _HARD_FIELDS and isinstance(value, dict):
            if _is_called_hard(value):
                return True
        elif name in _HARD_FIELDS and str(value).lower() in _HARD_WORDS:
            return True
    return said.get("hard_bounce") is True


def handle(row: ProviderEvent) -> None:
    """Apply one stored event, in the caller's transaction; fills delivery and outcome.

    An event for a letter we do not know, or for another address than we wrote to, stays as it is for a person.
    """
    said = row.payload
    with ignore(ValueError):
        reference = UUID(str(said.get("delivery", "")))
        row.delivery = Delivery.objects.filter(public_id=reference).first()
    if row.delivery is None:
        row.outcome = NO_LETTER
        return
    if said.get("recipient") and row.delivery.email_key and said["recipient"] != email_digest(row.delivery.email_key):
        row.delivery, row.outcome = None, OTHER_RECIPIENT
        return
    kind = _KINDS.get(row.kind)
    row.outcome = kind or "nothing to do"
    if kind is None:
        return
    outcome = Outcome(
        kind,
        key=f"webhook:{row.dedupe_key}",
        at=min(parse_datetime(said.get("at", "")) or row.received_at, timezone.now()),
        code=said.get("code", ""),
        detail=said.get("words", "") or said.get("reason", ""),
        blocks=_blocks(kind, said),
    )
    outcomes.apply(row.delivery, outcome)


def _blocks(kind: str, said: dict[str, str]) -> str:
    """The reason for which the address is to be suppressed, or "". An enhanced code counts more than a provider's word,
    unless it is one that says nothing (5.0.0)."""
    reason, code = said.get("reason", ""), said.get("code", "")
    if kind == outcomes.COMPLAINED or (kind == outcomes.REFUSED and reason == RejectReason.SPAM):
        return outcomes.COMPLAINT
    if kind not in (outcomes.BOUNCED, outcomes.REFUSED):
        return ""
    if code and not code.endswith(".0.0"):
        return outcomes.HARD_BOUNCE if outcomes.is_hard(code) else ""
    called = bool(said.get("hard")) or (kind == outcomes.REFUSED and reason == RejectReason.BOUNCED)
    return outcomes.HARD_BOUNCE if called else ""
