"""The road of a statement: draft → in review → approved by a second person → published → withdrawn.

The only module that changes `Statement.status`. Each step is one transaction: a guarded UPDATE, a StatementVersion, a
sentence in the audit trail and the e-mails it causes. docs/state-machines.md draws it.
"""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import audit
from accounts.models import User
from accounts.roles import users_who_may
from advocacy.models import Statement, StatementVersion, digest_of
from advocacy.plaintext import to_text
from contacts.languages import language_name
from transport.outbox import queue_mail

Status = Statement.Status

TRANSITIONS: dict[str, set[str]] = {
    Status.DRAFT: {Status.IN_REVIEW},
    Status.IN_REVIEW: {Status.DRAFT, Status.APPROVED},
    Status.APPROVED: {Status.DRAFT, Status.PUBLISHED},
    Status.PUBLISHED: {Status.WITHDRAWN},
    Status.WITHDRAWN: set(),
}

# What leaving a status behind clears; the database refuses an approval that outlives its text.
_NOBODY: dict[str, Any] = {"approved_by": None, "approved_at": None, "submitted_by": None, "asked_approver": None}


class PublishingError(Exception):
    """The step cannot be taken; the message says why and what to do, for the person who tried."""


def move_to(
    statement: Statement, status: str, *, actor: User | None, event: str, sentence: str, **changes: Any
) -> StatementVersion:
    """Take one step: change the status if it is still what `statement` says, keep the version, write the trail.

    `sentence` holds `{version}` and `{reference}`. Raises PublishingError when the step is not in TRANSITIONS or
    somebody else moved the statement meanwhile. Refreshes `statement`; gives the version that was written.
    """
    if status not in TRANSITIONS[statement.status]:
        raise PublishingError(
            _("%(reference)s is %(status)s. This step is not possible from there.")
            % {"reference": statement.reference, "status": statement.get_status_display().lower()}
        )
    with transaction.atomic():
        moved = Statement.objects.filter(pk=statement.pk, status=statement.status).update(
            status=status, changed_at=timezone.now(), **changes
        )
        if not moved:
            raise PublishingError(
                _("Somebody else moved %(reference)s a moment ago. Look at it again before you go on.")
                % {"reference": statement.reference}
            )
        version = _write_version(statement, actor=actor, event=event)
        words = sentence.format(version=version.number, reference=statement.reference)
        audit.record(actor, words, about=statement, label=statement.reference)
        statement.refresh_from_db()
    return version


def _write_version(statement: Statement, *, actor: User | None, event: str) -> StatementVersion:
    latest = StatementVersion.objects.filter(statement=statement).order_by("-id").first()
    number = latest.number if latest else 0
    texts = statement.texts_as_json()
    return StatementVersion.objects.create(
        statement=statement,
        number=number + 1 if event == "submitted" else number,
        texts=texts,
        digest=digest_of(texts),
        author=actor,
        event=event,
    )


def submit(statement: Statement, *, actor: User, approver: User | None = None, note: str = "") -> StatementVersion:
    """Ask for review. `approver` is asked by e-mail; without one, everybody who may approve it and is not `actor`."""
    _require(actor, "advocacy.edit")
    _require_complete(statement)
    asked = [person for person in approvers(statement, but=actor) if approver is None or person == approver]
    if approver is not None and not asked:
        raise PublishingError(_("%(name)s cannot approve this statement. Choose somebody else.") % {"name": approver})
    with transaction.atomic():
        version = move_to(
            statement,
            Status.IN_REVIEW,
            actor=actor,
            event="submitted",
            sentence="sent version {version} of {reference} for review",
            submitted_by=actor,
            asked_approver=approver,
            review_note=note[:500],
        )
        for person in asked:
            _tell(person, "approval-asked", version, person=actor, note=note)
    return version


def ask_changes(statement: Statement, *, actor: User, note: str) -> StatementVersion:
    """Send it back to its writers with a comment, which is required."""
    _require(actor, "advocacy.approve")
    if not note.strip():
        raise PublishingError(_("Say what should change; the writer sees only this."))
    _require_status(statement, Status.IN_REVIEW)
    asker = statement.submitted_by
    with transaction.atomic():
        version = move_to(
            statement,
            Status.DRAFT,
            actor=actor,
            event="changes_asked",
            sentence="asked for changes to version {version} of {reference}",
            review_note=note[:500],
            **_NOBODY,
        )
        if asker:
            _tell(asker, "changes-asked", version, person=actor, note=note)
    return version


