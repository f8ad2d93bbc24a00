"""What is handed to a transport and what comes back: shared by the SMTP client, the providers and their callers."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import NamedTuple, Protocol

from transport.dkim import sign
from transport.errors import PermanentError, TransportError
from transport.message import MessageError, ascii_address

LONGEST_LINE = 998


class Outgoing(NamedTuple):
    """One message for one recipient.

    Attributes:
        envelope_from: where returned mail goes; "" is the null path.
        recipient: the address.
        message: the bytes, CRLF, 7 bits.
        reference: our name for it, which a provider gives back in its events; SMTP does not use it.
        sender_domain: whose DKIM key signs it, if there is one; "" is the domain of `envelope_from`.
        is_checked: whether these bytes were looked through when they were made (`refuse_unsafe_bytes`).
    """

    envelope_from: str
    recipient: str
    message: bytes
    reference: str = ""
    sender_domain: str = ""
    is_checked: bool = False

    @property
    def secrets(self) -> tuple[str, str]:
        """What a server's words are cleaned of: the address and the part before its @-sign."""
        return self.recipient, self.recipient.partition("@")[0]


class Receipt(NamedTuple):
    """The next hop accepted the message: its reply code and words, without addresses."""

    code: str
    text: str


Outcome = Receipt | TransportError


class Progress(Protocol):
    """Who sends follows along: asked before anything irreversible, told what has begun and how it ended."""

    def may_continue(self) -> None:
        """Called just before DATA and before the final dot. What it raises stops the work; nothing is handed over."""
        ...

    def started(self, number: int) -> None:
        """The next hop asked for the data of message `number` of the batch (354); its first byte leaves after this."""
        ...

    def finished(self, number: int, outcome: Outcome) -> None:
        """What became of message `number`; messages end in their order."""
        ...


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


def data_of(message: Outgoing) -> bytes:
    """What follows DATA but the final dot: signed where there is a key, and each dot that begins a line doubled.

    RFC 5321 4.5.2. Raises PermanentError for bytes that must not leave, and TransientError for a key without use.
    """
    if not message.is_checked:
        refuse_unsafe_bytes(message.message)
    text = sign(message.message, message.sender_domain or message.envelope_from.rpartition("@")[2])
    text = text.replace(b"\r\n.", b"\r\n..")
    return b"." + text if text.startswith(b".") else text


def envelope_of(message: Outgoing) -> bytes:
    """MAIL, RCPT and DATA of one message. Raises PermanentError (code "address") for an address mail cannot carry."""
    try:
        sender = ascii_address(message.envelope_from) if message.envelope_from else ""
        return f"MAIL FROM:<{sender}>\r\nRCPT TO:<{ascii_address(message.recipient)}>\r\nDATA\r\n".encode("ascii")
    except MessageError as error:
        raise PermanentError(str(error), code="address") from error


class Queue:
    """The messages of a batch in their order, each asked for before its turn: its envelope may travel ahead of it.

    A batch may make its messages as they are asked for; `prepare` has the one after the next made meanwhile.
    """

    def __init__(self, batch: Iterable[Outgoing]) -> None:
        """Asks for nothing yet."""
        self._rest = iter(batch)
        self._ahead: deque[Outgoing] = deque()

    def __iter__(self) -> Iterator[Outgoing]:
        self._look(2)
        while self._ahead:
            yield self._ahead.popleft()
            self._look(2)

    @property
    def following(self) -> Outgoing | None:
        """The message after the one in hand."""
        return self._ahead[0] if self._ahead else None

    def prepare(self) -> None:
        """Have the message after `following` made."""
        self._look(2)

    def _look(self, count: int) -> None:
        self._ahead.extend(islice(self._rest, count - len(self._ahead)))


class Single:
    """The progress of a batch of one."""

    outcome: Outcome

    def __init__(self, may_continue: Callable[[], None]) -> None:
        self.may_continue = may_continue  # type: ignore[method-assign]

    def may_continue(self) -> None:
        """Given by the caller."""

    def started(self, number: int) -> None:
        """Nobody asks."""

    def finished(self, number: int, outcome: Outcome) -> None:
        """Keep it."""
        self.outcome = outcome
