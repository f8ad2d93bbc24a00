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
from mailing import bell, recounting, telling
from mailing.approving import undone_columns, unfreeze
from mailing.dispatch import breaker, clock, holding, hours
from mailing.dispatch.store import cancel_waiting, counts, has_queued
from mailing.models import Delivery, Mailing
from mailing.states import FINAL, LifecycleError, Moved, Status, locked, move_to
from mailing.timing import Timing, missed_sentence


def schedule(
    mailing: Mailing,
    *,
    actor: User,
    at: datetime | None = None,
    timing: Timing | None = None,
    first: Delivery | None = None,
) -> Mailing:
    """Let an approved mailing leave: now (`at=None`) or at a set time (aware), at a pace and in hours of the day.

    Now means after SEND_HOLD_SECONDS, in which it can be undone; a set time is never earlier than that. `timing`
    replaces what was chosen before. With `first` that one letter leaves and the rest waits for a person's word.
    Raises LifecycleError for a time that has passed.
    """
    chosen = timing or Timing()
    now = timezone.now()
    earliest = now + timedelta(seconds=settings.SEND_HOLD_SECONDS)
    if at is not None and at < now:
        raise LifecycleError(_("That time has passed. Choose a later one."))
    if chosen.latest_at is not None and chosen.latest_at <= max(at or earliest, earliest):
        raise LifecycleError(_("The latest time comes before the first message. Choose a later one."))
    with transaction.atomic():
        row = locked(mailing)
        move_to(
            row,
            Status.SCHEDULED,
            actor=actor,
            note=_("now") if at is None else "",
            changes={"scheduled_at": max(at or earliest, earliest), **chosen.columns()},
        )
        if first is not None:
            _send_first(row, first, actor)
        transaction.on_commit(bell.ring_due)
    return row


def _send_first(mailing: Mailing, first: Delivery, actor: User) -> None:
    """Hold all letters but one. In the transaction of the schedule."""
    if first.mailing_id != mailing.pk or not holding.hold_all_but(mailing.pk, first.pk):
        raise LifecycleError(_("This person gets no letter any more. Choose another one to write to first."))
    record(actor, f"has one letter of {mailing.reference} sent first", about=mailing, label=mailing.reference)


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
    """Start what is due and give the ids of all mailings under way in their hours, so that the caller rings for each.

    A mailing whose latest time has passed asks instead: it is paused, and who started it is told. An issue is frozen
    first, by a task of its own (mailing.recounting).
    """
    now = clock.now()
    recounting.ring_due(now)
    due_ones = Mailing.objects.filter(status=Status.SCHEDULED, scheduled_at__lte=now, frozen_at__isnull=False)
    for due in due_ones:
        try:
            _start(due, now)
        except Moved:
            continue  # Undone or started by another beat a moment ago.
    for late in Mailing.objects.filter(status=Status.SENDING, latest_at__lte=now):
        pause_missed(late)
    under_way = Mailing.objects.filter(status=Status.SENDING).order_by("pk")
    return [mailing.pk for mailing in under_way if not hours.wait_seconds(mailing, now)]


def _start(due: Mailing, now: datetime) -> None:
    """Start one mailing; in the same transaction it is paused when its latest time has passed already."""
    with transaction.atomic():
        move_to(due, Status.SENDING, actor=None, changes={"started_at": now, "last_activity_at": now})
        if hours.is_missed(due, now):
            pause_missed(due)


def pause_missed(mailing: Mailing) -> bool:
    """Pause a mailing whose latest time has passed while letters wait, and ask who started it. Gives whether it did."""
    with transaction.atomic():
        row = locked(mailing)
        found = counts(row.pk)
        waiting = found["queued"] - found["in_flight"]
        if not hours.is_missed(row, clock.now()) or not waiting:
            return False
        return pause(row, note=missed_sentence(row, waiting))


