"""What the report of an issue tells besides its progress: what became of it, what was in it, its links."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from mailing import counting_links
from mailing.counting_links import Followed, links_in
from mailing.models import Delivery, DeliveryEvent, Mailing, Withdrawal


@dataclass(frozen=True)
class IssueReport:
    """Numbers of readers, the blocks with their headings, the links with their counts (None where not counted)."""

    delivered: int
    bounced: int
    left: int
    complained: int
    blocks: list[tuple[str, str]]
    links: list[str]
    followed: list[Followed]
    counts: bool
    languages: list[str]
    withdrawn: Withdrawal | None

    @property
    def figures(self) -> list[tuple[str, int]]:
        """What became of it, in words."""
        return [
            (_("Delivered, as far as servers tell"), self.delivered),
            (_("Came back"), self.bounced),
            (_("Left the list from it"), self.left),
            (_("Complained"), self.complained),
        ]


def report_of(mailing: Mailing) -> IssueReport:
    """The report of an issue that has begun to leave. At most seven queries."""
    numbers = Delivery.objects.filter(mailing=mailing).aggregate(
        delivered=Count("pk", filter=Q(status="sent", bounced_at__isnull=True)),
        bounced=Count("pk", filter=Q(bounced_at__isnull=False)),
        complained=Count("pk", filter=Q(complained_at__isnull=False)),
    )
    gone = DeliveryEvent.objects.filter(delivery__mailing=mailing, kind="unsubscribed")
    versions = {row.language: row for row in mailing.web_versions.all()}
    shown = versions.get(mailing.source_language) or next(iter(versions.values()), None)
    followed = counting_links.followed(mailing)
    return IssueReport(
        delivered=numbers["delivered"],
        bounced=numbers["bounced"],
        left=gone.values("delivery").distinct().count(),
        complained=numbers["complained"],
        blocks=_blocks(mailing),
        links=links_in(shown.html) if shown else [],
        followed=followed,
        counts=bool(followed),
        languages=sorted(versions),
        withdrawn=Withdrawal.objects.filter(mailing=mailing, put_back_at__isnull=True).first(),
    )


def _blocks(mailing: Mailing) -> list[tuple[str, str]]:
    """Each block: its kind and its heading in the language the issue was written in. Two queries."""
    found = []
    for block in mailing.blocks.prefetch_related("texts"):
        heads = {text.language: text.heading for text in block.texts.all()}
        found.append((str(block.get_kind_display()), heads.get(mailing.source_language) or ""))
    return found
