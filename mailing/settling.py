"""Letters and issues' messages whose outcome is not known: a person decides, and the decision is written down."""

import uuid
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from mailing import bell
from mailing.models import Delivery, DeliveryEvent
from mailing.states import LifecycleError, Moved, Status, locked, move_to
from mailing.story import is_issue

DECISIONS = {
    "resend": "had one {what} of {ref} sent again whose outcome was not known",
    "treat_as_sent": "treats one {what} of {ref} as arrived whose outcome was not known",
    "treat_as_not_sent": "treats one {what} of {ref} as not sent whose outcome was not known",
}


def settle(delivery: Delivery, *, actor: User, decision: str) -> Delivery:
    """Settle one uncertain delivery: `resend`, `treat_as_sent` or `treat_as_not_sent`.

    A letter sent again keeps its Message-ID, so that many mail programs show it once. Raises Moved when the letter
    was settled in the meantime, LifecycleError for an unknown decision and for a resend of a stopped mailing.
    """
    if decision not in DECISIONS:
        raise LifecycleError(_("Choose to send it again, to treat it as arrived or to treat it as not sent."))
    with transaction.atomic():
        mailing = locked(delivery.mailing_id)
        if decision == "resend" and mailing.status == Status.CANCELLED:
            raise LifecycleError(_("This mailing was stopped: nothing of it is sent any more."))
        open_rows = Delivery.objects.filter(pk=delivery.pk, status=Delivery.Status.UNCERTAIN)
        if not open_rows.update(**_columns(decision)):
            issue, letter = (
                _("Somebody has settled this message already."),
                _("Somebody has settled this letter already."),
            )
            raise Moved(issue if is_issue(mailing) else letter)
        DeliveryEvent.objects.create(
            delivery=delivery, kind=decision, dedupe_key=f"settled:{uuid.uuid4()}", actor_label=str(actor)
        )
        what = "message" if is_issue(mailing) else "letter"
        sentence = DECISIONS[decision].format(what=what, ref=mailing.reference)
        record(actor, sentence, about=mailing, label=mailing.reference)
        if decision == "resend" and mailing.status == Status.FINISHED:
            # A person asks for it now, so the latest time of the first sending is over.
            note = _("One message is sent again.") if is_issue(mailing) else _("One letter is sent again.")
            move_to(mailing, Status.SENDING, actor=actor, note=note, changes={"latest_at": None})
        if decision == "resend":
            transaction.on_commit(partial(bell.ring, mailing.pk))
    delivery.refresh_from_db()
    return delivery


def settle_all(deliveries: Iterable[Delivery], *, actor: User, decision: str) -> int:
    """Settle each of these as `settle` does, one by one; give how many. One that was settled meanwhile is passed over.

    Raises LifecycleError as `settle` does, after those before it.
    """
    count = 0
    for delivery in deliveries:
        try:
            settle(delivery, actor=actor, decision=decision)
        except Moved:
            continue
        count += 1
    return count


def reopen(mailing_id: int) -> None:
    """Go on with a finished mailing of which one letter turned out not to have left. In the caller's transaction."""
    mailing = locked(mailing_id)
    if mailing.status == Status.FINISHED:
        note = (
            _("One message had not left after all.") if is_issue(mailing) else _("One letter had not left after all.")
        )
        move_to(mailing, Status.SENDING, actor=None, note=note)
        transaction.on_commit(partial(bell.ring, mailing_id))


def _columns(decision: str) -> dict[str, Any]:
    now = timezone.now()
    if decision == "resend":
        return {"status": Delivery.Status.QUEUED, "next_attempt_at": now, "error_kind": ""}
    if decision == "treat_as_sent":
        return {"status": Delivery.Status.SENT, "sent_at": now, "next_attempt_at": None}
    return {"status": Delivery.Status.FAILED, "failed_at": now, "next_attempt_at": None}
