"""What the report of an issue tells besides its progress: what became of it, what was in it, its links."""

from dataclasses import dataclass

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from mailing import counting_links
from mailing.counting_links import Followed, links_in
from mailing.models import BlockText, Mailing, Withdrawal
from mailing.reports import Progress
from mailing.signs import Answers


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


def report_of(mailing: Mailing, now: Progress, answers: Answers) -> IssueReport:
    """The report of an issue that has begun to leave, whose ledger was counted (mailing.reports).

    Three queries, and one for the links of an issue that counts them.
    """
    versions = {row.language: row for row in mailing.web_versions.all()}
    shown = versions.get(mailing.source_language) or next(iter(versions.values()), None)
    # Most lists do not count; mailing.views.finding has asked.
    followed = counting_links.followed(mailing) if getattr(mailing, "has_counted_links", True) else []
    return IssueReport(
        delivered=now.accepted - answers.bounced_after,
        bounced=answers.bounced,
        left=answers.left,
        complained=answers.complained,
        blocks=_blocks(mailing),
        links=links_in(shown.html) if shown else [],
        followed=followed,
        counts=bool(followed),
        languages=sorted(versions),
        withdrawn=Withdrawal.objects.filter(mailing=mailing, put_back_at__isnull=True).first(),
    )


def _blocks(mailing: Mailing) -> list[tuple[str, str]]:
    """Each block: its kind and its heading in the language the issue was written in. One query."""
    texts = BlockText.objects.filter(block=OuterRef("pk"), language=mailing.source_language)
    blocks = mailing.blocks.order_by("position", "pk").annotate(heading=Subquery(texts.values("heading")[:1]))
    return [(str(block.get_kind_display()), block.heading or "") for block in blocks]
