"""Telling a worker that there is work. The tables are the queues: a message that is lost costs seconds, no work."""

import logging
from collections.abc import Sequence
from typing import Any

from celery import current_app
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def publish(task: str, arguments: Sequence[Any] = (), *, expires: float | None = None) -> bool:
    """Ask for a task by its name, within `expires` seconds or not at all; gives whether the broker took it.

    Neither raises nor waits when the broker is away: whoever calls has written down what is to be done.
    """
    try:
        current_app.send_task(task, args=list(arguments), retry=False, ignore_result=True, expires=expires)
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("broker away, bell not rung", extra={"task": task, "error": type(error).__name__})
        return False
    return True
