"""What sign-ons put on other pages: the way from a statement to its sign-on, and wishes that wait for an answer."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import registry as home
from accounts.models import User
from accounts.registry import Task
from advocacy import registry
from advocacy.models import JoinedCall, Signature, Statement

AT_MOST = 10


def sign_on_action(user: User, statement: Statement) -> Iterator[registry.Action]:
    """The link to the sign-on on a statement's page."""
    yield registry.Action(_("Sign-on"), reverse("advocacy:sign_on", args=[statement.reference]), method="get")


def waiting_for(user: User) -> Iterator[Task]:
    """Wishes for a change that nobody has answered, and calls of others that this person may decide on."""
    if user.has_perm("advocacy.edit"):
        yield from _wishes(user)
    if user.has_perm("advocacy.approve"):
        calls = JoinedCall.objects.visible_to(user).defer("file").filter(decision=JoinedCall.Decision.OPEN)
        for call in calls.exclude(asked_by=user).select_related("lead").order_by("id")[:AT_MOST]:
            yield Task(
                title=call.title,
                reference=call.reference,
                detail=_("%(name)s asks us to join its call.") % {"name": call.lead.name},
                url=reverse("advocacy:call_detail", args=[call.reference]),
                action=_("Decide"),
                icon="statement",
                tone="warn",
            )


def _wishes(user: User) -> Iterator[Task]:
    mine = Statement.objects.visible_to(user).filter(status=Statement.Status.APPROVED)
    rows = Signature.objects.filter(
        answer=Signature.Answer.ASKS_CHANGE, reply__isnull=True, signatory__statement__in=mine
    ).select_related("signatory__organisation", "signatory__statement")
    for wish in rows.order_by("id")[:AT_MOST]:
        signatory = wish.signatory
        yield Task(
            title=signatory.organisation.name,
            reference=signatory.statement.reference,
            detail=_("It asks for a change before it signs."),
            url=reverse("advocacy:signatory", args=[signatory.statement.reference, signatory.pk]) + "#wish",
            action=_("Answer"),
            icon="comment",
            tone="warn",
        )


def register() -> None:
    """Fill the registries; called once when the app is ready."""
    registry.statement_actions.append(sign_on_action)
    home.tasks.append(waiting_for)
