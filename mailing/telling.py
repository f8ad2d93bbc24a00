"""System mail about a letter: asked, approved, changes asked, done, stopped; in the caller's transaction."""

from typing import Any

from django.conf import settings

from accounts.models import User
from mailing.dispatch.store import counts
from mailing.models import Delivery, Mailing, MailingTransition
from mailing.story import address_of, is_issue
from transport.outbox import queue_mail


def ask(mailing: Mailing, approver: User) -> None:
    """Ask a colleague to read and decide."""
    details = {
        "version": mailing.version,
        "asker": str(mailing.submitted_by),
        "note": mailing.review_note,
        "matched": mailing.matched,
        "recipients": mailing.recipients,
        "sender": str(mailing.sender),
    }
    _tell(approver, "approval-asked", mailing, details)


def tell_decision(mailing: Mailing, asker: User | None, decider: User, *, note: str = "") -> None:
    """Tell who asked that it was approved, or, with a note, that changes are asked."""
    _tell(asker, "changes-asked" if note else "approved", mailing, {"person": str(decider), "note": note})


def tell_done(mailing: Mailing) -> None:
    """Tell who started the sending what became of it."""
    found = counts(mailing.pk)
    details = {
        "recipients": mailing.recipients or 0,
        "accepted": found["sent"],
        "not_known": found["uncertain"],
        "not_sent": found["failed"] + found["cancelled"] + found["skipped"],
    }
    _tell(_starter(mailing), "sending-done", mailing, details)


def tell_stopped(mailing: Mailing, reason: str) -> None:
    """Tell who started the sending that the engine paused it, and why."""
    left = Delivery.objects.filter(mailing=mailing, status=Delivery.Status.QUEUED).count()
    _tell(_starter(mailing), "sending-stopped", mailing, {"reason": reason, "left": left})


def tell_asked(mailing: Mailing, reason: str) -> None:
    """Tell who started the sending that an issue did not start, and why; a person has to say how it goes on."""
    _tell(_starter(mailing), "start-asked", mailing, {"reason": reason})


def _starter(mailing: Mailing) -> User | None:
    """Who said when it leaves."""
    move = mailing.transitions.filter(to_status=Mailing.Status.SCHEDULED).select_related("actor").last()
    return move.actor if move else None


def _tell(to: User | None, purpose: str, mailing: Mailing, details: dict[str, Any]) -> None:
    """Queue one mail; the move just written to the history makes it the only one of its kind for that move."""
    if to is None or not to.is_active:
        return
    move = MailingTransition.objects.filter(mailing=mailing).order_by("-id").values_list("pk", flat=True).first()
    queue_mail(
        purpose=purpose,
        to=to.email,
        language=to.language,
        context={
            "reference": mailing.reference,
            "title": mailing.title,
            "is_issue": is_issue(mailing),
            "url": settings.SITE_URL + address_of(mailing),
            **details,
        },
        dedupe_key=f"{purpose}:{mailing.pk}:{move}",
    )
