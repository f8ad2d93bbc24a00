"""Leaving a list, or objecting to letters, with the link in the mail, and coming back: signed tokens (RFC 8058).

A token names one delivery, and so a list (for a letter: all letters) and an address. It never expires and may be used
again and again: whoever finds an old issue must be able to leave. It can do nothing else than leave and undo.
"""

import binascii
import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse

from accounts.audit import record
from contacts import consent, suppression
from contacts.models import Contact, Merge, Subscription, Suppression
from contacts.models.merges import who_is
from mailing.models import Delivery, DeliveryEvent, Mailing

SALT = "mailing.unsubscribe"
# 16 bytes and a SHA-256, both in base64 for addresses.
TOKEN = re.compile(r"[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}", re.ASCII)


def token_for(public_id: UUID) -> str:
    """The token of one delivery: 66 characters, the same at every call under one key, in about 4 µs.

    It is what `_signer().sign` gives, which takes ten times as long: too much for each of a million recipients.
    """
    value = urlsafe_b64encode(public_id.bytes).rstrip(b"=")
    mac = _keyed(settings.SECRET_KEY).copy()
    mac.update(value)
    return (value + b"." + urlsafe_b64encode(mac.digest()).rstrip(b"=")).decode()


def address_of(token: str, name: str = "unsubscribe") -> str:
    """The whole address of the page on which a token is used: shown by GET, acted upon by POST.

    `name` is "unsubscribe" for newsletters, "object" for letters; "paper" is where a letter's PDF is, "preferences"
    where the settings of a list's reader are.
    """
    return settings.SITE_URL + _path(name) % token


def example_address(name: str = "unsubscribe") -> str:
    """What stands in a preview, where nobody is to be unsubscribed: it leads to a page that says so."""
    return address_of("example", name)


def delivery_of(token: str) -> Delivery | None:
    """The delivery a token names, or None for a token we did not make. Former keys count."""
    if not TOKEN.fullmatch(token):
        return None
    try:
        public_id = UUID(bytes=urlsafe_b64decode(_signer().unsign(token) + "=="))
    except (BadSignature, binascii.Error, ValueError):
        return None
    found = Delivery.objects.select_related("mailing__contact_list", "mailing__owner", "contact")
    delivery = found.filter(public_id=public_id).first()
    if delivery is not None and delivery.contact is not None:
        # Of two letters of one mailing to two addresses of one person, one stays with the row that was emptied.
        delivery.contact = who_is(delivery.contact)
    return delivery


def subscription_of(delivery: Delivery) -> Subscription | None:
    """What the recipient of an issue is on its list; None for a letter, and for who is not on it."""
    contact_list = delivery.mailing.contact_list
    if contact_list is None or delivery.contact_id is None:
        return None
    rows = Subscription.objects.select_related("contact", "contact_list__owner")
    return rows.filter(contact=delivery.contact_id, contact_list=contact_list).first()


def subscription_with(token: str) -> Subscription | None:
    """The subscription behind the token of an issue, whose settings it opens (contacts.registry.preference_tokens)."""
    delivery = delivery_of(token)
    return subscription_of(delivery) if delivery else None


def token_in(words: str) -> str:
    """The token in a text such as the subject of a mail to the address of List-Unsubscribe, or ""."""
    found = TOKEN.search(words)
    return found[0] if found else ""


def leave(delivery: Delivery, *, source: str) -> bool:
    """Stop the mailings of this list, or all letters, to this recipient. True when that is new.

    Effective before the next message is handed over: the engine asks for suppressions in the transaction of each
    intent. `source` is kept with the proof of consent ("link", "mail").
    """
    scope = delivery.mailing.suppression_scope
    with transaction.atomic():
        _hold(delivery)
        new = [
            suppression.suppress(who, scope=scope, reason=Suppression.Reason.OBJECTION) for who in _addresses(delivery)
        ]
        changed = False
        if delivery.contact and delivery.mailing.contact_list:
            origin = f"{source}, {delivery.mailing.reference}"
            changed = consent.leave(delivery.contact, delivery.mailing.contact_list, source=origin)
        is_new = any(new) or changed
        if is_new:
            is_letter = delivery.mailing.kind == Mailing.Kind.LETTER
            _tell(delivery, "objected" if is_letter else "unsubscribed", source)
            if is_letter:
                _record(delivery, "noted an objection to letters, made with the link in")
    return is_new


