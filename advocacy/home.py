"""What the home page puts together: what we ask now, where it stands, the plan, the next days, who speaks."""

import datetime as dt
from dataclasses import dataclass, replace

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from advocacy import registry
from advocacy.days import coming
from advocacy.models import ActionPlan, Assessment, CalendarDay, Campaign, Event, Statement
from advocacy.plan_content import PlanWords, PointWords, plan_words, point_words, published_content
from advocacy.reading import Entry
from contacts.models import OrganisationMembership

# What the platform says in its own voice; a press release or news tells of it.
SAYING = (Statement.Kind.STATEMENT, Statement.Kind.JOINT_STATEMENT, Statement.Kind.POSITION_PAPER)
LATEST = 4
DAYS = 5


@dataclass(frozen=True)
class Ask:
    """The headline: what we ask now, and where one reads it."""

    title: str
    summary: str
    language: str
    url: str
    is_sample: bool


@dataclass(frozen=True)
class Step:
    """One stop of a way. `state` is a class of the list: "" behind us, "p-here", "p-ahead"."""

    at: dt.datetime
    sentence: str
    state: str = ""
    is_sending: bool = False


@dataclass(frozen=True)
class NextDay:
    """A day that comes: of the calendar, or an event of ours. `url` leads to more where there is more."""

    on: dt.date
    name: str
    language: str = ""
    place: str = ""
    url: str = ""
    is_ours: bool = False


@dataclass(frozen=True)
class Teaser:
    """The plan in short: for each point how many countries meet it. The plan's page counts the same rows."""

    plan: ActionPlan
    words: PlanWords
    points: list[tuple[PointWords, int]]
    countries: int
    has_samples: bool

    @property
    def has_placeholders(self) -> bool:
        """Whether the wording of a point is not known; the page then says so."""
        return any(point.is_placeholder for point, _met in self.points)

    @property
    def met(self) -> int:
        """Cells that are met."""
        return sum(met for _point, met in self.points)

    @property
    def cells(self) -> int:
        """All cells: countries times points."""
        return self.countries * len(self.points)


@dataclass(frozen=True)
class Members:
    """Who speaks, by number alone: some work at a secret address. `countries` are ISO codes, each once."""

    members: int
    associates: int
    countries: frozenset[str]


def way_of(statement: Statement) -> list[Step]:
    """Where a published text went: published, then what other rooms tell, in order. Numbers, never names.

    One query for each room that tells something.
    """
    if statement.published_at is None:
        return []
    told = [Step(statement.published_at, _("Published here"))]
    told += [Step(sent.at, sent.sentence, is_sending=True) for fill in registry.sent_to for sent in fill(statement)]
    told.sort(key=lambda step: step.at)
    return [*told[:-1], replace(told[-1], state="p-here")]


def asked_now(language: str, entries: list[Entry]) -> tuple[Ask | None, list[Step]]:
    """What the page is headed by: the public campaign of these days, else the newest of `entries` in our own voice.

    The way is that of its newest text. Three queries, and those of the rooms that tell where a text went.
    """
    today = timezone.localdate()
    running = Campaign.objects.public().filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today), starts_on__lte=today)
    campaign = running.prefetch_related("texts").order_by("-starts_on", "-id").first()
    ours = [entry for entry in entries if entry.statement.kind in SAYING]
    if campaign is not None and (text := campaign.text_in(language)):
        entry = next((entry for entry in ours if entry.statement.campaign_id == campaign.pk), None)
        address = reverse("public:campaign_detail", kwargs={"lang": language, "slug": campaign.slug})
        ask = Ask(text.title, text.aim, text.language, address, campaign.is_sample)
    elif ours:
        entry, row = ours[0], ours[0].statement
        address = reverse("public:statement_detail", kwargs={"lang": entry.text.language, "slug": row.slug})
        ask = Ask(entry.text.title, entry.text.summary, entry.text.language, address, row.is_sample)
    else:
        return None, []
    return ask, way_of(entry.statement) if entry else []


def members() -> Members:
    """The members and associates of today; one query."""
    kinds = OrganisationMembership.Kind
    rows = OrganisationMembership.objects.on(timezone.localdate()).of_kinds([kinds.MEMBER, kinds.ASSOCIATE])
    found = set(rows.values_list("organisation", "kind", "organisation__country"))
    full = {pk for pk, kind, _country in found if kind == kinds.MEMBER}
    countries = frozenset(country for _pk, _kind, country in found if country)
    return Members(len(full), len({pk for pk, _kind, _country in found} - full), countries)


def who_speaks(who: Members) -> str:
    """A sentence on the members; empty without any."""
    if not who.members:
        return ""
    words = {"platform": settings.PLATFORM_NAME, "n": who.members, "countries": len(who.countries)}
    if not who.associates:
        sentence = ngettext(
            "%(platform)s has %(n)d member organisation, in %(countries)d countries.",
            "%(platform)s has %(n)d member organisations, in %(countries)d countries.",
            who.members,
        )
        return sentence % words
    associates = ngettext("%(n)d associate", "%(n)d associates", who.associates) % {"n": who.associates}
    sentence = ngettext(
        "%(platform)s has %(n)d member organisation and %(associates)s in %(countries)d countries.",
        "%(platform)s has %(n)d member organisations and %(associates)s in %(countries)d countries.",
        who.members,
    )
    return sentence % {**words, "associates": associates}


def plan_teaser(language: str, countries: frozenset[str]) -> Teaser | None:
    """The newest public plan: how many of `countries` meet each of its points; three queries."""
    plan = ActionPlan.objects.published().order_by("-published_at", "-id").first()
    if plan is None:
        return None
    content = published_content(plan)
    points = point_words(content, language)
    rows = Assessment.objects.current().filter(point__in=[point.point for point in points], country__in=countries)
    answers = list(rows.values_list("point", "rating", "is_sample"))
    counted = [(point, sum(pk == point.point and rating == "met" for pk, rating, _s in answers)) for point in points]
    is_made_up = plan.is_sample or any(is_sample for _pk, _rating, is_sample in answers)
    return Teaser(plan, plan_words(content, language), counted, len(countries), is_made_up)


def next_days(language: str) -> list[NextDay]:
    """The next public days and events, soonest first; two queries."""
    days = CalendarDay.objects.filter(is_public=True)
    found = [NextDay(row.on, row.day.name_in(language), url=row.day.source_url) for row in coming(days)[:DAYS]]
    events = Event.objects.filter(is_public=True, is_cancelled=False, starts_at__gte=timezone.now())
    for event in events.order_by("starts_at")[:DAYS]:
        address = reverse("public:event_detail", kwargs={"lang": language, "slug": event.slug})
        on = timezone.localtime(event.starts_at).date()
        found.append(NextDay(on, event.title, event.language, event.place, address, is_ours=True))
    return sorted(found, key=lambda day: day.on)[:DAYS]