def approve(statement: Statement, *, actor: User, seen: str = "", note: str = "") -> StatementVersion:
    """Agree to it as a second person. `seen` is the digest of the text that the approver read.

    Raises PublishingError for one's own submission, for a role that may not, and when the text is not the one read.
    """
    _require(actor, "advocacy.approve")
    _require_status(statement, Status.IN_REVIEW)
    if statement.submitted_by_id == actor.pk:
        raise PublishingError(_("You sent this for review. Somebody else must approve it."))
    asker = statement.submitted_by
    try:
        with transaction.atomic():
            version = move_to(
                statement,
                Status.APPROVED,
                actor=actor,
                event="approved",
                sentence="approved version {version} of {reference}",
                approved_by=actor,
                approved_at=timezone.now(),
            )
            _require_read(version, seen)
            if asker:
                _tell(asker, "approved", version, person=actor, note=note)
    except PublishingError:
        statement.refresh_from_db()
        raise
    return version


def _require_read(version: StatementVersion, seen: str) -> None:
    """Refuse an approval of words that the approver has not seen: they are compared under the row's lock."""
    submitted = version.statement.versions.filter(number=version.number, event="submitted").first()
    if version.digest != (seen or version.digest) or (submitted and submitted.digest != version.digest):
        raise PublishingError(_("The text has changed since you opened this page. Read it again."))


def publish(statement: Statement, *, actor: User) -> StatementVersion:
    """Put the approved text on the public pages."""
    _require(actor, "advocacy.edit")
    return move_to(
        statement,
        Status.PUBLISHED,
        actor=actor,
        event="published",
        sentence="published version {version} of {reference}",
        published_at=timezone.now(),
    )


def withdraw(statement: Statement, *, actor: User, note: str = "") -> StatementVersion:
    """Take a published text off the public pages; its address says so from then on."""
    _require(actor, "advocacy.approve")
    return move_to(
        statement,
        Status.WITHDRAWN,
        actor=actor,
        event="withdrawn",
        sentence="withdrew {reference}, version {version}, from the public pages",
        review_note=note[:500],
    )


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
        **_NOBODY,
    )


def approvers(statement: Statement, *, but: User | None = None) -> list[User]:
    """Who may approve it: people with the permission who see it, except the one who sent it for review."""
    people = users_who_may("advocacy.approve")
    insiders = people.filter(affiliations__organisation_id=statement.owner_id) | people.filter(role="administrator")
    own = but.pk if but else statement.submitted_by_id
    return list(insiders.exclude(pk=own).distinct())


def _require(actor: User, permission: str) -> None:
    if not actor.has_perm(permission):
        raise PublishingError(_("Your role does not allow this. Ask an administrator."))


def _require_status(statement: Statement, status: str) -> None:
    if statement.status != status:
        raise PublishingError(
            _("%(reference)s is %(status)s. This step is not possible from there.")
            % {"reference": statement.reference, "status": statement.get_status_display().lower()}
        )


def _require_complete(statement: Statement) -> None:
    texts = list(statement.texts.all())
    if statement.source_language not in {text.language for text in texts}:
        raise PublishingError(_("There is no text in the language it is written in. Add it first."))
    for text in texts:
        if not text.title.strip() or not to_text(text.body):
            raise PublishingError(
                _("The %(language)s version is empty. Write it or remove it, then send it for review.")
                % {"language": language_name(text.language)}
            )


def _tell(to: User, purpose: str, version: StatementVersion, *, person: User, note: str) -> None:
    statement, texts = version.statement, version.texts
    title = texts.get(statement.source_language, next(iter(texts.values()), {})).get("title", "")
    with override(to.language):
        queue_mail(
            purpose=purpose,
            to=to.email,
            language=to.language,
            context={
                "title": title,
                "reference": statement.reference,
                "url": settings.SITE_URL + reverse("advocacy:statement_detail", args=[statement.reference]),
                "person": str(person),
                "note": note,
            },
            dedupe_key=f"{purpose}:statement:{statement.pk}:{version.number}:{to.pk}",
        )
