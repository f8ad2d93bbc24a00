"""Whether a domain is set up so that mail from it is believed and answers arrive: SPF, DKIM, DMARC and MX.

Sources: RFC 7208 (SPF, ten look-ups in 4.6.4), RFC 6376 and 8301 (DKIM keys), RFC 9989 (DMARC), RFC 5321 5 and 7505
(MX). A finding is a code and values; the words for it are mailing.domain_words'.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from transport import dkim
from transport.lookups import LookupFailed, Lookups
from transport.spf import SPFError, walk

POLICIES = {"none", "quarantine", "reject"}
# RFC 9989 4.10: how far up the tree a policy is looked for.
FURTHEST_UP = 8


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `tone` is "ok", "warn", "bad" or "unknown" (nobody answered)."""

    about: str
    tone: str
    code: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Health:
    """All findings of one check of a domain."""

    domain: str
    findings: list[Finding]

    @property
    def state(self) -> str:
        """The worst: "bad" before "unknown" before "warn" before "ok"."""
        tones = {finding.tone for finding in self.findings}
        return next((tone for tone in ("bad", "unknown", "warn") if tone in tones), "ok")

    def stored(self) -> dict[str, Any]:
        """As JSON, for a row."""
        return {"domain": self.domain, "state": self.state, "findings": [asdict(one) for one in self.findings]}


def check(
    domain: str, *, returned_to: str = "", selectors: Sequence[str] = (), lookups: Lookups | None = None
) -> Health:
    """Check the domain of a sender (an IDNA A-label where it is not ASCII).

    `returned_to`: the domain that returned mail goes to, if it is another one; SPF counts there. `selectors`: the
    names of DKIM keys besides those of DKIM_KEYS. Raises nothing: a question without an answer is "unknown".
    """
    asks = lookups or Lookups()
    envelope = returned_to or domain
    found = _asked("spf", lambda: _spf(envelope, asks))
    found += _asked("dkim", lambda: _dkim(domain, selectors, asks))
    found += _asked("dmarc", lambda: _dmarc(domain, asks))
    found += _asked("mx", lambda: _mx("mx", domain, asks))
    if envelope != domain:
        found += _asked("returned", lambda: _mx("returned", envelope, asks))
    return Health(domain, found)


def _asked(about: str, look: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return look()
    except LookupFailed:
        return [Finding(about, "unknown", "no_answer")]


def _spf(domain: str, asks: Lookups) -> list[Finding]:
    values: dict[str, Any] = {"domain": domain}
    try:
        found = walk(domain, asks)
    except SPFError as error:
        return [Finding("spf", "bad", error.code, values | error.values)]
    values |= {"lookups": found.lookups}
    if found.ends in {"+all", "all"}:
        return [Finding("spf", "bad", "open", values)]
    if found.ends not in {"-all", "~all"}:
        return [Finding("spf", "warn", "weak", values)]
    return [Finding("spf", "ok", "fine", values)]


def _dkim(domain: str, selectors: Sequence[str], asks: Lookups) -> list[Finding]:
    own = dkim.keys_of(domain)
    names = list(dict.fromkeys([*own, *(name for name in selectors if name)]))
    if not names:
        return [Finding("dkim", "warn", "no_selector", {"domain": domain})]
    return [_key(domain, name, own.get(name), asks) for name in names]


def _key(domain: str, selector: str, private: str | None, asks: Lookups) -> Finding:
    """One public key. `private`: the file of its private key, where we sign ourselves."""
    values: dict[str, Any] = {"name": f"{selector}._domainkey.{domain}"}
    records = [_tags(text) for text in asks.texts(values["name"])]
    records = [tags for tags in records if "p" in tags and tags.get("v", "DKIM1") == "DKIM1"]
    if not records:
        return Finding("dkim", "bad", "missing", values)
    tags = records[0]
    if not tags["p"]:
        return Finding("dkim", "bad", "revoked", values)
    if tags.get("k", "rsa") != "rsa":
        return Finding("dkim", "ok", "other_kind", values)
    try:
        key = load_der_public_key(base64.b64decode("".join(tags["p"].split()), validate=True))
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return Finding("dkim", "bad", "broken", values)
    if not isinstance(key, RSAPublicKey):
        return Finding("dkim", "bad", "broken", values)
    values["bits"] = key.key_size
    if key.key_size < dkim.SHORTEST_KEY:
        return Finding("dkim", "bad", "short", values)
    if private is not None and not _is_pair(private, key):
        return Finding("dkim", "bad", "other_key", values)
    return Finding("dkim", "ok" if key.key_size >= dkim.SHORT_KEY else "warn", "fine", values)


def _is_pair(path: str, public: RSAPublicKey) -> bool:
    """Whether a public key belongs to the private one we sign with. One that cannot be read is a check's business."""
    try:
        return dkim.load(path).public_key().public_numbers() == public.public_numbers()
    except ValueError:
        return True


def _dmarc(domain: str, asks: Lookups) -> list[Finding]:
    """The policy at the domain or at the nearest domain above it that has one."""
    labels = domain.split(".")
    for number in range(max(1, min(len(labels) - 1, FURTHEST_UP))):
        name = ".".join(labels[number:])
        records = [text for text in asks.texts(f"_dmarc.{name}") if text.lower().startswith("v=dmarc1")]
        if not records:
            continue
        values = {"name": f"_dmarc.{name}", "domain": domain}
        if len(records) > 1:
            return [Finding("dmarc", "bad", "many", values)]
        tags = _tags(records[0])
        policy = (tags.get("sp") if number and tags.get("sp") else tags.get("p", "")) or ""
        if policy.lower() not in POLICIES:
            return [Finding("dmarc", "bad", "broken", values)]
        return [Finding("dmarc", "ok", "fine", values | {"policy": policy.lower()})]
    return [Finding("dmarc", "bad", "missing", {"name": f"_dmarc.{domain}", "domain": domain})]


def _mx(about: str, domain: str, asks: Lookups) -> list[Finding]:
    values: dict[str, Any] = {"domain": domain}
    hosts = asks.mail_servers(domain)
    if "" in hosts:
        return [Finding(about, "bad", "null", values)]
    if hosts:
        return [Finding(about, "ok", "fine", values | {"host": hosts[0]})]
    # RFC 5321 5.1: without an MX record the host of that name itself takes mail.
    if asks.addresses(domain):
        return [Finding(about, "warn", "no_record", values)]
    return [Finding(about, "bad", "missing", values)]


def _tags(text: str) -> dict[str, str]:
    """ "v=DKIM1; p=…" as a dict (RFC 6376 3.2); names in small letters, the first of two counts."""
    found: dict[str, str] = {}
    for part in text.split(";"):
        name, sign, value = part.partition("=")
        if sign:
            found.setdefault(name.strip().lower(), value.strip())
    return found
