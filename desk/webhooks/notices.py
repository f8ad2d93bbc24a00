"""What administrators see on their home page: a webhook that was given up."""

from collections.abc import Iterable

from django.db.models import Exists
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.registry import Task
from accounts.roles import waiting
from desk.models import Webhook


def column() -> Exists:
    """Whether one was switched off, as a column of users: the first page asks for it in no query of its own."""
    return Exists(Webhook.objects.filter(gave_up_at__isnull=False))


def tasks(user: User) -> Iterable[Task]:
    """Webhooks that were switched off because nothing arrived."""
    if not user.has_perm("accounts.manage") or not waiting(user, "webhooks"):
        return
    for row in Webhook.objects.filter(gave_up_at__isnull=False):
        detail = _("Nothing arrived there for days, so it was switched off.")
        yield Task(row.name, _("Webhook"), detail, reverse("desk:webhook", args=[row.pk]), _("Look"), "alert", "warn")
