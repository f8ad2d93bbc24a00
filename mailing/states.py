"""The states of a mailing and the one function that moves it. docs/state-machines.md draws this table."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from accounts.registry import announce
from mailing.models import Mailing, MailingTransition

Status = Mailing.Status

# Every move there is. Each state is a key; a move that is not here does not exist (DESIGN 3).
TRANSITIONS: dict[str, frozenset[str]] = {
    Status.DRAFT: frozenset({Status.IN_REVIEW, Status.CANCELLED}),
    Status.IN_REVIEW: frozenset({Status.DRAFT, Status.APPROVED, Status.CANCELLED}),
    Status.APPROVED: frozenset({Status.DRAFT, Status.SCHEDULED, Status.CANCELLED}),
    # An issue asks when its readers have become many more or fewer, and can be paused before it starts.
    Status.SCHEDULED: frozenset({Status.DRAFT, Status.APPROVED, Status.SENDING, Status.CANCELLED}),
    Status.SENDING: frozenset({Status.PAUSED, Status.FINISHED, Status.CANCELLED}),
    Status.PAUSED: frozenset({Status.SENDING, Status.FINISHED, Status.CANCELLED}),
    # A person may send one letter again whose outcome is not known, after everything else is done.
    Status.FINISHED: frozenset({Status.SENDING}),
    Status.CANCELLED: frozenset(),
}
FINAL = frozenset({Status.FINISHED, Status.CANCELLED})
# States in which an edit is possible; all but the first are withdrawn by it.
EDITABLE = (Status.DRAFT, Status.IN_REVIEW, Status.APPROVED, Status.SCHEDULED)

# What the audit trail says, by the state a mailing comes to. {ref} is its reference, {version} its version.
SENTENCES: dict[str, str] = {
    Status.DRAFT: "took {ref} back to a draft",
    Status.IN_REVIEW: "sent version {version} of {ref} for approval",
    Status.APPROVED: "approved version {version} of {ref}",
    Status.SCHEDULED: "scheduled version {version} of {ref}",
    Status.SENDING: "started sending {ref}",
    Status.PAUSED: "paused {ref}",
    Status.FINISHED: "finished sending {ref}",
    Status.CANCELLED: "cancelled {ref}",
}


class LifecycleError(Exception):
    """A move that cannot be made; the message is a sentence for the person who tried."""


class Moved(LifecycleError):
    """Somebody or something else changed the mailing in the meantime: read it again (HTTP 409)."""


class NotAllowed(LifecycleError):
    """This person may not make this move (HTTP 403)."""


def locked(mailing: Mailing | int) -> Mailing:
    """The mailing's row as it stands now, locked until the transaction ends. Call it inside one.

    SQLite has no row locks; its transactions start IMMEDIATE, so the whole file is ours.
    """
    pk = mailing if isinstance(mailing, int) else mailing.pk
    return Mailing.objects.select_for_update(of=("self",)).select_related("sender", "owner").get(pk=pk)


def move_to(
    mailing: Mailing, status: str, *, actor: User | None, note: str = "", changes: dict[str, Any] | None = None
) -> Mailing:
    """Move a mailing from the state this object shows to `status`, and write that down.

    One transaction: a guarded UPDATE on (id, old state, version), the row of the history, the sentence of the audit
    trail. `changes` are further columns set by the same UPDATE. With `actor=None` the system itself acted. Raises
    LifecycleError for a move that does not exist and Moved when the row was no longer as this object shows it.
    """
    old = mailing.status
    if status not in TRANSITIONS.get(old, frozenset()):
        raise LifecycleError(
            _("%(ref)s is %(old)s; it cannot become %(new)s.")
            % {"ref": mailing.reference, "old": _word(old), "new": _word(status)}
        )
    columns = {"status": status, **_stamps(old, status), **(changes or {})}
    with transaction.atomic():
        guarded = Mailing.objects.filter(pk=mailing.pk, status=old, version=mailing.version)
        if not guarded.update(changed_at=timezone.now(), **columns):
            raise Moved(_("%(ref)s was changed in the meantime. Read it again.") % {"ref": mailing.reference})
        MailingTransition.objects.create(
            mailing=mailing,
            from_status=old,
            to_status=status,
            actor=actor,
            actor_label=str(actor) if actor else "Demarche",
            note=note[:500],
            version=mailing.version,
        )
        sentence = SENTENCES[status].format(ref=mailing.reference, version=mailing.version)
        if status == Status.APPROVED and old == Status.SCHEDULED:
            sentence = f"put off the sending of {mailing.reference}"
        if status == Status.SENDING and old != Status.SCHEDULED:
            sentence = f"resumed {mailing.reference}"
        record(actor, sentence, about=mailing, label=mailing.reference)
        if status == Status.FINISHED:
            _announce(mailing)
    for name, value in columns.items():
        setattr(mailing, name, value)
    return mailing


def _announce(mailing: Mailing) -> None:
    about = {"reference": mailing.reference, "kind": mailing.kind, "recipients": mailing.recipients}
    announce("mailing.finished", about)
    if mailing.kind == Mailing.Kind.NEWSLETTER:
        announce("issue.sent", about | {"list_id": mailing.contact_list_id})


def _word(status: str) -> str:
    labels = {value: str(label) for value, label in Status.choices}
    return labels.get(status, status).lower()


def _stamps(old: str, new: str) -> dict[str, Any]:
    """Times and reasons that belong to a state: the database holds finished_at ⇔ final."""
    stamps: dict[str, Any] = {}
    if new in FINAL:
        stamps["finished_at"] = timezone.now()
    elif old in FINAL:
        stamps["finished_at"] = None
    if old == Status.PAUSED:
        stamps["pause_reason"] = ""
    return stamps
