"""What sign-ons hold about a person who signs: in "everything we hold", and emptied when that person is erased.

A signer is known by the address the link went to. The answers themselves are the proof of a public declaration and stay
with the text; they hold a name and a function, and no address.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from advocacy.models import Signatory, Signature
from contacts import registry
from contacts.erasure import Traces, contact_erased
from contacts.models import Contact
from contacts.personal_data import row_of


def _at(addresses: Iterable[str]) -> Any:
    found = Q(pk__in=[])
    for address in addresses:
        found |= Q(email__iexact=address)
    return Signatory.objects.filter(found)


def forget(sender: type[Contact], *, contact: Contact, traces: Traces, **kwargs: Any) -> None:
    """Empty who signs for an organisation where the erased person did, and take the link back."""
    now = timezone.now()
    _at(traces.addresses).update(signer="", role="", email="", revoked_at=now)


def signing_of(contact: Contact) -> Iterable[dict[str, Any]]:
    """The invitations that went to a person's address, and the answers given with them."""
    if not contact.email:
        return
    asked = list(_at([contact.email]).order_by("pk"))
    answers = Signature.objects.filter(signatory__in=asked).order_by("pk")
    for what, model, rows in (
        (_("Invitations to sign for an organisation"), Signatory, asked),
        (_("Answers given for an organisation"), Signature, list(answers)),
    ):
        if rows:
            yield {"what": what, "model": model._meta.label, "rows": [row_of(row) for row in rows]}


def register() -> None:
    """Fill the registries; called once when the app is ready."""
    registry.personal_data.append(signing_of)
    contact_erased.connect(forget, dispatch_uid="advocacy.sign_privacy")
