"""Sending once more what certainly did not arrive: it failed, or it came back. One copy a recipient (docs/report.md).

A row goes back to `queued` by one guarded UPDATE and leaves through the engine's retry lane, with the same Message-ID.
What nobody knows about (`uncertain`, or "treated as not sent") is not sent from here: mailing.settling asks a person.
"""

import uuid
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, Substr
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.audit import record
from accounts.models import User
from mailing import bell, outcomes
from mailing.dispatch import breaker
from mailing.models import Delivery, DeliveryEvent, Mailing
from mailing.states import LifecycleError, Moved, Status, locked, move_to

Kind = Delivery.ErrorKind
# What the history calls it (mailing.signs).
RETRIED = "retried"
# Nobody and nothing says that a copy arrived.
NO_SIGN = Q(delivered_at__isnull=True, replied_at__isnull=True, complained_at__isnull=True)
# Nothing of these was accepted by anybody: a server refused, or it could not be made.
FAILED = Q(status=Delivery.Status.FAILED) & ~Q(error_kind=Kind.OUTCOME_UNKNOWN) & NO_SIGN
# Of those, the ones that were only put off, again and again, until we gave up.
PASSING = Q(status=Delivery.Status.FAILED, error_kind=Kind.TRANSIENT, bounced_at__isnull=True) & NO_SIGN
# A server took these, and they came back.
CAME_BACK = Q(status=Delivery.Status.SENT, bounced_at__isnull=False) & NO_SIGN


def certainly_missing() -> QuerySet[Delivery]:
    """Letters that certainly did not arrive. An automatic reply that names a letter proves that a copy did."""
    answered = DeliveryEvent.objects.filter(delivery=OuterRef("pk"), kind=outcomes.AUTO_REPLIED)
    return Delivery.objects.filter(FAILED | CAME_BACK).filter(~Exists(answered))


def why_not_again(delivery: Delivery) -> str:
    """Why a letter is not sent again, as a sentence; "" when it may be. One query for most letters."""
    if delivery.email is None:
        return _("The address is gone: the person was erased.")
    if delivery.status == Delivery.Status.FAILED and delivery.error_kind == Kind.OUTCOME_UNKNOWN:
        return _("Nobody knows whether this letter arrived, so it is not sent a second time.")
    if certainly_missing().filter(pk=delivery.pk).exists():
        return ""
    return _("A copy of this letter has arrived, or is on its way.")


def retry(delivery: Delivery, *, actor: User) -> None:
    """Send one letter again that failed, to the same address. Raises LifecycleError, and Moved when it is too late."""
    with transaction.atomic():
        mailing = open_to_retries(delivery.mailing_id)
        row = held(delivery)
        send_again(row, RETRIED, actor=actor)
        record(actor, f"had one letter of {mailing.reference} sent again that had failed", about=mailing,
               label=mailing.reference)  # fmt: skip
        wake(mailing, 1, actor=actor)


def retry_passing(mailing: Mailing, *, actor: User) -> int:
    """Try every letter again that failed for a passing reason; give how many. Three statements, however many.

    Raises LifecycleError when there is none, or when the mailing was stopped.
    """
    with transaction.atomic():
        row = open_to_retries(mailing.pk)
        now = timezone.now()
        missing = certainly_missing().filter(PASSING, mailing=row, email__isnull=False)
        count = missing.update(status=Delivery.Status.QUEUED, next_attempt_at=now, error_kind="", failed_at=None)
        if not count:
            raise LifecycleError(_("No letter waits for that: none failed for a passing reason."))
        _note_all(row, now, actor=actor)
        sentence = ngettext("had %(n)d letter of %(ref)s tried again that had failed for a passing reason",
                            "had %(n)d letters of %(ref)s tried again that had failed for a passing reason",
                            count)  # fmt: skip
        record(actor, sentence % {"n": count, "ref": row.reference}, about=row, label=row.reference)
        wake(row, count, actor=actor)
    return count


def open_to_retries(mailing_id: int) -> Mailing:
    """The mailing, locked, if letters of it may still leave. Raises LifecycleError otherwise. Call in a transaction."""
    mailing = locked(mailing_id)
    if mailing.status == Status.CANCELLED:
        raise LifecycleError(_("This mailing was stopped: nothing of it is sent any more."))
    if mailing.status not in (Status.SENDING, Status.PAUSED, Status.FINISHED):
        raise LifecycleError(_("It has not started yet."))
    return mailing


def held(delivery: Delivery) -> Delivery:
    """The row as it stands, locked, if it certainly did not arrive. Raises Moved otherwise. Call in a transaction."""
    row = certainly_missing().select_for_update(of=("self",)).filter(pk=delivery.pk, email__isnull=False).first()
    if row is None:
        raise Moved(_("It is not missing any more, or somebody has sent it again already. Read its page again."))
    return row


def send_again(row: Delivery, kind: str, *, actor: User, changes: dict[str, Any] | None = None) -> None:
    """Put one held row back into the queue and keep in its history what was said before. `changes`: more columns."""
    said = f"{row.error_code} {row.error_detail}".strip()[:300]
    key = f"{kind}:{uuid.uuid4()}"
    DeliveryEvent.objects.create(delivery=row, kind=kind, detail=said, dedupe_key=key, actor_label=str(actor))
    columns = {"status": Delivery.Status.QUEUED, "next_attempt_at": timezone.now(), "error_kind": ""}
    empty = dict.fromkeys(("sent_at", "failed_at", "bounced_at"))
    same = Delivery.objects.filter(pk=row.pk, status=row.status, attempts=row.attempts)
    if not same.update(**columns, **empty, **(changes or {})):
        raise Moved(_("It is not missing any more, or somebody has sent it again already. Read its page again."))


def wake(mailing: Mailing, count: int, *, actor: User) -> None:
    """Go on with a finished mailing, and ring. A paused one stays paused until somebody resumes it."""
    if mailing.status == Status.FINISHED:
        # A person asks for it now, so the latest time of the first sending is over, and refusals count anew.
        note = ngettext("%(n)d letter is sent again.", "%(n)d letters are sent again.", count) % {"n": count}
        move_to(mailing, Status.SENDING, actor=actor, note=note, changes={"latest_at": None})
        breaker.reset(mailing.pk)
    transaction.on_commit(partial(bell.ring, mailing.pk))


def _note_all(mailing: Mailing, now: datetime, *, actor: User) -> None:
    """One line in the history of each row that waits since exactly `now`: INSERT … SELECT, for any number of them."""
    rows = Delivery.objects.filter(mailing=mailing, status=Delivery.Status.QUEUED, next_attempt_at=now).order_by()
    columns: dict[str, Any] = {
        "delivery_id": F("pk"),
        "kind": Value(RETRIED),
        "detail": Substr(Concat(F("error_code"), Value(" "), F("error_detail")), 1, 300),
        "dedupe_key": Concat(Value(f"{RETRIED}:{uuid.uuid4()}:"), Cast("pk", CharField())),
        "actor_label": Value(str(actor)),
        "at": Value(now),
    }
    selected = rows.annotate(**{f"col_{name}": value for name, value in columns.items()})
    sql, values = selected.values_list(*(f"col_{name}" for name in columns)).query.sql_with_params()
    quote = connection.ops.quote_name
    into = ", ".join(map(quote, columns))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {quote(DeliveryEvent._meta.db_table)} ({into}) {sql}", values)
