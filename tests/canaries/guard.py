"""Looks at whatever leaves while a test runs, and remembers what it should not have seen."""

import contextlib
import email
import email.policy
import io
import logging
import zipfile
from email.utils import getaddresses

from celery.signals import before_task_publish
from django.core.handlers.base import BaseHandler

from tests.canaries.rows import ALL, traces
from transport.provider import ProviderTransport
from transport.smtp import SMTPTransport

# The answers in which a secret is meant to stand: asked for by POST, with a permission, written into the trail.
# The third is the file that a person gets of everything held on them.
PERMITTED = {"contacts:organisation_secret", "contacts:person_secret", "contacts:person_everything"}


class Guard:
    """Collects what leaked since it was last asked."""

    def __init__(self):
        self.found = []
        self.looked_at = {"answers": 0, "log lines": 0, "messages": 0, "tasks": 0}

    def look(self, kind, where, data):
        """Note each secret that stands in `data`."""
        self.looked_at[kind] += 1
        self.found += [f"{where} shows {trace}" for trace in traces(data)]

    def take(self):
        """What leaked, once."""
        found, self.found = self.found, []
        return found

    @contextlib.contextmanager
    def expecting(self):
        """Give what leaks inside, and do not hold it against the test: for the guard's own tests."""
        before, self.found, caught = self.found, [], []
        try:
            yield caught
        finally:
            caught += self.take()
            self.found = before

    def answer(self, request, response):
        """Look at an answer of the site; a streamed one while it streams."""
        match = getattr(request, "resolver_match", None)
        name = match.view_name if match else ""
        if name in PERMITTED and request.method == "POST":
            return
        where = f"The answer to {request.method} {request.path}"
        self.look("answers", where, repr(sorted(response.headers.items())))
        if not response.streaming:
            self.look("answers", where, response.content)
        elif not response.is_async:
            response._iterator = self._streamed(where, response._iterator)

    def _streamed(self, where, chunks):
        whole = io.BytesIO()
        for chunk in chunks:
            whole.write(chunk if isinstance(chunk, bytes) else str(chunk).encode())
            yield chunk
        self.look("answers", where, unpacked(whole.getvalue()))

    def message(self, recipient, content):
        """Look at a message on its way. A secret may stand in To, and only to the one it belongs to, alone."""
        where = "A message to somebody else"
        parsed = email.message_from_bytes(content, policy=email.policy.default)
        addressees = [address for _name, address in getaddresses([str(value) for value in parsed.get_all("To", [])])]
        if recipient in {canary.email for canary in ALL.values()} and addressees == [recipient]:
            where = "A message to itself, beside its address,"
            del parsed["To"]
        else:
            self.look("messages", where, recipient)
        self.look("messages", where, "\n".join(f"{name}: {value}" for name, value in parsed.items()))
        for part in parsed.walk():
            if not part.is_multipart():
                self.look("messages", where, unpacked(part.get_payload(decode=True) or b""))


def unpacked(data):
    """What stands in a file: the members of a ZIP archive such as XLSX, else the bytes as they are."""
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return b"\n".join(archive.read(name) for name in archive.namelist())


@contextlib.contextmanager
def watching(guard):
    """Put the guard where things leave: answers, log records, both transports, tasks on their way to the broker."""
    answered, handled = BaseHandler.get_response, logging.Logger.handle
    smtp, provider = SMTPTransport.deliver_all, ProviderTransport.deliver

    def get_response(self, request):
        response = answered(self, request)
        guard.answer(request, response)
        return response

    def handle(self, record):
        guard.look("log lines", f"A log line of {record.name}", _logged(record))
        return handled(self, record)

    def seen(batch):
        for outgoing in batch:
            guard.message(outgoing.recipient, outgoing.message)
            yield outgoing

    def post(self, **message):
        guard.message(message["recipient"], message["message"])
        return provider(self, **message)

    def publish(sender=None, body=None, headers=None, **_more):
        guard.look("tasks", f"The task {sender}", f"{body!r} {headers!r}")

    BaseHandler.get_response, logging.Logger.handle = get_response, handle
    SMTPTransport.deliver_all = lambda self, batch, progress: smtp(self, seen(batch), progress)
    ProviderTransport.deliver = post
    before_task_publish.connect(publish, weak=False)
    try:
        yield guard
    finally:
        BaseHandler.get_response, logging.Logger.handle = answered, handled
        SMTPTransport.deliver_all, ProviderTransport.deliver = smtp, provider
        before_task_publish.disconnect(publish)


def _logged(record):
    """A record as the log shows it, with the words of its exception."""
    lines = [record.getMessage(), repr(record.args), record.exc_text or ""]
    if record.exc_info and record.exc_info[0] is not None:
        from config.logs import said_of

        lines.append(said_of(record.exc_info[1]))
    return "\n".join(lines)
