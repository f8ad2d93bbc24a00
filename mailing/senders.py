"""Who letters come from. What was approved names its sender, so a change takes waiting letters back to drafts."""

import re
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from contacts.models import Organisation
from mailing.letterhead import NOT_REGISTERED
from mailing.lifecycle import LifecycleError, record_edit
from mailing.models import Mailing, Sender

# Shape of a number in the EU Transparency Register, such as 153882995425-37.
REGISTER_NUMBER = re.compile(r"\d{6,15}-\d{2}")
WAITING = ["in_review", "approved", "scheduled"]


def is_register_number(text: str) -> bool:
    """Whether a text is a register number in shape, or says that there is none."""
    return bool(REGISTER_NUMBER.fullmatch(text)) or text.casefold() == NOT_REGISTERED


def save_sender(sender: Sender, *, actor: User, changes: dict[str, Any]) -> int:
    """Create or change a sender; gives how many letters became drafts again. Raises LifecycleError while one leaves."""
    is_new = sender.pk is None
    with transaction.atomic():
        withdrawn = 0 if is_new else _take_back(Mailing.objects.filter(sender=sender), actor, "changed the sender")
        for name, value in changes.items():
            setattr(sender, name, value)
        if sender.is_default or not Sender.objects.filter(is_default=True).exclude(pk=sender.pk).exists():
            Sender.objects.filter(is_default=True).exclude(pk=sender.pk).update(is_default=False)
            sender.is_default = True
        sender.save()
        record(actor, "added a sender" if is_new else "changed a sender", about=sender, label=sender.name)
    return withdrawn


def save_register_number(organisation: Organisation, *, actor: User, number: str) -> int:
    """Set the number every letterhead carries, or "not registered"; gives how many letters became drafts again."""
    if organisation.transparency_register_id == number:
        return 0
    with transaction.atomic():
        letters = Mailing.objects.filter(owner=organisation)
        withdrawn = _take_back(letters, actor, "changed the register number on the letterhead")
        Organisation.objects.filter(pk=organisation.pk).update(transparency_register_id=number)
        sentence = "changed the Transparency Register number"
        record(actor, sentence, about=organisation, label=organisation.name)
    organisation.transparency_register_id = number
    return withdrawn


def _take_back(letters: Any, actor: User, what: str) -> int:
    if letters.filter(status__in=["sending", "paused"]).exists():
        raise LifecycleError(_("A letter is leaving with these details. Change them when it has ended."))
    waiting = list(letters.filter(status__in=WAITING))
    for mailing in waiting:
        record_edit(mailing, actor=actor, what=what)
    return len(waiting)
