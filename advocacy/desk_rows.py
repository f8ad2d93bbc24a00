"""What statements put on the home page and into the search: what waits for whom, one's drafts, hits."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.registry import Draft, Hit, Task
from advocacy.models import ActionPlan, Proposal, Statement
from advocacy.story import TONES
from contacts.names import sort_key

AT_MOST = 20


def _address(statement: Statement) -> str:
    return reverse("advocacy:statement_detail", args=[statement.reference])


def waiting_for(user: User) -> Iterator[Task]:
    """Statements that `user` may approve, those asked of them by name first; and their own that were sent back."""
    status = Statement.Status
    # One query for all: the home page has twelve for all rooms together.
    is_open = Q(comments__parent__isnull=True, comments__resolved_at__isnull=True) & ~Q(comments__author=user)
    rows = Statement.objects.visible_to(user).with_title().select_related("submitted_by")
    rows = rows.annotate(open_comments=Count("comments", filter=is_open, distinct=True))
    wanted = Q(pk__in=[])
    if user.has_perm("advocacy.approve"):
        asked = Q(asked_approver=user) | Q(asked_approver__isnull=True)
        wanted |= Q(status=status.IN_REVIEW) & ~Q(submitted_by=user) & asked
    if user.has_perm("advocacy.edit"):
        own = Q(status=status.DRAFT) & ~Q(review_note="") | Q(status=status.APPROVED)
        talked_about = Q(status__in=[status.DRAFT, status.IN_REVIEW], open_comments__gt=0)
        wanted |= Q(author=user) & (own | talked_about)
    found = list(rows.filter(wanted).order_by("changed_at")[: 2 * AT_MOST])
    asked_of_user = [statement for statement in found if _waits_for(statement, user)]
    for statement in asked_of_user:
        detail = _("%(name)s asks you to read and approve it.") % {"name": statement.submitted_by}
        yield _task(statement, detail, _("Read and approve"), primary=statement.asked_approver_id == user.pk)
    for statement in found:
        if statement not in asked_of_user:
            yield _own_task(statement)


def _waits_for(statement: Statement, user: User) -> bool:
    """Whether this person may approve it now; who wrote it reads comments instead."""
    is_asked = statement.asked_approver_id in {None, user.pk} and statement.submitted_by_id != user.pk
    return statement.status == Statement.Status.IN_REVIEW and is_asked and user.has_perm("advocacy.approve")


def _own_task(statement: Any) -> Task:
    """What the writer of a statement can do with it now."""
    if statement.status == Statement.Status.APPROVED:
        return _task(statement, _("It is approved and can be published."), _("Publish"))
    count = statement.open_comments
    comments = ngettext("%(count)d comment waits for you.", "%(count)d comments wait for you.", count) % {
        "count": count
    }
    if statement.status == Statement.Status.DRAFT and statement.review_note:
        detail = _("Changes were asked for: %(note)s") % {"note": statement.review_note}
        return _task(statement, f"{detail} {comments}" if count else detail, _("Edit"))
    return _task(statement, comments, _("Answer"))


def _task(statement: Any, detail: str, action: str, *, primary: bool = False) -> Task:
    return Task(
        title=statement.title or statement.reference,
        reference=statement.reference,
        detail=detail,
        url=_address(statement),
        action=action,
        icon="statement",
        tone=TONES[statement.status],
        primary=primary,
    )


def answers_waiting(user: User) -> Iterator[Task]:
    """Plans with members' answers that `user` may confirm, those that wait longest first; one query."""
    if not user.has_perm("advocacy.approve"):
        return
    rows = Proposal.objects.waiting().exclude(proposed_by=user)
    rows = rows.filter(point__plan__in=ActionPlan.objects.visible_to(user))
    plans = rows.values("point__plan__slug", "point__plan__title").annotate(number=Count("pk"), since=Min("created_at"))
    for plan in plans.order_by("since")[:AT_MOST]:
        detail = ngettext(
            "%(count)d answer of a member waits to be confirmed.",
            "%(count)d answers of members wait to be confirmed.",
            plan["number"],
        )
        yield Task(
            title=plan["point__plan__title"],
            reference="",
            detail=detail % {"count": plan["number"]},
            url=reverse("advocacy:plan_answers", args=[plan["point__plan__slug"]]),
            action=_("Look at the answers"),
            icon="plan",
            tone="warn",
        )


def drafts_of(user: User) -> Iterator[Draft]:
    """The statements that `user` is writing, the latest first."""
    rows = Statement.objects.visible_to(user).with_title().filter(author=user, status=Statement.Status.DRAFT)
    for statement in rows.order_by("-changed_at")[:AT_MOST]:
        yield Draft(
            title=statement.title or statement.reference,
            detail=statement.get_kind_display(),
            url=_address(statement),
            state=statement.get_status_display(),
            tone=TONES[statement.status],
            changed_at=statement.changed_at,
        )


def found_by(user: User, words: str) -> Iterator[Hit]:
    """Statements and plans whose title or reference holds the words."""
    if not user.has_perm("advocacy.view"):
        return
    found = Statement.objects.visible_to(user).matching(words).with_title().order_by("-changed_at")[:AT_MOST]
    for statement in found:
        detail = f"{statement.reference}, {statement.get_status_display()}"
        yield Hit(statement.title or statement.reference, detail, _address(statement), _("Statement"))
    wanted = sort_key(words).split()
    for plan in ActionPlan.objects.visible_to(user):
        if all(word in sort_key(plan.title) for word in wanted):
            yield Hit(plan.title, plan.addressee, reverse("advocacy:plan_detail", args=[plan.slug]), _("Action plan"))
