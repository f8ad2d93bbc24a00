"""Erasing a person (GDPR Article 17): what stays is a keyed hash, so that no import brings them back, and an empty row.

The empty row keeps counts true: a letter that went to 106 people went to 106 people. Rows about the person are deleted,
by looking at the models themselves; those that stay are named with the reason in `contacts.registry.kept_on_erasure`.
Other rooms clean their own rows on the signal `contact_erased`, in the same transaction.
"""

from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.audit import record
from accounts.models import User
from contacts import registry
from contacts.addresses import email_digest, email_key, ep_digest
from contacts.forgetting import forget_in_import_runs, forget_system_mail
from contacts.models import Contact, Interaction, Mandate, PersonCorrection, Suppression
from contacts.personal_data import DIGEST, routes

# Sent inside the transaction, before the contact's own row is emptied: contact, traces.
contact_erased = Signal()

REASONS = {
    "asked": _("The person asked for it"),
    "too_long": _("Kept long enough"),
    "mistake": _("Taken in by mistake"),
    "restored": _("Erased before a backup was restored"),
}
SAID = {
    "asked": "the person asked for it",
    "too_long": "kept long enough",
    "mistake": "taken in by mistake",
    "restored": "erased before a backup was restored",
}
# Columns of the empty row; every other one goes back to its default, one added later as well.
KEPT_COLUMNS = {"id", "public_id", "created_at", "legal_basis", "country_now"}
registry.kept_on_erasure |= {
    "contacts.ConsentRecord": "proof of what was asked and answered; append-only, holds no name and no address",
    "contacts.Interaction": "emptied, so that the number of meetings stays true",
}


@dataclass(frozen=True)
class Traces:
    """By what the person may be found where no foreign key leads: addresses as keys, their hashes, the name."""

    addresses: frozenset[str]
    digests: frozenset[str]
    names: frozenset[str]

    @property
    def texts(self) -> frozenset[str]:
        """Addresses and names, in the small letters in which texts are compared."""
        return self.addresses | self.names


def erase(contact: Contact, *, actor: User | None, reason: str, keep_out: bool = True) -> bool:
    """Erase a person in one transaction. True when they were not erased before; again, it changes nothing.

    `reason` is a key of REASONS (KeyError otherwise). With `keep_out` the hashes of their addresses and of their number
    in the Parliament become suppressions, so that no import brings them back; without it only the data go.
    """
    said = SAID[reason]
    with transaction.atomic():
        # A worker about to write to this person holds the row: its letter leaves before this, or not at all.
        row = Contact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
        if row.erased_at is not None:
            return False
        traces = traces_of(row)
        if keep_out:
            _keep_out(traces)
        contact_erased.send(sender=Contact, contact=row, traces=traces)
        forget_system_mail(traces.addresses)
        forget_in_import_runs(row.pk, traces.texts)
        _delete_rows(row)
        Contact.objects.filter(pk=row.pk).update(**_emptied())
        record(actor, f"erased a contact: {said}", about=row)
    contact.refresh_from_db()
    return True


def traces_of(contact: Contact) -> Traces:
    """What is known to lead to this person, present and former; nothing that leads to somebody else as well."""
    keys = {email_key(contact.email)} if contact.email else set()
    corrected = PersonCorrection.objects.filter(contact=contact, field="email").values_list("value", flat=True)
    keys |= {email_key(value) for value in corrected if value}
    digests = {contact.email_digest} if contact.email_digest else set()
    for model, lookup in _direct(contact):
        names = {field.name: field for field in model._meta.concrete_fields}
        rows = model._base_manager.filter(**{lookup: contact})
        if DIGEST in names:
            digests |= set(rows.exclude(**{DIGEST: ""}).order_by().values_list(DIGEST, flat=True).distinct())
        for name, field in names.items():
            if isinstance(field, models.EmailField):
                found = rows.exclude(**{f"{name}__isnull": True}).order_by().values_list(name, flat=True).distinct()
                keys |= {email_key(address) for address in found if address}
    digests |= {email_digest(key) for key in keys}
    others = Contact.objects.exclude(pk=contact.pk).filter(erased_at__isnull=True)
    taken = set(others.filter(email_digest__in=digests).values_list(DIGEST, flat=True))
    keys = {key for key in keys if email_digest(key) not in taken}
    members = {ep_digest(number) for number in contact.mandates.values_list("ep_id", flat=True)}
    return Traces(frozenset(keys), frozenset((digests - taken) | members), _names(contact))


def _names(contact: Contact) -> frozenset[str]:
    """The name as texts may hold it, small letters; a single word could be anything and is not looked for."""
    given, family = contact.given_name.strip(), contact.family_name.strip()
    if not given or not family:
        return frozenset()
    return frozenset(text.casefold() for text in (f"{given} {family}", f"{family} {given}", f"{family}, {given}"))


def _keep_out(traces: Traces) -> None:
    """One suppression of everything for each hash: it takes the place of weaker ones."""
    for digest in sorted(traces.digests):
        Suppression.objects.filter(email_digest=digest).exclude(scope="all").delete()
        Suppression.objects.update_or_create(
            email_digest=digest, scope="all", defaults={"reason": Suppression.Reason.ERASURE}
        )


def _delete_rows(contact: Contact) -> None:
    """Delete what belongs to the person and has no reason to stay; what stays without a room's own care is emptied."""
    Mandate.objects.filter(contact=contact).delete()
    for model, lookup in _direct(contact):
        if model._meta.label not in registry.kept_on_erasure:
            model._base_manager.filter(**{lookup: contact}).delete()
    Interaction.objects.filter(contact=contact).update(note="", reference_type="", reference_id="")


def _direct(contact: Contact) -> list[tuple[type[models.Model], str]]:
    """Models with a foreign key straight to a contact, each with its name; the contact's own table is none of them."""
    return [
        (model, lookup)
        for model, lookups in routes().items()
        for lookup in lookups
        if "__" not in lookup and model is not Contact
    ]


def _emptied() -> dict[str, Any]:
    """Every column of a contact as in an empty row, erased now."""
    now = timezone.now()
    emptied = {
        field.attname: None if field.is_relation else field.get_default()
        for field in Contact._meta.concrete_fields
        if field.name not in KEPT_COLUMNS
    }
    return emptied | {"erased_at": now, "changed_at": now}