def come_back(delivery: Delivery, *, source: str) -> bool:
    """Undo `leave`. What stops messages for another reason, such as a mailbox that is gone, stays."""
    scope = delivery.mailing.suppression_scope
    with transaction.atomic():
        _hold(delivery)
        lifted = [suppression.lift(who, scope=scope) for who in _addresses(delivery)]
        changed = False
        if any(lifted) and delivery.contact and delivery.mailing.contact_list:
            origin = f"{source}, {delivery.mailing.reference}"
            changed = consent.come_back(delivery.contact, delivery.mailing.contact_list, source=origin)
        is_new = any(lifted) or changed
        if is_new:
            is_letter = delivery.mailing.kind == Mailing.Kind.LETTER
            _tell(delivery, "objection_undone" if is_letter else "came_back", source)
            if is_letter:
                _record(delivery, "noted that an objection to letters was taken back, with the link in")
    return is_new


def has_left(delivery: Delivery) -> bool:
    """Whether this recipient has left this list, so that it can be undone."""
    digests = {suppression.digest_of(who) for who in _addresses(delivery)}
    return Suppression.objects.filter(
        email_digest__in=digests, scope=delivery.mailing.suppression_scope, reason=Suppression.Reason.OBJECTION
    ).exists()


def leave_by_mail(words: str) -> bool:
    """Leave as a mail asks that has a token in its subject (`words`). False when it holds no token of ours."""
    delivery = delivery_of(token_in(words))
    if delivery is None:
        return False
    leave(delivery, source="mail")
    return True


def masked(address: str | None) -> str:
    """ "a•••@parliament.example": enough for whoever reads their own mail; "" when the address is erased."""
    local, at, domain = (address or "").rpartition("@")
    return f"{local[:1]}•••@{domain}" if at else ""


def _addresses(delivery: Delivery) -> list[str | Contact]:
    """The address it was sent to, and the contact's present one where it is another by now; none when erased."""
    found: list[str | Contact] = [delivery.email] if delivery.email else []
    contact = delivery.contact
    if contact is not None and contact.email_digest and contact.email_digest != delivery.email_digest:
        found.append(contact)
    return found


def _hold(delivery: Delivery) -> None:
    """Hold the rows of everybody concerned until the end of the transaction, all of them in one order.

    Whoever was merged or got another address since the delivery was read is taken as they are now.
    """
    if delivery.contact_id is None:
        return
    # A union, for each part of which there is an index: with OR the database would read every contact.
    concerned = Contact.objects.order_by().filter(pk=delivery.contact_id).values("pk")
    merged = Merge.objects.order_by().filter(shell=delivery.contact_id).values("into")
    same = Contact.objects.order_by().exclude(email_digest="").filter(email_digest=delivery.email_digest).values("pk")
    rows: Any = Contact.objects.select_for_update(of=("self",)).filter(pk__in=concerned.union(merged, same, all=True))
    rows = rows.order_by("pk")
    held = {row.pk: row for row in rows}
    if delivery.contact_id in held:
        delivery.contact = who_is(held[delivery.contact_id])


def _tell(delivery: Delivery, kind: str, source: str) -> None:
    """One line in the delivery's history for each time it happened."""
    times = delivery.events.filter(kind=kind).count()
    line = DeliveryEvent(dedupe_key=f"{kind}:{delivery.pk}:{times}", delivery=delivery, kind=kind, detail=source)
    # Of two clicks at once one has written it.
    DeliveryEvent.objects.bulk_create([line], ignore_conflicts=True)


def _record(delivery: Delivery, sentence: str) -> None:
    """For the audit trail; who it was stands in the delivery's history alone."""
    mailing = delivery.mailing
    record(None, f"{sentence} {mailing.reference}", about=mailing, label=mailing.reference)


def _signer() -> Signer:
    return Signer(salt=SALT, sep=".")


@lru_cache(maxsize=8)
def _keyed(secret: str) -> hmac.HMAC:
    """The key of this purpose, as django.core.signing makes it; a copy is made faster than a key is set up."""
    return hmac.new(hashlib.sha256(f"{SALT}signer{secret}".encode()).digest(), digestmod="sha256")


@cache
def _path(name: str) -> str:
    """The path with a place for the token: asked for once, and not for each of a million recipients."""
    return reverse(name if name == "preferences" else f"leaving:{name}", args=["TOKEN"]).replace("TOKEN", "%s")
