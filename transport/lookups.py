"""The one module that asks the DNS: texts and mail servers of a name, within limits of time.

Nothing here decides anything; `transport.domains` does. Which servers are asked is DNS_SERVERS, else those of the
host; with CHECK_DOMAINS off nobody is asked.
"""

from dataclasses import dataclass, field
from functools import cached_property

import dns.exception
import dns.resolver
from django.conf import settings

# Seconds for one question, all servers and tries together.
SECONDS = 3.0
# After so many questions without an answer no other is asked: a person may be waiting.
MOST_SILENCES = 2


class LookupFailed(Exception):
    """No server answered: nothing is known, which is not the same as "there is none"."""


class NotAsked(LookupFailed):
    """CHECK_DOMAINS is off: this installation asks no DNS."""


@dataclass
class Lookups:
    """Asks each question once and remembers the answer; make one for each check of a domain."""

    seconds: float = SECONDS
    _known: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _silences: int = 0

    @cached_property
    def _resolver(self) -> dns.resolver.Resolver:
        if not settings.CHECK_DOMAINS:
            raise NotAsked("CHECK_DOMAINS is off.")
        servers = [_host_and_port(entry) for entry in settings.DNS_SERVERS]
        try:
            found = dns.resolver.Resolver(configure=not servers)
        except (dns.resolver.NoResolverConfiguration, OSError) as error:
            raise LookupFailed("This host names no DNS server.") from error
        if servers:
            found.nameservers = [host for host, _port in servers]
            found.nameserver_ports = dict(servers)
        found.lifetime, found.timeout = self.seconds, self.seconds / 2
        return found

    def texts(self, name: str) -> list[str]:
        """TXT records of a name, each put together from its strings (RFC 7208 3.3). Raises LookupFailed."""
        return self._ask(name, "TXT")

    def mail_servers(self, name: str) -> list[str]:
        """Hosts of its MX records without the final dot; "" stands for a null MX (RFC 7505). Raises LookupFailed."""
        return self._ask(name, "MX")

    def addresses(self, name: str) -> list[str]:
        """A and AAAA records of a name. Raises LookupFailed."""
        return self._ask(name, "A") + self._ask(name, "AAAA")

    def _ask(self, name: str, kind: str) -> list[str]:
        key = (name.lower().rstrip("."), kind)
        if key not in self._known:
            if self._silences >= MOST_SILENCES:
                raise LookupFailed("The DNS does not answer.")
            try:
                self._known[key] = self._answers(*key)
            except (dns.exception.DNSException, OSError, UnicodeError, ValueError) as error:
                # No answer and an answer that cannot be read are one thing: nothing is known.
                self._silences += 1
                raise LookupFailed(type(error).__name__) from error
        return self._known[key]

    def _answers(self, name: str, kind: str) -> list[str]:
        try:
            answer = self._resolver.resolve(f"{name}.", kind, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        if kind == "TXT":
            return [b"".join(row.strings).decode("utf-8", "replace") for row in answer]
        if kind == "MX":
            ordered = sorted(answer, key=lambda row: row.preference)
            return [row.exchange.to_text(omit_final_dot=True).removesuffix(".").lower() for row in ordered]
        return [row.to_text() for row in answer]


def _host_and_port(entry: str) -> tuple[str, int]:
    """ "127.0.0.1:5353" or "[::1]:53" or an address alone."""
    host, colon, port = entry.rpartition(":")
    if colon and port.isdigit() and (host.count(":") == 0 or host.startswith("[")):
        return host.strip("[]"), int(port)
    return entry.strip("[]"), 53
