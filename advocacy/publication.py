"""What the page of a published text shows beside its frame: the text, its sources, who signed, where it went."""

from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from advocacy.citing import with_sources
from advocacy.home import way_of
from advocacy.kinds import facts_for_readers
from advocacy.models import Statement, StatementText
from advocacy.signing import signatories_of

# schema.org's types that fit; what is none of them is an Article.
_SCHEMA = {
    Statement.Kind.POSITION_PAPER: "Report",
    Statement.Kind.PRESS_RELEASE: "NewsArticle",
    Statement.Kind.NEWS: "NewsArticle",
}


def reading_of(statement: Statement, text: StatementText) -> dict[str, Any]:
    """The template context of one language version of a published statement."""
    way = way_of(statement)
    body, sources = with_sources(text.body, text.language, at=statement.published_at)
    files = statement.attachments.filter(language__in=["", text.language]).order_by("pk")
    return {
        "text": text,
        "schema": f"https://schema.org/{_SCHEMA.get(Statement.Kind(statement.kind), 'Article')}",
        "body": body,
        "sources": sources,
        "signatories": signatories_of(statement),
        "files": files,
        "campaign": _campaign(statement, text.language),
        "facts": facts_for_readers(statement),
        "newer": statement.newer(),
        "older": _still_public(statement.supersedes),
        "way": way,
        # What rooms to the right tell, and so only after it was sent.
        "sent": [
            _("%(sentence)s on %(day)s")
            % {"sentence": step.sentence, "day": date_format(timezone.localtime(step.at), "j F Y")}
            for step in way
            if step.is_sending
        ],
    }


def _still_public(statement: Statement | None) -> Statement | None:
    return statement if statement and statement.status == Statement.Status.PUBLISHED else None


def _campaign(statement: Statement, language: str) -> dict[str, str] | None:
    """Slug and title of the campaign it belongs to, where that is public."""
    campaign = statement.campaign
    if campaign is None or campaign.published_at is None:
        return None
    text = campaign.text_in(language)
    return {"slug": campaign.slug, "title": text.title, "language": text.language} if text else None
