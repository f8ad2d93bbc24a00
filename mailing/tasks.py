"""The tasks of this app: they carry an id and call one function."""

from celery import shared_task

from mailing import answering, collecting, domain_health, endings, handling, informing, recounting
from mailing.dispatch import recovery, sending


# Above the 600 s a server may take to answer the final dot: a limit in that wait would make a letter uncertain.
@shared_task(ignore_result=True, soft_time_limit=1200, time_limit=1260)
def dispatch(mailing_id: int) -> None:
    """One turn of this worker over one mailing."""
    sending.run(mailing_id)


@shared_task(ignore_result=True)
def ring_due() -> None:
    """Start what is due and ring for what is under way."""
    recovery.ring_due()


# Longer than the lease of a freeze: two who freeze one issue meet in the database, and one of them leaves nothing.
@shared_task(ignore_result=True, soft_time_limit=240, time_limit=270)
def begin_issue(mailing_id: int) -> None:
    """Freeze the readers of an issue and start it."""
    recounting.begin(mailing_id)


@shared_task(ignore_result=True)
def sweep() -> None:
    """Free what workers that died were holding."""
    recovery.sweep()


@shared_task(ignore_result=True)
def handle_incoming() -> None:
    """Handle provider events and mail that were stored."""
    handling.handle_waiting()


@shared_task(ignore_result=True)
def send_answers() -> None:
    """Send what colleagues answered to one person."""
    answering.send_due()


@shared_task(ignore_result=True)
def collect_mail() -> None:
    """Fetch new messages from the IMAP folder, where one is configured."""
    collecting.collect()


@shared_task(ignore_result=True)
def empty_incoming() -> None:
    """Empty returned mail after its time."""
    handling.empty_old()


@shared_task(ignore_result=True)
def note_informed() -> None:
    """Note who has been informed by their first letter."""
    informing.note_informed()


@shared_task(ignore_result=True)
def check_domains() -> None:
    """Ask the DNS about the domains of senders, where this installation asks it."""
    domain_health.check_all()


@shared_task(ignore_result=True)
def end_subscriptions() -> None:
    """End the subscriptions of those who complained, are gone, or whose issues came back."""
    endings.end_all()
