"""The hash chain over the audit trail: a later change of a sealed event shows.

The chain is made afterwards (by beat), so that no writer waits for another. Events younger than a minute are left
for the next seal: a transaction that began earlier may still commit a lower id.
"""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max, Min
from django.utils import timezone

from accounts.models import AuditEvent, AuditSeal

SETTLED_AFTER = timedelta(seconds=60)


@dataclass
class Verdict:
    """What verify() found: how much is sealed, how much is not yet, and each break in a sentence."""

    seals: int = 0
    sealed: int = 0
    unsealed: int = 0
    problems: list[str] = field(default_factory=list)


def seal() -> AuditSeal | None:
    """Seal the settled events after the last seal; None when there are none, or another process was faster."""
    last = AuditSeal.objects.order_by("-to_id").first()
    from_id = last.to_id + 1 if last else 1
    to_id = _last_settled_id(from_id)
    if to_id is None:
        return None
    previous = last.digest if last else ""
    digest, _count = _digest(from_id, to_id, previous)
    try:
        with transaction.atomic():
            return AuditSeal.objects.create(from_id=from_id, to_id=to_id, digest=digest, previous=previous)
    except IntegrityError:
        return None


def verify() -> Verdict:
    """Compute every seal again and compare; says in sentences which ranges were changed, removed or left out."""
    verdict = Verdict()
    expected_from, previous = 1, ""
    for link in AuditSeal.objects.order_by("from_id").iterator():
        digest, count = _digest(link.from_id, link.to_id, link.previous)
        verdict.seals += 1
        verdict.sealed += count
        if link.from_id != expected_from or link.previous != previous:
            verdict.problems.append(f"The seal of events {link} does not follow the one before it.")
        if digest != link.digest:
            verdict.problems.append(f"Events {link} are not as they were when they were sealed.")
        expected_from, previous = link.to_id + 1, link.digest
    verdict.unsealed = AuditEvent.objects.filter(id__gte=expected_from).count()
    return verdict


def _last_settled_id(from_id: int) -> int | None:
    """The highest id below every event that is younger than SETTLED_AFTER."""
    events = AuditEvent.objects.filter(id__gte=from_id)
    young = events.filter(at__gt=timezone.now() - SETTLED_AFTER).aggregate(lowest=Min("id"))["lowest"]
    if young is not None:
        events = events.filter(id__lt=young)
    highest: int | None = events.aggregate(highest=Max("id"))["highest"]
    return highest


def _digest(from_id: int, to_id: int, previous: str) -> tuple[str, int]:
    """SHA-256 over the previous digest and the events of the range in order; with their number."""
    chain = hashlib.sha256(previous.encode())
    count = 0
    for event in AuditEvent.objects.filter(id__gte=from_id, id__lte=to_id).order_by("id").iterator():
        chain.update(_canonical(event))
        count += 1
    return chain.hexdigest(), count


def _canonical(event: AuditEvent) -> bytes:
    """One event as bytes that do not depend on the database."""
    row = [
        event.pk,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.actor_id,
        event.actor_label,
        event.sentence,
        event.object_type,
        event.object_id,
        event.object_label,
    ]
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
