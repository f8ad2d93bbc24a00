"""Return addresses that name their letter: `b+<id>.<mac>@<bounce domain>` (variable envelope return path).

A bounce names its letter only through this address: what a message says about itself anybody can write. The id is the
16 bytes of the delivery's public id, the mac a keyed hash of them under a key of this purpose alone; both in lower-case
base32, since some servers fold the case. 53 octets, below the 64 that RFC 5321 allows a local part.
"""

import base64
import binascii
import hashlib
import hmac
import re
from functools import lru_cache
from uuid import UUID

from django.conf import settings

from mailing.models.senders import Sender

PURPOSE = b"mailing.verp"
MAC_BYTES = 15
_ID_CHARS = 26
# 16 bytes of id and 4 of filling are 32 characters of base32, so that id and mac are encoded in one go.
_FILLING = bytes(4)
_ADDRESS = re.compile(r"\A<?b\+([a-z2-7]{26})\.([a-z2-7]{24})@[^@\s<>]{1,255}>?\Z", re.ASCII)
_LONGEST = 330


def bounce_address(sender: Sender, public_id: UUID) -> str:
    """The envelope sender for one delivery: where its bounce comes back, in about 4 µs.

    Without a domain for returned mail it is the sender's own address, and bounces reach a person instead.
    """
    if not sender.bounce_domain:
        return sender.from_email
    return f"{local_part(public_id)}@{sender.bounce_domain}"


def local_part(public_id: UUID) -> str:
    """The part before the @-sign, under the present key."""
    raw = public_id.bytes
    text = base64.b32encode(raw + _FILLING + _mac(settings.SECRET_KEY, raw)).decode("ascii").lower()
    return f"b+{text[:_ID_CHARS]}.{text[32:]}"


def delivery_id_of(address: str) -> UUID | None:
    """The public id a return address names, or None when it is not one of ours or its mac is wrong.

    Letters' case and angle brackets do not matter. Former keys count (SECRET_KEY_FALLBACKS). All keys are compared,
    each in constant time, so that the time tells nothing about how near a guess was.
    """
    found = _ADDRESS.match(address.strip().lower()) if len(address) <= _LONGEST else None
    if found is None:
        return None
    try:
        raw = base64.b32decode(found[1].upper() + "======")
        mac = base64.b32decode(found[2].upper())
    except binascii.Error:
        return None
    if base64.b32encode(raw).decode("ascii").lower()[:_ID_CHARS] != found[1]:
        return None  # the last character has bits to spare: only one spelling of an id counts
    is_ours = False
    for key in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]:
        is_ours |= hmac.compare_digest(mac, _mac(key, raw))
    return UUID(bytes=raw) if is_ours else None


def _mac(secret: str, raw: bytes) -> bytes:
    mac = _keyed(secret).copy()
    mac.update(raw)
    return mac.digest()[:MAC_BYTES]


@lru_cache(maxsize=8)
def _keyed(secret: str) -> hmac.HMAC:
    """The key of this purpose, as django.utils.crypto.salted_hmac makes it; copies are faster than setting up a key."""
    return hmac.new(hashlib.sha256(PURPOSE + secret.encode()).digest(), digestmod="sha256")
