"""Where people stand on a campaign: setting it, what segments and merges make of it, and a person's own page."""

import dataclasses
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, DateTimeField, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, Concat
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from advocacy.models import Attendance, Campaign, Position
from contacts.models import Contact
from contacts.registry import Entry, Section
from contacts.remarks import remarks_of

MOST_OF_ONE = 100
STANCES: dict[str, Any] = dict(Position.Stance.choices)
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
    """All positions of a person, newest first, with their campaigns; one query."""
    rows = Position.objects.filter(contact=contact).select_related("campaign", "by").with_campaign_title()
    return list(rows[:MOST_OF_ONE])


def remarks(contact: Contact) -> Iterable[tuple[str, Any, dict[str, str]]]:
    """Positions and places at events as short rows of a person, which their page reads in one query with its own.

    `more` is short name and title, `sort` whether a position is current and which, or role and answer at an event.
    """
    stands = Position.objects.filter(contact=contact).with_campaign_title()
    title = Coalesce("campaign_title", Value(""), output_field=TextField())
    stands = stands.annotate(
        said_at=Cast("said_on", DateTimeField()),
        what_campaign=Concat("campaign__slug", Value(" "), title, output_field=TextField()),
        what_stance=Concat(
            Case(When(is_current=True, then=Value("now ")), default=Value("was ")), "stance", output_field=TextField()
        ),
    )
    columns = {"words": "source", "more": "what_campaign", "at": "said_at", "by": "by", "sort": "what_stance"}
    yield "position", stands, columns
    came = Attendance.objects.filter(contact=contact).annotate(
        what_part=Concat("role", Value(" "), "answer", output_field=TextField())
    )
    yield (
        "attendance",
        came,
        {
            "words": "event__title",
            "more": "event__slug",
            "at": "event__starts_at",
            "sort": "what_part",
        },
    )


def _remarks(contact: Contact, what: str) -> list[Any]:
    if not hasattr(contact, "remarks"):
        contact.remarks = remarks_of(contact)  # type: ignore[attr-defined]
    return list(contact.remarks[what])  # type: ignore[attr-defined]


def timeline(contact: Contact) -> Iterable[Entry]:
    """Positions and events as lines of "What passed between us"."""
    for row in _remarks(contact, "position")[:MOST_OF_ONE]:
        slug, _space, name = row.more.partition(" ")
        stance = STANCES[row.sort.split()[1]]
        title = _("Position on %(campaign)s: %(stance)s") % {"campaign": name or slug, "stance": stance}
        yield Entry(row.at, title, row.words, reverse("advocacy:campaign_detail", args=[slug]), icon="ask")
    for row in _remarks(contact, "attendance")[:MOST_OF_ONE]:
        role, answer = row.sort.split()
        detail = f"{Attendance.Role(role).label}. {Attendance.Answer(answer).label}."
        url = reverse("advocacy:event_detail", args=[row.more])
        yield Entry(row.at, row.words, detail, url, icon="people", kind="meetings")


def sections(user: User, contact: Contact) -> Iterable[Section]:
    """Where somebody stands now, as a card of their page."""
    rows = []
    for row in _remarks(contact, "position"):
        state, stance = row.sort.split()
        slug, _space, name = row.more.partition(" ")
        if state == "now":
            url = reverse("advocacy:campaign_detail", args=[slug])
            rows.append({"stance": STANCES[stance], "title": name or slug, "url": url, "at": row.at})
    url = reverse("advocacy:position_set", args=[contact.public_id]) if user.has_perm("contacts.edit") else ""
    yield Section("advocacy/_person_positions.html", rows, url)
