"""The tasks of this app: they call one function."""

from celery import shared_task

from advocacy import inviting, timing


@shared_task(ignore_result=True)
def publish_due_statements() -> None:
    """Make public what is scheduled and due."""
    timing.publish_due()


@shared_task(ignore_result=True)
def remind_signatories() -> None:
    """Write to those who have not answered an open sign-on."""
    inviting.remind_all()
