"""The engine's SQL: chunks made in one statement, results written in one statement a window, on both databases.

Rows are always locked in the order mailing, contacts, chunk, deliveries, so that no two of these transactions wait
for each other in a circle.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q
from django.utils import timezone
from psycopg import Cursor

from contacts.models import Suppression
from contacts.suppression import suppress
from mailing.dispatch.failpoints import failpoint
from mailing.dispatch.leases import Claim
from mailing.dispatch.results import Result
from mailing.models import Delivery, DeliveryChunk, DeliveryEvent, Mailing

# A small mailing is cut into about this many pieces, so that several workers share it.
SHARES = 8
SMALLEST_CHUNK = 10

WORKER_LOST = "worker lost"

MAKE_CHUNKS = """
INSERT INTO mailing_deliverychunk (mailing_id, lo, hi, cursor, owner, state)
SELECT %s, MIN(id), MAX(id), MIN(id) - 1, '', 'open'
FROM (
    SELECT id, (ROW_NUMBER() OVER (ORDER BY id) - 1) / %s AS part
    FROM mailing_delivery WHERE mailing_id = %s AND status = 'queued' AND next_attempt_at IS NULL
) AS numbered
GROUP BY part ORDER BY part
"""

# Callers hold the chunk, as its owner: the fence against a worker that slept (DESIGN 5.3).
WRITE_RESULTS = """
UPDATE mailing_delivery AS d SET
    status = r.status,
    error_kind = r.error_kind,
    error_code = r.error_code,
    error_detail = r.error_detail,
    content_digest = CASE WHEN r.content_digest = '' THEN d.content_digest ELSE r.content_digest END,
    attempts = d.attempts + r.attempted,
    next_attempt_at = r.again_at,
    sent_at = CASE WHEN r.status = 'sent' THEN {now} ELSE NULL END,
    failed_at = CASE WHEN r.status = 'failed' THEN {now} ELSE NULL END
