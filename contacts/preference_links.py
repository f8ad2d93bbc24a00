"""What a reader gets by the link to their settings: the link itself by mail, their data as a file, their erasure."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from accounts.audit import record
from contacts.addresses import clean_address, email_digest, email_key
from contacts.erasure import erase
from contacts.models import Subscription, Suppression, Turn
from contacts.open_lists import text_of
from contacts.personal_data import everything_about
from contacts.preferences import READER, is_reader_alone, link_for
from contacts.turns import keyed, take
from transport.outbox import queue_mail, ring

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# Links that are mailed: to one address a day, and for one client an hour.
TO_AN_ADDRESS = 1
FOR_A_CLIENT = 5
# Files that one person can make in a day.
FILES = 3
# A mailbox that is gone, or that called our mail unwanted, gets no link either.
UNREACHABLE = ["hard_bounce", "complaint"]


class FileRefused(ValueError):
    """There is no file by this link; `why` is "often" or "colleague"."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def send_link(address: str, *, language: str, ip: str = "") -> None:
    """Somebody asks for the link to their settings: it is mailed to an address that is or was on a list.

    Gives nothing back, whoever it is about: everything is written as for a reader, and what must not stay is taken back
    (as contacts.signing_up does). `ip` is accounts.visitors.client_address. Raises AddressError for what is no address.
    """
    email = clean_address(address)
    with transaction.atomic():
        may = take(Turn.Kind.CLIENT, keyed("client", ip), most=FOR_A_CLIENT, within=HOUR)
        with transaction.atomic():
            is_kept = _write(email, language) and may
            if not is_kept:
                transaction.set_rollback(True)
        if not is_kept:
            # The bell takes its time as well; it rings for everybody.
            transaction.on_commit(ring, robust=True)


def _write(email: str, language: str) -> bool:
    """Take the turns and write the mail, as for everybody; whether it may stay."""
    key = email_key(email)
    digest = email_digest(key)
    may = take(Turn.Kind.LINK, keyed("link", digest), most=TO_AN_ADDRESS, within=DAY)
    rows = Subscription.objects.filter(contact__email_key=key, contact__erased_at__isnull=True)
    # One that is active first: "active" comes before "pending" and "unsubscribed".
    found = rows.select_related("contact_list").order_by("status", "pk").first()
    is_barred = Suppression.objects.filter(email_digest=digest, scope="all", reason__in=UNREACHABLE).exists()
    queue_mail(
        purpose="preferences-link",
        to=email,
        language=language,
        context={"url": link_for(found) if found else f"{settings.SITE_URL}/"},
        dedupe_key=f"preferences-link:{uuid4()}",
    )
    within = take(Turn.Kind.ALL, "", most=settings.CONFIRMATIONS_PER_HOUR, within=HOUR)
    return may and within and found is not None and not is_barred


def data_of(subscription: Subscription) -> dict[str, Any]:
    """Everything held about a reader, ready for JSON, told to the trail.

    Raises FileRefused: "colleague" for somebody whom we know as more than a reader, or whose address is secret, and
    "often" after three files in a day.
    """
    contact = subscription.contact
    if not is_reader_alone(contact):
        raise FileRefused("colleague")
    with transaction.atomic():
        if not take(Turn.Kind.LINK, keyed("file", str(contact.public_id)), most=FILES, within=DAY):
            raise FileRefused("often")
        found = everything_about(contact)
        record(None, f"{READER}downloaded everything held about them", about=contact)
    return found


def erase_reader(subscription: Subscription) -> bool:
    """Erase a reader at their own word; a keyed hash of the address stays, so that no import brings them back.

    False where a colleague has to do it (`is_reader_alone`), or where somebody did already.
    """
    if not is_reader_alone(subscription.contact):
        return False
    return erase(subscription.contact, actor=None, reason="asked")


def name_of(subscription: Subscription, language: str) -> str:
    """What the list is called to its readers."""
    return text_of(subscription.contact_list, language).name
