"""Signing a message for its sender's domain (DKIM, RFC 6376), where no mail server after us does.

Off unless DKIM_KEYS names a key: usually the local mail server signs. Always rsa-sha256, relaxed/relaxed and without
l=. Fields that receivers show or act upon are signed once more often than they occur, so that none can be added
(RFC 6376 8.15). The same message gives the same bytes: t= is its Date. The mathematics is the cryptography package's;
docs/adr/0007-dkim-signing.md says why this is not dkimpy.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings

from transport.errors import TransientError
from transport.message import MessageError, ascii_address

# RFC 8301 3.2: signers use at least 1024 bits and should use 2048.
SHORTEST_KEY, SHORT_KEY = 1024, 2048
# Nobody may add one of these, or change those there are.
OVERSIGNED = (
    *("from", "to", "cc", "subject", "date", "message-id", "reply-to"),
    *("list-id", "list-unsubscribe", "list-unsubscribe-post"),
    *("mime-version", "content-type", "content-transfer-encoding"),
)
# Signed where they are: Gmail reads a Feedback-ID only when it is.
SIGNED = ("content-language", "feedback-id", "precedence", "auto-submitted", "x-reference")
SELECTOR = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.IGNORECASE)
LINE = 74


@dataclass(frozen=True)
class Key:
    """Where the private key of a domain lies, and the name under which the public one stands in the DNS."""

    domain: str
    selector: str
    path: str


def read_entry(entry: str) -> Key:
    """Read "domain:selector:file", one of DKIM_KEYS. Raises ValueError with a sentence."""
    domain, _colon, rest = entry.partition(":")
    selector, _colon, path = rest.partition(":")
    if not path:
        raise ValueError(f"The entry “{entry}” of DKIM_KEYS is not of the form domain:selector:file.")
    try:
        domain = ascii_address(f"x@{domain}").removeprefix("x@").lower()
    except MessageError:
        raise ValueError(f"The entry “{entry}” of DKIM_KEYS does not start with a domain.") from None
    if not SELECTOR.fullmatch(selector):
        raise ValueError(f"The selector of the entry “{entry}” of DKIM_KEYS has characters that no selector has.")
    return Key(domain, selector, path)


@lru_cache(maxsize=32)
def load(path: str) -> RSAPrivateKey:
    """The private key in a PEM file, read once a process. Raises ValueError with a sentence."""
    try:
        found = load_pem_private_key(Path(path).read_bytes(), password=None)
    except OSError as error:
        raise ValueError(f"The DKIM key {path} cannot be read: {error.strerror}.") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError(f"The file {path} holds no private key in PEM form without a password.") from None
    if not isinstance(found, RSAPrivateKey):
        raise ValueError(f"The DKIM key {path} is no RSA key.")
    if found.key_size < SHORTEST_KEY:
        raise ValueError(f"The DKIM key {path} has {found.key_size} bits; receivers refuse fewer than {SHORTEST_KEY}.")
    return found


def sign(message: bytes, domain: str) -> bytes:
    """The message with a DKIM-Signature before its first field; unchanged when DKIM_KEYS has no key for `domain`.

    `message` has CRLF line ends, as `build_message` makes them. Raises TransientError that pauses the mailing when
    the key cannot be used: an unsigned message would go to the spam folder.
    """
    entries = settings.DKIM_KEYS
    key = _key_of(domain.lower(), tuple(entries)) if entries else None
    if key is None:
        return message
    try:
        private = load(key.path)
    except ValueError:
        detail = "The DKIM key of the sender's domain cannot be used. See DKIM_KEYS in docs/settings.md."
        raise TransientError(detail, pauses_mailing=True) from None
    head, _gap, body = message.partition(b"\r\n\r\n")
    fields = _fields(head + b"\r\n")
    names = _names_to_sign(fields)
    body_hash = base64.b64encode(hashlib.sha256(relaxed_body(body)).digest()).decode("ascii")
    unsigned = (
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n d={key.domain};\r\n s={key.selector}; "
        f"t={_timestamp(fields)};\r\n h={_folded(names)};\r\n bh={body_hash};\r\n b="
    )
    # RFC 6376 3.7: the fields in the order of h=, then this one with an empty b= and without its line end.
    signed = b"".join(_picked(fields, names)) + relaxed_field(unsigned.encode("ascii")).removesuffix(b"\r\n")
    signature = base64.b64encode(private.sign(signed, PKCS1v15(), SHA256())).decode("ascii")
    lines = [signature[start : start + LINE] for start in range(0, len(signature), LINE)]
    return (unsigned + "\r\n ".join(lines) + "\r\n").encode("ascii") + message


def keys_of(domain: str) -> dict[str, str]:
    """Selectors under which DKIM_KEYS signs for a domain, each with its file; entries that cannot be read are none."""
    found: dict[str, str] = {}
    for entry in settings.DKIM_KEYS:
        try:
            key = read_entry(entry)
        except ValueError:
            continue
        if key.domain == domain.lower():
            found.setdefault(key.selector, key.path)
    return found


def relaxed_field(field: bytes) -> bytes:
    """One header field, perhaps folded, in its relaxed form (RFC 6376 3.4.2)."""
    name, _colon, value = field.partition(b":")
    return name.strip().lower() + b":" + b" ".join(value.split()) + b"\r\n"


def relaxed_body(body: bytes) -> bytes:
    """A body in its relaxed form (RFC 6376 3.4.4): space runs as one space, no empty lines at the end."""
    body = re.sub(rb"[ \t]{2,}|\t", b" ", body).replace(b" \r\n", b"\r\n")
    stripped = body.rstrip(b"\r\n").removesuffix(b" ")
    return stripped + b"\r\n" if stripped else b""


@lru_cache(maxsize=64)
def _key_of(domain: str, entries: tuple[str, ...]) -> Key | None:
    """The key for a domain as it travels. Entries that cannot be read are the system check's business."""
    if not entries or not domain:
        return None
    try:
        wanted = ascii_address(f"x@{domain}").removeprefix("x@")
        return next((key for key in map(read_entry, entries) if key.domain == wanted), None)
    except ValueError:
        detail = "A DKIM key is not set up as it should be. See DKIM_KEYS in docs/settings.md."
        raise TransientError(detail, pauses_mailing=True) from None


