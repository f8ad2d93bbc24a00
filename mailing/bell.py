"""Ringing the doorbell. The database is the queue; a lost ring costs seconds, because beat rings again (DESIGN 5.1)."""

from transport.broker import publish


def ring(mailing_id: int) -> bool:
    """Tell a worker that a mailing has work. Never raises and never waits for a broker that is away.

    Call it after the commit (`transaction.on_commit`). Gives whether the broker took the ring.
    """
    return publish("mailing.tasks.dispatch", [mailing_id])


def ring_due() -> bool:
    """Ask for a look at what is due now, as beat does every few seconds. Never raises."""
    return publish("mailing.tasks.ring_due", [])


def ring_start(mailing_id: int) -> bool:
    """Ask for the start of an issue whose time has come; its readers are frozen there. Never raises."""
    return publish("mailing.tasks.begin_issue", [mailing_id])


def ring_incoming() -> bool:
    """Ask for a look at what came in, as beat does too. Never raises."""
    return publish("mailing.tasks.handle_incoming", [])


def ring_answers() -> bool:
    """Ask for the answers that wait to be sent, as beat does too. Never raises."""
    return publish("mailing.tasks.send_answers", [])


def ring_domains() -> bool:
    """Ask for a look at the domains of senders, as beat does every morning. Never raises."""
    return publish("mailing.tasks.check_domains", [])


def ring_sweep(expires: float) -> bool:
    """Ask for a look at what lost workers left, within so many seconds or not at all. Never raises."""
    return publish("mailing.tasks.sweep", [], expires=expires) and publish(
        "mailing.tasks.ring_due", [], expires=expires
    )
