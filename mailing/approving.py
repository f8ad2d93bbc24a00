"""Approval by a second person: send for review, approve, ask for changes, and what an edit does to all of it.

An approval is bound to a digest of the texts, the resolved recipients and the sender. It is computed again from the
frozen rows inside the transaction of the approval, so what a person read is what leaves, or nothing does.
"""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Prefetch, Q, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import AuditEvent, User
from contacts.counting import most
from mailing import audience, telling
from mailing.digests import audience_digest_of, digest_of, rules_digest_of, with_shape
from mailing.dispatch.failpoints import failpoint
from mailing.models import AudienceRule, Delivery, DeliveryChunk, DeliveryEvent, Mailing, Review
from mailing.places import shape_of
from mailing.states import EDITABLE, LifecycleError, Moved, NotAllowed, Status, locked, move_to

# Saves of one person within this time are one edit.
SAME_SITTING = timedelta(minutes=10)
# How far the number of a newsletter's people may move between reading and approval (DESIGN 4).
MAY_MOVE = 0.1


def submit(mailing: Mailing, *, actor: User, approver: User, note: str = "") -> Mailing:
    """Send a draft to a colleague for approval; records the digest of what they are asked to read.

    Raises NotAllowed for an approver who may not approve it, LifecycleError when the checklist still blocks.
    """
    from mailing import checklist  # The checklist reads the lifecycle's words; imported late against a circle.

    with transaction.atomic():
        row = _locked_to_read(mailing)
        may_decide(row, approver, submitted_by=actor)
        blocking = checklist.run(row).blocking
        if blocking:
            raise LifecycleError(_("Not yet: %(first)s") % {"first": blocking[0].title})
        row.matched, row.recipients, preview = _counted(row)
        changes = {
            "submitted_by": actor,
            "submitted_at": timezone.now(),
            "asked_approver": approver,
            "review_note": note[:500],
            "review_digest": audience_digest_of(row, preview),
            "matched": row.matched,
            "recipients": row.recipients,
        }
        move_to(row, Status.IN_REVIEW, actor=actor, note=note, changes=changes)
        telling.ask(row, approver)
    return _let_go(row)


def _locked_to_read(mailing: Mailing) -> Mailing:
    """The row, locked, with its texts and rules as they stand now: the checklist, the digest and what is kept of a
    decision look at them a dozen times while others wait for the row."""
    row = locked(mailing)
    rules = AudienceRule.objects.select_related("segment", "contact_list", "received")
    prefetch_related_objects([row], "contents", "contact_list", Prefetch("audience_rules", rules))
    return row


def _let_go(row: Mailing) -> Mailing:
    """The same row without the texts and rules that were read for a decision: others may change them from here on."""
    row.refresh_from_db(fields=["contents", "audience_rules"])
    return row


def _counted(mailing: Mailing) -> tuple[int, int, audience.AudiencePreview]:
    """Matched, recipients and the preview; a newsletter's people are counted by the database and not read."""
    if mailing.kind == Mailing.Kind.NEWSLETTER:
        matched, recipients = audience.count(mailing)
        return matched, recipients, audience.AudiencePreview(matched, recipients)
    preview = audience.preview(mailing)
    return preview.matched, preview.recipients, preview


def may_decide(mailing: Mailing, actor: User, *, submitted_by: User | None = None) -> None:
    """Raise NotAllowed, with the reason, unless this person may approve this mailing."""
    own = {mailing.author_id, submitted_by.pk if submitted_by else mailing.submitted_by_id}
    if actor.pk in own:
        if mailing.kind == Mailing.Kind.NEWSLETTER:
            raise NotAllowed(_("You cannot approve your own issue. A colleague has to read it first."))
        raise NotAllowed(_("You cannot approve your own letter. A colleague has to read it first."))
    if not actor.has_perm("mailing.approve"):
        raise NotAllowed(_("%(name)s may not approve mailings.") % {"name": actor})


