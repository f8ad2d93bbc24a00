"""The link by which an organisation answers: signed, bound to signatory and statement, for a time, taken back at will.

A token is `<id of the signatory>.<signature>`. The signature covers the signatory, the statement and a serial number:
a token of one statement opens no other, and a renewed link makes every earlier one void. Nothing of it is stored; the
comparison takes the same time for every wrong token (django.core.signing).
"""

import binascii
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils import timezone

from advocacy.models import Signatory

TOKEN = re.compile(r"[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}", re.ASCII)
# After the deadline the link still shows what was answered, and what is printed.
DAYS_AFTER_DEADLINE = 60


def expiry(deadline: datetime) -> datetime:
    """Until when a link that is made now opens."""
    return max(deadline, timezone.now()) + timedelta(days=DAYS_AFTER_DEADLINE)


def token_for(signatory: Signatory) -> str:
    """The token of a signatory's present link: 66 characters, the same at every call until it is renewed."""
    value = urlsafe_b64encode(signatory.public_id.bytes).rstrip(b"=").decode()
    return _signer(signatory).sign(value)


def address_of(signatory: Signatory) -> str:
    """The whole address that the signer opens."""
    return settings.SITE_URL + reverse("sign", args=[token_for(signatory)])


def signatory_of(token: str) -> Signatory | None:
    """Whose token it is, whether or not its link still opens (`opens`); None for one that is not of our making."""
    if not TOKEN.fullmatch(token):
        return None
    try:
        public_id = UUID(bytes=urlsafe_b64decode(token.partition(".")[0] + "=="))
    except (binascii.Error, ValueError):
        return None
    rows = Signatory.objects.select_related("statement__owner", "organisation")
    found: Signatory | None = rows.filter(public_id=public_id).first()
    if found is None:
        return None
    try:
        _signer(found).unsign(token)
    except BadSignature:
        return None
    return found


def opens(signatory: Signatory) -> bool:
    """Whether the link of a signatory opens anything now."""
    return signatory.revoked_at is None and signatory.link_expires_at > timezone.now()


def masked(address: str) -> str:
    """ "a•••@parliament.example": enough for whoever reads their own mail."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}" if at else ""


def _signer(signatory: Signatory) -> Signer:
    return Signer(salt=f"advocacy.sign-on:{signatory.statement_id}:{signatory.pk}:{signatory.link_serial}", sep=".")
