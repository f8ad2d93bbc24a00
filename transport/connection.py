"""Opening a connection to the mail server: reading its URL, greeting, TLS and sign-in, each failure with its phase."""

import contextlib
import smtplib
import socket
import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from django.conf import settings

from transport.errors import Phase, TransientError, lost, refusal

CONNECT_TIMEOUT = 30.0
COMMAND_TIMEOUT = 60.0
# RFC 5321 sets no limit on the lines of a reply; a server that never ends one must not hold a worker for ever.
MOST_REPLY_LINES = 200
LONGEST_REPLY_LINE = 8192
PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


@dataclass(frozen=True)
class Server:
    """Where mail goes next, read from a URL; `user` is empty when nobody signs in."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = ""


def read_url(url: str) -> Server:
    """Read smtp://, smtp+tls:// (STARTTLS required) or smtps://, each with optional user:password@ and port.

    Raises ValueError with a sentence that never quotes the password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("The mail server's URL cannot be read; is the port a number?") from None
    if parts.scheme not in PORTS:
        raise ValueError("The mail server's URL must start with smtp://, smtp+tls:// or smtps://.")
    if not parts.hostname:
        raise ValueError("The mail server's URL names no host.")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if user and parts.scheme == "smtp" and not _is_this_machine(parts.hostname):
        raise ValueError("A password over smtp:// can be read on the way. Use smtp+tls:// or smtps://.")
    return Server(parts.scheme, parts.hostname, port or PORTS[parts.scheme], user, password)


def _is_this_machine(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def greeting_name() -> str:
    """The name we give in EHLO: the public host of the site, never the machine's own (RFC 5321 4.1.4)."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    with contextlib.suppress(ValueError):
        address = ip_address(host)
        return f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"
    return host


def connect(server: Server) -> smtplib.SMTP:
    """Open the connection, greet, secure it and sign in. Raises a TransportError; then nothing stays open."""
    try:
        smtp = _open_socket(server)
    except smtplib.SMTPConnectError as error:
        raise refusal(Phase.CONNECT, error.smtp_code, words_of(error.smtp_error)) from None
    except smtplib.SMTPServerDisconnected:
        raise lost(Phase.CONNECT) from None
    except OSError as error:
        raise _unreachable(Phase.CONNECT, error) from None
    try:
        if smtp.sock is not None:
            smtp.sock.settimeout(COMMAND_TIMEOUT)
            # The final dot is a small write after a large one: with Nagle's algorithm it would wait 40 ms for an ACK.
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _greet(smtp)
        if server.scheme == "smtp+tls":
            _secure(smtp)
        if server.user:
            _sign_in(smtp, server)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _open_socket(server: Server) -> smtplib.SMTP:
    if server.scheme == "smtps":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(
            server.host, server.port, local_hostname=greeting_name(), timeout=CONNECT_TIMEOUT, context=context
        )
    return smtplib.SMTP(server.host, server.port, local_hostname=greeting_name(), timeout=CONNECT_TIMEOUT)


def _greet(smtp: smtplib.SMTP) -> None:
    try:
        code, words = smtp.ehlo()
        if 500 <= code <= 599:
            code, words = smtp.helo()
    except OSError:
        raise lost(Phase.EHLO) from None
    if not is_positive(code):
        raise refusal(Phase.EHLO, code, words_of(words))


def _secure(smtp: smtplib.SMTP) -> None:
    """STARTTLS, which `smtp+tls://` requires: mail is never sent in the clear instead."""
    try:
        smtp.starttls(context=ssl.create_default_context())
    except smtplib.SMTPNotSupportedError:
        detail = "The mail server does not offer STARTTLS."
        raise TransientError(detail, phase=Phase.STARTTLS, pauses_mailing=True) from None
    except smtplib.SMTPResponseException as error:
        raise refusal(Phase.STARTTLS, error.smtp_code, words_of(error.smtp_error)) from None
    except smtplib.SMTPServerDisconnected:
        raise lost(Phase.STARTTLS) from None
    except OSError as error:
        raise _unreachable(Phase.STARTTLS, error) from None
    _greet(smtp)


def _sign_in(smtp: smtplib.SMTP, server: Server) -> None:
    try:
        smtp.login(server.user, server.password)
    except smtplib.SMTPServerDisconnected:
        raise lost(Phase.AUTH) from None
    except smtplib.SMTPResponseException as error:
        raise refusal(Phase.AUTH, error.smtp_code, words_of(error.smtp_error)) from None
    except smtplib.SMTPException:
        detail = "The mail server offers no way to sign in that we know."
        raise TransientError(detail, phase=Phase.AUTH, pauses_mailing=True) from None
    except OSError:
        raise lost(Phase.AUTH) from None


def read_reply(lines: BinaryIO) -> tuple[int, str]:
    """Read one reply of one or several lines (RFC 5321 4.2.1): its code, -1 when it is no SMTP reply, and its words.

    Raises OSError when the connection is closed.
    """
    words: list[bytes] = []
    for _line in range(MOST_REPLY_LINES):
        line = lines.readline(LONGEST_REPLY_LINE + 1)
        if not line.endswith(b"\n"):
            if len(line) > LONGEST_REPLY_LINE:
                return -1, ""
            raise OSError("closed")
        code, words_here = line[:3], line[4:].strip()
        if line[3:4] != b"-":
            said = b"\n".join([*words, words_here]) if words else words_here
            return int(code) if code.isdigit() else -1, words_of(said)
        words.append(words_here)
    return -1, ""


def is_positive(code: int) -> bool:
    """Whether a reply code means "done" (RFC 5321 4.2.1: the first digit is 2)."""
    return 200 <= code <= 299


def words_of(reply: bytes | str) -> str:
    """The words of a reply as text; a byte that is not ASCII becomes a replacement character."""
    return reply.decode("ascii", "replace") if isinstance(reply, bytes) else reply


def _unreachable(phase: Phase, error: OSError) -> TransientError:
    """Nobody can be reached through this server now, whoever the recipient is."""
    if isinstance(error, ssl.SSLCertVerificationError):
        why = "The mail server's certificate is not trusted."
    elif isinstance(error, ssl.SSLError):
        why = "A secure connection to the mail server could not be made."
    else:
        why = "The mail server cannot be reached."
    return TransientError(why, phase=phase, pauses_mailing=True)
