"""The road of an action plan: draft → in review → published by a second person; an edit makes it a draft again.

The only module that changes `ActionPlan.status`. While a published plan is edited its public page keeps the words that
were published last. docs/state-machines.md draws it.
"""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import audit
from accounts.models import User
from accounts.registry import announce
from advocacy.models import ActionPlan, PlanVersion, digest_of
from advocacy.plan_content import content_of, digest_of_plan
from advocacy.publishing import PublishingError
from contacts.colleagues import insiders_who_may
from contacts.languages import language_name
from transport.outbox import queue_mail

Status = ActionPlan.Status

TRANSITIONS: dict[str, set[str]] = {
    Status.DRAFT: {Status.IN_REVIEW},
    Status.IN_REVIEW: {Status.DRAFT, Status.PUBLISHED},
    Status.PUBLISHED: {Status.DRAFT},
}
_NOBODY: dict[str, Any] = {"submitted_by": None, "approved_by": None}


def move_to(
    plan: ActionPlan, status: str, *, actor: User | None, event: str, sentence: str, **changes: Any
) -> PlanVersion:
    """Take one step if the plan is still what `plan` says; keep the version, write the trail, refresh `plan`.

    `sentence` holds `{version}` and `{title}`. Raises PublishingError for a step that is not in TRANSITIONS, or when
    somebody else moved or edited the plan meanwhile.
    """
    if status not in TRANSITIONS[plan.status]:
        raise PublishingError(
            _("“%(title)s” is %(status)s. This step is not possible from there.")
            % {"title": plan.title, "status": plan.get_status_display().lower()}
        )
    with transaction.atomic():
        rows = ActionPlan.objects.filter(pk=plan.pk, status=plan.status, edition=plan.edition)
        if not rows.update(status=status, changed_at=timezone.now(), **changes):
            raise PublishingError(
                _("Somebody else changed “%(title)s” a moment ago. Look at it again before you go on.")
                % {"title": plan.title}
            )
        plan.refresh_from_db()
        version = write_version(plan, actor=actor, event=event)
        words = sentence.format(version=version.number, title=plan.title)
        audit.record(actor, words, about=plan, label=plan.slug)
        if status == Status.PUBLISHED:
            announce("plan.published", {"plan": plan.slug, "version": version.number})
    return version


def write_version(plan: ActionPlan, *, actor: User | None, event: str) -> PlanVersion:
    """Keep all words as they are now. A submission gets the next number, any other event that of the last one."""
    latest = PlanVersion.objects.filter(plan=plan).order_by("-number").first()
    number = (latest.number if latest else 0) + (1 if event == "submitted" else 0)
    content = content_of(plan)
    return PlanVersion.objects.create(
        plan=plan, number=number, content=content, digest=digest_of(content), author=actor, event=event
    )


def submit(plan: ActionPlan, *, actor: User, note: str = "") -> PlanVersion:
    """Ask a second person to publish the words as they are now. Everybody who may is told by e-mail."""
    _require(actor, "advocacy.edit")
    _require_complete(plan)
    with transaction.atomic():
        version = move_to(
            plan,
            Status.IN_REVIEW,
            actor=actor,
            event="submitted",
            sentence="sent version {version} of the plan “{title}” for review",
            submitted_by=actor,
            review_note=note[:500],
        )
        for person in approvers(plan, but=actor):
            _tell(person, "approval-asked", version, person=actor, note=note)
    return version


def approve(plan: ActionPlan, *, actor: User, seen: str) -> PlanVersion:
    """Publish as a second person. `seen` is the digest of the words that the approver read.

    Raises PublishingError for one's own submission, and when the words are not the ones read: also when an ask of the
    plan was reworded in the library meanwhile.
    """
    _require(actor, "advocacy.approve")
    if plan.submitted_by_id == actor.pk:
        raise PublishingError(_("You sent this for review. Somebody else must publish it."))
    asker = plan.submitted_by
    try:
        with transaction.atomic():
            version = move_to(
                plan,
                Status.PUBLISHED,
                actor=actor,
                event="published",
                sentence="published version {version} of the plan “{title}”",
                approved_by=actor,
                published_at=Coalesce("published_at", timezone.now()),
            )
            if version.digest != seen:
                raise PublishingError(_("The text has changed since you opened this page. Read it again."))
            if asker:
                _tell(asker, "approved", version, person=actor, note="")
    except PublishingError:
        plan.refresh_from_db()
        raise
    return version


