"""From approved to the end: schedule, undo, start, pause, resume, stop the rest, finish."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.audit import record
from accounts.models import User
from mailing import bell, telling
from mailing.approving import undone_columns, unfreeze
from mailing.dispatch.store import cancel_waiting
from mailing.models import Delivery, Mailing
from mailing.states import FINAL, LifecycleError, Moved, Status, locked, move_to


def schedule(mailing: Mailing, *, actor: User, at: datetime | None = None) -> Mailing:
    """Let an approved mailing leave: now (`at=None`) or at a set time (aware).

    Now means after SEND_HOLD_SECONDS, in which it can be undone; a set time is never earlier than that. Raises
    LifecycleError for a time that has passed.
    """
    now = timezone.now()
    earliest = now + timedelta(seconds=settings.SEND_HOLD_SECONDS)
    if at is not None and at < now:
        raise LifecycleError(_("That time has passed. Choose a later one."))
    with transaction.atomic():
        row = locked(mailing)
        move_to(
            row,
            Status.SCHEDULED,
            actor=actor,
            note=_("now") if at is None else "",
            changes={"scheduled_at": max(at or earliest, earliest)},
        )
        transaction.on_commit(bell.ring_due)
    return row


def undo(mailing: Mailing, *, actor: User) -> Mailing:
    """Take a scheduled mailing back to a draft before its first letter leaves; the approval goes with it."""
    with transaction.atomic():
        row = locked(mailing)
        if row.status != Status.SCHEDULED:
            raise LifecycleError(_("It has started. You can pause it or stop the rest."))
        unfreeze(row)
        move_to(row, Status.DRAFT, actor=actor, note=_("Undone before it left."), changes=undone_columns())
    return row


def start_due() -> list[int]:
    """Start what is due and give the ids of all mailings under way, so that the caller rings for each."""
    now = timezone.now()
    for due in Mailing.objects.filter(status=Status.SCHEDULED, scheduled_at__lte=now):
        try:
            move_to(due, Status.SENDING, actor=None, changes={"started_at": now, "last_activity_at": now})
        except Moved:
            continue  # Undone or started by another beat a moment ago.
    return list(Mailing.objects.filter(status=Status.SENDING).order_by("pk").values_list("pk", flat=True))


def pause(mailing: Mailing, actor: User | None = None, note: str = "") -> bool:
    """Stop taking new letters until somebody resumes. Gives False when it was not sending any more.

    What is in flight ends by itself. The engine calls it without an actor and with the reason.
    """
    with transaction.atomic():
        row = locked(mailing)
        if row.status != Status.SENDING:
            return False
        move_to(row, Status.PAUSED, actor=actor, note=note, changes={"pause_reason": note[:300]})
        if actor is None:
            telling.tell_stopped(row, note)
    return True


def resume(mailing: Mailing, *, actor: User) -> Mailing:
    """Go on where it stopped: nobody is missed, nobody is written to twice."""
    with transaction.atomic():
        row = locked(mailing)
        if row.status != Status.PAUSED:
            raise LifecycleError(_("Only a paused letter can be resumed."))
        move_to(row, Status.SENDING, actor=actor, changes={"last_activity_at": timezone.now()})
        transaction.on_commit(partial(bell.ring, row.pk))
    return row


@dataclass(frozen=True)
class Stopped:
    """What "stop the rest" did: letters that had left or are leaving, and letters that will not be sent."""

    left: int
    cancelled: int

    @property
    def sentence(self) -> str:
        """For the page: "72 already left, 34 will not be sent"."""
        gone = ngettext("%(n)d already left", "%(n)d already left", self.left) % {"n": self.left}
        kept = ngettext("%(n)d will not be sent", "%(n)d will not be sent", self.cancelled) % {"n": self.cancelled}
        return f"{gone}, {kept}."


def stop_the_rest(mailing: Mailing, *, actor: User) -> Stopped:
    """Cancel every letter that has not left, and the mailing with them. Works before the start as well.

    Letters in flight are left to the engine: each gets its own result, and one that comes back for another try is
    cancelled there. The engine opens a window only while it holds the mailing's row, so from here on none starts.
    """
    with transaction.atomic():
        row = locked(mailing)
        if row.status in FINAL or row.frozen_at is None:
            raise LifecycleError(_("There is nothing left to stop."))
        cancelled = cancel_waiting(row.pk)
        gone = [Delivery.Status.SENT, Delivery.Status.UNCERTAIN, Delivery.Status.QUEUED]
        left = Delivery.objects.filter(mailing=row, status__in=gone).count()
        result = Stopped(left=left, cancelled=cancelled)
        record(actor, f"stopped the rest of {row.reference}: {result.sentence}", about=row, label=row.reference)
        move_to(row, Status.CANCELLED, actor=actor, note=result.sentence)
    mailing.refresh_from_db()
    return result


def cancel(mailing: Mailing, *, actor: User, note: str = "") -> Mailing:
    """Give a mailing up before it starts: draft, waiting for approval, approved or scheduled."""
    with transaction.atomic():
        row = locked(mailing)
        if row.status not in (Status.DRAFT, Status.IN_REVIEW, Status.APPROVED, Status.SCHEDULED):
            raise LifecycleError(_("It has started. You can stop the rest instead."))
        Delivery.objects.filter(mailing=row, status=Delivery.Status.QUEUED).update(status=Delivery.Status.CANCELLED)
        # Before the freeze the numbers are those of the review; nobody is in the ledger yet.
        unfrozen = {"matched": None, "recipients": None} if row.frozen_at is None else None
        move_to(row, Status.CANCELLED, actor=actor, note=note, changes=unfrozen)
    return row


def finish_if_done(mailing_id: int) -> bool:
    """End a mailing when no letter is queued or in flight; gives whether it ended now.

    Uncertain letters do not hold a mailing open; they wait for an officer.
    """
    with transaction.atomic():
        row = locked(mailing_id)
        if row.status not in (Status.SENDING, Status.PAUSED):
            return False
        if Delivery.objects.filter(mailing=row, status=Delivery.Status.QUEUED).exists():
            return False
        move_to(row, Status.FINISHED, actor=None)
        telling.tell_done(row)
    return True
