"""The module that fetches from outside: from the Parliament's hosts alone, politely, within limits.

Only https, only public addresses (a name is resolved once and that address is connected to), no redirects, no cookies,
no proxy of the environment. Source of the limit of 500 requests in 5 minutes: the Open Data Portal's description.
"""

import ipaddress
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import urllib3
from django.conf import settings
from django.utils.translation import gettext as _

ALLOWED_HOSTS = frozenset({"data.europarl.europa.eu", "www.europarl.europa.eu"})
MAX_ANSWER = 20 * 1024 * 1024
SECONDS = 60.0
# The service allows 500 requests in 5 minutes; a tenth is left over, and they are spread evenly.
PACE = 300.0 / 450
TRIES = 5
FIRST_WAIT, LONGEST_WAIT = 2.0, 60.0
AGAIN = frozenset({429, 500, 502, 503, 504})


class FetchFailed(Exception):
    """The answer could not be fetched; the message is a sentence for the person who asked for it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the address that was asked, the status (200, 204 or 404), the body as bytes."""

    url: str
    status: int
    body: bytes


@dataclass(slots=True)
class Fetcher:
    """Fetches from one base address (SYNC_URL), keeping its pace over all requests made with it.

    `base`: where the service lies, https and an allowed host; http and loopback only where `may_loop` says so, which
    tests do. `sleep` and `clock` are replaced in tests.
    """

    base: str
    may_loop: bool = False
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    last: float = float("-inf")
    address: str = ""

    def __post_init__(self) -> None:
        parts = urlsplit(self.base)
        host = parts.hostname or ""
        is_loop = self.may_loop and _is_loopback(host)
        if not is_loop and (parts.scheme != "https" or host not in ALLOWED_HOSTS or parts.username):
            raise FetchFailed(
                _("“%(host)s” is not a host one may fetch from. Set SYNC_URL to an https address of the Parliament.")
                % {"host": host[:100]}
            )

    def get(self, path: str, **parameters: Any) -> Answer:
        """Fetch one path; again with longer waits where the service is busy or fails. Raises FetchFailed."""
        url = f"{self.base.rstrip('/')}/{path.lstrip('/')}"
        if parameters:
            url = f"{url}?{urlencode(parameters)}"
        reason, wait = "", 0.0
        for number in range(TRIES):
            if number:
                self.sleep(wait)
            self._keep_pace()
            answer, reason, wait = self._try(url, FIRST_WAIT * 2**number)
            if answer is not None:
                return answer
        raise FetchFailed(
            _("The Parliament's service did not answer %(tries)s times in a row (%(reason)s). Try again later.")
            % {"tries": TRIES, "reason": reason}
        )

    def _keep_pace(self) -> None:
        """Wait until the next request is due."""
        wait = self.last + PACE - self.clock()
        if wait > 0:
            self.sleep(wait)
        self.last = self.clock()

    def _try(self, url: str, wait: float) -> tuple[Answer | None, str, float]:
        """One try: the answer, or why there is none and how many seconds to wait before the next."""
        try:
            status, headers, body = self._request(url)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            return None, type(error).__name__, min(wait, LONGEST_WAIT)
        if status in AGAIN:
            told = headers.get("Retry-After", "")
            asked = float(told) if told.isascii() and told.isdigit() and len(told) < 6 else 0.0
            return None, f"status {status}", min(max(wait, asked), LONGEST_WAIT)
        if status not in (200, 204, 404):
            raise FetchFailed(
                _("The Parliament's service answered with status %(status)s; nothing was taken over.")
                % {"status": status}
            )
        return Answer(url, status, body), "", 0.0

    def _request(self, url: str) -> tuple[int, Any, bytes]:
        """One request: status, headers, body. Raises FetchFailed where the answer is too large or takes too long."""
        parts = urlsplit(url)
        deadline = time.monotonic() + SECONDS
        pool = self._pool(parts.scheme, parts.hostname or "", parts.port)
        try:
            response = pool.request(
                "GET",
                f"{parts.path}?{parts.query}" if parts.query else parts.path,
                headers={"Host": parts.netloc, "User-Agent": user_agent(), "Accept": "application/ld+json"},
                redirect=False,
                retries=False,
                preload_content=False,
            )
            body = b""
            while piece := response.read1(64 * 1024):  # What is there by now: a drip must not outlast the deadline.
                body += piece
                if len(body) > MAX_ANSWER:
                    raise FetchFailed(_("The Parliament's service answered with more than 20 MB; it was not read."))
                if time.monotonic() > deadline:
                    raise FetchFailed(_("The Parliament's service takes too long to answer; it was not read."))
            return response.status, response.headers, body
        finally:
            pool.close()

    def _pool(self, scheme: str, host: str, port: int | None) -> urllib3.HTTPConnectionPool:
        """A pool to the host's address as it was resolved first: a later answer of the DNS changes nothing."""
        if not self.address:
            self.address = _resolve(host, self.may_loop)
        timeout = urllib3.Timeout(connect=10.0, read=30.0)
        if scheme == "http":
            return urllib3.HTTPConnectionPool(self.address, port or 80, timeout=timeout)
        return urllib3.HTTPSConnectionPool(
            self.address, port or 443, timeout=timeout, server_hostname=host, assert_hostname=host
        )


def user_agent() -> str:
    """How we name ourselves: the project, and the contact of SYNC_CONTACT so that the service can write to us."""
    contact = settings.SYNC_CONTACT or settings.SITE_URL
    return f"Demarche/0.1 (+{contact})".replace("\n", " ").replace("\r", " ")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _resolve(host: str, may_loop: bool) -> str:
    """The first address of a host. Raises FetchFailed when one of its addresses is not public."""
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except OSError as error:
        raise FetchFailed(_("The name of the Parliament's service cannot be resolved.")) from error
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        parsed = ipaddress.ip_address(address)
        if not parsed.is_global and not (may_loop and parsed.is_loopback):
            raise FetchFailed(_("The name of the Parliament's service leads to an address that is not public."))
    return addresses[0]
