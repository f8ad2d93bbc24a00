"""Secret addresses: what may be shown of an organisation or a contact, and seeing the rest on purpose.

Some member organisations work at a place that violent people look for. Their street, telephone and e-mail, and those of
a contact so marked, are in no list, page, search answer, export, log or message to another. Who has the permission
`contacts.reveal` may see them one at a time, with a reason, and the audit trail says so.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import AuditEvent, User
from contacts.addresses import email_digest, email_key
from contacts.forgetting import names_person
from contacts.models import Contact, Organisation
from transport.one_line import one_line

FIELDS = ("postal_address", "phone", "email")
PERMISSION = "contacts.reveal"
LONGEST_REASON = 200
_SAW = "saw the secret address of"


class ReasonRefused(ValueError):
    """The reason is missing, or repeats what must not be written down; the message says so."""


@dataclass(frozen=True)
class Seen:
    """The last time somebody saw a secret address: who, when and what for."""

    by: str
    at: datetime
    reason: str


def hidden_fields(row: Organisation | Contact) -> tuple[str, ...]:
    """Which of FIELDS are secret, whether or not they hold something.

    A contact's own mark hides all. Without it, street and telephone are hidden from the first post at a confidential
    organisation on, since a list often gives the office's, and an e-mail address that is also such an organisation's.
    Costs one query for a contact that was not read with `with_secrecy()`.
    """
    if row.is_confidential:
        return FIELDS
    if isinstance(row, Organisation):
        return ()
    if not hasattr(row, "works_in_secret"):
        found: Any = Contact.objects.filter(pk=row.pk).with_secrecy()
        flags = found.values_list("works_in_secret", "email_is_secret").first() or (False, False)
        row.works_in_secret, row.email_is_secret = flags  # type: ignore[attr-defined]
    street = ("postal_address", "phone") if row.works_in_secret else ()  # type: ignore[attr-defined]
    return (*street, "email") if row.email_is_secret else street  # type: ignore[attr-defined]


def read_secrecy(people: Iterable[Contact]) -> None:
    """Let `hidden_fields` answer without a query for contacts that were read without `with_secrecy()`; one query."""
    contacts = {person.pk: person for person in people if person.pk}
    found: Any = Contact.objects.filter(pk__in=contacts).with_secrecy().order_by()
    for pk, *flags in found.values_list("pk", "works_in_secret", "email_is_secret"):
        contacts[pk].works_in_secret, contacts[pk].email_is_secret = flags  # type: ignore[attr-defined]


def reachable(row: Organisation | Contact) -> dict[str, str]:
    """Postal address, phone and e-mail as they may be shown or exported: empty where they are secret."""
    hidden = hidden_fields(row)
    return {field: "" if field in hidden else getattr(row, field) for field in FIELDS}


def has_secrets(row: Organisation | Contact) -> bool:
    """Whether something is known that must not be shown."""
    return any(getattr(row, field) for field in hidden_fields(row))


@transaction.atomic
def reveal(row: Organisation | Contact, *, user: User, reason: str) -> dict[str, str]:
    """Everything known of how to reach them, seen by `user` on purpose: writes who, whose and why into the trail.

    Raises PermissionDenied without `contacts.reveal`, ReasonRefused without a usable reason (one that names neither
    the person nor the address). Nothing is shown when the line cannot be written.
    """
    if not user.has_perm(PERMISSION):
        raise PermissionDenied
    reason = one_line(reason)
    known = {field: getattr(row, field) for field in FIELDS}
    if not reason:
        raise ReasonRefused(_("Say what you need the address for. The reason is kept."))
    if len(reason) > LONGEST_REASON:
        raise ReasonRefused(_("Say it in fewer words: %(number)s characters at most.") % {"number": LONGEST_REASON})
    if any(repeats(reason, value) for value in known.values()):
        raise ReasonRefused(_("Leave the address itself out of the reason. The reason is kept and others read it."))
    if isinstance(row, Contact) and names_person(reason, row):
        raise ReasonRefused(_("Leave the person's name out of the reason. The reason is kept, longer than the name."))
    is_organisation = isinstance(row, Organisation)
    whose, label = ("an organisation", row.name) if is_organisation else ("a contact", "")
    record(user, f"{_SAW} {whose}: “{reason}”", about=row, label=label)
    return known


def last_seen(row: Organisation | Contact) -> Seen | None:
    """When the secret address was last shown, to whom and what for; None when nobody asked yet."""
    events = AuditEvent.objects.filter(
        object_type=row._meta.label_lower, object_id=str(row.pk), sentence__startswith=_SAW
    )
    event = events.order_by("-id").first()
    if event is None:
        return None
    return Seen(event.actor_label, event.at, event.sentence.partition("“")[2].removesuffix("”"))


def repeats(text: str, secret: str) -> bool:
    """Whether a text holds a secret, written with other spaces, capitals or punctuation."""
    wanted = _bare(secret)
    return len(wanted) > 3 and wanted in _bare(text)


def _bare(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())


def secret_mail(*, contact: str = "contact_id", address: str = "email_digest") -> Q:
    """Whether a row that keeps a copy of somebody's address keeps a secret one: a condition in its query.

    Asked by the contact and by the digest of the copy, so that it holds after the address changed and after the contact
    was merged into another. `contact` and `address` name the columns of the row.
    """
    people = Contact.objects.filter(is_confidential=True)
    organisations = Organisation.objects.filter(is_confidential=True, email_digest=OuterRef(address))
    return (
        Q(Exists(people.filter(pk=OuterRef(contact))))
        | Q(Exists(people.filter(email_digest=OuterRef(address)).exclude(email_digest="")))
        | Q(Exists(organisations.exclude(email_digest="")))
    )


def secret_addresses(addresses: Iterable[str]) -> set[str]:
    """Those of some e-mail addresses that are secret, as they were given. One query."""
    digests = {address: email_digest(email_key(address)) for address in addresses if address}
    people, organisations = (
        model.objects.order_by()
        .filter(is_confidential=True, email_digest__in=set(digests.values()))
        .values("email_digest")
        for model in (Contact, Organisation)
    )
    found = set(people.union(organisations).values_list("email_digest", flat=True)) if digests else set()
    return {address for address, digest in digests.items() if digest in found}


def shown_address(address: str | None, contact: Contact | None = None) -> str:
    """An e-mail address as a page may show it: empty where it is secret, or where its contact's is."""
    if not address or (contact is not None and contact.is_confidential):
        return ""
    return "" if secret_addresses([address]) else address


def secret_lines(contact: Contact | None) -> list[str]:
    """What is secret of a contact and of the confidential organisations where they have a post, line by line.

    An answer from a confidential organisation ends with its street and telephone more often than not.
    """
    if contact is None:
        return []
    rows: list[Organisation | Contact] = [contact]
    rows += Organisation.objects.filter(is_confidential=True, posts__contact=contact).distinct()
    found = []
    for row in rows:
        for field in hidden_fields(row):
            found += getattr(row, field).splitlines()
            if field == "email":
                # A mail server's words name its host, which tells as much.
                found.append(row.email.partition("@")[2])
    return found


def without_secrets(text: str, secrets: Sequence[str]) -> str:
    """Words that came from somebody else, with a mark in place of each line that repeats one of `secrets`."""
    if not any(secrets):
        return text
    mark = _("[secret address]")
    return "\n".join(mark if any(repeats(line, one) for one in secrets) else line for line in text.split("\n"))
