"""What /healthz says: whether database and broker answer, and how long beat and the worker have been silent."""

from typing import Any

import redis
from django.conf import settings
from django.db import Error, connection
from django.utils import timezone

from desk.models import Pulse
from desk.pulse import BEAT, ROUND, WORKER
from mailing import collecting

BROKER_TIMEOUT = 1.0


def report() -> dict[str, Any]:
    """`database` and `broker` (bool), seconds since the last sign of `beat`, `worker` and `round` (or null), `ok`.

    `mailbox` stands there when one is configured: "" or why returned mail is not collected; the site works without.

    `ok` asks that all answer and that no sign is older than HEARTBEAT_MAX_AGE seconds. The round (beat rang, a worker
    answered) may be missing just after the start, but not old: then tasks wait although both processes live.
    """
    signs = _signs()
    answers: dict[str, Any] = {"database": signs is not None, "broker": broker_answers()}
    for name in (BEAT, WORKER, ROUND):
        answers[name] = (signs or {}).get(name)
    mailbox = _mailbox() if signs is not None else None
    if mailbox is not None:
        answers["mailbox"] = mailbox
    alive = answers[BEAT] is not None and answers[WORKER] is not None
    stale = any((answers[name] or 0) > settings.HEARTBEAT_MAX_AGE for name in (BEAT, WORKER, ROUND))
    answers["ok"] = answers["database"] and answers["broker"] and alive and not stale
    return answers


def broker_answers() -> bool:
    """Whether the broker answers PING within a second."""
    url = settings.REDIS_URL
    if url.startswith("unix://"):
        url = url.split("?")[0]  # kombu's options there are not redis-py's; PING needs none
    try:
        client = redis.Redis.from_url(url, socket_connect_timeout=BROKER_TIMEOUT, socket_timeout=BROKER_TIMEOUT)
        with client:
            return bool(client.ping())
    except (redis.RedisError, OSError, ValueError):
        return False


def _mailbox() -> str | None:
    try:
        return collecting.state()
    except Error:
        return None


def _signs() -> dict[str, int] | None:
    """Seconds since each process's last sign; None when the database does not answer."""
    try:
        now = timezone.now()
        return {pulse.name: max(0, int((now - pulse.at).total_seconds())) for pulse in Pulse.objects.all()}
    except Error:
        connection.close()
        return None
