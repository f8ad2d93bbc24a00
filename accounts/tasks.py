"""Periodic work of the accounts."""

from celery import shared_task

from accounts.sealing import seal


@shared_task
def seal_audit() -> None:
    """Seal what was added to the audit trail; rung by beat, harmless to repeat."""
    seal()
