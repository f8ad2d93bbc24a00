"""E-mail addresses: what is accepted, the key that makes two spellings one, and the keyed hash of it."""

import contextlib
import hashlib
import hmac
import unicodedata
from functools import lru_cache

from django.conf import settings
from email_validator import EmailNotValidError, validate_email


class AddressError(ValueError):
    """The text is not an address one can write to; the message says why, for the person who typed it."""


def clean_address(text: str) -> str:
    """Check one address and give it in its normal spelling. Raises AddressError with the reason.

    Refuses what RFC 5321 forbids and what only looks like an address: several in one cell, an IP literal, a quoted
    local part, a name without a dot in the domain. Sends no query to the DNS.
    """
    address = unicodedata.normalize("NFC", text).strip()
    try:
        # test_environment lets the reserved names of RFC 2606 pass; the demo writes to .example alone.
        found = validate_email(
            address, check_deliverability=False, allow_smtputf8=False, allow_quoted_local=False, test_environment=True
        )
    except EmailNotValidError as error:
        raise AddressError(str(error)) from error
    if "." not in found.ascii_domain:
        raise AddressError("The part after the @-sign has no dot.")
    if len(found.local_part.encode()) > 64:
        raise AddressError("The part before the @-sign is longer than 64 characters.")
    return found.normalized


def email_key(address: str) -> str:
    """The key under which an address is unique: NFC, casefolded, the domain as its IDNA A-label."""
    folded = unicodedata.normalize("NFC", address).strip().casefold()
    local, at, domain = folded.rpartition("@")
    if not at:
        return folded
    return f"{local}@{_ascii_domain(domain)}"


@lru_cache(maxsize=4096)
def _ascii_domain(domain: str) -> str:
    """The IDNA A-label of a domain. Remembered: an import asks for the same few domains thousands of times."""
    # An address that came in before the check and is none keeps its own spelling as its key.
    with contextlib.suppress(EmailNotValidError):
        return validate_email(
            f"a@{domain}", check_deliverability=False, test_environment=True, allow_smtputf8=True
        ).ascii_domain
    return domain


def email_digest(key: str) -> str:
    """HMAC-SHA-256 of an address key, hex. Its own secret never rotates, or suppressions would be lost."""
    return hmac.new(settings.EMAIL_DIGEST_KEY.encode(), key.encode(), hashlib.sha256).hexdigest()


def ep_digest(ep_id: int) -> str:
    """The same keyed hash of a member's number in the Parliament: what an erasure leaves of it."""
    return email_digest(f"ep_id:{ep_id}")
