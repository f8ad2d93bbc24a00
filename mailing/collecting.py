"""Fetching returned mail and answers from an IMAP folder: stored first, then marked as read.

How far the folder was read stands in the database and moves in the transaction that stores a message, so a crash at any
moment neither loses one nor reads one twice. What is marked on the server is for people who look into the mailbox.
"""

import hashlib
import imaplib
import logging
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from mailing import bell
from mailing.models import IncomingMail, Mailbox

log = logging.getLogger(__name__)

TIMEOUT = 30.0  # seconds for each answer of the server
TURN = 60.0  # seconds of one collecting; the next goes on
BUSY = timedelta(seconds=120)
MOST_BYTES = 5 * 1024 * 1024  # of one message; what lies behind is attachments
SILENCE = timedelta(minutes=10)
STEP = 2000  # numbers asked for at once
SCHEMES = {"imaps": 993, "imap+tls": 143, "imap": 143}


class MailboxError(Exception):
    """The mailbox cannot be read; the message is a sentence without addresses and passwords."""


@dataclass(frozen=True)
class Source:
    """Where mail is fetched from. The password is left out of what is printed."""

    scheme: str
    host: str
    port: int
    user: str
    folder: str
    password: str = field(repr=False)

    @property
    def key(self) -> str:
        """Names the folder without telling it."""
        return hashlib.sha256(f"{self.user}@{self.host}:{self.port}/{self.folder}".encode()).hexdigest()


def read_url(text: str) -> Source:
    """Take imaps://user:password@host:port/folder apart (imap+tls:// is STARTTLS, imap:// is for a loopback only).

    Signs in user and password that have an @ or a slash are written as %40 and %2F. Raises MailboxError.
    """
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise MailboxError("INBOUND_IMAP_URL is not an address such as imaps://user:password@host/INBOX.") from None
    if parts.scheme not in SCHEMES or not parts.hostname or not parts.username:
        raise MailboxError("INBOUND_IMAP_URL is not an address such as imaps://user:password@host/INBOX.")
    if parts.scheme == "imap" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise MailboxError("INBOUND_IMAP_URL would send the password unprotected. Use imaps:// or imap+tls://.")
    folder = unquote(parts.path.strip("/")) or "INBOX"
    if not folder.isascii() or not folder.isprintable():
        raise MailboxError("The folder in INBOUND_IMAP_URL must be written in ASCII.")
    return Source(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port or SCHEMES[parts.scheme],
        user=unquote(parts.username),
        folder=folder,
        password=unquote(parts.password or ""),
    )


def collect() -> int:
    """Store what is new in the configured folder; give how many messages. 0 when none is configured or one is at it.

    Never raises for what the server does: the reason is kept for /healthz and told in the log.
    """
    if not settings.INBOUND_IMAP_URL:
        return 0
    try:
        source = read_url(settings.INBOUND_IMAP_URL)
    except MailboxError as error:
        log.warning("Returned mail is not collected: %s", error)
        return 0
    box, _created = Mailbox.objects.get_or_create(key=source.key)
    now = timezone.now()
    free = Mailbox.objects.filter(Q(busy_until__isnull=True) | Q(busy_until__lte=now), pk=box.pk)
    if not free.update(busy_until=now + BUSY):
        return 0
    problem, stored = "", 0
    try:
        with _signed_in(source) as server:
            for _new in _store_new(server, box, source):
                stored += 1
    except MailboxError as error:
        problem = str(error)
        log.warning("Returned mail is not collected: %s", problem)
    finally:
        Mailbox.objects.filter(pk=box.pk).update(busy_until=None, problem=problem, checked_at=timezone.now())
    if stored:
        bell.ring_incoming()
    return stored


def state() -> str | None:
    """For /healthz: why the configured mailbox is not read, "" when it is, None when none is configured."""
    if not settings.INBOUND_IMAP_URL:
        return None
    try:
        key = read_url(settings.INBOUND_IMAP_URL).key
    except MailboxError as error:
        return str(error)
    box = Mailbox.objects.filter(key=key).first()
    if box is None or box.checked_at is None or timezone.now() - box.checked_at > SILENCE:
        return "The mailbox has not been read for ten minutes."
    return box.problem


