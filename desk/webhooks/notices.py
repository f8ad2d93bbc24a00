"""What administrators see on their home page: a webhook that was given up."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.registry import Task
from desk.models import Webhook


def tasks(user: User) -> Iterable[Task]:
    """Webhooks that were switched off because nothing arrived."""
    if not user.has_perm("accounts.manage"):
        return
    for row in Webhook.objects.filter(gave_up_at__isnull=False):
        detail = _("Nothing arrived there for days, so it was switched off.")
        yield Task(row.name, _("Webhook"), detail, reverse("desk:webhook", args=[row.pk]), _("Look"), "alert", "warn")