FROM {rows} AS r
WHERE d.id = r.id AND d.status = 'queued'
"""

# One text in place of eight arrays: a list is written as JSON in a tenth of the time that an array takes.
POSTGRESQL_ROWS = """(
    SELECT (j->>0)::bigint AS id, j->>1 AS status, j->>2 AS error_kind, j->>3 AS error_code, j->>4 AS error_detail,
        j->>5 AS content_digest, (j->>6)::int AS attempted,
        STATEMENT_TIMESTAMP() + (j->>7)::float8 * INTERVAL '1 second' AS again_at
    FROM jsonb_array_elements(%s::jsonb) AS given(j)
)"""

SQLITE_ROWS = """(
    SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS status,
        json_extract(value, '$[2]') AS error_kind, json_extract(value, '$[3]') AS error_code,
        json_extract(value, '$[4]') AS error_detail, json_extract(value, '$[5]') AS content_digest,
        json_extract(value, '$[6]') AS attempted, json_extract(value, '$[7]') AS again_at
    FROM json_each(%s)
)"""


@contextmanager
def together() -> Iterator[None]:
    """Statements of this block travel in one go (PostgreSQL's pipeline); a look at an answer waits for all before it.

    Each statement still sees what was committed before it began. Errors are raised at the first look, or at the end.
    """
    if connection.vendor != "postgresql":
        yield
        return
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def make_chunks(mailing_id: int, size: int = 500) -> int:
    """Cut a mailing's queued rows into ranges of at most `size`; give their number.

    Called once, in the transaction of the freeze. A mailing of few people is cut smaller, for several workers.
    """
    queued = Delivery.objects.filter(mailing_id=mailing_id, status=Delivery.Status.QUEUED).count()
    fair = max(SMALLEST_CHUNK, -(-queued // SHARES))
    with connection.cursor() as cursor:
        cursor.execute(MAKE_CHUNKS, [mailing_id, max(1, min(size, fair)), mailing_id])
        return int(cursor.rowcount)


def hold_status(mailing_id: int, *, exclusively: bool = False) -> str:
    """The mailing's status, which nobody can change before this transaction ends.

    So a pause and an intent have an order: after the pause's commit no new window opens (RELIABILITY G8). Share locks
    do not wait for each other; who goes on to change the mailing asks for it `exclusively`. SQLite needs none: its
    transactions begin IMMEDIATE, one writer at a time.
    """
    return ask_status(mailing_id, exclusively=exclusively)()


def ask_status(mailing_id: int, *, exclusively: bool = False) -> Callable[[], str]:
    """The same for a block of `together`: what it gives looks at the answer."""
    lock = (" FOR UPDATE" if exclusively else " FOR SHARE") if connection.vendor == "postgresql" else ""
    found = ask(f"SELECT status FROM mailing_mailing WHERE id = %s{lock}", [mailing_id])  # noqa: S608
    return lambda: "".join(status for (status,) in found())


def ask(sql: str, parameters: Sequence[Any]) -> Callable[[], list[tuple[Any, ...]]]:
    """Ask in a block of `together`; what it gives looks at the answer."""
    return run(sql, parameters).fetchall


def run(sql: str, parameters: Sequence[Any]) -> Any:
    """Run one of the engine's statements and give its cursor.

    On PostgreSQL it is prepared once a connection: planning it anew for every window would take as long as running it.
    Django's own cursors put the values into the text, which cannot be prepared.
    """
    if connection.vendor != "postgresql":
        cursor = connection.cursor()
        cursor.execute(sql, parameters)
        return cursor
    connection.ensure_connection()
    if connection.queries_logged:
        connection.queries_log.append({"sql": sql, "time": ""})
    with connection.wrap_database_errors:
        return Cursor(connection.connection).execute(sql, parameters, prepare=True)


def note_activity(mailing_id: int) -> bool:
    """Write down that a mailing goes on, unless its row is held; give whether it was written.

    Every open window holds it. A worker that fell silent in one would hold up all others if they waited for it.
    """
    row = Mailing.objects.filter(pk=mailing_id)
    with transaction.atomic():
        if not row.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True).first():
            return False
        return bool(row.update(last_activity_at=timezone.now()))


def in_flight(mailing_id: int) -> Q:
    """Rows inside a committed window without a result: they may be leaving at this moment.

    The windows are read now, one for each worker that is sending, so that the rows are found by their key.
    """
    found = Q(pk__in=[])
    windows = DeliveryChunk.objects.filter(mailing_id=mailing_id, window_lo__isnull=False)
    for lo, hi in windows.values_list("window_lo", "cursor"):
        found |= Q(pk__range=(lo, hi))
    return found & Q(mailing_id=mailing_id, status=Delivery.Status.QUEUED, next_attempt_at__isnull=True)


def counts(mailing_id: int, **more: Any) -> dict[str, int]:
    """The ledger in one statement: every status, and `in_flight` and `delayed` as parts of `queued`.

    `more` are further aggregates over the same rows, for a page that shows them too.

    `skipped` counts those left out after the freeze only, so that queued + sent + failed + cancelled + uncertain +
    skipped is the number of recipients at every instant (DESIGN 3).
    """
    status = Delivery.Status
    sums = {one.value: Count("pk", filter=Q(status=one)) for one in status if one != status.SKIPPED}
    return Delivery.objects.filter(mailing_id=mailing_id).aggregate(
        **sums,
        skipped=Count("pk", filter=Q(status=status.SKIPPED, skipped_at__isnull=False)),
        in_flight=Count("pk", filter=in_flight(mailing_id)),
        delayed=Count("pk", filter=Q(status=status.QUEUED, next_attempt_at__isnull=False)),
        **more,
    )


def has_queued(mailing_id: int) -> bool:
    """Whether a row is queued. The whole mailing is read for that only when no chunk is open and nothing waits."""
    if DeliveryChunk.objects.filter(mailing_id=mailing_id, state=DeliveryChunk.State.OPEN).exists():
        return True
    rows = Delivery.objects.filter(mailing_id=mailing_id)
    return rows.filter(next_attempt_at__isnull=False).exists() or rows.filter(status=Delivery.Status.QUEUED).exists()


def cancel_waiting(mailing_id: int) -> int:
    """Cancel every row that is queued and not in flight; give how many. Call it while the mailing's row is locked.

    A row in flight gets its own result: it may be leaving now, and "cancelled" means that nothing was sent.
    """
    waiting = Delivery.objects.filter(mailing_id=mailing_id, status=Delivery.Status.QUEUED)
    leaving = list(waiting.filter(in_flight(mailing_id)).values_list("pk", flat=True))
    return waiting.exclude(pk__in=leaving).update(status=Delivery.Status.CANCELLED, next_attempt_at=None)


def write_results(claim: Claim, results: Sequence[Result]) -> bool:
    """Write a window's results and close it, in one transaction. False, and nothing written, when it is not ours.

    A row that would wait for another try of a mailing that was stopped meanwhile is cancelled.
    """
    with transaction.atomic():
        status = hold_status(claim.mailing_id)
        suppress_gone(results)
        if claim.window_lo is None or not move_chunk(claim, claim.cursor, None, results).rowcount:
            transaction.set_rollback(True)
            return False
        update_rows(results, status)
        record_events(claim.owner, {result.delivery_id: result.event for result in results if result.event})
        failpoint("c7")
    claim.window_lo = None
    return True


def move_chunk(
    claim: Claim, cursor: int, window_lo: int | None, results: Sequence[Result] = (), *, if_leased: bool = False
) -> Any:
    """Move a claim's chunk to a cursor and a window, counting the answers of the window that closes.

    No row (`rowcount`) when the chunk is not as this claim left it, or, if asked, when its lease has run out. A chunk
    whose cursor stands at its end with no window open is done and belongs to nobody. Raises RuntimeError when results
    are missing.
    """
    if claim.window_lo is not None and len(results) != claim.leaving:
        raise RuntimeError("A window cannot close before each of its rows has a result.")
    accepted = sum(result.status == Delivery.Status.SENT for result in results)
    refused = sum(result.is_hard_failure for result in results)
    sets = "cursor = %s, window_lo = %s, accepted = accepted + %s, refused = refused + %s"
    if window_lo is None and cursor >= claim.hi:
        sets += ", state = 'done', owner = '', lease_until = NULL"
    where = "id = %s AND owner = %s AND cursor = %s AND "
    values: list[Any] = [cursor, window_lo, accepted, refused, claim.chunk_id, claim.owner, claim.cursor]
    where += "window_lo IS NULL" if claim.window_lo is None else "window_lo = %s"
    values += [] if claim.window_lo is None else [claim.window_lo]
    if if_leased:
        is_postgresql = connection.vendor == "postgresql"
        where += " AND lease_until > " + ("STATEMENT_TIMESTAMP()" if is_postgresql else "%s")
        values += [] if is_postgresql else [_as_stored(timezone.now())]
    return run(f"UPDATE mailing_deliverychunk SET {sets} WHERE {where}", values)  # noqa: S608 - our own words


def record_events(owner: str, details: dict[int, str], kind: str = "uncertain") -> None:
    """One event a delivery, told once for each claim."""
    DeliveryEvent.objects.bulk_create(
        [
            DeliveryEvent(delivery_id=pk, kind=kind, detail=detail[:300], dedupe_key=f"{kind}:{owner}:{pk}")
            for pk, detail in details.items()
        ],
        ignore_conflicts=True,
    )


def update_rows(results: Sequence[Result], status: str) -> None:
    """Write results to rows that are still queued, in the caller's transaction. `status` is the mailing's."""
    if not results:
        return
    if status == Mailing.Status.CANCELLED:
        results = [_stopped(result) for result in results]
    rows = [
        [r.delivery_id, r.status, r.error_kind, r.error_code, r.error_detail, r.content_digest, r.attempted, r.wait]
        for r in results
    ]
    if connection.vendor == "postgresql":
        sql = WRITE_RESULTS.format(now="STATEMENT_TIMESTAMP()", rows=POSTGRESQL_ROWS)
        parameters = [json.dumps(rows)]
    else:
        sql = WRITE_RESULTS.format(now="%s", rows=SQLITE_ROWS)
        now = timezone.now()
        for row, result in zip(rows, results, strict=True):
            row[-1] = None if result.wait is None else _as_stored(now + timedelta(seconds=result.wait))
        parameters = [_as_stored(now), _as_stored(now), json.dumps(rows)]
    run(sql, parameters)


def _stopped(result: Result) -> Result:
    if result.status != Delivery.Status.QUEUED:
        return result
    return result._replace(status=Delivery.Status.CANCELLED, wait=None)


def _as_stored(moment: datetime) -> str:
    return str(connection.ops.adapt_datetimefield_value(moment))


def suppress_gone(results: Sequence[Result]) -> None:
    """The mailboxes that do not exist are written to no more, by anybody. Contacts are locked before any chunk."""
    ids = [result.delivery_id for result in results if result.mailbox_gone]
    if not ids:
        return
    gone = Delivery.objects.filter(pk__in=ids, email__isnull=False).order_by("contact_id")
    for email in gone.values_list("email", flat=True):
        suppress(str(email), reason=Suppression.Reason.HARD_BOUNCE)