def ask_changes(plan: ActionPlan, *, actor: User, note: str) -> PlanVersion:
    """Send it back with a comment, which is required."""
    _require(actor, "advocacy.approve")
    if not note.strip():
        raise PublishingError(_("Say what should change; the writer sees only this."))
    if plan.status != Status.IN_REVIEW:
        raise PublishingError(_("This plan is not in review any more. Look at it again."))
    asker = plan.submitted_by
    with transaction.atomic():
        version = move_to(
            plan,
            Status.DRAFT,
            actor=actor,
            event="changes_asked",
            sentence="asked for changes to version {version} of the plan “{title}”",
            review_note=note[:500],
            **_NOBODY,
        )
        if asker:
            _tell(asker, "changes-asked", version, person=actor, note=note)
    return version


def reopen(plan: ActionPlan, *, actor: User | None) -> None:
    """Make it a draft because its words are edited; the public page keeps what was published. A draft stays one."""
    if plan.status != Status.DRAFT:
        move_to(
            plan,
            Status.DRAFT,
            actor=actor,
            event="edited",
            sentence="edited the plan “{title}”; version {version} went back to draft",
            review_note="",
            **_NOBODY,
        )


def unpublish(plan: ActionPlan, *, actor: User, note: str) -> None:
    """Take it off the public pages; its words stay as a draft. The reason is required and goes into the trail."""
    _require(actor, "advocacy.approve")
    if not note.strip():
        raise PublishingError(_("Say why it is taken off the public pages."))
    with transaction.atomic():
        rows = ActionPlan.objects.filter(pk=plan.pk, published_at__isnull=False)
        if not rows.update(status=Status.DRAFT, published_at=None, changed_at=timezone.now(), **_NOBODY):
            raise PublishingError(_("This plan is not on the public pages."))
        words = f"took the plan “{plan.title}” off the public pages: {note}"
        audit.record(actor, words, about=plan, label=plan.slug)
    plan.refresh_from_db()


def approvers(plan: ActionPlan, *, but: User | None = None) -> list[User]:
    """Who may publish it: people with the permission who see it, except the one who sent it for review."""
    return insiders_who_may("advocacy.approve", plan.owner_id, but=but.pk if but else plan.submitted_by_id)


def waits_for(plan: ActionPlan, user: User) -> str:
    """The digest that `user` approves by publishing; empty when it is not theirs to approve."""
    may = plan.status == Status.IN_REVIEW and plan.submitted_by_id != user.pk and user.has_perm("advocacy.approve")
    return digest_of_plan(plan) if may else ""


def _require(actor: User, permission: str) -> None:
    if not actor.has_perm(permission):
        raise PublishingError(_("Your role does not allow this. Ask an administrator."))


def _require_complete(plan: ActionPlan) -> None:
    content = content_of(plan)
    if not content["points"]:
        raise PublishingError(_("The plan has no points yet. Add at least one."))
    for row in content["points"]:
        if plan.language not in row["texts"]:
            raise PublishingError(
                _("Point %(number)s has no wording in %(language)s, the language of the plan. Write it in its ask.")
                % {"number": row["number"], "language": language_name(plan.language)}
            )


def _tell(to: User, purpose: str, version: PlanVersion, *, person: User, note: str) -> None:
    plan = version.plan
    with override(to.language):
        context = {
            "title": plan.title,
            "reference": plan.slug,
            "url": settings.SITE_URL + reverse("advocacy:plan_detail", args=[plan.slug]),
            "person": str(person),
            "note": note,
        }
        queue_mail(
            purpose=purpose,
            to=to.email,
            language=to.language,
            context=context,
            dedupe_key=f"{purpose}:plan:{plan.pk}:{version.number}:{to.pk}",
        )
