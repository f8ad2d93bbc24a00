"""After a backup was restored: nothing leaves by itself, since what the lost hours sent is not known here any more."""

from dataclasses import asdict, dataclass
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from contacts.suppression_export import merge_from
from mailing import lifecycle
from mailing.models import Mailing
from mailing.states import locked, move_to
from transport.models import SystemMail

Status = Mailing.Status


@dataclass(frozen=True)
class Restored:
    """What was done: mailings paused, system mails held back, suppressions added, people erased again."""

    paused: int
    held_back: int
    added: int = 0
    erased_again: int = 0


def pause_all(*, actor: User | None = None, note: str = "") -> int:
    """Pause every mailing that is being sent or would start by itself; give how many. Harmless twice.

    A scheduled one begins and is paused in one transaction, so that no letter leaves and no approval is lost.
    """
    note = note or _("Everything was paused.")
    paused = 0
    for pk in Mailing.objects.filter(status__in=[Status.SENDING, Status.SCHEDULED]).values_list("pk", flat=True):
        with transaction.atomic():
            row = locked(pk)
            if row.status == Status.SCHEDULED:
                move_to(row, Status.SENDING, actor=actor, changes={"started_at": row.scheduled_at})
            paused += lifecycle.pause(row, actor=actor, note=note)
    return paused


def after_restore(export: Path | None) -> Restored:
    """What to do with a restored database before a worker or beat is started: pause, then merge the suppressions.

    Raises contacts.suppression_export.BadFile or OSError for the file; everything is paused by then.
    """
    note = _("A backup was restored. Look at what was sent since, then resume or stop the rest.")
    paused = pause_all(note=note)
    # An invitation that waited then has most likely left since: never twice by itself.
    held_back = SystemMail.objects.filter(status=SystemMail.Status.QUEUED).update(
        status=SystemMail.Status.UNCERTAIN, last_error="Restored from a backup."
    )
    found = asdict(merge_from(export)) if export else {}
    done = Restored(paused, held_back, **found)
    with transaction.atomic():
        record(None, f"looked after a restored backup: {', '.join(f'{key} {n}' for key, n in asdict(done).items())}")
    return done
