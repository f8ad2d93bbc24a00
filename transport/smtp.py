"""The SMTP client. It knows how far a message had got, which is all that decides what may be done after a failure.

Python's smtplib speaks the protocol (greeting, TLS, sign-in, replies of several lines); this module drives the
transaction itself, because `smtplib.SMTP.sendmail` hides whether the final dot had left. RFC 5321 throughout.
"""

import contextlib
import select
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from transport.connection import COMMAND_TIMEOUT, connect, is_positive, read_url, words_of
from transport.errors import OutcomeUnknown, PermanentError, Phase, TransientError, TransportError, clean, lost, refusal
from transport.message import MessageError, ascii_address

# RFC 5321 4.5.3.2.5: three minutes for each block of data.
BLOCK_TIMEOUT = 180.0
BLOCK = 64 * 1024
LONGEST_LINE = 998


@dataclass(frozen=True)
class Receipt:
    """The next hop accepted the message: its reply code and words, without addresses."""

    code: str
    text: str


def refuse_unsafe_bytes(message: bytes) -> None:
    """Raise PermanentError (code "render") for bytes that some server on the way would alter or refuse."""
    found = ""
    if b"\0" in message:
        found = "a NUL character"
    elif not message.isascii():
        found = "a character above 127"
    elif message.count(b"\r\n") != message.count(b"\r") or message.count(b"\r\n") != message.count(b"\n"):
        found = "a line break that is not CR LF"
    elif not message.endswith(b"\r\n"):
        found = "no line break at its end"
    elif max(map(len, message.split(b"\r\n"))) > LONGEST_LINE:
        found = f"a line of more than {LONGEST_LINE} octets"
    if found:
        raise PermanentError(f"The message holds {found}, so it was not sent.", code="render")


