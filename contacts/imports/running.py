"""Running an import: the dry run, and applying it in one transaction with its record of what changed."""

from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from contacts.imports.applying import write_plan
from contacts.imports.changes import Progress, compare
from contacts.imports.entries import ChangeSet
from contacts.imports.errors import ChangedMeanwhile, ImportRefused
from contacts.imports.plan import Plan
from contacts.imports.records import Pull
from contacts.models import ImportFile, ImportRun

# Any number of ours: imports take turns on PostgreSQL, as IMMEDIATE transactions make them do on SQLite.
_LOCK = 7_203_719


def dry_run(pull: Pull, *, join: bool = False, release_held: bool = False, progress: Progress = iter) -> Plan:
    """What the import would do. Writes nothing."""
    plan = compare(pull, join=join, progress=progress)
    if release_held:
        plan.hold_reason = ""
    return plan


def apply(pull: Pull, *, join: bool = False, release_held: bool = False, progress: Progress = iter) -> Plan:
    """Apply the pull, or record that it is held. All of it or nothing. Raises ImportRefused when another one ran.

    With `release_held` a person has looked at what was held, and it is applied.
    """
    try:
        with transaction.atomic():
            take_turn()
            plan = compare(pull, join=join, progress=progress)
            held = ImportRun.objects.filter(
                status=ImportRun.Status.HELD, source=pull.source, file_digest=pull.digest
            ).first()
            if plan.hold_reason and not release_held:
                _hold(plan, held)
            else:
                plan.hold_reason = ""
                change_set = ChangeSet()
                write_plan(plan, change_set.add)
                _record(plan, held, change_set)
            return plan
    except IntegrityError as error:
        raise ChangedMeanwhile from error


def take_turn() -> None:
    """Wait for the import that runs, inside a transaction: two never compare and write at once.

    Raises ImportRefused when it still runs after a minute (lock_timeout, config/env.py).
    """
    if connection.vendor == "postgresql":
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        except OperationalError as error:
            raise ImportRefused(
                _("Another import is still running. Nothing was imported; start this one again when it has ended.")
            ) from error


def _hold(plan: Plan, held: ImportRun | None) -> None:
    """Record the held pull, once for each file."""
    if held is not None:
        return
    run = _run(plan, ImportRun.Status.HELD)
    run.hold_reason, run.held_at = plan.hold_reason[:300], timezone.now()
    run.save()
    audit.record(None, f"held the import of {run.file_name}", about=run, label=run.file_name)


def _record(plan: Plan, held: ImportRun | None, change_set: ChangeSet) -> None:
    """Record what was applied. The same file again, changing nothing, needs no second record."""
    run = _run(plan, ImportRun.Status.APPLIED)
    seen = ImportRun.objects.filter(
        status=ImportRun.Status.APPLIED, source=run.source, file_digest=run.file_digest, as_of=run.as_of
    )
    if not change_set and held is None and seen.exists():
        return
    run.applied_at = timezone.now()
    if held is not None:
        for name in ("pk", "at", "hold_reason", "reference", "held_at", "options"):
            setattr(run, name, getattr(held, name))
        ImportFile.objects.filter(run=held).delete()
    run.save()
    change_set.save(run)
    verb = "released and applied" if held is not None else "applied"
    figures = ", ".join(f"{number} {kind}" for kind, number in plan.would.items())
    audit.record(None, f"{verb} the import of {run.file_name}: {figures}", about=run, label=run.file_name)


def _run(plan: Plan, status: str) -> ImportRun:
    pull = plan.pull
    return ImportRun(
        source=pull.source,
        file_name=pull.file_name[:200],
        file_digest=pull.digest,
        as_of=pull.as_of,
        status=status,
        counts=plan.counts(),
        # Values may be names and addresses; what is kept here names nobody.
        problems=[problem.as_json(with_value=False) for problem in plan.problems],
    )