@contextmanager
def _signed_in(source: Source) -> Iterator[imaplib.IMAP4]:
    """A connection to the server, signed in; whatever it does wrong becomes a MailboxError."""
    server = None
    try:
        server = _connect(source)
        try:
            server.login(source.user, source.password)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            raise MailboxError("The mailbox refused the sign-in.") from None
        yield server
    except ssl.SSLError:
        raise MailboxError("The certificate of the mailbox's server is not trusted, or it speaks no TLS.") from None
    except OSError:
        raise MailboxError("The mailbox's server cannot be reached, or stopped answering.") from None
    except (imaplib.IMAP4.error, ValueError, IndexError) as error:
        raise MailboxError(f"The mailbox's server answered something unexpected ({type(error).__name__}).") from None
    finally:
        if server is not None:
            with suppress(Exception):
                server.logout()


def _connect(source: Source) -> imaplib.IMAP4:
    if source.scheme == "imaps":
        context = ssl.create_default_context()
        return imaplib.IMAP4_SSL(source.host, source.port, ssl_context=context, timeout=TIMEOUT)
    server = imaplib.IMAP4(source.host, source.port, timeout=TIMEOUT)
    if source.scheme == "imap+tls":
        server.starttls(ssl.create_default_context())
    return server


def _store_new(server: imaplib.IMAP4, box: Mailbox, source: Source) -> Iterator[int]:
    """Store each message with a number above the last one read; gives the numbers stored."""
    quoted = source.folder.replace("\\", "\\\\").replace('"', '\\"')
    answer, _count = server.select(f'"{quoted}"')
    if answer != "OK":
        raise MailboxError("The folder in INBOUND_IMAP_URL cannot be opened.")
    validity, next_uid = _number(server, "UIDVALIDITY"), _number(server, "UIDNEXT")
    # Other numbers than before: the folder was made anew. What we have already is known by its digest.
    last = box.last_uid if box.uid_validity == validity else 0
    until = time.monotonic() + TURN
    while last + 1 < next_uid and time.monotonic() < until:
        upper = min(last + STEP, next_uid - 1)
        for uid in _numbers(server, last + 1, upper):
            raw = _fetch(server, uid)
            if _store(box, validity, uid, raw):
                yield uid
            if raw:
                server.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")
            if time.monotonic() >= until:
                return
        last = upper
        Mailbox.objects.filter(pk=box.pk).update(uid_validity=validity, last_uid=last)


def _number(server: imaplib.IMAP4, name: str) -> int:
    _name, found = server.response(name)
    if not found or not found[-1]:
        raise MailboxError("The mailbox's server numbers no messages (RFC 3501 2.3.1.1), so it cannot be read safely.")
    return int(found[-1])


def _numbers(server: imaplib.IMAP4, lower: int, upper: int) -> list[int]:
    answer, found = server.uid("SEARCH", f"UID {lower}:{upper}")
    if answer != "OK":
        raise MailboxError("The mailbox's server does not list its messages.")
    return sorted(uid for uid in map(int, (found[0] or b"").split()) if lower <= uid <= upper)


def _fetch(server: imaplib.IMAP4, uid: int) -> bytes:
    """The message without marking it; b"" when it is gone meanwhile."""
    answer, found = server.uid("FETCH", str(uid), f"(UID BODY.PEEK[]<0.{MOST_BYTES}>)")
    if answer != "OK":
        raise MailboxError("The mailbox's server does not hand out a message.")
    return next((bytes(row[1]) for row in found if isinstance(row, tuple) and len(row) > 1), b"")


def _store(box: Mailbox, validity: int, uid: int, raw: bytes) -> bool:
    """Keep a message and how far we are, in one transaction; False when we have it already."""
    digest = hashlib.sha256(raw).hexdigest()
    with transaction.atomic():
        is_new = bool(raw) and not IncomingMail.objects.filter(dedupe_key=digest).exists()
        if is_new:
            rows = [IncomingMail(source="imap", dedupe_key=digest, raw=raw)]
            IncomingMail.objects.bulk_create(rows, ignore_conflicts=True)
        busy = timezone.now() + BUSY
        Mailbox.objects.filter(pk=box.pk).update(uid_validity=validity, last_uid=uid, busy_until=busy)
    return is_new
