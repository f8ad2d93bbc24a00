"""What a statement's page tells: the road it has come, and the facts beside it."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from advocacy.models import Statement, StatementText
from contacts.languages import language_name

TONES = {
    "draft": "",
    "in_review": "warn",
    "approved": "info",
    "scheduled": "info",
    "published": "ok",
    "withdrawn": "bad",
}
_ROAD = ["draft", "in_review", "approved", "published"]
# Where a status stands on the road that is drawn.
_PLACE = {**{status: place for place, status in enumerate(_ROAD)}, "scheduled": 2}


def day(moment: Any) -> str:
    """A moment as a day in the office's time zone, in the reader's language."""
    return date_format(timezone.localtime(moment), "j F Y") if moment else ""


def hour(moment: Any) -> str:
    """A moment as a day and an hour in the office's time zone, in the reader's language: "7 December 2026, 18:00"."""
    return date_format(timezone.localtime(moment), "j F Y, H:i") if moment else ""


def road_of(statement: Statement) -> list[dict[str, str]]:
    """The steps of components/steps.html: what is done, where it stands, what lies ahead."""
    at = _PLACE.get(statement.status, len(_ROAD))
    labels = [
        (_("Draft"), _("written")),
        (_("Review"), (statement.submitted_by and _("sent by %(name)s") % {"name": statement.submitted_by}) or ""),
        (_("Approved"), (statement.approved_by and _("by %(name)s") % {"name": statement.approved_by}) or ""),
        (_("Published"), day(statement.published_at)),
    ]
    steps = []
    for number, (label, note) in enumerate(labels):
        done = number < at or (number == at == len(_ROAD) - 1)
        state = "done" if done else "current" if number == at else ""
        steps.append({"label": label, "note": str(note) if number <= at else "", "url": "", "state": state})
    if statement.status == Statement.Status.WITHDRAWN:
        steps.append({"label": _("Withdrawn"), "note": "", "url": "", "state": "current"})
    return steps


def facts_of(statement: Statement, texts: Iterable[StatementText]) -> list[tuple[str, str]]:
    """Label and value pairs: kind, languages, who wrote it, when it was approved and published."""
    names = [language_name(text.language) for text in texts]
    facts = [
        (_("Kind"), statement.get_kind_display()),
        (ngettext("Language", "Languages", len(names)), ", ".join(names)),
        (_("Started by"), str(statement.author or "")),
        (_("Approved by"), (statement.approved_by and f"{statement.approved_by}, {day(statement.approved_at)}") or ""),
        (_("Embargo until"), hour(statement.embargo_until)),
        (_("Is published"), hour(statement.publish_at) if statement.status == Statement.Status.SCHEDULED else ""),
        (_("Published"), hour(statement.published_at)),
        (_("Replaces"), str(statement.supersedes or "")),
    ]
    return [(label, str(value)) for label, value in facts if value]
