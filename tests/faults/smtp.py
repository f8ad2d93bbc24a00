"""The next hop of the fault tests: an SMTP server that says and does at each phase what it is told to.

RFC 5321 with PIPELINING (RFC 2920): what a client sends ahead waits in a buffer and is answered in order, and the
replies to one packet leave in one packet. What was read before a client died is still worked through: a server that
has read the final dot goes on. `tests/faults/sink.py` runs it as a process of its own, `tests.processes.Catcher` in a
thread of a test.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass

PHASES = ("banner", "ehlo", "auth", "mail", "rcpt", "data", "dot", "rset")
END = b"\r\n.\r\n"
USUAL = {
    "banner": "220 sink.example ESMTP",
    "ehlo": "",
    "auth": "235 2.7.0 Authentication successful",
    "mail": "250 2.1.0 Ok",
    "rcpt": "250 2.1.5 Ok",
    "data": "354 End data with <CR><LF>.<CR><LF>",
    "dot": "250 2.0.0 Ok: queued",
    "rset": "250 2.0.0 Ok",
}


@dataclass(frozen=True)
class Answer:
    """What happens at one phase instead of the usual reply."""

    # Empty: the usual reply.
    reply: str = ""
    # Seconds until it comes (a tarpit). The connection answers nothing else meanwhile; others do.
    wait: float = 0.0
    # Close the connection without a word.
    drop: bool = False
    # Never answer, and never close.
    hang: bool = False
    # At the dot: whether the message counts as taken; None means that the reply decides.
    keep: bool | None = None

    @property
    def is_kept(self) -> bool:
        """Whether a message with this answer to its dot was taken."""
        if self.keep is not None:
            return self.keep
        return not self.drop and not self.hang and (self.reply or "250").startswith("2")


@dataclass(frozen=True)
class Message:
    """One message as it was taken: its envelope and its bytes with the dots undoubled."""

    envelope_from: str
    recipient: str
    data: bytes
    connection: int = 0


Decision = Answer | asyncio.Future | None


@dataclass
class Server:
    """What all connections of one server share."""

    # Phase and recipient ("" before RCPT) → an Answer, a future of one, or None for the usual reply.
    decide: Callable[[str, str], Decision]
    # Called with every message that was taken, before the reply leaves.
    take: Callable[[Message], None]
    extensions: tuple[str, ...] = ("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES")
    connections: int = 0

    async def listen(self, port: int = 0) -> asyncio.Server:
        """Listen on loopback; port 0 takes a free one."""
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: Conversation(self), "127.0.0.1", port, backlog=200)


class Conversation(asyncio.Protocol):
    """One connection of one client."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.buffer = bytearray()
        self.said: list[str] = []
        self.sender = self.recipient = ""
        self.in_text = self.is_busy = self.is_gone = self.is_over = False
        self.looked = 0

    def connection_made(self, transport) -> None:
        self.transport = transport
        self.server.connections += 1
        self.number = self.server.connections
        self._answer("banner")
        self._work()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self._work()

    def connection_lost(self, error) -> None:
        self.is_gone = True

    def _work(self) -> None:
        """Answer what has arrived, in order, until something has to be waited for."""
        while not self.is_busy and not self.is_over and (self._read_text() if self.in_text else self._read_command()):
            pass
        if self.said and not self.is_gone:
            self.transport.write("".join(f"{line}\r\n" for line in self.said).encode())
        self.said.clear()
        if self.is_over and not self.is_gone:
            self.transport.close()

    def _read_command(self) -> bool:
        end = self.buffer.find(b"\r\n")
        if end < 0:
            return False
        line = self.buffer[:end].decode("latin-1")
        del self.buffer[: end + 2]
        verb = line[:4].upper()
        if verb in ("EHLO", "HELO"):
            self._answer("ehlo")
        elif verb == "MAIL":
            self.sender, self.recipient = _path(line), ""
            self._answer("mail")
        elif verb == "RCPT":
            self.recipient = ""
            self._answer("rcpt", _path(line))
        elif verb == "DATA" and not self.recipient:
            self.said.append("554 5.5.1 No valid recipients")
        elif verb in ("DATA", "RSET", "AUTH"):
            self._answer(verb.lower())
        elif verb == "QUIT":
            self.said.append("221 2.0.0 Bye")
            self.is_over = True
        else:
            self.said.append("502 5.5.1 Unknown command")
        return True

    def _read_text(self) -> bool:
        # The CR LF of "354" counts as the one before a dot that stands at once.
        end = -2 if self.buffer.startswith(END[2:]) else self.buffer.find(END, self.looked)
        if end == -1:
            self.looked = max(0, len(self.buffer) - len(END))
            return False
        text = bytes(self.buffer[: max(end + 2, 0)])
        del self.buffer[: end + len(END)]
        self.in_text, self.looked = False, 0
        if text.startswith(b"."):
            text = text[1:]
        self.text = text.replace(b"\r\n..", b"\r\n.")
        self._answer("dot")
        return True

    def _answer(self, phase: str, address: str = "") -> None:
        """Do what is decided for this phase: now, or when a wait or a decision is over."""
        decision = self.server.decide(phase, address or self.recipient)
        if isinstance(decision, asyncio.Future):
            self.is_busy = True
            decision.add_done_callback(lambda done: self._resume(phase, address, done.result()))
        elif decision and decision.wait:
            self.is_busy = True
            asyncio.get_running_loop().call_later(decision.wait, self._resume, phase, address, decision)
        else:
            self._perform(phase, address, decision or Answer())

    def _resume(self, phase: str, address: str, answer: Answer | None) -> None:
        self.is_busy = False
        self._perform(phase, address, answer or Answer())
        self._work()

    def _perform(self, phase: str, address: str, answer: Answer) -> None:
        if phase == "dot" and answer.is_kept:
            self.server.take(Message(self.sender, self.recipient, self.text, self.number))
        if answer.hang:
            self.is_busy = True
            return
        if answer.drop:
            # What was said before leaves first: those answers are another phase's.
            self._flush_and_abort()
            return
        reply = answer.reply or USUAL[phase] or self._greeting()
        self.said.append(reply)
        if phase == "rcpt" and reply.startswith("2"):
            self.recipient = address
        if phase in ("dot", "rset"):
            self.sender = self.recipient = ""
        self.in_text = phase == "data" and reply.startswith("3")
        self.is_over = reply.startswith("421")

    def _flush_and_abort(self) -> None:
        self.is_over = True
        if self.said and not self.is_gone:
            self.transport.write("".join(f"{line}\r\n" for line in self.said).encode())
        self.said.clear()
        with contextlib.suppress(OSError):
            self.transport.close()

    def _greeting(self) -> str:
        words = ["sink.example", *self.server.extensions]
        return "\r\n".join(f"250{'-' if word != words[-1] else ' '}{word}" for word in words)


def _path(line: str) -> str:
    """The address of MAIL FROM:<…> or RCPT TO:<…>."""
    return line.partition("<")[2].partition(">")[0]