def approve(mailing: Mailing, *, actor: User, digest: str, seen: int | None = None) -> Mailing:
    """Approve what was read; a letter is frozen into deliveries, in the same transaction.

    `digest` is that of the page the approver read (`reading_digest`), `seen` its number of people. Raises NotAllowed
    for one's own letter, Moved when text, people or sender are not those of the page any more and LifecycleError when
    the checklist blocks by now. What was read is kept (mailing.reviewing).
    """
    from mailing import checklist, reviewing  # As in `submit`.

    with transaction.atomic():
        row = _locked_to_read(mailing)
        may_decide(row, actor)
        if row.status != Status.IN_REVIEW:
            raise Moved(_("It is not waiting for approval any more. Read it again."))
        is_newsletter = row.kind == Mailing.Kind.NEWSLETTER
        then = row.recipients if seen is None or is_newsletter else seen
        found = checklist.run(row)
        # A letter's people are frozen here; an issue's when it starts (mailing.recounting), so they are only counted.
        matched, recipients = audience.count(row) if is_newsletter else audience.freeze(row)
        if recipients > most() and not is_newsletter:
            # The checklist refused such a letter; its audience has grown since.
            raise Moved(moved_sentence(then, recipients))
        if not _is_as_read(row, digest, then=then, now=recipients):
            raise Moved(moved_sentence(then, recipients))
        if not recipients:
            raise LifecycleError(_("Nobody would get it. Change the audience first."))
        if found.blocking:
            raise LifecycleError(_("Not yet: %(first)s") % {"first": found.blocking[0].title})
        reviewing.keep(row, found, actor=actor, decision=Review.Decision.APPROVED, digest=digest)
        changes = {
            "approver": actor,
            "approved_at": timezone.now(),
            "approved_digest": digest,
            # Of an issue the number that was read stays: its start is compared with it.
            "matched": row.matched if is_newsletter else matched,
            "recipients": row.recipients if is_newsletter else recipients,
        }
        move_to(row, Status.APPROVED, actor=actor, changes=changes)
        telling.tell_decision(row, row.submitted_by, actor)
        failpoint("c0-commit")
    return _let_go(row)


def _is_as_read(mailing: Mailing, digest: str, *, then: int | None, now: int) -> bool:
    """Whether the frozen rows are what the approver read.

    A letter's rows are compared one by one. A newsletter's rules and texts are, and the number of people may have
    moved by a tenth: subscribers come and go while somebody reads.
    """
    if mailing.kind == Mailing.Kind.NEWSLETTER:
        seen = then or 0
        return rules_digest_of(mailing, seen) == digest and abs(now - seen) <= seen * MAY_MOVE
    frozen = Delivery.objects.filter(mailing=mailing).exclude(status=Delivery.Status.SKIPPED)
    rows = frozen.values_list("contact_id", "email_key", "language", "context__passages")
    return digest_of(mailing, [with_shape(row[:3], shape_of({"passages": row[3]})) for row in rows]) == digest


def moved_sentence(then: int | None, now: int) -> str:
    """Why an approval is refused: the audience is another one than the approver read."""
    if then is not None and then != now:
        sentence = _("The audience changed since you read it: %(then)d then, %(now)d now. Read it again.")
        return sentence % {"then": then, "now": now}
    return _("The text, the people or the sender changed since you read it. Read it again.")


def ask_changes(mailing: Mailing, *, actor: User, note: str) -> Mailing:
    """Send it back to its author with a comment, which is required; what was read is kept."""
    from mailing import checklist, reviewing  # As in `submit`.

    if not note.strip():
        raise LifecycleError(_("Say what should change. The comment is kept."))
    with transaction.atomic():
        row = _locked_to_read(mailing)
        may_decide(row, actor)
        if row.status != Status.IN_REVIEW:
            raise Moved(_("It is not waiting for approval any more. Read it again."))
        asker = row.submitted_by
        found, decision = checklist.run(row), Review.Decision.CHANGES
        reviewing.keep(row, found, actor=actor, decision=decision, digest=row.review_digest, note=note)
        changes = undone_columns() | {"review_note": note[:500]}
        move_to(row, Status.DRAFT, actor=actor, note=note, changes=changes)
        telling.tell_decision(row, asker, actor, note=note[:500])
    return _let_go(row)


