"""Leaving a consented list and coming back: the subscription's state, and the proof of what was asked.

Whether anything is sent is decided by `contacts.suppression`; this is what the person's page tells about it.
"""

from django.db import transaction
from django.utils import timezone

from contacts.models import ConsentRecord, Contact, ContactList, Subscription

LEAVE = "Unsubscribe"
UNDO = "Undo"


def leave(contact: Contact, contact_list: ContactList, *, source: str) -> bool:
    """End the contact's subscription and keep a record of it. True when there was one that had not ended."""
    with transaction.atomic():
        changed = (
            Subscription.objects.filter(contact=contact, contact_list=contact_list)
            .exclude(status=Subscription.Status.UNSUBSCRIBED)
            .update(status=Subscription.Status.UNSUBSCRIBED, unsubscribed_at=timezone.now())
        )
        if changed:
            _record(contact, contact_list, "unsubscribed", LEAVE, source)
    return bool(changed)


def come_back(contact: Contact, contact_list: ContactList, *, source: str) -> bool:
    """Put an ended subscription back as it was: active where it had been confirmed, pending where not."""
    ended = Subscription.objects.filter(
        contact=contact, contact_list=contact_list, status=Subscription.Status.UNSUBSCRIBED
    )
    with transaction.atomic():
        changed = ended.filter(confirmed_at__isnull=False).update(
            status=Subscription.Status.ACTIVE, unsubscribed_at=None
        ) or ended.filter(confirmed_at__isnull=True).update(status=Subscription.Status.PENDING, unsubscribed_at=None)
        if changed:
            _record(contact, contact_list, "undone", UNDO, source)
    return bool(changed)


def _record(contact: Contact, contact_list: ContactList, action: str, wording: str, source: str) -> None:
    """Append the proof: the button's wording with the list's name, and where it was pressed. Holds no address."""
    ConsentRecord.objects.create(
        contact=contact,
        email_digest=contact.email_digest or "",
        contact_list=contact_list,
        action=action,
        wording=f"{wording}: {contact_list.name}",
        source=source[:200],
    )
