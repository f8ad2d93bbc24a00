"""A next hop in memory for tests of the engine: it keeps what it takes and answers as told."""

from collections.abc import Callable

from transport.delivery import Receipt
from transport.errors import TransportError


class FakeTransport:
    """Takes every message, unless `answer(recipient)` raises or gives an exception to raise."""

    def __init__(self, answer: Callable[[str], object] = lambda recipient: None) -> None:
        self.answer = answer
        self.taken: list[tuple[str, bytes]] = []
        self.is_open = False

    def __call__(self):
        return self

    def __enter__(self):
        self.is_open = True
        return self

    def __exit__(self, *details):
        self.is_open = False

    def deliver(self, *, envelope_from, recipient, message, may_continue=lambda: None, reference=""):
        assert self.is_open
        may_continue()
        error = self.answer(recipient)
        if isinstance(error, Exception):
            raise error
        may_continue()
        self.taken.append((recipient, message))
        return Receipt("250", "2.0.0 Ok: queued")

    def deliver_all(self, batch, progress):
        """One message after the other, as a server without pipelining takes them."""
        for number, one in enumerate(batch):
            try:
                outcome = self.deliver(
                    envelope_from=one.envelope_from,
                    recipient=one.recipient,
                    message=one.message,
                    may_continue=asking(progress, number),
                    reference=one.reference,
                )
            except TransportError as error:
                outcome = error
            progress.finished(number, outcome)
            if isinstance(outcome, TransportError) and outcome.pauses_mailing:
                return

    @property
    def recipients(self) -> list[str]:
        return [recipient for recipient, _message in self.taken]


def asking(progress, number):
    """Before DATA and before the dot; between them the data is asked for."""

    def may_continue():
        progress.may_continue()
        progress.started(number)

    return may_continue
