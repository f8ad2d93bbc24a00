"""Writing down what passed between us and a person: meetings, calls, events, commitments.

Thrown away, an entry lies in the bin for 30 days.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.audit import record
from accounts.models import User
from contacts.models import Contact, Interaction
from contacts.retention import Rule

BIN_DAYS = 30
FIELDS = ("kind", "at", "with_whom", "note", "due_on")


class NotYours(PermissionError):
    """Somebody else wrote the entry; they or an administrator may change it."""


def may_change(entry: Interaction, user: User) -> bool:
    """Whether this person wrote the entry, or is an administrator."""
    return entry.by_id == user.pk or user.role == User.Role.ADMINISTRATOR


@transaction.atomic
def write_down(contact: Contact, values: dict[str, Any], *, actor: User) -> Interaction:
    """Keep a meeting or another entry (FIELDS) with a contact, told to the audit trail without its words.

    `due_on` may be missing: then nobody has to come back to it.
    """
    given = {"due_on": None, **values}
    entry = Interaction.objects.create(contact=contact, by=actor, **{name: given[name] for name in FIELDS})
    record(actor, f"recorded a {entry.kind} with a contact", about=contact)
    return entry


@transaction.atomic
def change(entry: Interaction, values: dict[str, Any], *, actor: User) -> None:
    """Set the words of an entry. Raises NotYours."""
    if not may_change(entry, actor):
        raise NotYours
    for name in FIELDS:
        setattr(entry, name, values.get(name, getattr(entry, name)))
    entry.save(update_fields=FIELDS)
    record(actor, f"changed a recorded {entry.kind} with a contact", about=entry.contact)


@transaction.atomic
def throw_away(entry: Interaction, *, actor: User) -> bool:
    """Put an entry into the bin; it can be put back. True when it was not there. Raises NotYours."""
    if not may_change(entry, actor):
        raise NotYours
    gone = Interaction.objects.filter(pk=entry.pk).update(deleted_at=timezone.now())
    if gone:
        record(actor, f"threw away a recorded {entry.kind} with a contact", about=entry.contact)
    return bool(gone)


@transaction.atomic
def put_back(entry: Interaction, *, actor: User) -> bool:
    """Take an entry out of the bin again. True when it was in there. Raises NotYours."""
    if not may_change(entry, actor):
        raise NotYours
    back = Interaction.all_objects.filter(pk=entry.pk, deleted_at__isnull=False).update(deleted_at=None)
    if back:
        record(actor, f"put back a recorded {entry.kind} with a contact", about=entry.contact)
    return bool(back)


def bin_rule() -> Rule:
    """The retention rule that deletes for good what has lain in the bin for BIN_DAYS."""
    words = gettext_lazy("Meetings and calls that were thrown away")
    return Rule("bin", words, BIN_DAYS, thrown_before, lambda rows: rows.delete()[0])


def thrown_before(before: datetime) -> QuerySet[Interaction]:
    """Entries that were thrown away before that moment."""
    return Interaction.all_objects.filter(deleted_at__lt=before)
