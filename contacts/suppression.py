"""Putting an address on the list of those that must not be written to, and taking it off again."""

from django.db import transaction

from accounts.audit import record
from accounts.models import User
from contacts.addresses import email_digest, email_key
from contacts.models import Contact, Suppression, SuppressionLift


class NoAddress(ValueError):
    """There is no address to put on the list; the message says so for the person who asked."""


def digest_of(who: str | Contact) -> str:
    """The keyed hash of an address or of a contact's address. Raises NoAddress when there is none."""
    if isinstance(who, Contact):
        if who.email_digest:
            return who.email_digest
        raise NoAddress("This person has no e-mail address, so nothing can be written to it.")
    key = email_key(who)
    if not key:
        raise NoAddress("There is no e-mail address.")
    return email_digest(key)


def suppress(who: str | Contact, *, scope: str = "all", reason: str, actor: User | None = None) -> bool:
    """Stop messages of `scope` ("all", "letters" or "list:<id>") to an address. True when it was not on the list.

    Doing it again changes nothing and keeps the first reason. With an actor the audit trail tells it, in the same
    transaction and without the address.
    """
    digest = digest_of(who)
    with transaction.atomic(savepoint=False):
        # A worker about to write to this person holds the row too: its letter leaves before this, or not at all.
        list(Contact.objects.select_for_update().filter(email_digest=digest).order_by("pk").values_list("pk"))
        _row, created = Suppression.objects.get_or_create(
            email_digest=digest, scope=scope, defaults={"reason": Suppression.Reason(reason)}
        )
        if created and actor is not None:
            about = who if isinstance(who, Contact) else None
            record(actor, f"put an address on the do-not-write list ({scope}, {reason})", about=about)
    return created


def lift(
    who: str | Contact,
    *,
    scope: str = "all",
    reason: str = Suppression.Reason.OBJECTION,
    actor: User | None = None,
) -> bool:
    """Take an address off the list again, only where it stands there for `reason`. True when it did."""
    digest = digest_of(who)
    with transaction.atomic(savepoint=False):
        deleted, _rows = Suppression.objects.filter(email_digest=digest, scope=scope, reason=reason).delete()
        if deleted:
            SuppressionLift.objects.create(email_digest=digest, scope=scope, reason=reason)
        if deleted and actor is not None:
            about = who if isinstance(who, Contact) else None
            record(actor, f"took an address off the do-not-write list ({scope}, {reason})", about=about)
    return bool(deleted)
