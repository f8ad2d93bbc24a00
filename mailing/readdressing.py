"""Correcting the address of somebody whose letter came back and, if wanted, sending that letter to the new one.

The recipient stays the same row of the ledger: one person, one letter, one copy. The correction is one of the contact's
as any other (contacts.correcting), so that imports leave it alone.
"""

import uuid
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.audit import record
from accounts.models import User
from contacts.addresses import AddressError, clean_address, email_digest, email_key
from contacts.confidentiality import PERMISSION, hidden_fields
from contacts.correcting import correct
from contacts.forms.person import ADDRESS_TAKEN
from contacts.models import Contact, Suppression
from mailing.models import Delivery, DeliveryEvent, Mailing
from mailing.retrying import held, open_to_retries, send_again, wake
from mailing.states import LifecycleError

READDRESSED = "readdressed"
# The digest of a copy that did not arrive, kept when another one is made for another address.
EARLIER_COPY = "earlier_copy"


class AddressForm(forms.Form):
    """The address a letter goes to from now on. A secret one is not shown, and set only by who may see it."""

    email = forms.CharField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("All later letters go to it as well; imports leave it alone."),
    )

    def __init__(self, *args: Any, delivery: Delivery, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.delivery, self.user = delivery, user
        if self.contact and not self.is_secret:
            self.initial.setdefault("email", self.contact.email)

    @property
    def contact(self) -> Contact | None:
        """Whose address it is; None when nobody is known any more."""
        contact = self.delivery.contact
        return contact if contact and contact.erased_at is None else None

    @cached_property
    def is_secret(self) -> bool:
        """Whether the address we have must not be shown."""
        return bool(self.contact and "email" in hidden_fields(self.contact))

    def why_not(self) -> str:
        """Why this colleague cannot correct it here, as a sentence; "" when they can."""
        if self.contact is None or self.delivery.email is None:
            return _("There is nobody to correct: the person was erased.")
        if not self.user.has_perm("contacts.edit"):
            return _("Ask a colleague who keeps the contacts.")
        if self.is_secret and not self.user.has_perm(PERMISSION):
            return _("This address is secret. Ask a colleague who may see secret addresses.")
        return ""

    def clean_email(self) -> str:
        """One address one can write to, that nobody else has and nobody has blocked."""
        try:
            address = clean_address(self.cleaned_data["email"])
        except AddressError as error:
            raise ValidationError(str(error)) from error
        key = email_key(address)
        others = Contact.objects.filter(email_key=key)
        if others.exclude(pk=self.delivery.contact_id or 0).exists():
            raise ValidationError(ADDRESS_TAKEN)
        scope = self.delivery.mailing.suppression_scope
        if Suppression.objects.filter(email_digest=email_digest(key), scope__in=["all", scope]).exists():
            raise ValidationError(
                _("This address is on the list of those that are not written to, as after a bounce. Give another one.")
            )
        return address


def correct_address(contact: Contact, address: str, *, actor: User) -> bool:
    """Set a contact's address for all later letters; whether it changed. Raises LifecycleError when it is taken."""
    try:
        return bool(correct(contact, {"email": address}, actor=actor))
    except IntegrityError as error:
        raise LifecycleError(str(ADDRESS_TAKEN)) from error


def send_to(delivery: Delivery, address: str, *, actor: User) -> Mailing:
    """Correct the address and send this letter once more, to it, in one transaction. Gives the mailing.

    Only a letter that certainly did not arrive. The engine looks at suppressions of the new address before it leaves.
    Raises Moved when it is too late, LifecycleError for a mailing that was stopped and for an address of somebody else.
    """
    contact = delivery.contact
    if contact is None:
        raise LifecycleError(_("There is nobody to correct: the person was erased."))
    key = email_key(address)
    with transaction.atomic():
        # In the engine's order: mailing, contact, delivery.
        mailing = open_to_retries(delivery.mailing_id)
        correct_address(contact, address, actor=actor)
        row = held(delivery)
        _keep_digest(row)
        columns = {"email": address, "email_key": key, "email_digest": email_digest(key), "content_digest": ""}
        try:
            with transaction.atomic():
                send_again(row, READDRESSED, actor=actor, changes=columns)
        except IntegrityError as error:
            raise LifecycleError(_("Somebody else has got this letter at that address.")) from error
        sentence = f"had one letter of {mailing.reference} sent again to a corrected address"
        record(actor, sentence, about=mailing, label=mailing.reference)
        wake(mailing, 1, actor=actor)
    return mailing


def _keep_digest(row: Delivery) -> None:
    """What the ledger knew of the copy that did not arrive: another address makes other bytes."""
    if row.content_digest:
        key = f"{EARLIER_COPY}:{uuid.uuid4()}"
        DeliveryEvent.objects.create(delivery=row, kind=EARLIER_COPY, detail=row.content_digest, dedupe_key=key)
