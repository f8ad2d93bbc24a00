"""Making and changing events, and who comes; each change is told to the audit trail."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from accounts.audit import record
from accounts.models import User
from advocacy.campaigning import NotYours
from advocacy.models import Attendance, Event, EventLink
from contacts.models import Contact


class ThereAlready(ValueError):
    """The person stands in this event's list already."""


@transaction.atomic
def save_event(
    event: Event, *, organisers: Iterable[Any], links: Sequence[tuple[str, str, bool]], actor: User
) -> Event:
    """Save a new or changed event with its links (what it is, address, whether it is a file).

    Raises NotYours where the public reads it, or would, and the actor may not approve.
    """
    is_new = event.pk is None
    was_public = not is_new and Event.objects.select_for_update().get(pk=event.pk).is_public
    if (was_public or event.is_public) and not actor.has_perm("advocacy.approve"):
        raise NotYours
    event.save()
    event.organisers.set(organisers)
    event.links.all().delete()
    EventLink.objects.bulk_create(
        [EventLink(event=event, label=label, url=url, is_attachment=is_file) for label, url, is_file in links]
    )
    record(actor, "added an event" if is_new else "changed an event", about=event, label=event.slug)
    return event


@transaction.atomic
def add_person(event: Event, contact: Contact, *, role: str, answer: str, actor: User) -> Attendance:
    """Put somebody into an event's list. Raises ThereAlready."""
    try:
        with transaction.atomic():
            row = Attendance.objects.create(event=event, contact=contact, role=role, answer=answer)
    except IntegrityError as error:
        raise ThereAlready from error
    record(actor, f"added somebody to the event {event.slug}", about=contact)
    return row


@transaction.atomic
def change_person(row: Attendance, *, role: str, answer: str, is_public: bool, actor: User) -> None:
    """Change as what somebody comes, whether they did, and whether the public pages name them.

    Raises NotYours where a name becomes public, or stays so, and the actor may not approve.
    """
    before = Attendance.objects.select_for_update().get(pk=row.pk)
    if (is_public or before.is_public) and not actor.has_perm("advocacy.approve"):
        raise NotYours
    row.role, row.answer = role, answer
    row.is_public = is_public and role != Attendance.Role.GUEST
    row.save(update_fields=["role", "answer", "is_public"])
    record(actor, f"changed somebody's part in the event {row.event.slug}", about=row.contact)


@transaction.atomic
def remove_person(row: Attendance, *, actor: User) -> None:
    """Take somebody out of an event's list."""
    Attendance.objects.filter(pk=row.pk).delete()
    record(actor, f"took somebody out of the event {row.event.slug}", about=row.contact)