def _fields(head: bytes) -> list[tuple[str, bytes]]:
    """The header fields from top to bottom: lower-case name and the field as it stands, folds included."""
    found = re.findall(rb"[^\r\n]+\r\n(?:[ \t][^\r\n]*\r\n)*", head)
    return [(field.partition(b":")[0].strip().lower().decode("ascii", "replace"), field) for field in found]


def _names_to_sign(fields: list[tuple[str, bytes]]) -> list[str]:
    present = [name for name, _field in fields]
    names = [name for wanted in OVERSIGNED for name in [wanted] * (present.count(wanted) + 1)]
    return names + [name for wanted in SIGNED for name in [wanted] * present.count(wanted)]


def _picked(fields: list[tuple[str, bytes]], names: list[str]) -> list[bytes]:
    """The fields that `names` mean, in relaxed form; of several, the lowest first; one that is not there is nothing."""
    left: dict[str, list[bytes]] = {}
    for name, field in fields:
        left.setdefault(name, []).append(field)
    return [relaxed_field(left[name].pop()) for name in names if left.get(name)]


def _timestamp(fields: list[tuple[str, bytes]]) -> int:
    """Seconds of the message's own Date, so that every try of it is signed alike."""
    value = next(field.partition(b":")[2] for name, field in fields if name == "date")
    return int(parsedate_to_datetime(value.decode("ascii").strip()).timestamp())


def _folded(names: list[str]) -> str:
    lines = [""]
    for number, name in enumerate(names):
        piece = name if number == len(names) - 1 else f"{name}:"
        if len(lines[-1]) + len(piece) > LINE - 2:
            lines.append("")
        lines[-1] += piece
    return "\r\n ".join(lines)
