"""The public archive of newsletters: issues of open lists that have begun to leave, as they were sent.

What is shown is the web version that was frozen when sending started (`freeze_web`); later edits of anything else do
not reach it, only corrections do (mailing.corrections).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, Max, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from advocacy.feeds import MOST, FeedEntry
from advocacy.languages import own_name
from advocacy.sitemap import Page, page_of
from contacts.models import ContactList, Subscription
from mailing import counting_links
from mailing.models import Mailing, MailingContent, WebVersion, Withdrawal
from mailing.web_text import web_html, web_title

# A number below this could tell something about one person, so it is not shown.
FEWEST = 10


def freeze_web(mailing: Mailing) -> int:
    """Keep what the public reads of an issue, one version for each reviewed language; give how many.

    Called in the transaction that starts it. Doing it again changes nothing. The links that are counted are settled at
    the same moment.
    """
    if mailing.kind != Mailing.Kind.NEWSLETTER:
        return 0
    found = [version_now(mailing, row) for row in mailing.contents.all() if row.is_reviewed]
    WebVersion.objects.bulk_create(found, ignore_conflicts=True)
    counting_links.settle(mailing, [version.html for version in found])
    return len(found)


def version_now(mailing: Mailing, content: MailingContent) -> WebVersion:
    """What the public would read of a language version if the issue left now; not saved."""
    return WebVersion(
        mailing=mailing,
        language=content.language,
        subject=web_title(mailing, content.subject, content.language)[:200],
        preheader=content.preheader[:200],
        html=web_html(mailing, content.language),
    )


def withdrawn() -> Any:
    """Whether an issue is out of the archive now, for a query over mailings."""
    return Exists(Withdrawal.objects.filter(mailing=OuterRef("pk"), put_back_at__isnull=True))


def public_issues() -> QuerySet[Mailing, Any]:
    """Issues that everybody may read, newest first: of open lists, started, not withdrawn, with a web version."""
    return _started().exclude(withdrawn()).order_by("-started_at", "-pk")


def _started() -> QuerySet[Mailing, Any]:
    has_version = Exists(WebVersion.objects.filter(mailing=OuterRef("pk")))
    kind = Mailing.Kind.NEWSLETTER
    return Mailing.objects.filter(has_version, kind=kind, contact_list__is_open=True, started_at__isnull=False)


def issue_named(reference: str) -> tuple[Mailing | None, Withdrawal | None]:
    """The issue of a reference in small letters as the public may see it, and why it is gone if it was withdrawn.

    (None, None) for everything else, whether it exists or not. Three queries.
    """
    if reference != reference.lower() or len(reference) > 40:
        return None, None
    texts = Prefetch("web_versions", WebVersion.objects.prefetch_related("corrections").order_by("language"))
    found = _started().filter(reference=reference.upper()).select_related("contact_list", "owner", "sender")
    mailing = found.prefetch_related(texts).first()
    if mailing is None:
        return None, None
    gone = Withdrawal.objects.filter(mailing=mailing, put_back_at__isnull=True).first()
    return mailing, gone


@dataclass(frozen=True)
class Entry:
    """One issue in the list of the archive: the version for this reader, and the languages there are."""

    mailing: Mailing
    text: WebVersion
    versions: list[tuple[str, str]]

    @property
    def year(self) -> int:
        """By which the page is ordered."""
        return timezone.localtime(self.mailing.started_at).year

    @property
    def path(self) -> str:
        """The address of this version."""
        return path_of(self.mailing, self.text.language)


def path_of(mailing: Mailing, language: str) -> str:
    """The public address of an issue in a language."""
    return reverse("public:issue_detail", kwargs={"lang": language, "reference": mailing.reference.lower()})


def entry_of(mailing: Mailing, language: str) -> Entry | None:
    """An issue as a reader of `language` sees it listed; None where it has no version. Reads `web_versions.all()`."""
    texts = {row.language: row for row in mailing.web_versions.all()}
    text = version_for(texts, mailing, language)
    if text is None:
        return None
    return Entry(mailing, text, [(code, own_name(code)) for code in in_order(texts, mailing.source_language)])


def version_for(texts: dict[str, WebVersion], mailing: Mailing, language: str) -> WebVersion | None:
    """The version in this language, else in the issue's own, else any."""
    return texts.get(language) or texts.get(mailing.source_language) or next(iter(texts.values()), None)


