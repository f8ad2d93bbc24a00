"""Bells of the outbox."""

from celery import shared_task

from transport.outbox import empty_sent, send_due


@shared_task
def send_outbox() -> None:
    """Send the system mail that is due."""
    send_due()


@shared_task
def empty_outbox() -> None:
    """Empty system mail that is older than 30 days."""
    empty_sent()
