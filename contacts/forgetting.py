"""Taking one person out of what is stored as text or JSON, where no foreign key leads to them."""

from collections.abc import Set
from typing import Any

from django.db.models import Q

from contacts.models import Contact, ImportRun
from transport.models import SystemMail

JSON_COLUMNS = ("counts", "changes", "problems")


def forget_system_mail(addresses: Set[str]) -> int:
    """Empty the system's own mails to these addresses; what has not left does not leave any more. Give how many."""
    found = Q(pk__in=[])
    for address in addresses:
        found |= Q(to__iexact=address)
    mails = SystemMail.objects.filter(found)
    mails.filter(status=SystemMail.Status.QUEUED).update(status=SystemMail.Status.FAILED, last_error="Erased.")
    return mails.update(to="", context={})


def forget_in_import_runs(contact_id: int, texts: Set[str]) -> int:
    """Take a person's changes and every text that names them out of all import runs; give how many were changed.

    What is no longer there cannot be undone: so no undo brings the person back.
    """
    changed = 0
    for run in ImportRun.objects.order_by("pk").iterator(chunk_size=20):
        before = {name: getattr(run, name) for name in JSON_COLUMNS}
        after = {name: without(value, texts, contact_id=contact_id) for name, value in before.items()}
        if after != before:
            ImportRun.objects.filter(pk=run.pk).update(**after)
            changed += 1
    return changed


def without(value: Any, texts: Set[str], *, contact_id: int | None = None) -> Any:
    """A JSON value in which each text that holds one of `texts` (in small letters) is empty.

    In a list, an object whose `contact` is `contact_id` is left out as a whole.
    """
    if isinstance(value, dict):
        return {key: without(item, texts, contact_id=contact_id) for key, item in value.items()}
    if isinstance(value, list):
        kept = [item for item in value if not _is_about(item, contact_id)]
        return [without(item, texts, contact_id=contact_id) for item in kept]
    if isinstance(value, str):
        folded = value.casefold()
        return "" if any(text in folded for text in texts) else value
    return value


def _is_about(item: Any, contact_id: int | None) -> bool:
    return contact_id is not None and isinstance(item, dict) and item.get("contact") == contact_id


def names_person(text: str, contact: Contact) -> bool:
    """Whether a text holds the person's address or a word of their name, so that it could not be kept for ever."""
    folded = text.casefold()
    words = {word.strip(".,;:()'\"") for word in folded.replace("/", " ").split()}
    names = {part for part in f"{contact.given_name} {contact.family_name}".casefold().split() if len(part) > 2}
    return bool(words & names) or (bool(contact.email) and contact.email.casefold() in folded)
