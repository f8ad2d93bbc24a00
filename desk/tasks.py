"""Tasks of the desk: the round of beat and worker, outgoing webhooks, what the API no longer needs."""

from celery import shared_task

from desk.api import limits
from desk.pulse import ROUND, beat
from desk.webhooks import sending


@shared_task
def pulse() -> None:
    """Run by a worker because beat rang: both are alive and the broker carries."""
    beat(ROUND)


@shared_task
def send_webhooks() -> None:
    """Call the webhooks whose messages are due."""
    sending.send_due()


@shared_task
def empty_api() -> None:
    """Delete old counts of the API, keys of calls, and messages of webhooks."""
    limits.empty_old()
    sending.empty_old()
