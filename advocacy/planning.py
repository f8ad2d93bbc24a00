"""Writing an action plan and the library of asks: words, points and their order, without one edit losing another."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from advocacy.models import ActionPlan, Ask, AskText, PlanText, Point
from advocacy.plan_content import keep_published
from advocacy.plan_publishing import reopen

MOST_POINTS = 30
# Where a point waits for a moment while it changes places with its neighbour.
_ASIDE = 32_000


class PlanningError(Exception):
    """The edit cannot be made; the message says why and what to do."""


def _changed_elsewhere() -> PlanningError:
    return PlanningError(
        _("Somebody else changed this a moment ago, so nothing was saved. Look at it as it is now, then do it again.")
    )


@contextmanager
def _editing(plan: ActionPlan, edition: int, actor: User) -> Iterator[None]:
    """One edit on top of the edition that the person saw: takes the row first, so that two edits never cross."""
    with transaction.atomic():
        rows = ActionPlan.objects.filter(pk=plan.pk, edition=edition)
        if not rows.update(edition=F("edition") + 1, changed_at=timezone.now()):
            raise _changed_elsewhere()
        plan.refresh_from_db()
        keep_published([plan])
        reopen(plan, actor=actor)
        yield


def _free_slug(model: Any, title: str, stem: str) -> str:
    start = slugify(title)[:110].strip("-") or stem
    slug, number = start, 1
    # "new" is the page where one is made.
    while slug == "new" or model.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{start}-{number}"
    return slug


def create_plan(*, actor: User | None, words: Mapping[str, str], language: str, is_sample: bool = False) -> ActionPlan:
    """A new draft; `words` holds title, summary and addressee. The address of the page is made from the title."""
    affiliation = actor.affiliations.order_by("id").first() if actor else None
    owner = {"owner_id": affiliation.organisation_id} if affiliation else {}
    with transaction.atomic():
        plan = ActionPlan.objects.create(
            slug=_free_slug(ActionPlan, words["title"], "plan"),
            language=language,
            author=actor,
            is_sample=is_sample,
            **words,
            **owner,
        )
        audit.record(actor, f"started the plan “{plan.title}”", about=plan, label=plan.slug)
    return plan


def save_plan_words(plan: ActionPlan, language: str, words: Mapping[str, str], *, edition: int, actor: User) -> None:
    """Save title, summary and addressee in one language. Raises PlanningError when somebody else was quicker."""
    with _editing(plan, edition, actor):
        if language == plan.language:
            ActionPlan.objects.filter(pk=plan.pk).update(**words)
        else:
            PlanText.objects.update_or_create(plan=plan, language=language, defaults=dict(words))
        audit.record(actor, f"changed the words of the plan “{plan.title}” ({language})", about=plan, label=plan.slug)
    plan.refresh_from_db()


def remove_plan_language(plan: ActionPlan, language: str, *, edition: int, actor: User) -> None:
    """Take a language version of the plan's own words out; the first language stays."""
    if language == plan.language:
        raise PlanningError(_("The text it was written in cannot be removed."))
    with _editing(plan, edition, actor):
        plan.texts.filter(language=language).delete()
        audit.record(actor, f"removed {language} from the plan “{plan.title}”", about=plan, label=plan.slug)


def add_point(plan: ActionPlan, ask: Ask, *, edition: int, actor: User) -> Point:
    """Place an ask as the last point. An ask stands once in a plan."""
    with _editing(plan, edition, actor):
        last = plan.points.aggregate(last=Max("number"))["last"] or 0
        if last >= MOST_POINTS:
            raise PlanningError(_("A plan holds %(number)s points at most.") % {"number": MOST_POINTS})
        try:
            with transaction.atomic():
                point = Point.objects.create(plan=plan, ask=ask, number=last + 1)
        except IntegrityError:
            raise PlanningError(_("This ask is a point of the plan already.")) from None
        audit.record(actor, f"added point {point.number} to the plan “{plan.title}”", about=plan, label=plan.slug)
    return point


