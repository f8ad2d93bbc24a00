"""Where people stand on a campaign: setting it, what segments and merges make of it, and a person's own page."""

import dataclasses
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from advocacy.models import Attendance, Campaign, Position
from contacts.models import Contact
from contacts.registry import Entry, Section

MOST_OF_ONE = 100
TONES = {"champion": "ok", "supportive": "ok", "neutral": "", "opposed": "bad", "unknown": ""}
# Who did more at an event keeps it when two rows were one person.
_ANSWERS = ["absent", "invited", "coming", "came"]
_ROLES = ["guest", "speaker", "host"]


@dataclass(frozen=True)
class Heard:
    """Where somebody stands, how we know, and on which day it was so."""

    stance: str
    source: str
    said_on: dt.date


@transaction.atomic
def set_position(contact: Contact, campaign: Campaign, heard: Heard, *, actor: User) -> Position:
    """Keep where somebody stands now; what was current becomes history. The trail says neither who nor what."""
    # One at a time for a person: the constraint allows one current row.
    Contact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
    rows = Position.objects.filter(contact=contact, campaign=campaign)
    rows.filter(is_current=True).update(is_current=False)
    row: Position = rows.create(
        contact=contact, campaign=campaign, by=actor, is_current=False, **dataclasses.asdict(heard)
    )
    # What was heard earlier but is written down later does not stand above what was heard since.
    make_current(rows)
    record(actor, f"recorded the position of a contact on the campaign {campaign.slug}", about=contact)
    row.refresh_from_db()
    return row


def make_current(rows: Any) -> None:
    """Make the latest of one person's positions on one campaign the current one; none of them is."""
    newest = rows.order_by("-said_on", "-pk").first()
    if newest is not None:
        Position.objects.filter(pk=newest.pk).update(is_current=True)


def counts_of(campaign: Campaign) -> list[dict[str, Any]]:
    """For each stance in order: label, value, total (of all who have a position); one query."""
    living = Position.objects.current().filter(campaign=campaign, contact__erased_at__isnull=True)
    found = dict(living.order_by().values_list("stance").annotate(n=Count("pk")))
    total = sum(found.values())
    return [
        {"code": code, "label": label, "value": found.get(code, 0), "total": total}
        for code, label in Position.Stance.choices
    ]


def settle_positions(rows: Any, name: str, winner: Contact, loser: Contact) -> None:
    """When two rows were one person: all positions are theirs, and on each campaign the latest is the current one."""
    campaigns = set(rows.values_list("campaign_id", flat=True))
    Position.objects.filter(contact__in=[winner, loser], campaign__in=campaigns).update(is_current=False)
    rows.update(contact=winner)
    for campaign in campaigns:
        make_current(Position.objects.filter(contact=winner, campaign_id=campaign))


def settle_attendances(rows: Any, name: str, winner: Contact, loser: Contact) -> None:
    """When both were at one event, the winner keeps one row: the greater part, and that they came if either did.

    What is public stays so only where both rows were: nobody is named who did not agree.
    """
    mine = {row.event_id: row for row in Attendance.objects.filter(contact=winner)}
    for row in rows.all():
        kept = mine.get(row.event_id)
        if kept is None:
            rows.filter(pk=row.pk).update(contact=winner)
            continue
        role = max(kept.role, row.role, key=_ROLES.index)
        answer = max(kept.answer, row.answer, key=_ANSWERS.index)
        both = kept.is_public and row.is_public and role != Attendance.Role.GUEST
        Attendance.objects.filter(pk=kept.pk).update(role=role, answer=answer, is_public=both)
        rows.filter(pk=row.pk).delete()


def positions_of(contact: Contact) -> list[Any]:
    """All positions of a person, newest first, with their campaigns; read once and kept on the contact."""
    if not hasattr(contact, "read_positions"):
        rows = Position.objects.filter(contact=contact).select_related("campaign", "by").with_campaign_title()
        contact.read_positions = list(rows[:MOST_OF_ONE])  # type: ignore[attr-defined]
    found: list[Any] = contact.read_positions  # type: ignore[attr-defined]
    return found


def timeline(contact: Contact) -> Iterable[Entry]:
    """Positions and events as lines of "What passed between us"."""
    for row in positions_of(contact):
        title = _("Position on %(campaign)s: %(stance)s") % {
            "campaign": row.campaign_title or row.campaign.slug,
            "stance": row.get_stance_display(),
        }
        url = reverse("advocacy:campaign_detail", args=[row.campaign.slug])
        yield Entry(_midnight(row.said_on), title, row.source, url, icon="ask")
    rows = Attendance.objects.filter(contact=contact).select_related("event").order_by("-event__starts_at")
    for attendance in rows[:MOST_OF_ONE]:
        event = attendance.event
        detail = f"{attendance.get_role_display()}. {attendance.get_answer_display()}."
        url = reverse("advocacy:event_detail", args=[event.slug])
        yield Entry(event.starts_at, event.title, detail, url, icon="people", kind="meetings")


def sections(user: User, contact: Contact) -> Iterable[Section]:
    """Where somebody stands now, as a card of their page."""
    rows = [row for row in positions_of(contact) if row.is_current]
    url = reverse("advocacy:position_set", args=[contact.public_id]) if user.has_perm("contacts.edit") else ""
    yield Section("advocacy/_person_positions.html", rows, url)


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
