"""What sign-ons put on other pages: the way from a statement to its sign-on, and wishes that wait for an answer."""

from collections.abc import Iterator
from typing import Any

from django.db.models import CharField, F, IntegerField, QuerySet, Value
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
    wishes, calls = _wishes(user), _calls(user)
    if not user.has_perm("advocacy.edit"):
        wishes = wishes.none()
    if not user.has_perm("advocacy.approve"):
        calls = calls.none()
    # One query for both: the home page has twelve for all rooms together.
    for signatory, reference, title, lead in wishes.union(calls, all=True)[: 2 * AT_MOST]:
        yield _answer(reference, title, signatory) if signatory else _decide(reference, title, lead)


def _wishes(user: User) -> QuerySet[Any, Any]:
    """Id of the signatory, reference of the statement, the organisation's name, nothing."""
    mine = Statement.objects.visible_to(user).filter(status=Statement.Status.APPROVED)
    rows = Signature.objects.filter(
        answer=Signature.Answer.ASKS_CHANGE, reply__isnull=True, signatory__statement__in=mine
    )
    return rows.order_by().values_list(
        F("signatory_id"),
        F("signatory__statement__reference"),
        F("signatory__organisation__name"),
        Value("", output_field=CharField()),
    )


def _calls(user: User) -> QuerySet[Any, Any]:
    """Nothing, the call's reference and title, the name of who leads it."""
    rows = JoinedCall.objects.visible_to(user).filter(decision=JoinedCall.Decision.OPEN).exclude(asked_by=user)
    return rows.order_by().values_list(
        Value(0, output_field=IntegerField()), F("reference"), F("title"), F("lead__name")
    )


def _answer(reference: str, organisation: str, signatory: int) -> Task:
    return Task(
        title=organisation,
        reference=reference,
        detail=_("It asks for a change before it signs."),
        url=reverse("advocacy:signatory", args=[reference, signatory]) + "#wish",
        action=_("Answer"),
        icon="comment",
        tone="warn",
    )


def _decide(reference: str, title: str, lead: str) -> Task:
    return Task(
        title=title,
        reference=reference,
        detail=_("%(name)s asks us to join its call.") % {"name": lead},
        url=reverse("advocacy:call_detail", args=[reference]),
        action=_("Decide"),
        icon="statement",
        tone="warn",
    )


def register() -> None:
    """Fill the registries; called once when the app is ready."""
    registry.statement_actions.append(sign_on_action)
    home.tasks.append(waiting_for)