def move_point(point: Point, *, down: bool, edition: int, actor: User) -> None:
    """Let a point and its neighbour change places. At the end of the list nothing happens."""
    plan = point.plan
    with _editing(plan, edition, actor):
        number = Point.objects.get(pk=point.pk).number
        others = plan.points.filter(number__gt=number) if down else plan.points.filter(number__lt=number)
        other = others.order_by("number" if down else "-number").first()
        if other is None:
            return
        rows = Point.objects.filter(plan=plan)
        rows.filter(pk=point.pk).update(number=_ASIDE)
        rows.filter(pk=other.pk).update(number=number)
        rows.filter(pk=point.pk).update(number=other.number)
        audit.record(
            actor, f"moved point {number} of the plan “{plan.title}” to {other.number}", about=plan, label=plan.slug
        )


def save_point(point: Point, *, legal_basis: str, instrument: str, edition: int, actor: User) -> None:
    """What this plan rests the point on; empty takes what the ask says."""
    plan = point.plan
    with _editing(plan, edition, actor):
        Point.objects.filter(pk=point.pk).update(legal_basis=legal_basis, instrument=instrument)
        sentence = f"changed what point {point.number} of the plan “{plan.title}” rests on"
        audit.record(actor, sentence, about=plan, label=plan.slug)


def remove_point(point: Point, *, edition: int, actor: User) -> None:
    """Take a point out and close the gap. One that countries were assessed on stays: their answers would be lost."""
    plan = point.plan
    with _editing(plan, edition, actor):
        if point.assessments.exists() or point.proposals.exists():
            raise PlanningError(
                _("Countries have answered this point, so it stays. Change the wording of its ask instead.")
            )
        number = point.number
        point.delete()
        for later in plan.points.filter(number__gt=number).order_by("number"):
            Point.objects.filter(pk=later.pk).update(number=F("number") - 1)
        audit.record(actor, f"removed point {number} of the plan “{plan.title}”", about=plan, label=plan.slug)


def create_ask(*, actor: User | None, language: str, text: Mapping[str, str], facts: Mapping[str, Any]) -> Ask:
    """A new ask with its first wording: `text` holds title, short and explanation; `facts` the rest."""
    with transaction.atomic():
        ask = Ask.objects.create(slug=_free_slug(Ask, text["title"], "ask"), **facts)
        AskText.objects.create(ask=ask, language=language, **text)
        audit.record(actor, f"added the ask “{ask.slug}”", about=ask, label=ask.slug)
    return ask


@contextmanager
def _editing_ask(ask: Ask, edition: int, actor: User) -> Iterator[None]:
    with transaction.atomic():
        # Plans first and in one order: an edit of a plan and one of its asks wait for each other and never lock up.
        plans = list(ActionPlan.objects.filter(points__ask=ask).order_by("pk"))
        for plan in plans:
            ActionPlan.objects.filter(pk=plan.pk).update(edition=F("edition") + 1)
            plan.refresh_from_db()
        if not Ask.objects.filter(pk=ask.pk, edition=edition).update(edition=F("edition") + 1):
            raise _changed_elsewhere()
        keep_published(plans)
        for plan in plans:
            reopen(plan, actor=actor)
        yield
    ask.refresh_from_db()


def save_ask_facts(ask: Ask, facts: Mapping[str, Any], *, edition: int, actor: User) -> None:
    """Save level, instrument, file, legal basis and whether it is a placeholder. Its plans become drafts again."""
    with _editing_ask(ask, edition, actor):
        Ask.objects.filter(pk=ask.pk).update(**facts, changed_at=timezone.now())
        audit.record(actor, f"changed the ask “{ask.slug}”", about=ask, label=ask.slug)


def save_ask_text(ask: Ask, language: str, text: Mapping[str, str], *, edition: int, actor: User) -> None:
    """Save the wording in one language. Its plans become drafts again; their public pages stay as they are."""
    with _editing_ask(ask, edition, actor):
        AskText.objects.update_or_create(ask=ask, language=language, defaults=dict(text))
        audit.record(actor, f"changed the wording of the ask “{ask.slug}” ({language})", about=ask, label=ask.slug)


def remove_ask_text(ask: Ask, language: str, *, edition: int, actor: User) -> None:
    """Take the wording in one language out; the last one stays."""
    with _editing_ask(ask, edition, actor):
        texts = AskText.objects.filter(ask=ask)
        texts.filter(language=language).delete()
        if not texts.exists():
            raise PlanningError(_("This is the only wording of the ask. Write another one first."))
        audit.record(actor, f"removed {language} from the ask “{ask.slug}”", about=ask, label=ask.slug)
