"""Handing one window over: made messages to the transport, its answers to results, each noted in the journal."""

import logging
import time
import traceback
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from mailing.dispatch import results
from mailing.dispatch.failpoints import failpoint
from mailing.dispatch.journal import Journal
from mailing.dispatch.leases import Claim, LeaseLost
from mailing.dispatch.rendering import NotEnclosed, NotOurs, Renderer, RenderError, digest
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
# Seconds until a message is tried again that could not be made, through no fault of its own.
NOT_MADE_WAITS = 5.0
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
    course = _Course(window, mailing, renderer, claim, journal, handed)
    failpoint("c5")
    try:
        for tries_left in reversed(range(CONNECT_TRIES)):
            transport.deliver_all(course.messages(), course)
            if not course.unreachable_because:
                break
            if not tries_left:
                handed.pause_reason = course.unreachable_because
                break
            # A mail server that is just restarting is asked again before the mailing pauses.
            time.sleep(1)
    except LeaseLost:
        handed.is_lost = True
    except Exception as error:  # Nobody knows how far it came: never guessed (DESIGN 5.4).
        logger.error("Delivery %s failed on its way: %s", course.in_hand(), _where(error))
        course.fail(f"The worker failed ({type(error).__name__}).")
    # Certainly not sent: not begun, or stopped before the dot.
    handed.found += [results.handed_back(recipient) for recipient in course.left()]
    journal.flush()
    return handed


class _Made(NamedTuple):
    recipient: Recipient
    outgoing: Outgoing
    digest: str


class _Course:
    """A window on its way: makes its messages as the transport asks for them, and sorts what it is told of each."""

    def __init__(  # noqa: PLR0913 - each of these is somebody else's
        self,
        window: list[Recipient],
        mailing: Mailing,
        renderer: Renderer,
        claim: Claim,
        journal: Journal,
        handed: Handed,
    ) -> None:
        """Nothing is made yet."""
        self._not_made = iter(window)
        self._mailing, self._renderer, self._claim = mailing, renderer, claim
        self._journal, self._handed = journal, handed
        # Made and without an outcome, in their order: the first is in hand.
        self._made: deque[_Made] = deque()
        self._is_started = False
        self.unreachable_because = ""

    def messages(self) -> Iterator[Outgoing]:
        """What is left to hand over; made one by one. One that cannot be made fails alone."""
        self.unreachable_because = ""
        yield from [made.outgoing for made in self._made]
        for recipient in self._not_made:
            made = self._make(recipient)
            if isinstance(made, Result):
                self._handed.found.append(made)
            else:
                self._made.append(made)
                yield made.outgoing

    def left(self) -> list[Recipient]:
        """Those without an outcome."""
        return [made.recipient for made in self._made] + list(self._not_made)

    def _make(self, recipient: Recipient) -> _Made | Result:
        try:
            message = self._renderer.message(recipient)
        except (NotOurs, DatabaseError, InterfaceError) as error:
            # No fault of the message: it was begun by other code in this moment, or the database is away.
            logger.warning("Delivery %s was not made: %s", recipient.pk, _where(error))
            self._handed.is_broken = True
            return results.handed_back(recipient, wait=NOT_MADE_WAITS)
        except NotEnclosed as error:
            # Nobody gets a letter without its files: the mailing stops, and this row waits for the person who looks.
            self._handed.pause_reason = str(error)
            return results.handed_back(recipient)
        except RenderError as error:
            return results.not_made(recipient, str(error))
        except Exception as error:  # A fault of ours must not stop everybody else's letter.
            logger.error("Delivery %s could not be rendered: %s", recipient.pk, _where(error))
            return results.not_made(recipient, f"The letter could not be made ({type(error).__name__}).")
        mailbox = self._mailing.sender
        outgoing = Outgoing(
            bounce_address(mailbox, recipient.public_id),
            recipient.email or "",
            message,
            str(recipient.public_id),
            mailbox.domain,
            is_checked=True,
        )
        return _Made(recipient, outgoing, digest(message))

    def may_continue(self) -> None:
        """Does the lease surely hold?"""
        self._claim.check()

    def started(self, _number: int) -> None:
        """Note it before the first byte of its data leaves."""
        self._is_started = True
        self._journal.started(self._made[0].recipient.pk)

    def finished(self, _number: int, outcome: Outcome) -> None:
        """Sort the answer."""
        if isinstance(outcome, TransportError) and outcome.pauses_mailing and outcome.phase == Phase.CONNECT:
            self.unreachable_because = outcome.detail
            return
        recipient, _outgoing, key = self._made[0]
        self._keep(self._sort(recipient, key, outcome))

    def _keep(self, result: Result) -> None:
        self._journal.finished(result)
        self._handed.found.append(result)
        self._made.popleft()
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
        return self._made[0].recipient.pk if self._made else None

    def fail(self, why: str) -> None:
        """After an error nobody expected: what had begun may have left; the rest has not."""
        self._handed.is_broken = True
        if self._is_started:
            recipient, _outgoing, key = self._made[0]
            self._keep(results.not_known(recipient, key, why))


def _where(error: Exception) -> str:
    """The kind of an error and the line it came from. Not its words: they may hold an address."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {frame.filename}:{frame.lineno}"
