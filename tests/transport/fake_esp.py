"""Mail providers on loopback: what their HTTP interfaces answer, over real connections.

One server stands for all of them. It counts what a provider would have accepted, by idempotency key where there is one.
"""

import json
import socket
import struct
import threading
from dataclasses import dataclass, field
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qs

RECIPIENT = "ana@parliament.example"


@dataclass(frozen=True)
class Provider:
    """One provider: its backend, its settings, and its ways of saying yes."""

    name: str
    settings: dict[str, str]
    status: int
    accepts: object
    message_id: str = "id-1"

    @property
    def backend(self) -> str:
        return f"anymail.backends.{self.name}.EmailBackend"

    def at(self, url: str) -> dict[str, object]:
        """The ANYMAIL settings that point the backend at `url`."""
        return {f"{self.name.upper()}_API_URL": url, "REQUESTS_TIMEOUT": (1, 0.5), **self.settings}


PROVIDERS = {
    provider.name: provider
    for provider in [
        Provider(
            "mailgun",
            {"MAILGUN_API_KEY": "secret-key", "MAILGUN_SENDER_DOMAIN": "platform.example"},
            200,
            {"id": "id-1", "message": "Queued. Thank you."},
        ),
        Provider(
            "postmark",
            {"POSTMARK_SERVER_TOKEN": "secret-key"},
            200,
            {"ErrorCode": 0, "Message": "OK", "MessageID": "id-1", "To": RECIPIENT},
        ),
        Provider("resend", {"RESEND_API_KEY": "secret-key"}, 200, {"id": "id-1"}),
        Provider("brevo", {"BREVO_API_KEY": "secret-key"}, 201, {"messageId": "id-1"}),
        Provider("sendgrid", {"SENDGRID_API_KEY": "secret-key"}, 202, b"", message_id=""),
        Provider(
            "mandrill",
            {"MANDRILL_API_KEY": "secret-key"},
            200,
            [{"email": RECIPIENT.upper(), "status": "sent", "_id": "id-1"}],
        ),
    ]
}


@dataclass(frozen=True)
class Asked:
    """One request as it came in."""

    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, list[str]]:
        """Mailgun takes a form, of one kind or the other."""
        kind = self.headers["content-type"]
        if kind.startswith("multipart/"):
            message = BytesParser().parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + self.body)
            return {
                str(part.get_param("name", header="content-disposition")): [str(part.get_payload())]
                for part in message.walk()
                if not part.is_multipart()
            }
        return parse_qs(self.body.decode())


@dataclass(frozen=True)
class Answer:
    """How the server answers once. `then` is "", "hang" or "cut": in the middle of the body, after a part of it."""

    status: int = 200
    body: object = field(default_factory=dict)
    then: str = ""
    takes: bool = False

    def payload(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


def accepting(provider: Provider, then: str = "") -> Answer:
    """The provider has taken the message; its answer arrives, hangs or is cut."""
    return Answer(provider.status, provider.accepts, then, takes=True)


class FakeESP(ThreadingHTTPServer):
    """Answers with `answers` in turn, the last one for ever. `accepted` are the keys of what it took for delivery."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[Answer] = []
        self.asked: list[Asked] = []
        self.accepted: list[str] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *details: object) -> None:
        self.over.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is part of the play."""


class _Handler(BaseHTTPRequestHandler):
    server: FakeESP
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        asked = Asked({name.lower(): value for name, value in self.headers.items()}, body)
        self.server.asked.append(asked)
        answers = self.server.answers
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if answer.takes:
            self._accept(asked)
        self._say(answer)

    def _accept(self, asked: Asked) -> None:
        """A second request with a known key is answered and sends nothing."""
        key = asked.headers.get("idempotency-key", "")
        if not key or key not in self.server.accepted:
            self.server.accepted.append(key)

    def _say(self, answer: Answer) -> None:
        payload = answer.payload()
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json")
        # What is cut or hangs promises more than it sends.
        self.send_header("Content-Length", str(len(payload) + (100 if answer.then else 0)))
        self.end_headers()
        self.wfile.write(payload[: len(payload) // 2] if answer.then else payload)
        self.wfile.flush()
        if answer.then == "hang":
            self.server.over.wait(10)
        if answer.then:
            # Reset and not closed: as a machine that goes down.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True

    def log_message(self, *args: object) -> None:
        """Quiet."""
