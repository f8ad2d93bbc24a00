"""Registering a webhook, changing its secret, switching it on and off; each with a sentence in the trail."""

import secrets
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.db import transaction

from accounts.audit import record
from accounts.models import User
from desk.models import Webhook


@transaction.atomic
def register(*, name: str, url: str, events: Iterable[str], actor: User) -> Webhook:
    """A new webhook. `url` was looked at by contacts.calling.checked."""
    webhook = Webhook.objects.create(name=name, url=url, events=sorted(set(events)), salt=secrets.token_hex(32))
    record(actor, f"registered the webhook “{name}” at {urlsplit(url).hostname}", about=webhook, label=name)
    return webhook


@transaction.atomic
def renew_secret(webhook: Webhook, *, actor: User) -> None:
    """Another secret from now on; the old one signs nothing any more."""
    webhook.salt = secrets.token_hex(32)
    webhook.save(update_fields=["salt"])
    record(actor, f"gave the webhook “{webhook.name}” another secret", about=webhook, label=webhook.name)


@transaction.atomic
def switch(webhook: Webhook, *, on: bool, actor: User) -> bool:
    """Switch it on or off. True when it was not so. What waits goes out once it is on again."""
    rows = Webhook.objects.filter(pk=webhook.pk).exclude(is_active=on)
    if not rows.update(is_active=on, gave_up_at=None, failing_since=None):
        return False
    word = "on" if on else "off"
    record(actor, f"switched {word} the webhook “{webhook.name}”", about=webhook, label=webhook.name)
    return True


@transaction.atomic
def remove(webhook: Webhook, *, actor: User) -> None:
    """Delete it with what it was told and what waits."""
    record(actor, f"deleted the webhook “{webhook.name}”", about=webhook, label=webhook.name)
    webhook.delete()