class SMTPTransport:
    """One connection to the next hop, opened at the first message and kept open between messages.

    Use it as a context manager, in one thread. `data_timeout` is how many seconds to wait for the reply to the final
    dot; RFC 5321 4.5.3.2.6 asks for at least 600, because giving up early is how second copies are made.
    """

    def __init__(self, url: str, *, data_timeout: float = 600.0) -> None:
        """Raises ValueError when the URL is not one of a mail server; connects to nothing yet."""
        self._server = read_url(url)
        self._data_timeout = data_timeout
        self._smtp: smtplib.SMTP | None = None
        self._open_transaction = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Say QUIT where that is safe, and close."""
        if self._smtp is not None and not self._open_transaction:
            with contextlib.suppress(OSError):
                self._socket.settimeout(5)
                self._smtp.quit()
        self._drop()

    def deliver(
        self,
        *,
        envelope_from: str,
        recipient: str,
        message: bytes,
        may_continue: Callable[[], None] = lambda: None,
        reference: str = "",
    ) -> Receipt:
        """Hand one message for one recipient to the next hop and give its receipt.

        `may_continue` is called just before DATA and just before the final dot. What it raises is passed on, after
        the connection was dropped without the dot, so that nothing was handed over. `reference` is for providers
        and not used here. Raises a TransportError.
        """
        refuse_unsafe_bytes(message)
        try:
            sender, to = ascii_address(envelope_from) if envelope_from else "", ascii_address(recipient)
        except MessageError as error:
            raise PermanentError(str(error), code="address") from error
        try:
            self._begin(sender, to)
            may_continue()
            self._send_data(message, to)
            may_continue()
            return self._finish(to)
        finally:
            # Whatever was raised, a half-finished transaction must not meet the next message.
            if self._open_transaction:
                self._drop()

    def _begin(self, sender: str, to: str) -> None:
        """MAIL and RCPT. A kept connection that the server has closed meanwhile is replaced: nothing was sent on it."""
        kept = self._smtp is not None
        try:
            self._envelope(sender, to)
        except TransientError as error:
            stale = kept and error.phase == Phase.MAIL and error.code in ("", "421")
            if not stale:
                raise
            self._envelope(sender, to)

    def _envelope(self, sender: str, to: str) -> None:
        if self._smtp is None:
            self._smtp = connect(self._server)
        smtp = self._smtp
        self._open_transaction = True
        mail, rcpt = f"MAIL FROM:<{sender}>", f"RCPT TO:<{to}>"
        if smtp.has_extn("pipelining"):
            # RFC 2920: both at once saves a round trip; DATA waits, since may_continue comes before it.
            self._put(Phase.MAIL, f"{mail}\r\n{rcpt}\r\n".encode())
            answers = [(Phase.MAIL, self._reply(Phase.MAIL)), (Phase.RCPT, self._reply(Phase.RCPT))]
        else:
            answers = [(Phase.MAIL, self._command(Phase.MAIL, mail))]
            if is_positive(answers[0][1][0]):
                answers.append((Phase.RCPT, self._command(Phase.RCPT, rcpt)))
        for phase, (code, words) in answers:
            if not is_positive(code):
                raise self._refused(phase, code, words, to)

    def _send_data(self, message: bytes, to: str) -> None:
        """DATA and the text with its dots doubled (RFC 5321 4.5.2), all but the final dot."""
        code, words = self._command(Phase.DATA, "DATA")
        if code != 354:
            raise self._refused(Phase.DATA, code, words, to)
        text = message.replace(b"\r\n.", b"\r\n..")
        if text.startswith(b"."):
            text = b"." + text
        self._socket.settimeout(BLOCK_TIMEOUT)
        for start in range(0, len(text), BLOCK):
            self._put(Phase.BODY, text[start : start + BLOCK])

    def _finish(self, to: str) -> Receipt:
        """The final dot and its reply. From the moment the dot is written, silence means "not known"."""
        self._refuse_early_answer(to)
        self._put(Phase.BODY, b".\r\n")
        self._socket.settimeout(self._data_timeout)
        code, words = self._reply(Phase.DOT)
        if not is_positive(code):
            raise self._refused(Phase.DOT, code, words, to)
        self._socket.settimeout(COMMAND_TIMEOUT)
        self._open_transaction = False
        return Receipt(str(code), clean(words, to, to.partition("@")[0]))

    def _refuse_early_answer(self, to: str) -> None:
        """A server that spoke or hung up while we wrote the text has not accepted it: the dot stays unwritten."""
        if isinstance(self._socket, ssl.SSLSocket):
            return  # what is readable there may be TLS's own; the reply to the dot will tell
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        if poll.poll(0):
            self._socket.settimeout(COMMAND_TIMEOUT)
            code, words = self._reply(Phase.BODY)
            raise self._refused(Phase.BODY, code, words, to, in_data=True)

    def _refused(self, phase: Phase, code: int, words: str, to: str, *, in_data: bool = False) -> TransportError:
        """Make the error for a refusal, and the connection fit for the next message: RSET, or drop it."""
        error = refusal(phase, code, words, to, to.partition("@")[0])
        if code == 421 or code < 400 or in_data or isinstance(error, OutcomeUnknown):
            self._drop()
            return error
        try:
            self._socket.settimeout(COMMAND_TIMEOUT)
            answer, _words = self._command(phase, "RSET")
        except TransportError:
            return error  # the connection is dropped already; the refusal stands
        if is_positive(answer):
            self._open_transaction = False
        else:
            self._drop()
        return error

    def _command(self, phase: Phase, line: str) -> tuple[int, str]:
        self._put(phase, line.encode("ascii") + b"\r\n")
        return self._reply(phase)

    def _put(self, phase: Phase, data: bytes) -> None:
        """Write all of `data`. When this raises, its end did not leave: a dot that failed here was not written."""
        try:
            self._socket.sendall(data)
        except OSError:
            self._drop()
            raise lost(phase) from None

    def _reply(self, phase: Phase) -> tuple[int, str]:
        """Read one reply of one or several lines. The code is -1 when it is no SMTP reply."""
        smtp = self._smtp
        if smtp is None:
            raise lost(phase)
        try:
            code, words = smtp.getreply()
        except smtplib.SMTPResponseException:
            code, words = -1, b""  # a line longer than smtplib reads
        except OSError:
            self._drop()
            raise lost(phase) from None
        return code, words_of(words)

    @property
    def _socket(self) -> socket.socket:
        found = self._smtp.sock if self._smtp is not None else None
        if found is None:
            raise lost(Phase.CONNECT)
        return found

    def _drop(self) -> None:
        """Close without a word: QUIT inside DATA would be text of the message."""
        smtp, self._smtp, self._open_transaction = self._smtp, None, False
        if smtp is not None:
            with contextlib.suppress(OSError):
                smtp.close()
