"""Where asks are used, and how their wording comes into a text."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from advocacy import registry
from advocacy.drafting import Words, save_text
from advocacy.models import ActionPlan, Ask, AskText, Point, Statement, StatementAsk, StatementText
from advocacy.registry import AskUse
from advocacy.richtext import sanitise


def uses_of(user: User, ask: Ask) -> list[AskUse]:
    """Every place where an ask stands that `user` may see: plans, statements, and what other rooms add."""
    uses = [*_in_plans(user, ask), *_in_statements(user, ask)]
    return uses + [use for fill in registry.ask_uses for use in fill(user, ask)]


def _in_plans(user: User, ask: Ask) -> Iterable[AskUse]:
    plans = ActionPlan.objects.visible_to(user)
    for point in Point.objects.filter(ask=ask, plan__in=plans).select_related("plan").order_by("plan__title"):
        plan = point.plan
        detail = _("Point %(number)s, %(state)s") % {"number": point.number, "state": plan.get_status_display()}
        yield AskUse(_("Action plan"), plan.title, detail, reverse("advocacy:plan_detail", args=[plan.slug]))


def _in_statements(user: User, ask: Ask) -> Iterable[AskUse]:
    rows = Statement.objects.visible_to(user).filter(ask_places__ask=ask).with_title().order_by("-id")
    for statement in rows:
        title = getattr(statement, "title", "") or statement.reference
        detail = f"{statement.reference}, {statement.get_status_display()}"
        url = reverse("advocacy:statement_detail", args=[statement.reference])
        yield AskUse(statement.get_kind_display(), title, detail, url)


def refer(statement: Statement, ask: Ask, *, actor: User) -> None:
    """Say that a statement refers to an ask. A second time changes nothing."""
    try:
        with transaction.atomic():
            StatementAsk.objects.create(statement=statement, ask=ask, added_by=actor)
            sentence = f"noted that {statement.reference} refers to the ask “{ask.slug}”"
            audit.record(actor, sentence, about=statement, label=statement.reference)
    except IntegrityError:
        return


def let_go(statement: Statement, ask: Ask, *, actor: User) -> None:
    """Say that a statement does not refer to an ask any more; its text stays as it is."""
    with transaction.atomic():
        gone, _rows = StatementAsk.objects.filter(statement=statement, ask=ask).delete()
        if gone:
            sentence = f"noted that {statement.reference} does not refer to the ask “{ask.slug}” any more"
            audit.record(actor, sentence, about=statement, label=statement.reference)


def wording_of(ask: Ask, language: str) -> AskText | None:
    """The ask's text in a language; None where it has none. Expects prefetched texts."""
    return next((text for text in ask.texts.all() if text.language == language), None)


def put_into(text: StatementText, ask: Ask, *, edition: int, actor: User) -> None:
    """Put the wording at the end of a statement's text, in the text's language, and note that it refers to the ask.

    Raises Conflict when somebody else saved since `edition`, PublishingError when the text may not change, and
    LookupError when the ask has no wording in this language.
    """
    wording = wording_of(ask, text.language)
    if wording is None:
        raise LookupError(_("The ask has no wording in this language yet."))
    paragraph = f"<p><strong>{escape(wording.title)}</strong></p>"
    paragraph += "".join(f"<p>{escape(part)}</p>" for part in wording.explanation.split("\n") if part.strip())
    words = Words(text.title, text.summary, sanitise(text.body + paragraph), is_reviewed=text.is_reviewed)
    with transaction.atomic():
        save_text(text, words, edition=edition, actor=actor)
        refer(text.statement, ask, actor=actor)
