"""Who letters come from. What was approved names its sender, so a change takes waiting letters back to drafts."""

import re
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from contacts.addresses import clean_address, email_key
from contacts.models import Organisation
from contacts.models.organisations import NOT_REGISTERED
from mailing import bell
from mailing.lifecycle import LifecycleError, record_edit
from mailing.models import Mailing, Sender

# Shape of a number in the EU Transparency Register, such as 153882995425-37.
REGISTER_NUMBER = re.compile(r"\d{6,15}-\d{2}")
WAITING = ["in_review", "approved", "scheduled"]
# What no recipient sees and no approval names.
UNSEEN = {"pace_per_minute", "bounce_domain", "dkim_selector"}
# What the DNS is asked about.
IN_THE_DNS = {"from_email", "bounce_domain", "dkim_selector"}
# More a minute than any server takes; a larger number is a slip of the finger.
FASTEST = 1_000_000


def is_register_number(text: str) -> bool:
    """Whether a text is a register number in shape, or says that there is none."""
    return bool(REGISTER_NUMBER.fullmatch(text)) or text.casefold() == NOT_REGISTERED


def host_name(text: str) -> str:
    """A host name of two parts or more in small ASCII letters (IDNA). Raises ValueError for anything else."""
    return email_key(clean_address(f"b@{text}")).rpartition("@")[2]


def save_sender(sender: Sender, *, actor: User, changes: dict[str, Any]) -> int:
    """Create or change a sender; gives how many letters became drafts again. Raises LifecycleError while one leaves.

    How fast mail leaves and where it comes back is no part of what a colleague approved: that may change at any time.
    """
    is_new = sender.pk is None
    changed = {name for name, value in changes.items() if getattr(sender, name) != value}
    with transaction.atomic():
        is_seen = not is_new and bool(changed - UNSEEN)
        withdrawn = take_back(Mailing.objects.filter(sender=sender), actor, "changed the sender") if is_seen else 0
        for name, value in changes.items():
            setattr(sender, name, value)
        if sender.is_default or not Sender.objects.filter(is_default=True).exclude(pk=sender.pk).exists():
            Sender.objects.filter(is_default=True).exclude(pk=sender.pk).update(is_default=False)
            sender.is_default = True
        sender.save()
        if changed & IN_THE_DNS:
            transaction.on_commit(bell.ring_domains)
        for sentence in ["added a sender"] if is_new else _sentences(sender, changed):
            record(actor, sentence, about=sender, label=sender.name)
    return withdrawn


def _sentences(sender: Sender, changed: set[str]) -> list[str]:
    """What the audit trail says of a change, a sentence for each kind of it."""
    found = []
    if "pace_per_minute" in changed:
        pace = sender.pace_per_minute
        found.append(f"set the pace of a sender to {pace} a minute" if pace else "let a sender send without a pace")
    if "bounce_domain" in changed:
        domain = sender.bounce_domain
        found.append(
            f"lets returned mail of a sender come to {domain}" if domain else "lets returned mail come to a sender"
        )
    if "dkim_selector" in changed:
        found.append("named the DKIM key of a sender")
    return ["changed a sender", *found] if changed - UNSEEN or not found else found


def save_register_number(organisation: Organisation, *, actor: User, number: str) -> int:
    """Set the number every letterhead carries, or "not registered"; gives how many letters became drafts again."""
    if organisation.transparency_register_id == number:
        return 0
    with transaction.atomic():
        letters = Mailing.objects.filter(owner=organisation)
        withdrawn = take_back(letters, actor, "changed the register number on the letterhead")
        Organisation.objects.filter(pk=organisation.pk).update(transparency_register_id=number)
        sentence = "changed the Transparency Register number"
        record(actor, sentence, about=organisation, label=organisation.name)
    organisation.transparency_register_id = number
    return withdrawn


def take_back(letters: Any, actor: User, what: str) -> int:
    """Make drafts of letters that wait, since `what` they were approved with changed; gives their number.

    Call it in the transaction of the change. Raises LifecycleError while one of them leaves.
    """
    if letters.filter(status__in=["sending", "paused"]).exists():
        raise LifecycleError(_("A letter is leaving with these details. Change them when it has ended."))
    waiting = list(letters.filter(status__in=WAITING))
    for mailing in waiting:
        record_edit(mailing, actor=actor, what=what)
    return len(waiting)
