"""The task that shows the round: beat rang and a worker answered."""

from celery import shared_task

from desk.pulse import ROUND, beat


@shared_task
def pulse() -> None:
    """Run by a worker because beat rang: both are alive and the broker carries."""
    beat(ROUND)
