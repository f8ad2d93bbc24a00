"""A real SMTP server on 127.0.0.1 that says what a test tells it to, and keeps what it accepted.

    with ScriptedSMTP() as server:
        server.say("rcpt", "450 4.2.0 later")        # the next RCPT gets this, then the usual reply
        server.say("dot", DROP, times=None)          # every dot from now on

Phases: banner, ehlo, mail, rcpt, data, body (after 354, before anything is read), dot, rset.
"""

import contextlib
import socket
import threading
from collections import defaultdict
from dataclasses import dataclass
from typing import Self

DROP = "DROP"  # close without a word; at the dot nothing was accepted
DROP_ACCEPTED = "DROP_ACCEPTED"  # at the dot: keep the message, then close without a word
HANG = "HANG"  # say nothing until the test ends; at the dot the message is kept

USUAL = {
    "banner": "220 sink.example ESMTP",
    "ehlo": "",
    "mail": "250 2.1.0 Ok",
    "rcpt": "250 2.1.5 Ok",
    "data": "354 End data with <CR><LF>.<CR><LF>",
    "body": "",
    "dot": "250 2.0.0 Ok: queued as 4F",
    "rset": "250 2.0.0 Ok",
}


@dataclass(frozen=True)
class Caught:
    """One accepted message: its envelope and its bytes with the dots undoubled."""

    mail_from: str
    rcpt_to: str
    data: bytes


class Gone(Exception):
    """This connection is over."""


class ScriptedSMTP:
    """The server; a context manager. `extensions` are the lines of its EHLO reply."""

    def __init__(self, *extensions: str) -> None:
        self.extensions = extensions
        self.messages: list[Caught] = []
        self.commands: list[str] = []
        self.connections = 0
        self._script: dict[str, list[str]] = defaultdict(list)
        self._always: dict[str, str] = {}
        self._open: list[socket.socket] = []
        self._closed = threading.Event()
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"smtp://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *details: object) -> None:
        self._over.set()
        # shutdown wakes the thread inside accept(); close alone would leave the port listening under it.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()

    def say(self, phase: str, reply: str, *, times: int | None = 1) -> None:
        """Answer `phase` with `reply` the next `times` times, or always (None). A list of lines makes a long reply."""
        assert phase in USUAL, phase
        if times is None:
            self._always[phase] = reply
        else:
            self._script[phase] += [reply] * times

    def hang_up(self) -> None:
        """Close every open connection, as a server does that has waited too long."""
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        self._open.clear()

    def wait_until_closed(self) -> None:
        """Return when a scripted DROP has closed its connection."""
        assert self._closed.wait(5), "the server has not dropped a connection"

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open.append(connection)
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, Gone), connection, connection.makefile("rb") as lines:
            self._answer(connection, "banner")
            envelope: list[str] = []  # sender, recipient
            for raw in lines:
                line = raw.decode("latin-1").rstrip("\r\n")
                verb = line.split(":")[0].split(" ")[0].upper()
                self.commands.append(verb + line[len(verb) :])
                if verb in ("EHLO", "HELO"):
                    self._greet(connection, verb)
                elif verb in ("MAIL", "RCPT"):
                    self._extend(envelope, connection, verb, line)
                elif verb == "DATA" and len(envelope) < 2 and not self._script["data"]:
                    connection.sendall(b"503 5.5.1 Need RCPT first\r\n")
                elif verb == "DATA":
                    if self._take(connection, lines, envelope):
                        envelope.clear()
                elif verb == "RSET":
                    envelope.clear()
                    self._answer(connection, "rset")
                elif verb == "QUIT":
                    connection.sendall(b"221 2.0.0 Bye\r\n")
                    return
                else:
                    connection.sendall(b"502 5.5.1 Unknown command\r\n")

    def _extend(self, envelope: list[str], connection: socket.socket, verb: str, line: str) -> None:
        """MAIL and RCPT, in their order and once each, as a server insists on."""
        if len(envelope) != (0 if verb == "MAIL" else 1):
            connection.sendall(b"503 5.5.1 Bad sequence of commands\r\n")
        elif self._answer(connection, verb.lower()).startswith("2"):
            envelope.append(line.split("<", 1)[1].split(">")[0])

    def _next(self, phase: str) -> str:
        if self._script[phase]:
            return self._script[phase].pop(0)
        return self._always.get(phase, USUAL[phase])

    def _greet(self, connection: socket.socket, verb: str) -> None:
        reply = self._next("ehlo") if verb == "EHLO" else ""
        if reply:
            self._perform(connection, reply)
            return
        words = ["sink.example", *(self.extensions if verb == "EHLO" else ())]
        for number, word in enumerate(words, 1):
            connection.sendall(f"250{' ' if number == len(words) else '-'}{word}\r\n".encode())

    def _take(self, connection: socket.socket, lines, envelope: list[str]) -> bool:
        """Read and answer one message; False when DATA itself was refused and the envelope stands."""
        if not self._answer(connection, "data").startswith("354"):
            return False
        reply = self._next("body")
        if reply:
            self._perform(connection, reply)
        text = []
        for line in lines:
            if line == b".\r\n":
                break
            text.append(line[1:] if line.startswith(b".") else line)
        else:
            raise Gone
        reply = self._next("dot")
        if reply.startswith("2") or reply in (DROP_ACCEPTED, HANG):
            sender, rcpt = [*envelope, "", ""][:2]
            self.messages.append(Caught(sender, rcpt, b"".join(text)))
        self._perform(connection, reply)
        return True

    def _answer(self, connection: socket.socket, phase: str) -> str:
        reply = self._next(phase)
        self._perform(connection, reply)
        return reply

    def _perform(self, connection: socket.socket, reply: str) -> None:
        if reply == HANG:
            self._over.wait(30)
            raise Gone
        if reply in (DROP, DROP_ACCEPTED):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
            self._closed.set()
            raise Gone
        connection.sendall(reply.encode() + b"\r\n")
        if reply.startswith("421"):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            self._closed.set()
            raise Gone