def pause(mailing: Mailing, actor: User | None = None, note: str = "") -> bool:
    """Stop taking new letters until somebody resumes. Gives False when it was not sending any more.

    What is in flight ends by itself. The engine calls it without an actor and with the reason. An issue that has not
    started, or is being frozen, is approved and waits again.
    """
    with transaction.atomic():
        row = locked(mailing)
        if actor is not None and row.status == Status.SCHEDULED and row.kind == Mailing.Kind.NEWSLETTER:
            recounting.put_off(row, actor=actor, note=note)
            return True
        if row.status != Status.SENDING:
            return False
        move_to(row, Status.PAUSED, actor=actor, note=note, changes={"pause_reason": note[:300]})
        if actor is None:
            telling.tell_stopped(row, note)
    return True


def resume(mailing: Mailing, *, actor: User, is_late_meant: bool = False) -> Mailing:
    """Go on where it stopped: nobody is missed, nobody is written to twice. The breaker counts anew.

    After its latest time only with `is_late_meant`: a person has said that the rest is sent all the same; the latest
    time is dropped. Raises LifecycleError otherwise.
    """
    # Papers are looked through again: one that failed or was lost is made before anything leaves.
    changes: dict[str, object] = {"last_activity_at": timezone.now(), "papers_ready_at": None}
    with transaction.atomic():
        row = locked(mailing)
        if row.status != Status.PAUSED:
            raise LifecycleError(_("Only what is paused can be resumed."))
        note = ""
        if hours.is_missed(row, timezone.now()):
            if not is_late_meant:
                raise LifecycleError(_("Its latest time has passed: say whether the rest is sent now or stopped."))
            changes["latest_at"], note = None, _("After its latest time.")
            record(actor, f"sends the rest of {row.reference} after its latest time", about=row, label=row.reference)
        if holding.is_first_over(row.pk):
            holding.let_go(row.pk)
            note = note or _("The first letter was looked at.")
        move_to(row, Status.SENDING, actor=actor, note=note, changes=changes)
        breaker.reset(row.pk)
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
        is_waiting = row.kind == Mailing.Kind.NEWSLETTER and row.status == Status.SCHEDULED
        if row.status in FINAL or (row.frozen_at is None and not is_waiting):
            raise LifecycleError(_("There is nothing left to stop."))
        cancelled = cancel_waiting(row.pk)
        gone = [Delivery.Status.SENT, Delivery.Status.UNCERTAIN, Delivery.Status.QUEUED]
        left = Delivery.objects.filter(mailing=row, status__in=gone).count()
        result = Stopped(left=left, cancelled=cancelled)
        record(actor, f"stopped the rest of {row.reference}: {result.sentence}", about=row, label=row.reference)
        unfrozen = {"matched": None, "recipients": None} if row.frozen_at is None else None
        move_to(row, Status.CANCELLED, actor=actor, note=result.sentence, changes=unfrozen)
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
    # Most often something is left: that is seen without the lock, for which a worker that fell silent would be waited.
    if has_queued(mailing_id):
        if holding.has_held(mailing_id):
            _wait_after_first(mailing_id)
        return False
    with transaction.atomic():
        row = locked(mailing_id)
        if row.status not in (Status.SENDING, Status.PAUSED):
            return False
        if has_queued(row.pk):
            return False
        move_to(row, Status.FINISHED, actor=None)
        telling.tell_done(row)
    return True


def _wait_after_first(mailing_id: int) -> None:
    """Pause a mailing whose first letter has its result: the rest waits until somebody has looked at it."""
    with transaction.atomic():
        row = locked(mailing_id)
        if row.status != Status.SENDING or not holding.is_first_over(mailing_id):
            return
        found = counts(mailing_id)
        if found["sent"]:
            told = _("The first letter has left. Resume when you have seen it arrive.")
        else:
            told = _("The first letter did not get through. Look at it before you resume.")
        waits = ngettext("%(n)d letter waits for your word.", "%(n)d letters wait for your word.", found["queued"])
        pause(row, note=f"{told} {waits % {'n': found['queued']}}")
