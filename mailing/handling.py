"""Handling what came in and waits: each row once, in a transaction of its own, with its outcome."""

import logging
import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import PurePath
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from mailing import inbound, outcomes, webhooks
from mailing.models import IncomingMail, ProviderEvent
from mailing.models.incoming import MOST_TRIES

log = logging.getLogger(__name__)

# One task's share; the next bell or beat goes on.
MOST = 500
RAW_DAYS = 30


def handle_waiting(limit: int = MOST) -> int:
    """Handle what waits, oldest first, at most `limit` of each kind; give how many were handled.

    Several of these at once share the rows. One that fails is told in the log and tried again later, at most
    MOST_TRIES times; the others do not wait for it.
    """
    done = 0
    for model, handle in ((ProviderEvent, webhooks.handle), (IncomingMail, inbound.handle)):
        waiting = model._default_manager.all().filter(handled_at__isnull=True, tries__lt=MOST_TRIES)
        for pk in list(waiting.order_by("id").values_list("pk", flat=True)[:limit]):
            done += _handle_one(model, pk, handle)
    outcomes.settle_proved()
    return done


def _handle_one(model: type[ProviderEvent] | type[IncomingMail], pk: int, handle: Callable[[Any], None]) -> int:
    try:
        with transaction.atomic():
            waiting = model._default_manager.filter(pk=pk, handled_at__isnull=True)
            row = waiting.select_for_update(skip_locked=True, of=("self",)).first()
            if row is None:
                return 0
            handle(row)
            row.handled_at = timezone.now()
            row.save()
    except (OperationalError, InterfaceError) as error:
        # The database is away or busy: nothing is known about the row, so its try does not count.
        log.warning("%s %s was not handled: the database said %s.", model.__name__, pk, type(error).__name__)
        return 0
    except Exception as error:
        # A fault of ours must not keep the rows behind it waiting. Its words may hold what somebody wrote.
        log.error("%s %s could not be handled: %s in %s", model.__name__, pk, type(error).__name__, _place(error))
        model._default_manager.filter(pk=pk).update(tries=F("tries") + 1)
        return 0
    return 1


def _place(error: BaseException) -> str:
    """File and line of a fault, without its words."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"


def empty_old() -> int:
    """Empty returned mail, complaints and automatic replies handled RAW_DAYS ago, and events as old; give how many."""
    emptied = IncomingMail.objects.to_empty(days=RAW_DAYS).empty()
    until = timezone.now() - timedelta(days=RAW_DAYS)
    events = ProviderEvent.objects.filter(handled_at__lt=until).exclude(payload={})
    return emptied + events.update(payload={})
