"""What somebody has to come back to: commitments and meetings with a day, on the first page until they are done."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from accounts.registry import Task
from contacts.models import Contact, Interaction
from contacts.recording import NotYours, may_change

MOST = 20


@transaction.atomic
def mark_done(entry: Interaction, *, actor: User, is_done: bool = True) -> bool:
    """Note that somebody has come back to an entry, or take that back; True when that is new. Raises NotYours."""
    if not may_change(entry, actor):
        raise NotYours
    rows = Interaction.objects.filter(pk=entry.pk, due_on__isnull=False, done_at__isnull=is_done)
    changed = rows.update(done_at=timezone.now() if is_done else None)
    if changed:
        said = "came back to" if is_done else "left open"
        record(actor, f"{said} a recorded {entry.kind} with a contact", about=entry.contact)
    return bool(changed)


def due(user: User) -> Iterable[Task]:
    """Rows of the first page: one's own entries whose day has come; to administrators those of colleagues who left."""
    if not user.has_perm("contacts.edit"):
        return
    mine = Q(by=user)
    if user.role == User.Role.ADMINISTRATOR:
        mine |= Q(by__is_active=False)
    rows = Interaction.objects.filter(mine, due_on__lte=timezone.localdate(), done_at__isnull=True)
    seen = Contact.objects.visible_to(user).living()
    for entry in rows.filter(contact__in=seen).select_related("contact").order_by("due_on", "pk")[:MOST]:
        detail = _("%(kind)s, to come back to on %(day)s") % {
            "kind": entry.get_kind_display(),
            "day": date_format(entry.due_on, "j M Y") if entry.due_on else "",
        }
        if entry.note:
            detail = f"{detail}: {entry.note[:100]}"
        url = reverse("contacts:interaction_edit", args=[entry.pk])
        yield Task(entry.contact.name, "", detail, url, _("Look"), "check", "warn")
