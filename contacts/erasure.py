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
from contacts.addresses import email_digest, ep_digest
from contacts.forgetting import forget_in_import_runs, forget_raw_answers, forget_system_mail, forget_uploads
from contacts.models import Contact, Interaction, Mandate, SignUp, Suppression
from contacts.personal_data import DIGEST, addresses_of, direct, shells_of

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
# Rows of this room that stay, and why.
KEPT_ROWS = {
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
        row = Contact.objects.select_for_update(of=("self",)).filter(pk=contact.pk).first()
        if row is None or row.erased_at is not None:
            return False
        # Rows that were merged into this one are the same person.
        rows = [row, *shells_of(row)]
        traces = traces_of(*rows)
        if keep_out:
            _keep_out(traces)
        for one in rows:
            contact_erased.send(sender=Contact, contact=one, traces=traces)
        forget_system_mail(traces.addresses)
        SignUp.objects.filter(email_digest__in=traces.digests).delete()
        forget_in_import_runs({one.pk for one in rows}, traces.texts)
        forget_uploads(traces.texts)
        forget_raw_answers(traces.names, row.mandates.values_list("ep_id", flat=True))
        for one in rows:
            _delete_rows(one)
        Contact.objects.filter(pk__in=[one.pk for one in rows]).update(**emptied())
        record(actor, f"erased a contact: {said}", about=row)
    contact.refresh_from_db()
    return True


def traces_of(*rows: Contact) -> Traces:
    """What leads to the person of these rows, present and former; nothing that is somebody else's as well."""
    keys: set[str] = set()
    digests: set[str] = set()
    for row in rows:
        keys |= addresses_of(row)
        digests |= _digests(row)
    digests |= {email_digest(key) for key in keys}
    others = Contact.objects.exclude(pk__in=[row.pk for row in rows]).filter(erased_at__isnull=True)
    taken = set(others.filter(email_digest__in=digests).values_list(DIGEST, flat=True))
    keys = {key for key in keys if email_digest(key) not in taken}
    members = {ep_digest(number) for number in Mandate.objects.filter(contact__in=rows).values_list("ep_id", flat=True)}
    names = frozenset().union(*(_names(row) for row in rows))
    return Traces(frozenset(keys), frozenset((digests - taken) | members), names)


def _digests(contact: Contact) -> set[str]:
    """Keyed hashes that stand in the person's rows."""
    digests = {contact.email_digest} if contact.email_digest else set()
    for model, lookup in direct():
        if any(field.name == DIGEST for field in model._meta.concrete_fields):
            rows = model._base_manager.filter(**{lookup: contact}).exclude(**{DIGEST: ""})
            digests |= set(rows.order_by().values_list(DIGEST, flat=True).distinct())
    return digests


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
            email_digest=digest, scope="all", defaults={"reason": Suppression.Reason.ERASURE, "at": timezone.now()}
        )


def _delete_rows(contact: Contact) -> None:
    """Delete what belongs to the person and has no reason to stay; what stays without a room's own care is emptied."""
    Mandate.objects.filter(contact=contact).delete()
    for model, lookup in direct():
        if model._meta.label not in registry.kept_on_erasure:
            model._base_manager.filter(**{lookup: contact}).delete()
    # The base manager sees what lies in the bin, too.
    Interaction._base_manager.filter(contact=contact).update(**dict.fromkeys(_texts_of(Interaction) - {"kind"}, ""))


def _texts_of(model: type[models.Model]) -> set[str]:
    """The columns of a model that hold text."""
    kinds = models.CharField, models.TextField
    return {field.name for field in model._meta.concrete_fields if isinstance(field, kinds)}


def emptied() -> dict[str, Any]:
    """Every column of a contact as in an empty row, erased now."""
    now = timezone.now()
    columns = {
        field.attname: None if field.is_relation else field.get_default()
        for field in Contact._meta.concrete_fields
        if field.name not in KEPT_COLUMNS
    }
    return columns | {"erased_at": now, "changed_at": now}
