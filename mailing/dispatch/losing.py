"""What lost workers had begun: settled by their journal where this host has it, else `uncertain` (DESIGN 5.3, 5.4)."""

import time
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from mailing import lifecycle
from mailing.dispatch import journal
from mailing.dispatch.results import Result
from mailing.dispatch.store import WORKER_LOST, hold_status, record_events, suppress_gone, update_rows
from mailing.models import Delivery, DeliveryChunk, DeliveryEvent, Mailing

SETTLED_BY_JOURNAL = "journal"
# Seconds after which nobody writes to a journal any more: no answer is waited for so long.
KEEP = 3600.0
# Journals of claims that are over, by when they last changed: they are looked at once.
_seen: dict[Path, float] = {}


@dataclass
class Lost:
    """The rows of a window without a result, sorted: answers that were noted, rows that may have left, rows that
    certainly did not.
    """

    known: list[Result] = field(default_factory=list)
    uncertain: list[int] = field(default_factory=list)
    untouched: list[int] = field(default_factory=list)

    @classmethod
    def sort(cls, ids: list[int], notes: journal.Notes | None) -> "Lost":
        """Sort by the notes of the worker; without any, or with notes from before a crash, nothing is assumed."""
        found = cls()
        for pk in ids:
            if notes and pk in notes.finished:
                found.known.append(notes.finished[pk])
            elif notes and notes.is_whole and pk not in notes.started:
                found.untouched.append(pk)
            else:
                found.uncertain.append(pk)
        return found


def lose_window(chunk: DeliveryChunk, status: str) -> int:
    """Settle what a lost worker had begun, in the caller's transaction; give where the chunk's cursor belongs now.

    `chunk` is as it was before the caller freed it, `status` the mailing's, held by the caller. Rows that certainly
    did not leave and lie at the window's end are ahead of the cursor again.
    """
    if chunk.window_lo is None:
        return chunk.cursor
    ids = Delivery.objects.filter(
        mailing_id=chunk.mailing_id,
        id__range=(chunk.window_lo, chunk.cursor),
        status=Delivery.Status.QUEUED,
        next_attempt_at__isnull=True,
    )
    lost = Lost.sort(list(ids.order_by("id").values_list("id", flat=True)), journal.read(chunk.owner))
    touched = [result.delivery_id for result in lost.known] + lost.uncertain
    cursor = max(touched, default=chunk.window_lo - 1)
    _write(lost, chunk.owner, status, cursor)
    return cursor


def _write(lost: Lost, owner: str, status: str, cursor: int) -> None:
    suppress_gone(lost.known)
    update_rows(lost.known, status)
    record_events(owner, {result.delivery_id: result.event for result in lost.known if result.event})
    Delivery.objects.filter(pk__in=lost.uncertain).update(
        status=Delivery.Status.UNCERTAIN,
        error_kind=Delivery.ErrorKind.OUTCOME_UNKNOWN,
        error_code="",
        error_detail=WORKER_LOST,
        attempts=F("attempts") + 1,
    )
    record_events(owner, dict.fromkeys(lost.uncertain, WORKER_LOST))
    untouched = Delivery.objects.filter(pk__in=lost.untouched)
    if status == Mailing.Status.CANCELLED:
        untouched.update(status=Delivery.Status.CANCELLED)
    else:
        # Those between others of their window have no cursor that could point at them.
        untouched.filter(pk__lt=cursor).update(next_attempt_at=timezone.now())


def settle_journals() -> int:
    """Settle rows that became `uncertain` elsewhere by the journals found on this host; give how many.

    As when this host came back after another one had swept, or a worker got its answer after its lease. A journal
    whose claim is over goes when nobody can write to it any more.
    """
    changed = {path: stamp for path in journal.paths() if (stamp := _changed_at(path)) != _seen.get(path)}
    notes = {path: found for path in changed if (found := journal.read_file(path))}
    owners = {found.owner for found in notes.values()}
    held = set(DeliveryChunk.objects.filter(owner__in=owners).values_list("owner", flat=True))
    settled = 0
    for path, found in notes.items():
        if found.owner in held:
            continue
        keys = [f"uncertain:{found.owner}:{pk}" for pk in found.rows]
        told = DeliveryEvent.objects.filter(dedupe_key__in=keys, detail=WORKER_LOST)
        lost = Lost.sort(list(told.values_list("delivery_id", flat=True)), found)
        settled += sum(_settle(pk, None, found.owner) for pk in lost.untouched)
        settled += sum(_settle(result.delivery_id, result, found.owner) for result in lost.known)
        _seen[path] = changed[path]
    for path in [path for path, stamp in _seen.items() if time.time() - stamp > KEEP]:
        path.unlink(missing_ok=True)
        del _seen[path]
    return settled


def _settle(pk: int, result: Result | None, owner: str) -> bool:
    """One row that was given up as not known: its noted result, or None when it certainly did not leave.

    Nothing happens when a person has settled it meanwhile.
    """
    with transaction.atomic():
        mailing_id = Delivery.objects.values_list("mailing_id", flat=True).get(pk=pk)
        status = hold_status(mailing_id, exclusively=True)
        row = Delivery.objects.filter(pk=pk, status=Delivery.Status.UNCERTAIN, error_detail=WORKER_LOST)
        if not row.update(status=Delivery.Status.QUEUED, error_kind="", error_detail="", attempts=F("attempts") - 1):
            return False
        found = result or Result(pk, Delivery.Status.QUEUED, attempted=0, wait=0.0)
        suppress_gone([found])
        update_rows([found], status)
        record_events(owner, {pk: found.status}, kind=SETTLED_BY_JOURNAL)
        if found.status == Delivery.Status.QUEUED and status == Mailing.Status.FINISHED:
            lifecycle.reopen(mailing_id)
    return True


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
