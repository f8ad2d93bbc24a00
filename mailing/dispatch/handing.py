"""Handing one window over: made messages to the transport, its answers to results, each noted in the journal."""

import logging
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field

from django.utils import timezone

from mailing.dispatch import results
from mailing.dispatch.failpoints import failpoint
from mailing.dispatch.journal import Journal
from mailing.dispatch.leases import Claim, LeaseLost
from mailing.dispatch.rendering import Renderer, RenderError, digest
from mailing.dispatch.results import Result
from mailing.dispatch.window import Recipient
from mailing.models import Mailing
from mailing.verp import bounce_address
from transport.delivery import Outcome, Outgoing, Receipt
from transport.errors import Phase, TransportError
from transport.provider import Transport

logger = logging.getLogger(__name__)

# Tries to reach the mail server, a second apart, before a person is called.
CONNECT_TRIES = 3
# The next hop or the one after it asks for fewer messages (RFC 3463 3.2, 3.8; RFC 6647 for greylisting).
SLOW_DOWN = {"421", "450", "451"}
BEFORE_RECIPIENT = {Phase.CONNECT, Phase.EHLO, Phase.MAIL}


@dataclass
class Handed:
    """What became of a window, and what the worker has to do about it."""

    found: list[Result] = field(default_factory=list)
    # A sentence for people: why the mailing has to be paused.
    pause_reason: str = ""
    # The lease ran out on the way; or something happened that only a programmer can explain.
    is_lost: bool = False
    is_broken: bool = False
    # Recipient domains that asked to slow down, and how often.
    slow: Counter[str] = field(default_factory=Counter)
    # Our own next hop asked for it, before it heard of a recipient.
    is_sender_slow: bool = False


def hand_over(  # noqa: PLR0913 - each of these is somebody else's
    window: list[Recipient],
    *,
    mailing: Mailing,
    renderer: Renderer,
    claim: Claim,
    transport: Transport,
    journal: Journal,
) -> Handed:
    """Hand the messages of a window over, in their order; every row gets a result, whatever happens."""
    journal.window([recipient.pk for recipient in window])
    handed = Handed()
    ready = _make(window, mailing, renderer, handed)
    course = _Course(ready, mailing, claim, journal, handed)
    failpoint("c5")
    try:
        for tries_left in reversed(range(CONNECT_TRIES)):
            transport.deliver_all([message for _recipient, message, _digest in ready[course.next :]], course)
            if not course.is_unreachable:
                break
            if not tries_left:
                handed.pause_reason = course.unreachable_because
                break
            # A mail server that is just restarting is asked again before the mailing pauses.
            time.sleep(1)
            course.begin_again()
    except LeaseLost:
        handed.is_lost = True
    except Exception as error:  # Nobody knows how far it came: never guessed (DESIGN 5.4).
        logger.error("Delivery %s failed on its way: %s", course.in_hand(), _where(error))
        course.fail(f"The worker failed ({type(error).__name__}).")
    # Certainly not sent: not begun, or stopped before the dot.
    handed.found += [results.handed_back(recipient) for recipient, _message, _digest in ready[course.next :]]
    journal.flush()
    return handed


Ready = tuple[Recipient, Outgoing, str]


def _make(window: list[Recipient], mailing: Mailing, renderer: Renderer, handed: Handed) -> list[Ready]:
    """The messages of a window with their digests. One that cannot be made fails alone."""
    ready: list[Ready] = []
    domain = mailing.sender.domain
    for recipient in window:
        try:
            message = renderer.message(recipient)
        except RenderError as error:
            handed.found.append(results.not_made(recipient, str(error)))
            continue
        except Exception as error:  # A fault of ours must not stop everybody else's letter.
            logger.error("Delivery %s could not be rendered: %s", recipient.pk, _where(error))
            handed.found.append(results.not_made(recipient, f"The letter could not be made ({type(error).__name__})."))
            continue
        sender = bounce_address(mailing.sender, recipient.public_id)
        reference = str(recipient.public_id)
        outgoing = Outgoing(sender, recipient.email or "", message, reference, domain, is_checked=True)
        ready.append((recipient, outgoing, digest(message)))
    return ready


class _Course:
    """Follows a window on its way: the transport tells it what began and how it ended."""

    def __init__(self, ready: list[Ready], mailing: Mailing, claim: Claim, journal: Journal, handed: Handed) -> None:
        """`next` is the first message without an outcome."""
        self._ready, self._mailing, self._claim = ready, mailing, claim
        self._journal, self._handed = journal, handed
        self.next = 0
        self._start = 0
        self._is_started = False
        self.unreachable_because = ""

    @property
    def is_unreachable(self) -> bool:
        """Whether the batch ended because nobody answers at the mail server's door."""
        return bool(self.unreachable_because)

    def begin_again(self) -> None:
        """A batch of what is left begins."""
        self._start, self.unreachable_because = self.next, ""

    def may_continue(self) -> None:
        """Does the lease surely hold?"""
        self._claim.check()

    def started(self, number: int) -> None:
        """Note it before the first byte of its data leaves."""
        self._is_started = True
        self._journal.started(self._ready[self._start + number][0].pk)

    def finished(self, number: int, outcome: Outcome) -> None:
        """Sort the answer."""
        if isinstance(outcome, TransportError) and outcome.pauses_mailing and outcome.phase == Phase.CONNECT:
            self.unreachable_because = outcome.detail
            return
        recipient, _message, key = self._ready[self._start + number]
        result = self._sort(recipient, key, outcome)
        self._journal.finished(result)
        self._handed.found.append(result)
        self.next = self._start + number + 1
        self._is_started = False

    def _sort(self, recipient: Recipient, key: str, outcome: Outcome) -> Result:
        if isinstance(outcome, Receipt):
            failpoint("c6")
            return results.accepted(recipient, key, outcome.code, outcome.text)
        failpoint("c9")
        if outcome.pauses_mailing:
            self._handed.pause_reason = outcome.detail
        if outcome.code in SLOW_DOWN:
            if outcome.phase in BEFORE_RECIPIENT:
                self._handed.is_sender_slow = True
            else:
                self._handed.slow[recipient.domain] += 1
        started = self._mailing.started_at
        age = (timezone.now() - started).total_seconds() if started else 0.0
        return results.refused(recipient, outcome, digest=key, age=age, kind=self._mailing.kind)

    def in_hand(self) -> int | None:
        """The delivery under way."""
        return self._ready[self.next][0].pk if self.next < len(self._ready) else None

    def fail(self, why: str) -> None:
        """After an error nobody expected: what had begun may have left; the rest has not."""
        self._handed.is_broken = True
        if self._is_started:
            recipient, _message, key = self._ready[self.next]
            result = results.not_known(recipient, key, why)
            self._journal.finished(result)
            self._handed.found.append(result)
            self.next += 1


def _where(error: Exception) -> str:
    """The kind of an error and the line it came from. Not its words: they may hold an address."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {frame.filename}:{frame.lineno}"
