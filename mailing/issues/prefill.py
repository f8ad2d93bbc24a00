"""From what we published since the last issue: what can be taken over into a new one, and taking it over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from advocacy.models import ActionPlan, Assessment, Statement
from advocacy.scoreboard import boards_of
from contacts.models import ContactList
from mailing.issues import sources
from mailing.issues.blocks import MOST_BLOCKS, Kind, Words
from mailing.models import Block, Mailing

# What the first issue of a list looks back on.
FIRST = timedelta(days=30)
# As many as a form shows; an issue has fewer blocks.
MOST_OFFERED = 40


@dataclass(frozen=True)
class Offer:
    """Something a new issue can take over. `key` names it in a form: "statement-12", "plan-3", "figures-3", "dates"."""

    key: str
    kind: str
    title: str
    at: datetime | None
    texts: dict[str, Words]
    source: Statement | ActionPlan | None = None
    # Whether an earlier issue of the list carried it already.
    was_told: bool = False

    @property
    def languages(self) -> list[str]:
        """The languages in which there are words for it."""
        return sorted(self.texts)


def issues_of(contact_list: ContactList) -> QuerySet[Mailing]:
    """The issues of a list but those that were given up, the latest first."""
    rows = Mailing.objects.filter(kind=Mailing.Kind.NEWSLETTER, contact_list=contact_list)
    return rows.exclude(status=Mailing.Status.CANCELLED).order_by("-created_at", "-pk")


def since_of(contact_list: ContactList) -> datetime:
    """When the last issue of a list was begun; 30 days ago for its first."""
    last = issues_of(contact_list).values_list("created_at", flat=True).first()
    return last or timezone.now() - FIRST


def offers_of(
    contact_list: ContactList, user: User, *, since: datetime | None = None, languages: Iterable[str] = ()
) -> list[Offer]:
    """What was published or changed since the last issue, for somebody who may see it: statements, plans, the figures
    of plans, and dates of the next six weeks (in `languages` besides those of the rest). The newest first. Give `since`
    where a page has asked for it already."""
    since = since or since_of(contact_list)
    told = _told(contact_list)
    found = [*_statements(user, since, told), *_plans(user, since, told)]
    found.sort(key=lambda offer: (offer.kind != Kind.ITEM, -(offer.at or since).timestamp(), offer.key))
    codes = {code for offer in found for code in offer.texts} | set(languages) | {"en"}
    if dates := sources.words_of_dates(sorted(codes)):
        found.append(Offer("dates", Kind.DATES, _("Dates of the next six weeks"), None, dates))
    return found


def _told(contact_list: ContactList) -> set[tuple[str, int]]:
    """What earlier issues of a list carried: ("statement" or "plan", id)."""
    rows = Block.objects.filter(mailing__in=issues_of(contact_list), kind=Kind.ITEM).order_by()
    pairs = rows.values_list("statement", "plan")
    return {("statement", statement) if statement else ("plan", plan) for statement, plan in pairs}


def _statements(user: User, since: datetime, told: set[tuple[str, int]]) -> list[Offer]:
    rows = Statement.objects.visible_to(user).published().filter(published_at__gt=since)
    found = []
    for row in rows.prefetch_related("texts").order_by("-published_at").distinct()[:MOST_OFFERED]:
        texts = sources.words_of_statement(row)
        if texts:
            title = texts.get(row.source_language, next(iter(texts.values()))).heading
            was_told = ("statement", row.pk) in told
            found.append(Offer(f"statement-{row.pk}", Kind.ITEM, title, row.published_at, texts, row, was_told))
    return found


def _plans(user: User, since: datetime, told: set[tuple[str, int]]) -> list[Offer]:
    """Plans that were published or changed, as items; their figures where anybody has answered."""
    changed = Q(published_at__gt=since) | Q(versions__event="published", versions__at__gt=since)
    answered = Q(points__assessments__confirmed_at__gt=since)
    plans = ActionPlan.objects.visible_to(user).published()
    current = Assessment.objects.filter(point__plan=OuterRef("pk"), superseded_at=None)
    rows = plans.filter(changed | answered).distinct().prefetch_related("versions").order_by("-published_at")
    rows = rows.annotate(is_item=Exists(plans.filter(changed, pk=OuterRef("pk"))), has_figures=Exists(current))
    contents = {row: sources.published(row) for row in rows[:MOST_OFFERED]}
    boards = boards_of((row, row.language, content) for row, content in contents.items() if row.has_figures)
    found = []
    for row, content in contents.items():
        if row.is_item:
            words = sources.words_of_plan(row, content)
            was_told = ("plan", row.pk) in told
            found.append(Offer(f"plan-{row.pk}", Kind.ITEM, row.title, row.published_at, words, row, was_told))
        if row.pk in boards:
            title = _("Figures of “%(plan)s”") % {"plan": row.title}
            figures = sources.words_of_board(boards[row.pk], content)
            found.append(Offer(f"figures-{row.pk}", Kind.FIGURES, title, row.published_at, figures, row))
    return found


def chosen(offers: Iterable[Offer], keys: Iterable[str]) -> list[Offer]:
    """Those offers that a person ticked, in the order of the page; no more than an issue holds beside its lead."""
    wanted = set(keys)
    return [offer for offer in offers if offer.key in wanted][: MOST_BLOCKS - 1]


def languages_for(offers: Sequence[Offer], language: str) -> list[str]:
    """The languages a new issue is begun in: its own first, then those in which all that was ticked has words."""
    items = [set(offer.texts) for offer in offers if offer.kind != Kind.DATES]
    shared = set.intersection(*items) if items else set()
    return [language, *sorted(shared - {language})]
