"""Ending sessions that fell silent in a transaction: their locks would hold up everybody else for ever.

PostgreSQL ends a session that idles in a transaction (config/env.py), but not after a pipeline, as the engine's
statements travel. One whose statements came without the end of their pipeline counts as at work, whatever the time. And
one whose pipeline did end counts as idle, but psycopg sends a Flush after the end, which takes back PostgreSQL's clock
and sets no new one. Its worker was stopped, or its host is gone behind a connection that seems to live: only another
session can tell, and end it.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction

from mailing.dispatch.clock import lease_seconds

logger = logging.getLogger(__name__)

# A COPY waits for its client as well, and may do so for long. Who idles has the time that PostgreSQL would give.
END_SILENT = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND backend_type = 'client backend'
    AND pid <> pg_backend_pid() AND wait_event = 'ClientRead'
    AND (
        state = 'active' AND query NOT ILIKE 'copy%%'
            AND state_change < clock_timestamp() - %s * INTERVAL '1 second'
        OR state LIKE 'idle in transaction%%'
            AND state_change < clock_timestamp()
                - NULLIF(current_setting('idle_in_transaction_session_timeout')::interval, INTERVAL '0')
    )
"""


# Locks of the living last for milliseconds.
SHORT_WAIT = "SET LOCAL lock_timeout = '2s'"
LOCK_NOT_AVAILABLE = "55P03"


@contextmanager
def unless_locked() -> Iterator[None]:
    """A transaction that is given up when a lock in it takes longer than two seconds: a later sweep finds it free.

    Else a sweep would wait for a silent session's lock, and so not come to end it. SQLite has one writer at a time.
    """
    if connection.vendor != "postgresql":
        yield
        return
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(SHORT_WAIT)
            yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise
        logger.info("Locked by another session: left to the next sweep.")


def end_silent() -> int:
    """End sessions that waited longer than a lease for the rest of a pipeline, or idle too long; give how many.

    Whoever was silent that long has lost its lease, so nothing it meant to write may be written any more.
    """
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(END_SILENT, [lease_seconds()])
        ended = int(cursor.fetchone()[0])
    if ended:
        logger.warning("Ended %s sessions that fell silent in the middle of a transaction.", ended)
    return ended