def in_order(codes: Iterable[str], first: str) -> list[str]:
    """Languages, the one it was written in first."""
    return sorted(codes, key=lambda code: (code != first, code))


def others(mailing: Mailing, language: str, most: int = 2) -> list[Entry]:
    """The newest other issues of the same list. Two queries."""
    rows = public_issues().filter(contact_list=mailing.contact_list_id).exclude(pk=mailing.pk)
    found = (entry_of(row, language) for row in rows.prefetch_related("web_versions")[:most])
    return [entry for entry in found if entry]


def next_day(contact_list: ContactList) -> date | None:
    """The day on which the next issue of a list leaves, where that is settled. One query."""
    rows = Mailing.objects.filter(contact_list=contact_list, status=Mailing.Status.SCHEDULED)
    at = rows.order_by("scheduled_at").values_list("scheduled_at", flat=True).first()
    return timezone.localdate(at) if at and at > timezone.now() else None


@dataclass(frozen=True)
class Numbers:
    """How many read a list, and how many joined and left this month; None where so few that we say nothing."""

    readers: int | None
    joined: int | None
    left: int | None

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing to tell."""
        return self.readers is None


def numbers_of(contact_list: ContactList) -> Numbers:
    """The numbers of a list today. One query. Below ten people a number is not given: it may tell of somebody."""
    first = timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    found = Subscription.objects.filter(contact_list=contact_list).aggregate(
        readers=Count("pk", filter=Q(status="active")),
        joined=Count("pk", filter=Q(status="active", confirmed_at__gte=first)),
        left=Count("pk", filter=Q(status="unsubscribed", confirmed_at__isnull=False, unsubscribed_at__gte=first)),
    )
    return Numbers(**{name: count if count >= FEWEST else None for name, count in found.items()})


def feed_entries(language: str, contact_list: ContactList | None = None) -> list[FeedEntry]:
    """The newest issues in a language for its feed, of one list or of all; a few queries, however many."""
    rows = public_issues().filter(web_versions__language=language).select_related("contact_list", "owner")
    rows = rows if contact_list is None else rows.filter(contact_list=contact_list)
    found = []
    for row in rows.prefetch_related("web_versions")[:MOST]:
        text = next(version for version in row.web_versions.all() if version.language == language)
        found.append(
            FeedEntry(
                name=f"newsletter/{row.reference}/{language}",
                title=text.subject,
                path=path_of(row, language),
                published_at=row.started_at or text.at,
                updated_at=max(text.changed_at, row.started_at or text.at),
                summary=text.preheader,
                content=text.html,
                author=row.owner.name,
            )
        )
    return found


def taken_out(language: str) -> datetime | None:
    """When an issue in this language last left the archive, and so the feed."""
    rows = Withdrawal.objects.filter(mailing__web_versions__language=language)
    found: datetime | None = rows.aggregate(last=Max("at"))["last"]
    return found


def sitemap_pages() -> Iterable[Page]:
    """The archive and every issue in it; two queries."""
    # Only where a version is and when it changed, not its text.
    versions = Prefetch("web_versions", WebVersion.objects.defer("html"))
    rows = list(public_issues().prefetch_related(versions))
    if not rows:
        return
    yield page_of("issue_list", list(dict(settings.LANGUAGES)), settings.LANGUAGE_CODE, rows[0].started_at)
    for row in rows:
        codes = [version.language for version in row.web_versions.all()]
        changed = max(version.changed_at for version in row.web_versions.all())
        yield page_of("issue_detail", codes, row.source_language, changed, reference=row.reference.lower())
