"""What the home page puts together: what we ask now, where it stands, the latest texts, who speaks."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from advocacy import registry
from advocacy.models import Statement
from advocacy.reading import Entry, entry_of
from contacts.models import Organisation

# What the platform says in its own voice; a press release or news tells of it.
SAYING = (Statement.Kind.STATEMENT, Statement.Kind.JOINT_STATEMENT, Statement.Kind.POSITION_PAPER)
LATEST = 4


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

    at: datetime
    sentence: str
    state: str = ""
    is_sending: bool = False


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


def latest(language: str) -> tuple[list[Entry], int]:
    """The newest published texts for a reader of `language`, and how many there are in all; three queries."""
    rows = Statement.objects.published()
    newest = rows.prefetch_related("texts").order_by("-published_at", "-id")[:LATEST]
    return [entry for entry in (entry_of(row, language) for row in newest) if entry], rows.count()


def asked_now(language: str) -> tuple[Ask | None, list[Step]]:
    """The newest text that the platform says in its own voice, and its way; nothing where none is published."""
    row = Statement.objects.published().filter(kind__in=SAYING).prefetch_related("texts").first()
    entry = entry_of(row, language) if row else None
    if row is None or entry is None:
        return None, []
    address = reverse("public:statement_detail", kwargs={"lang": entry.text.language, "slug": row.slug})
    ask = Ask(entry.text.title, entry.text.summary, entry.text.language, address, row.is_sample)
    return ask, way_of(row)


def who_speaks() -> str:
    """A sentence on the members, by number alone: some work at a secret address. Empty without members; two queries."""
    today = timezone.localdate()
    members = list(Organisation.objects.belonging_on(today, "member", "founder").values_list("pk", "country"))
    partners = Organisation.objects.belonging_on(today, "associate").exclude(pk__in=[pk for pk, _country in members])
    associates = list(partners.values_list("pk", "country"))
    countries = {country for _pk, country in members + associates if country}
    if not members:
        return ""
    words: dict[str, Any] = {"platform": settings.PLATFORM_NAME, "n": len(members), "countries": len(countries)}
    if associates:
        words["associates"] = ngettext("%(n)d associate", "%(n)d associates", len(associates)) % {"n": len(associates)}
        return (
            ngettext(
                "%(platform)s has %(n)d member organisation and %(associates)s in %(countries)d countries.",
                "%(platform)s has %(n)d member organisations and %(associates)s in %(countries)d countries.",
                len(members),
            )
            % words
        )
    return (
        ngettext(
            "%(platform)s has %(n)d member organisation, in %(countries)d countries.",
            "%(platform)s has %(n)d member organisations, in %(countries)d countries.",
            len(members),
        )
        % words
    )
