"""Reading SPF (RFC 7208): is there one policy, how does it end, and how many look-ups does it cost a receiver.

Nobody's address is compared with it: which server sends is not known here.
"""

import re
from dataclasses import dataclass
from typing import Any

from transport.lookups import Lookups

# RFC 7208 4.6.4.
MOST_LOOKUPS = 10
# What asks the DNS, and so counts.
ASKING = {"include", "a", "mx", "ptr", "exists", "redirect"}
KNOWN = ASKING | {"all", "ip4", "ip6"}
TERM = re.compile(r"(?P<sign>[+\-~?]?)(?P<name>[a-z][a-z0-9_.-]*)(?P<rest>[:=/].*)?", re.IGNORECASE)


class SPFError(Exception):
    """A policy that receivers cannot use, as a code and values."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code, self.values = code, values


@dataclass(frozen=True)
class Walked:
    """A policy with all it includes: what it costs, and how it ends ("-all", "~all", "?all", "+all" or "")."""

    lookups: int
    ends: str


def walk(domain: str, asks: Lookups) -> Walked:
    """Read a domain's policy and what it includes. Raises SPFError, and LookupFailed when nobody answers."""
    counter = [0]
    ends = _walk(domain, asks, counter)
    return Walked(counter[0], ends)


def _walk(domain: str, asks: Lookups, counter: list[int], *, within: str = "") -> str:
    records = [text for text in asks.texts(domain) if re.match(r"v=spf1(\s|$)", text, re.IGNORECASE)]
    if not records:
        raise SPFError("include_missing", name=domain) if within else SPFError("missing")
    if len(records) > 1:
        raise SPFError("many", name=domain)
    ends, redirect = "", ""
    for term in records[0].split()[1:]:
        sign, name, target = _read(term, domain)
        if name == "all":
            ends = f"{sign or '+'}all"
            break
        if name in ASKING:
            counter[0] += 1
            if counter[0] > MOST_LOOKUPS:
                raise SPFError("too_many", most=MOST_LOOKUPS)
        if name == "redirect":
            redirect = target
        # A macro stands for something that only a receiver knows.
        elif name == "include" and "%" not in target:
            _walk(target, asks, counter, within=domain)
    if not ends and redirect and "%" not in redirect:
        return _walk(redirect, asks, counter, within=domain)
    return ends


def _read(term: str, domain: str) -> tuple[str, str, str]:
    """One term: its sign, its name in small letters, and what stands after ":" or "="."""
    found = TERM.fullmatch(term)
    if found is None:
        raise SPFError("broken", term=term[:60], name=domain)
    sign, name, rest = found["sign"], found["name"].lower(), found["rest"] or ""
    is_modifier = rest.startswith("=")
    if name not in KNOWN:
        if is_modifier:
            return "", name, ""  # RFC 7208 6: an unknown modifier is passed over.
        raise SPFError("broken", term=term[:60], name=domain)
    if (name == "redirect") != is_modifier or (name in {"include", "exists", "redirect"} and len(rest) < 2):
        raise SPFError("broken", term=term[:60], name=domain)
    return sign, name, rest[1:]
