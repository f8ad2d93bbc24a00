"""Two clocks: the database's, which leases are written by, and the machine's own that only moves forward."""

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import DateTimeField, ExpressionWrapper, Value
from django.db.models.expressions import Expression
from django.db.models.functions import Now
from django.utils import timezone

# A worker stops this share of a lease after the renewal: 25 s of 30, so that it is silent before others may act.
SAFE_SHARE = 25 / 30

# Unlike CLOCK_MONOTONIC it also counts while the machine sleeps; it exists on Linux only.
_TICKING = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def clock() -> Expression:
    """Now, by the database's clock, so that workers with wrong clocks agree; on SQLite the host's is the database's."""
    if connection.vendor == "postgresql":
        return Now()
    return Value(timezone.now(), output_field=DateTimeField())


def after(seconds: float) -> Expression:
    """`seconds` from now, by the same clock."""
    if connection.vendor == "postgresql":
        return ExpressionWrapper(Now() + timedelta(seconds=seconds), output_field=DateTimeField())
    return Value(timezone.now() + timedelta(seconds=seconds), output_field=DateTimeField())


def now() -> datetime:
    """This moment by the same clock: a worker whose own clock is wrong must not start anything early or late."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT STATEMENT_TIMESTAMP()")
        found: datetime = cursor.fetchone()[0]
    return found


def ticks() -> float:
    """Seconds on a clock that nobody sets; it goes on while a process is stopped."""
    return time.clock_gettime(_TICKING)


def lease_seconds() -> float:
    """How long a lease lasts without being renewed."""
    return float(settings.LEASE_SECONDS)
