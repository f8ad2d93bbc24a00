"""What the page of a published text shows beside its frame: the text, what replaced it, where it went."""

from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from advocacy.home import way_of
from advocacy.models import Statement, StatementText
from advocacy.richtext import safe

# schema.org's types that fit; what is none of them is an Article.
_SCHEMA = {
    Statement.Kind.POSITION_PAPER: "Report",
    Statement.Kind.PRESS_RELEASE: "NewsArticle",
    Statement.Kind.NEWS: "NewsArticle",
}


def reading_of(statement: Statement, text: StatementText) -> dict[str, Any]:
    """The template context of one language version of a published statement."""
    way = way_of(statement)
    return {
        "text": text,
        "schema": f"https://schema.org/{_SCHEMA.get(statement.kind, 'Article')}",
        "body": safe(text.body),
        "newer": Statement.objects.published().filter(supersedes=statement).first(),
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
