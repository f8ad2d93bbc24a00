"""Calling an address that an administrator registered: one POST, to a public address, with no redirect.

The companion of contacts/fetching.py for addresses that are not known beforehand (webhooks). The name is resolved
once, every address it has must be public, and that address is connected to, so that a later answer of the DNS changes
nothing. The answer's body is not read.
"""

import contextlib
import ipaddress
import socket
import threading
from urllib.parse import SplitResult, urlsplit

import urllib3
from django.utils.translation import gettext as _

CONNECT_SECONDS, READ_SECONDS = 5.0, 15.0
# From the connection to the end of the answer's head. The two above begin anew with every byte that comes in.
WHOLE_SECONDS = 30.0
PORTS = frozenset({443, 8443})
# Ways to write an IPv4 address as an IPv6 one, which a router between may take apart again: 6to4 (RFC 3056), Teredo
# (RFC 4380), NAT64 (RFC 6052, RFC 8215), IPv4-compatible and IPv4-mapped (RFC 4291).
_CARRIES_IPV4 = [
    ipaddress.ip_network(text)
    for text in (
        "2002::/16",
        "2001::/32",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "::/96",
        "::ffff:0:0/96",
        "::ffff:0:0:0/96",
    )
]


class _HangsUp(urllib3.connection.HTTPConnection):
    """A connection that is broken off after WHOLE_SECONDS, however slowly the other side goes on."""

    _alarm: tuple[threading.Timer, socket.socket] | None = None

    def _new_conn(self) -> socket.socket:
        found = super()._new_conn()
        # A second name of the same connection: TLS takes the first one away.
        twin = found.dup()
        timer = threading.Timer(WHOLE_SECONDS, _break_off, [twin])
        timer.daemon = True
        timer.start()
        self._alarm = timer, twin
        return found

    def close(self) -> None:
        """Close it, and call the alarm off."""
        super().close()
        if self._alarm is not None:
            timer, twin = self._alarm
            timer.cancel()
            twin.close()


class _HangsUpSecurely(_HangsUp, urllib3.connection.HTTPSConnection):
    """The same with TLS."""


def _break_off(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class CallFailed(Exception):
    """It could not be called; the message is a sentence for an administrator, without the answer's words."""


def call(url: str, body: bytes, headers: dict[str, str], *, may_loop: bool = False) -> int:
    """POST `body` once and give the status of the answer, a redirect's as well. Raises CallFailed.

    `may_loop` lets http and loopback through, for tests alone.
    """
    parts = checked(url, may_loop=may_loop)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    address = resolve(host, port, may_loop=may_loop)
    timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
    pool: urllib3.HTTPConnectionPool
    if parts.scheme == "https":
        pool = urllib3.HTTPSConnectionPool(address, port, timeout=timeout, server_hostname=host, assert_hostname=host)
        pool.ConnectionCls = _HangsUpSecurely
    else:
        pool = urllib3.HTTPConnectionPool(address, port, timeout=timeout)
        pool.ConnectionCls = _HangsUp
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    try:
        response = pool.request(
            "POST",
            path,
            body=body,
            headers={"Host": parts.netloc, "User-Agent": "Demarche/0.1", **headers},
            redirect=False,
            retries=False,
            preload_content=False,
        )
        status = int(response.status)
        response.close()
        return status
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise CallFailed(_("It did not answer (%(reason)s).") % {"reason": type(error).__name__}) from error
    finally:
        pool.close()


def checked(url: str, *, may_loop: bool = False) -> SplitResult:
    """The parts of an address that may be called, by its form alone. Raises CallFailed with what is wrong."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise CallFailed(_("This is not an address of a page. Write it as https://host/path.")) from error
    if not url.isascii() or any(letter.isspace() for letter in url) or not parts.hostname:
        raise CallFailed(_("This is not an address of a page. Write it as https://host/path."))
    if may_loop and _is_loopback(parts.hostname):
        return parts
    if parts.scheme != "https":
        raise CallFailed(_("Only https:// addresses are called, so that nobody reads along."))
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise CallFailed(_("Leave user names, passwords and # out of the address."))
    if port is not None and port not in PORTS:
        raise CallFailed(_("Only the ports 443 and 8443 are called."))
    return parts


def resolve(host: str, port: int, *, may_loop: bool = False) -> str:
    """The first address of a host. Raises CallFailed when it has none, or one that is not public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise CallFailed(_("The name of the host cannot be resolved.")) from error
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    for address in addresses:
        if not is_public(address) and not (may_loop and _is_loopback(address)):
            raise CallFailed(_("The name of the host leads to an address that is not public."))
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, and carries no other address inside."""
    parsed = ipaddress.ip_address(address)
    if not parsed.is_global or parsed.is_multicast or parsed.is_reserved:
        return False
    return not any(parsed.version == network.version and parsed in network for network in _CARRIES_IPV4)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
