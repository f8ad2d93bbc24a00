"""The states of a statement and the one door between them (docs/state-machines.md draws it).

Each step is one transaction: a guarded UPDATE, a StatementVersion and a sentence in the audit trail. Who takes which
step, and when, stands in advocacy.publishing.
"""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from accounts.registry import announce
from advocacy.models import Statement, StatementVersion, digest_of

Status = Statement.Status

TRANSITIONS: dict[str, set[str]] = {
    Status.DRAFT: {Status.IN_REVIEW},
    Status.IN_REVIEW: {Status.DRAFT, Status.APPROVED},
    Status.APPROVED: {Status.DRAFT, Status.SCHEDULED, Status.PUBLISHED},
    Status.SCHEDULED: {Status.DRAFT, Status.APPROVED, Status.PUBLISHED},
    Status.PUBLISHED: {Status.WITHDRAWN},
    Status.WITHDRAWN: set(),
}

# What leaving a status behind clears; the database refuses an approval, or a time, that outlives its text.
NOBODY: dict[str, Any] = {
    "approved_by": None,
    "approved_at": None,
    "submitted_by": None,
    "asked_approver": None,
    "publish_at": None,
}


class PublishingError(Exception):
    """The step cannot be taken; the message says why and what to do, for the person who tried."""


def move_to(
    statement: Statement,
    status: str,
    *,
    actor: User | None,
    event: str,
    sentence: str,
    **changes: Any,
) -> StatementVersion:
    """Take one step: change the status if it is still what `statement` says, keep the version, write the trail.

    `sentence` holds `{version}` and `{reference}`. The time of publication must still be what `statement` says as well,
    so that a time which somebody moved is not taken for the old one. Raises
    PublishingError when the step is not in TRANSITIONS or somebody else moved the statement meanwhile. Refreshes
    `statement`; gives the version that was written.
    """
    if status not in TRANSITIONS[statement.status]:
        raise PublishingError(
            _("%(reference)s is %(status)s. This step is not possible from there.")
            % {"reference": statement.reference, "status": statement.get_status_display().lower()}
        )
    with transaction.atomic():
        same = Statement.objects.filter(pk=statement.pk, status=statement.status, publish_at=statement.publish_at)
        if not same.update(status=status, changed_at=timezone.now(), **changes):
            raise PublishingError(
                _("Somebody else moved %(reference)s a moment ago. Look at it again before you go on.")
                % {"reference": statement.reference}
            )
        statement.refresh_from_db()
        version = _write_version(statement, actor=actor, event=event)
        words = sentence.format(version=version.number, reference=statement.reference)
        audit.record(actor, words, about=statement, label=statement.reference)
        if status == Status.PUBLISHED:
            about = {"reference": statement.reference, "kind": statement.kind, "languages": sorted(version.texts)}
            announce("statement.published", about)
    return version


def hold(statement: Statement) -> None:
    """Lock a statement's row until the end of the transaction: an answer by a signer's link waits for it."""
    Statement.objects.select_for_update().get(pk=statement.pk)


def _write_version(statement: Statement, *, actor: User | None, event: str) -> StatementVersion:
    latest = StatementVersion.objects.filter(statement=statement).order_by("-id").first()
    number = latest.number if latest else 0
    texts = statement.texts_as_json()
    return StatementVersion.objects.create(
        statement=statement,
        number=number + 1 if event == "submitted" else number,
        texts=texts,
        details=_facts(statement),
        digest=digest_of(texts),
        author=actor,
        event=event,
    )


def _facts(statement: Statement) -> dict[str, Any]:
    """What was approved beside the words: the facts of its kind and the files, by their SHA-256."""
    facts: dict[str, Any] = dict(statement.details)
    if statement.embargo_until:
        facts["embargo_until"] = statement.embargo_until.isoformat()
    files = statement.attachments.values_list("name", "size", "sha256")
    if files:
        facts["attachments"] = [{"name": name, "size": size, "sha256": digest} for name, size, digest in files]
    return facts


def reopen(statement: Statement, *, actor: User) -> StatementVersion | None:
    """Send it back to draft because somebody edits it. A draft stays one; what was published is refused."""
    if statement.status == Status.DRAFT:
        return None
    return move_to(
        statement,
        Status.DRAFT,
        actor=actor,
        event="edited",
        sentence="edited {reference}; version {version} went back to draft",
        review_note="",
        **NOBODY,
    )


def require_editable(statement: Statement) -> None:
    """Refuse to change what was published: it stays as it was."""
    if not statement.is_editable:
        raise PublishingError(_("What was published stays as it was. Make a new version to change it."))
