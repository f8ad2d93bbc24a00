"""The start of an issue: its readers are frozen now, and it asks where their number has moved by more than a tenth.

Nobody is held up while the rows are written: the row of the mailing is locked at the very end, and whatever was changed
until then (an edit, an undo, another beat) wins and leaves nothing of the freeze.
"""

from datetime import datetime, timedelta
from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from mailing import archive, audience, bell, telling
from mailing.approving import MAY_MOVE, undone_columns
from mailing.digests import rules_digest_of
from mailing.dispatch import clock, hours
from mailing.dispatch.failpoints import failpoint
from mailing.models import Mailing
from mailing.states import LifecycleError, Moved, Status, locked, move_to
from mailing.timing import missed_sentence

# So long nobody else begins to freeze an issue that a worker is freezing; a lost worker is waited for as long. It only
# saves work: two who freeze one issue meet in the database, and one of them leaves nothing.
LEASE = timedelta(minutes=2)


class Asks(Exception):
    """The number of readers has moved too far; `now` is what it is."""

    def __init__(self, now: int) -> None:
        super().__init__(now)
        self.now = now


class Differs(Exception):
    """Something that was approved is another one now."""


def due(now: datetime) -> QuerySet[Mailing]:
    """Issues whose time has come and that nobody is freezing."""
    waiting = Mailing.objects.filter(kind=Mailing.Kind.NEWSLETTER, status=Status.SCHEDULED, scheduled_at__lte=now)
    return waiting.filter(Q(freezing_until__isnull=True) | Q(freezing_until__lte=now), frozen_at__isnull=True)


def ring_due(now: datetime) -> int:
    """Ask a worker for the start of each issue that is due; gives how many bells were rung."""
    return sum(bell.ring_start(pk) for pk in due(now).values_list("pk", flat=True))


def begin_due() -> int:
    """Start all that is due here and now, where no broker carries bells; gives how many started."""
    return sum(begin(pk) for pk in due(clock.now()).values_list("pk", flat=True))


def begin(mailing_id: int) -> bool:
    """Freeze one issue and start it, in one transaction; gives whether it is being sent now.

    It does not start, and nothing of it is frozen, when it was undone or edited meanwhile; when what was approved is
    another one now (it is a draft again); and when its readers are more than a tenth more or fewer (it asks).
    """
    now = clock.now()
    if not due(now).filter(pk=mailing_id).update(freezing_until=now + LEASE):
        return False
    mailing = Mailing.objects.select_related("sender", "owner", "contact_list").get(pk=mailing_id)
    try:
        return _freeze(mailing)
    except Asks as asks:
        _ask(mailing, asks.now)
    except Differs:
        _take_back(mailing)
    except (Moved, IntegrityError):
        # Undone, edited or started by somebody else while the rows were written; theirs stands.
        Mailing.objects.filter(pk=mailing_id, status=Status.SCHEDULED).update(freezing_until=None)
    return False


def _is_due(mailing: Mailing) -> bool:
    return mailing.scheduled_at is not None and mailing.scheduled_at <= clock.now()


def expected(mailing: Mailing) -> int:
    """The number that was approved, or to which a person has agreed since."""
    return mailing.recounted if mailing.recounted is not None else mailing.recipients or 0


def _freeze(mailing: Mailing) -> bool:
    with transaction.atomic():
        matched, recipients = audience.write_deliveries(mailing)
        row = locked(mailing)
        if (row.status, row.version) != (mailing.status, mailing.version) or not _is_due(row):
            raise Moved
        if rules_digest_of(row, row.recipients or 0) != row.approved_digest:
            raise Differs
        # As the person has agreed by now: they may have answered while the rows were written.
        if not recipients or abs(recipients - expected(row)) > expected(row) * MAY_MOVE:
            raise Asks(recipients)
        now = clock.now()
        audience.seal(row, matched, recipients)
        archive.freeze_web(row)
        changes = {"started_at": now, "last_activity_at": now, "freezing_until": None}
        move_to(row, Status.SENDING, actor=None, changes=changes)
        if hours.is_missed(row, now):
            _pause_missed(row)
        failpoint("c0-commit")
        transaction.on_commit(partial(bell.ring, row.pk))
    return True


def _pause_missed(row: Mailing) -> None:
    note = missed_sentence(row, row.recipients or 0)
    move_to(row, Status.PAUSED, actor=None, note=note, changes={"pause_reason": note[:300]})
    telling.tell_stopped(row, note)


def moved_words(mailing: Mailing, now: int) -> str:
    """ "1,842 when it was approved, 2,310 now"."""
    then = mailing.recipients or 0
    return _("%(then)s readers when it was approved, %(now)s now.") % {"then": f"{then:,}", "now": f"{now:,}"}


def _ask(mailing: Mailing, now: int) -> None:
    """Back to approved with the number that was found: a person says whether it goes to so many."""
    with transaction.atomic():
        row = locked(mailing)
        if (row.status, row.version) != (Status.SCHEDULED, mailing.version):
            return
        note = moved_words(row, now)
        changes = {"recounted": now, "scheduled_at": None, "freezing_until": None}
        move_to(row, Status.APPROVED, actor=None, note=note, changes=changes)
        telling.tell_asked(row, note)


def _take_back(mailing: Mailing) -> None:
    """To a draft: text, readers, sender or counting are not what was approved."""
    with transaction.atomic():
        row = locked(mailing)
        if (row.status, row.version) != (Status.SCHEDULED, mailing.version):
            return
        note = _("The text, the list, the sender or the counting of clicks is not what was approved any more.")
        telling.tell_asked(row, note)
        move_to(row, Status.DRAFT, actor=None, note=note, changes=undone_columns())


def put_off(row: Mailing, *, actor: User, note: str) -> None:
    """Pause an issue that has not started: it is approved and waits again. In the transaction that locked the row."""
    if row.kind != Mailing.Kind.NEWSLETTER or row.status != Status.SCHEDULED:
        raise LifecycleError(_("It is not sending any more."))
    move_to(row, Status.APPROVED, actor=actor, note=note, changes={"scheduled_at": None, "freezing_until": None})


def is_asking(mailing: Mailing) -> bool:
    """Whether it waits for a person's word about its number of readers."""
    return mailing.status == Status.APPROVED and mailing.recounted is not None
