"""Who takes which step on the road of a statement: review, approval, publication, withdrawal.

Every function here ends in advocacy.road.move_to, the one door between the states; a publication at a time stands in
advocacy.timing.
"""

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from advocacy import kinds, safety, signing
from advocacy.models import Statement, StatementVersion
from advocacy.road import NOBODY, TRANSITIONS, PublishingError, Status, hold, move_to, reopen
from advocacy.story import hour
from contacts.colleagues import insiders_who_may
from transport.outbox import queue_mail

__all__ = [
    "TRANSITIONS",
    "PublishingError",
    "approve",
    "approvers",
    "ask_changes",
    "move_to",
    "publish",
    "reopen",
    "submit",
    "withdraw",
]


def submit(statement: Statement, *, actor: User, approver: User | None = None, note: str = "") -> StatementVersion:
    """Ask for review. `approver` is asked by e-mail; without one, everybody who may approve it and is not `actor`.

    Refused while its kind lacks something, and while nobody has answered for what the safety check found.
    """
    require(actor, "advocacy.edit")
    lacks = kinds.missing_for(statement)
    if lacks:
        raise PublishingError(" ".join(lacks))
    if safety.waits_for_a_person(statement):
        raise PublishingError(
            _("The safety check found something about people in the text. Take it out, or say why it may stay.")
        )
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
            tell(person, "approval-asked", version, person=actor, note=note)
    return version


def ask_changes(statement: Statement, *, actor: User, note: str) -> StatementVersion:
    """Send it back to its writers with a comment, which is required."""
    require(actor, "advocacy.approve")
    if not note.strip():
        raise PublishingError(_("Say what should change; the writer gets it by e-mail."))
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
            **NOBODY,
        )
        if asker:
            tell(asker, "changes-asked", version, person=actor, note=note)
    return version


def approve(statement: Statement, *, actor: User, seen: str = "", note: str = "") -> StatementVersion:
    """Agree to it as a second person. `seen` is the digest of the text that the approver read.

    Raises PublishingError for one's own submission, for a role that may not, and when the text is not the one read.
    """
    require(actor, "advocacy.approve")
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
                tell(asker, "approved", version, person=actor, note=note)
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
    """Put the approved text on the public pages now."""
    require(actor, "advocacy.edit")
    now = timezone.now()
    if statement.embargo_until and statement.embargo_until > now:
        sentence = _("It is under embargo until %(time)s. Set the publication to that time or a later one.")
        raise PublishingError(sentence % {"time": hour(statement.embargo_until)})
    with transaction.atomic():
        hold(statement)
        blocked = blocks(statement)
        if blocked:
            raise PublishingError(" ".join(blocked))
        return move_to(
            statement,
            Status.PUBLISHED,
            actor=actor,
            event="published",
            sentence="published version {version} of {reference}",
            published_at=now,
        )


def blocks(statement: Statement) -> list[str]:
    """Why an approved text cannot become public now, in sentences; none when nothing holds it up."""
    return signing.blocks_publishing(statement) + kinds.unknown_sources(statement.texts.all())


def withdraw(statement: Statement, *, actor: User, note: str = "") -> StatementVersion:
    """Take a published text off the public pages; its address says so from then on."""
    require(actor, "advocacy.approve")
    return move_to(
        statement,
        Status.WITHDRAWN,
        actor=actor,
        event="withdrawn",
        sentence="withdrew {reference}, version {version}, from the public pages",
        review_note=note[:500],
    )


def approvers(statement: Statement, *, but: User | None = None) -> list[User]:
    """Who may approve it: people with the permission who see it, except the one who sent it for review."""
    return insiders_who_may("advocacy.approve", statement.owner_id, but=but.pk if but else statement.submitted_by_id)


def require(actor: User, permission: str) -> None:
    """Refuse a step to somebody whose role does not carry it."""
    if not actor.has_perm(permission):
        raise PublishingError(_("Your role does not allow this. Ask an administrator."))


def _require_status(statement: Statement, status: str) -> None:
    if statement.status != status:
        raise PublishingError(
            _("%(reference)s is %(status)s. This step is not possible from there.")
            % {"reference": statement.reference, "status": statement.get_status_display().lower()}
        )


def tell(to: User, purpose: str, version: StatementVersion, *, person: User, note: str) -> None:
    """Queue the e-mail that a step causes, in the language of its reader."""
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