def withdraw(mailing: Mailing, *, actor: User, note: str = "") -> Mailing:
    """Take a mailing that waits, is approved or is scheduled back to a draft; its frozen rows go."""
    with transaction.atomic():
        row = locked(mailing)
        if row.status not in EDITABLE or row.status == Status.DRAFT:
            raise LifecycleError(_("Only what waits, is approved or is scheduled can be taken back."))
        unfreeze(row)
        move_to(row, Status.DRAFT, actor=actor, note=note, changes=undone_columns())
    return row


def record_edit(mailing: Mailing, *, actor: User, what: str) -> Mailing:
    """Call it in the transaction of every edit, before writing: raises the version and withdraws an approval.

    `what` continues a sentence ("changed the French text"). A person who goes on with the same edit of a draft (the
    page saves while they type) makes neither a new version nor another sentence. Raises LifecycleError once sending
    has started.
    """
    row = locked(mailing)
    if row.status not in EDITABLE:
        raise LifecycleError(_("Sending has started or ended: text, people and sender stay as they are."))
    sentence = f"{what} of {row.reference}"
    if row.status != Status.DRAFT:
        unfreeze(row)
        move_to(row, Status.DRAFT, actor=actor, note=_("Withdrawn by an edit."), changes=undone_columns())
    elif row.tested_version != row.version and _goes_on(row, actor, sentence):
        return row
    Mailing.objects.filter(pk=row.pk).update(version=F("version") + 1, changed_at=timezone.now())
    record(actor, sentence, about=row, label=row.reference)
    row.refresh_from_db(fields=["version", "changed_at"])
    return row


def _goes_on(mailing: Mailing, actor: User, sentence: str) -> bool:
    """Whether the last thing that happened to this mailing is the same edit by the same person, minutes ago."""
    last = AuditEvent.objects.filter(object_type=mailing._meta.label_lower, object_id=str(mailing.pk)).first()
    if last is None or last.at < timezone.now() - SAME_SITTING:
        return False
    return last.actor_id == actor.pk and last.sentence == sentence


def unfreeze(mailing: Mailing) -> None:
    """Delete the frozen rows of a mailing of which nothing was ever tried. Raises LifecycleError otherwise."""
    rows = Delivery.objects.filter(mailing=mailing)
    if rows.filter(Q(attempts__gt=0) | ~Q(status__in=[Delivery.Status.QUEUED, Delivery.Status.SKIPPED])).exists():
        raise LifecycleError(_("Some of it was handed over already; it cannot become a draft again."))
    DeliveryChunk.objects.filter(mailing=mailing).delete()
    # Nothing was tried, so nothing refers to these rows: one DELETE, instead of reading a million of them first.
    DeliveryEvent.objects.filter(delivery__mailing=mailing).delete()
    rows._raw_delete(rows.db)


def undone_columns() -> dict[str, Any]:
    """Columns that an approval filled, empty again."""
    return {
        "submitted_by": None,
        "submitted_at": None,
        "asked_approver": None,
        "review_digest": "",
        "approver": None,
        "approved_at": None,
        "approved_digest": "",
        "matched": None,
        "recipients": None,
        "frozen_at": None,
        "freezing_until": None,
        "recounted": None,
        "scheduled_at": None,
    }


def reading_digest(mailing: Mailing) -> tuple[str, audience.AudiencePreview]:
    """What an approver's page is bound to, computed now, and the audience it stands for."""
    if mailing.kind == Mailing.Kind.NEWSLETTER:
        preview = audience.AudiencePreview(mailing.matched or 0, mailing.recipients or 0)
    else:
        preview = audience.preview(mailing)
    return audience_digest_of(mailing, preview), preview
