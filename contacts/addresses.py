"""E-mail addresses: what is accepted, the key that makes two spellings one, and the keyed hash of it."""

import contextlib
import hashlib
import hmac
import re
import unicodedata
from functools import lru_cache

from django.conf import settings
from django.utils.translation import gettext as _
from email_validator import EmailNotValidError, ValidatedEmail, validate_email

# What stands before the @-sign of nearly every address (RFC 5322 dot-atom), in small letters.
_DOT_ATOM = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
# Letters of other scripts, and odd ones of Latin, that look like one of a-z (a part of Unicode's confusables).
_LIKE_LATIN = frozenset("аԁеһіјӏкӏмոорԛгѕтυѵԝхуɑɡıɩɪʟοανικρτχуьһʀʏƅԍƨ")


class AddressError(ValueError):
    """The text is not an address one can write to; the message says why, for the person who typed it."""


def clean_address(text: str) -> str:
    """Check one address and give it in its normal spelling. Raises AddressError with the reason.

    Refuses what RFC 5321 forbids and what only looks like an address: several in one cell, an IP literal, a quoted
    local part, a name without a dot in the domain, signs nobody sees. Sends no query to the DNS.
    """
    address = unicodedata.normalize("NFC", text).strip()
    local, _at, domain = address.rpartition("@")
    if address.isascii() and len(local) <= 64 and len(address) <= 254 and _DOT_ATOM.fullmatch(local):
        return f"{local}@{_clean_domain(domain)}"
    if any(unicodedata.category(letter) in {"Cc", "Cf", "Zl", "Zp"} for letter in address):
        raise AddressError(_("It holds a sign that nobody sees, such as a zero-width space or a line break."))
    if not local.isascii() and "@" not in local:
        raise AddressError(_("The part before the @-sign has letters beyond a-z: such an address cannot be mailed."))
    found = _validate(address)
    if len(found.local_part.encode()) > 64:
        raise AddressError(_("The part before the @-sign is longer than 64 characters."))
    return found.normalized


def _validate(address: str) -> ValidatedEmail:
    try:
        # test_environment lets the reserved names of RFC 2606 pass; the demo writes to .example alone.
        found = validate_email(
            address, check_deliverability=False, allow_smtputf8=False, allow_quoted_local=False, test_environment=True
        )
    except EmailNotValidError as error:
        raise AddressError(str(error)) from error
    if "." not in (found.ascii_domain or ""):
        raise AddressError(_("The part after the @-sign has no dot."))
    return found


@lru_cache(maxsize=20_000)
def _clean_domain(domain: str) -> str:
    """A domain in its normal spelling, checked once: an import asks for the same few thousands of times."""
    return _validate(f"a@{domain}").normalized.rpartition("@")[2]


def looks_like_another(address: str) -> bool:
    """Whether the domain may be meant to be taken for another: "аррӏе.com" in Cyrillic, or a label in two scripts.

    A label of one script with a letter that Latin has not ("münchen", "пример") is what it is.
    """
    domain = unicodedata.normalize("NFC", address).rpartition("@")[2].casefold()
    if domain.isascii() and "xn--" not in domain:
        return False
    with contextlib.suppress(AddressError):
        domain = _clean_domain(domain)
    return any(_is_confusable(label) for label in domain.split("."))


def _is_confusable(label: str) -> bool:
    letters = [letter for letter in label if letter.isalpha()]
    scripts = {unicodedata.name(letter, "UNKNOWN").partition(" ")[0] for letter in letters}
    # Japanese and Chinese names are written in several scripts.
    mixed = len(scripts) > 1 and bool(scripts & {"LATIN", "CYRILLIC", "GREEK"})
    beyond = [letter for letter in letters if not letter.isascii()]
    alike = bool(beyond) and all(letter in _LIKE_LATIN for letter in beyond)
    return mixed or alike


def email_key(address: str) -> str:
    """The key under which an address is unique: NFC, casefolded, the domain as its IDNA A-label."""
    folded = unicodedata.normalize("NFC", address).strip().casefold()
    local, at, domain = folded.rpartition("@")
    if not at:
        return folded
    return f"{local}@{domain if domain.isascii() else _ascii_domain(domain)}"


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
