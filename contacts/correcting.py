"""Setting by hand what is known about a person, so that imports leave it alone."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from accounts.models import User
from contacts.models import Contact, PersonCorrection, Tag

# What a person may correct, and the word the audit trail uses for it. Values never stand there.
FIELDS = {
    "given_name": "given name",
    "family_name": "family name",
    "gender": "gender",
    "language": "language",
    "country": "country",
    "email": "e-mail address",
    "phone": "phone",
    "postal_address": "postal address",
    "is_confidential": "secrecy",
    "legal_basis": "legal basis",
    "source": "source",
    "informed_at": "notice",
}
# Of these, the ones an import could bring: only for them is it remembered that a person set them, and of those that may
# be secret without a second copy of the value.
FROM_IMPORTS = ("given_name", "family_name", "gender", "language", "country", "email", "phone", "postal_address")
WITHOUT_VALUE = ("phone", "postal_address")


@transaction.atomic
def correct(contact: Contact, changes: dict[str, Any], *, actor: User) -> list[str]:
    """Set fields of a contact and remember that a person did. Gives the fields that really changed.

    The row is read again under the transaction, so that only what differs now becomes a correction. Raises
    IntegrityError when the new address belongs to somebody else, KeyError for a field nobody may correct.
    """
    row = Contact.objects.select_for_update().get(pk=contact.pk)
    changed = [name for name in FIELDS if name in changes and getattr(row, name) != changes[name]]
    if unknown := changes.keys() - FIELDS.keys():
        raise KeyError(", ".join(sorted(unknown)))
    if not changed:
        return []
    hidden = {*WITHOUT_VALUE, "email"} if changes.get("is_confidential", row.is_confidential) else {*WITHOUT_VALUE}
    PersonCorrection.objects.filter(contact=row, field__in=hidden).exclude(value="").update(value="")
    for name in changed:
        setattr(row, name, changes[name])
        if name in FROM_IMPORTS:
            value = "" if name in hidden else changes[name]
            set_by = {"value": value, "by": actor, "at": timezone.now()}
            PersonCorrection.objects.update_or_create(contact=row, field=name, defaults=set_by)
    if "family_name" in changed:
        row.family_name_is_guessed = False
        changed_columns = [*changed, "family_name_is_guessed"]
    else:
        changed_columns = changed
    row.save(update_fields=changed_columns)
    record(actor, f"corrected a contact's {', '.join(FIELDS[name] for name in changed)}", about=row)
    return changed


@transaction.atomic
def forget_correction(contact: Contact, field: str, *, actor: User) -> bool:
    """Let imports set a field again. The value stays as it is until one does. True when there was a correction."""
    deleted, _rows = PersonCorrection.objects.filter(contact=contact, field=field).delete()
    if deleted:
        record(actor, f"took back the correction of a contact's {FIELDS.get(field, field)}", about=contact)
    return bool(deleted)


@transaction.atomic
def tag(contact: Contact, names: Iterable[str], *, actor: User) -> bool:
    """Give a contact exactly these tags, making those that do not exist. True when something changed.

    A tag that is known in another case is that tag.
    """
    known = {found.name.casefold(): found for found in Tag.objects.all()}
    wanted = {}
    for name in names:
        found = known.get(name.casefold()) or Tag.objects.get_or_create(name=name)[0]
        wanted[found.pk] = found
    before = set(contact.tags.values_list("pk", flat=True))
    if before == wanted.keys():
        return False
    contact.tags.set(wanted.values())
    record(actor, "changed a contact's tags", about=contact)
    return True
