"""The SMTP client. It knows how far a message had got, which is all that decides what may be done after a failure.

Python's smtplib speaks the protocol (greeting, TLS, sign-in, replies of several lines); this module drives the
transaction itself, because `smtplib.SMTP.sendmail` hides whether the final dot had left. RFC 5321 throughout.

Where the server offers PIPELINING (RFC 2920), the envelope of the next message travels behind the final dot of the one
before it: one wait for each message instead of four.
"""

import contextlib
import select
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from transport.connection import COMMAND_TIMEOUT, connect, is_positive, read_reply, read_url
from transport.delivery import Outcome, Outgoing, Progress, Queue, Receipt, Single, data_of, envelope_of
from transport.errors import OutcomeUnknown, PermanentError, Phase, TransientError, TransportError, clean, lost, refusal

# RFC 5321 4.5.3.2.5: three minutes for each block of data.
BLOCK_TIMEOUT = 180.0
BLOCK = 64 * 1024


class SMTPTransport:
    """One connection to the next hop, opened at the first message and kept open between messages.

    Use it as a context manager, in one thread. `data_timeout` is how many seconds to wait for the reply to the final
    dot; RFC 5321 4.5.3.2.6 asks for at least 600, because giving up early is how second copies are made.
    """

    def __init__(self, url: str, *, data_timeout: float = 600.0, pipelining: bool = True) -> None:
        """Raises ValueError when the URL is not one of a mail server; connects to nothing yet."""
        self._server = read_url(url)
        self._data_timeout = data_timeout
        self._may_pipeline = pipelining
        self._smtp: smtplib.SMTP | None = None
        self._open_transaction = False
        # An envelope that was refused stays open at the server until RSET, which travels before the next one.
        self._needs_reset = False
        # The message whose envelope already travelled, behind the dot of the one before it.
        self._asked: Outgoing | None = None
        self._poll = select.poll()
        # Seconds after which the socket gives up; each change is a call of the kernel.
        self._waits = COMMAND_TIMEOUT

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
        the connection was dropped without the dot, so that nothing was handed over. Raises a TransportError.
        """
        one = Single(may_continue)
        self.deliver_all([Outgoing(envelope_from, recipient, message, reference)], one)
        if isinstance(one.outcome, TransportError):
            raise one.outcome
        return one.outcome

    def deliver_all(self, batch: Iterable[Outgoing], progress: Progress) -> None:
        """Hand over messages in their order, and tell `progress` of each.

        One message is asked for ahead, so that a batch that makes its messages does so while the server thinks. Ends
        early after an error that pauses the mailing. What `progress` raises is passed on; the message under way was
        then not handed over.
        """
        queue = Queue(batch)
        try:
            for number, message in enumerate(queue):
                outcome: Outcome
                try:
                    outcome = self._hand_over(number, message, queue, progress)
                except TransportError as error:
                    outcome = error
                progress.finished(number, outcome)
                if isinstance(outcome, TransportError) and outcome.pauses_mailing:
                    return
        finally:
            # Whatever was raised, a half-finished transaction must not meet the next message.
            if self._open_transaction:
                self._drop()

    def _hand_over(self, number: int, message: Outgoing, queue: Queue, progress: Progress) -> Receipt:
        text = data_of(message)
        self._begin(message, progress)
        progress.started(number)
        if len(text) > BLOCK:
            self._write_long(text)
            text = b""
        progress.may_continue()
        self._refuse_early_answer(message)
        is_whole = self._end_data(text, queue.following)
        if is_whole:
            queue.prepare()
        try:
            return self._answer_to_the_dot(message)
        finally:
            if not is_whole:
                self._drop()

    def _begin(self, message: Outgoing, progress: Progress) -> None:
        """MAIL, RCPT and DATA. A kept connection that the server has closed is replaced: nothing was sent on it."""
        kept = self._smtp is not None
        try:
            self._ask(message, progress)
        except TransientError as error:
            stale = kept and error.phase == Phase.MAIL and error.code in ("", "421")
            if not stale:
                raise
            self._ask(message, progress)

    def _ask(self, message: Outgoing, progress: Progress) -> None:
        was_asked, self._asked = self._asked is message and self._smtp is not None, None
        envelope = b"" if was_asked else envelope_of(message)
        if self._smtp is None:
            self._smtp = connect(self._server)
            self._waits = COMMAND_TIMEOUT
            self._poll = select.poll()
            self._poll.register(self._socket, select.POLLIN)
        if not was_asked:
            self._open_transaction = True
            if self._pipelines:
                progress.may_continue()
                self._put(Phase.MAIL, (b"RSET\r\n" if self._needs_reset else b"") + envelope)
        commands = [] if self._pipelines else envelope.splitlines(keepends=True)
        if self._needs_reset:
            self._reset(is_written=self._pipelines)
        self._read_grants(message, commands, progress)

    def _read_grants(self, message: Outgoing, commands: list[bytes], progress: Progress) -> None:
        """Read the three answers; without pipelining write each command first. Raises when one is a no."""
        error: TransportError | None = None
        for phase in (Phase.MAIL, Phase.RCPT, Phase.DATA):
            if commands:
                if error:
                    break
                if phase == Phase.DATA:
                    progress.may_continue()
                self._put(phase, commands.pop(0))
            code, words = self._reply(phase)
            if phase == Phase.DATA and error and code == 354:
                # It wants data for nobody: only a closed connection surely ends that (RFC 2920 3.1).
                self._drop()
                raise error
            is_granted = code == 354 if phase == Phase.DATA else is_positive(code)
            if error is None and not is_granted:
                error = self._refused(phase, code, words, message)
            if self._smtp is None:
                break
        if error:
            self._open_transaction = False  # RSET ends it at the server
            raise error

    def _write_long(self, text: bytes) -> None:
        """All of a text too long for one write, but not its final dot."""
        self._wait_at_most(BLOCK_TIMEOUT)
        for start in range(0, len(text), BLOCK):
            self._put(Phase.BODY, text[start : start + BLOCK])

    def _end_data(self, text: bytes, following: Outgoing | None) -> bool:
        """Write the text, the final dot, and behind it the next envelope; give whether all of it left.

        Raises only when the dot did not leave.
        """
        envelope, dot_at = b"", len(text) + 3
        if following is not None and self._pipelines:
            with contextlib.suppress(PermanentError):  # it will say so when its turn comes
                envelope = envelope_of(following)
                self._asked = following
        end = b"".join((text, b".\r\n", envelope))
        self._wait_at_most(max(self._waits, BLOCK_TIMEOUT))
        connection, written = self._socket, 0
        try:
            while written < len(end):
                written += connection.send(memoryview(end)[written:])
        except OSError:
            self._asked = None
            if written < dot_at:
                self._drop()
                raise lost(Phase.BODY) from None
        return written == len(end)

    def _answer_to_the_dot(self, message: Outgoing) -> Receipt:
        """From the moment the dot is written, silence means "not known"."""
        self._wait_at_most(self._data_timeout)
        code, words = self._reply(Phase.DOT)
        if not is_positive(code):
            error = refusal(Phase.DOT, code, words, *message.secrets)
            if code == 421 or code < 400 or isinstance(error, OutcomeUnknown):
                self._drop()
            else:
                self._open_transaction = self._asked is not None
            raise error
        # The next envelope may be under way already: then its transaction is open.
        self._open_transaction = self._asked is not None
        return Receipt(str(code), clean(words, *message.secrets))

    def _refuse_early_answer(self, message: Outgoing) -> None:
        """A server that spoke or hung up while we wrote the text has not accepted it: the dot stays unwritten."""
        if isinstance(self._socket, ssl.SSLSocket):
            return  # what is readable there may be TLS's own; the reply to the dot will tell
        if self._poll.poll(0):
            self._wait_at_most(COMMAND_TIMEOUT)
            code, words = self._reply(Phase.BODY)
            error = refusal(Phase.BODY, code, words, *message.secrets)
            self._drop()
            raise error

    def _refused(self, phase: Phase, code: int, words: str, message: Outgoing) -> TransportError:
        """Make the error for a refused envelope; the connection goes on behind a RSET, or is dropped."""
        error = refusal(phase, code, words, *message.secrets)
        self._needs_reset = True
        if code == 421 or code < 400:
            self._drop()
        return error

    def _reset(self, *, is_written: bool) -> None:
        """End the refused envelope at the server, before the next one. A server that will not is left."""
        self._needs_reset = False
        if not is_written:
            self._put(Phase.MAIL, b"RSET\r\n")
        code, words = self._reply(Phase.MAIL)
        if not is_positive(code):
            self._drop()
            # As a server that closed a kept connection: `_begin` tries once on a new one.
            raise TransientError(clean(words), code="421", phase=Phase.MAIL)

    def _wait_at_most(self, seconds: float) -> None:
        """How long the server may be silent from now on. Answers that come along with one to the dot get its time."""
        if seconds != self._waits:
            self._socket.settimeout(seconds)
            self._waits = seconds

    def _put(self, phase: Phase, data: bytes) -> None:
        """Write all of `data`. When this raises, its end did not leave."""
        if phase != Phase.BODY:
            self._wait_at_most(COMMAND_TIMEOUT)
        try:
            self._socket.sendall(data)
        except OSError:
            self._drop()
            raise lost(phase) from None

    def _reply(self, phase: Phase) -> tuple[int, str]:
        """Read one reply; the connection is dropped when none comes."""
        smtp = self._smtp
        if smtp is None or smtp.file is None:
            raise lost(phase)
        try:
            return read_reply(smtp.file)
        except OSError:
            self._drop()
            raise lost(phase) from None

    @property
    def _pipelines(self) -> bool:
        return self._may_pipeline and self._smtp is not None and self._smtp.has_extn("pipelining")

    @property
    def _socket(self) -> socket.socket:
        found = self._smtp.sock if self._smtp is not None else None
        if found is None:
            raise lost(Phase.CONNECT)
        return found

    def _drop(self) -> None:
        """Close without a word: QUIT inside DATA would be text of the message."""
        smtp, self._smtp, self._open_transaction = self._smtp, None, False
        self._needs_reset, self._asked = False, None
        if smtp is not None:
            with contextlib.suppress(OSError):
                smtp.close()
