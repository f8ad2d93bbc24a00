"""Ringing the doorbell. The database is the queue; a lost ring costs seconds, because beat rings again (DESIGN 5.1)."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


def ring(mailing_id: int) -> bool:
    """Tell a worker that a mailing has work. Never raises and never waits for a broker that is away.

    Call it after the commit (`transaction.on_commit`). Gives whether the broker took the ring.
    """
    return _publish("mailing.tasks.dispatch", [mailing_id])


def ring_due() -> bool:
    """Ask for a look at what is due now, as beat does every few seconds. Never raises."""
    return _publish("mailing.tasks.ring_due", [])


def ring_incoming() -> bool:
    """Ask for a look at what came in, as beat does too. Never raises."""
    return _publish("mailing.tasks.handle_incoming", [])


def ring_sweep(expires: float) -> bool:
    """Ask for a look at what lost workers left, within so many seconds or not at all. Never raises."""
    return _publish("mailing.tasks.sweep", [], expires=expires) and _publish(
        "mailing.tasks.ring_due", [], expires=expires
    )


def _publish(task: str, arguments: list[int], expires: float | None = None) -> bool:
    try:
        current_app.send_task(task, args=arguments, retry=False, ignore_result=True, expires=expires)
    except (OperationalError, RedisError, OSError) as error:
        # Nothing is lost: the rows say what is to be done.
        log.warning("broker away, bell not rung", extra={"task": task, "error": type(error).__name__})
        return False
    return True
