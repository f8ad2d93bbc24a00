"""The tasks of this app: they carry an id and call one function."""

from pathlib import Path

from celery import shared_task
from django.conf import settings

from contacts import retention, syncing
from contacts.imports import uploading, working
from contacts.suppression_export import append_to


# Acknowledged at once: it waits for the Parliament's service, and a second worker must not begin it again meanwhile.
@shared_task(ignore_result=True, acks_late=False, soft_time_limit=900, time_limit=960)
def sync_meps(pull: str = "") -> None:
    """Fetch a slice of the Parliament's list where SYNC_MEPS is on, ring for the next one, import at the end."""
    unfinished = syncing.go_on(pull)
    if unfinished:
        sync_meps.delay(unfinished)


@shared_task(ignore_result=True)
def empty_raw_answers() -> None:
    """Throw away old answers of the Parliament's service."""
    syncing.throw_away_old()


@shared_task(ignore_result=True)
def purge_personal_data() -> None:
    """Apply the retention rules."""
    retention.purge()


@shared_task(ignore_result=True)
def export_suppressions() -> None:
    """Add new suppressions to the file outside the database, where one is set."""
    if settings.SUPPRESSION_EXPORT:
        append_to(Path(settings.SUPPRESSION_EXPORT))


@shared_task(ignore_result=True)
def work_on_import(run_id: int) -> None:
    """Check, apply or undo an import with a large file; the row says which."""
    working.work(run_id)


@shared_task(ignore_result=True)
def empty_import_files() -> None:
    """Throw away uploads that nobody finished."""
    uploading.throw_away_old()
