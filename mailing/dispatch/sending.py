"""One turn of a worker over one mailing: claim, commit the intent, hand over, write down, for some seconds."""

import logging
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from mailing import bell, lifecycle
from mailing.dispatch import results
from mailing.dispatch.claiming import (
    Claim,
    LeaseLost,
    MailingStopped,
    claim_chunk,
    claim_retry,
    has_work,
    worker_name,
)
from mailing.dispatch.clock import ticks
from mailing.dispatch.heartbeat import Heartbeat
from mailing.dispatch.rendering import Renderer, RenderError, digest
from mailing.dispatch.results import Result
from mailing.dispatch.store import record_events, write_results
from mailing.dispatch.window import open_window, window_size
from mailing.models import Delivery, Mailing
from transport.errors import Phase, TransportError
from transport.provider import Transport, open_transport
from transport.delivery import Receipt

logger = logging.getLogger(__name__)

# Seconds of work in one turn: less than the 10 s that supervisors give a process between TERM and KILL. No task runs
# over 30 s (DESIGN 5.2), except while it waits for a final answer.
BUDGET = 8.0
# The page of a mailing shows its last activity; once in so many seconds is enough.
ACTIVITY_EVERY = 3.0
# A result that a restarting database would not take is offered again for so long, in steps of one second.
KEEP_OFFERING = 30.0
# Tries to reach the mail server, a second apart, before a person is called.
CONNECT_TRIES = 3


def run(mailing_id: int, *, open_with: Callable[[], Transport] = open_transport, budget: float = BUDGET) -> int:
    """Work on a mailing for at most `budget` seconds and give how many messages were handed over.

    Ends at once when nothing can be claimed, so that a bell rung twice does no harm. Never sleeps longer than a
    second. Rings for the rest, and finishes the mailing when nothing is left.
    """
    mailing = Mailing.objects.select_related("sender").filter(pk=mailing_id).first()
    if mailing is None:
        return 0
    turn = Turn(mailing, budget=budget)
    if has_work(mailing_id):
        with open_with() as transport:
            turn.work(transport)
    lifecycle.finish_if_done(mailing_id)
    if turn.may_ring and has_work(mailing_id):
        bell.ring(mailing_id)
    return turn.sent


@dataclass
class Turn:
    """What one turn knows: its time, its templates, and why it has to end early."""

    mailing: Mailing
    budget: float
    sent: int = 0
    may_ring: bool = True
    # A sentence for people: why the mailing has to be paused.
    pause_reason: str = ""
    is_over: bool = False
    started: float = field(default_factory=ticks)
    last_activity: float = 0.0

    def __post_init__(self) -> None:
        """Templates are parsed once for the turn."""
        self.renderer = Renderer(self.mailing)
        self.size = window_size(self.mailing.kind)

    def work(self, transport: Transport) -> None:
        """Take one lease after the other until the time is up, nothing is left or the mailing stops."""
        while not self._is_at_its_end():
            pk, worker = self.mailing.pk, worker_name()
            claim = claim_retry(pk, worker) or claim_chunk(pk, worker)
            if claim is None:
                break
            self._call_a_colleague()
            with Heartbeat(claim):
                self._work_on(claim, transport)
            if self.pause_reason:
                lifecycle.pause(self.mailing, note=self.pause_reason)
                self.is_over = True

    def _is_at_its_end(self) -> bool:
        return self.is_over or ticks() - self.started >= self.budget

    def _call_a_colleague(self) -> None:
        """Ring once a turn, as soon as there is more than this worker holds: one bell in, at most one bell out."""
        if self.may_ring and has_work(self.mailing.pk):
            self.may_ring = False
            bell.ring(self.mailing.pk)

    def _work_on(self, claim: Claim, transport: Transport) -> None:
        try:
            while claim.cursor < claim.hi and not self._is_at_its_end() and not self.pause_reason:
                window = open_window(claim, self.mailing, size=self.size)
                if window is None:
                    return
                if window:
                    self._send_window(window, claim, transport)
        except MailingStopped:
            self.is_over = True
        except LeaseLost:
            logger.warning("Lease of chunk %s lost: the rest is left to others.", claim.chunk_id)
        finally:
            claim.release()

    def _send_window(self, window: list[Delivery], claim: Claim, transport: Transport) -> None:
        """Send one window and write its results, whatever happens in between. Raises LeaseLost."""
        found: list[Result] = []
        is_lost = False
        for delivery in window:
            if is_lost or self.pause_reason:
                found.append(results.handed_back(delivery))
                continue
            try:
                found.append(self._send(delivery, claim, transport))
            except LeaseLost:
                # Raised before the dot: certainly not sent.
                found.append(results.handed_back(delivery))
                is_lost = True
        if not settle(claim, found):
            raise LeaseLost
        self.sent += sum(result.status == Delivery.Status.SENT for result in found)
        self._tell_activity()
        if is_lost:
            raise LeaseLost

    def _send(self, delivery: Delivery, claim: Claim, transport: Transport) -> Result:
        """Make one message and hand it over. Raises LeaseLost, and then nothing was handed over."""
        try:
            message = self.renderer.message(delivery)
        except RenderError as error:
            return results.not_made(delivery, str(error))
        except Exception as error:  # A fault of ours must not stop everybody else's letter.
            logger.error("Delivery %s could not be rendered: %s", delivery.pk, _where(error))
            return results.not_made(delivery, f"The letter could not be made ({type(error).__name__}).")
        key = digest(message)
        try:
            receipt = self._deliver(delivery, message, claim, transport)
        except TransportError as error:
            if error.pauses_mailing:
                self.pause_reason = error.detail
            age = (timezone.now() - (self.mailing.started_at or delivery.queued_at)).total_seconds()
            return results.refused(delivery, error, digest=key, age=age, kind=self.mailing.kind)
        except LeaseLost:
            raise
        except Exception as error:  # Nobody knows how far it came: never guessed (DESIGN 5.4).
            logger.error("Delivery %s failed on its way: %s", delivery.pk, _where(error))
            self.is_over = True
            return results.not_known(delivery, key, f"The worker failed ({type(error).__name__}).")
        return results.accepted(delivery, key, receipt.code, receipt.text)

    def _deliver(self, delivery: Delivery, message: bytes, claim: Claim, transport: Transport) -> Receipt:
        """Hand one message over. A mail server that is just restarting is asked again before the mailing pauses."""
        for _try in range(CONNECT_TRIES):
            try:
                return transport.deliver(
                    envelope_from=self.mailing.sender.from_email,
                    recipient=delivery.email or "",
                    message=message,
                    may_continue=claim.check,
                    reference=str(delivery.public_id),
                )
            except TransportError as error:
                if not error.pauses_mailing or error.phase != Phase.CONNECT:
                    raise
                last = error
            time.sleep(1)
        raise last

    def _tell_activity(self) -> None:
        if ticks() - self.last_activity >= ACTIVITY_EVERY:
            self.last_activity = ticks()
            Mailing.objects.filter(pk=self.mailing.pk).update(last_activity_at=timezone.now())


def _where(error: Exception) -> str:
    """The kind of an error and the line it came from. Not its words: they may hold an address."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {frame.filename}:{frame.lineno}"


def settle(claim: Claim, found: list[Result]) -> bool:
    """Write a window's results; False when the chunk is somebody else's by now, and then nothing was written.

    A database that is restarting is asked again: what left must be written down. Asking twice is harmless, since a
    row takes its result only while it is queued.
    """
    until = ticks() + KEEP_OFFERING
    is_second_try = False
    while True:
        try:
            is_ours = write_results(claim.chunk_id, claim.owner, claim.mailing_id, found)
        except (OperationalError, InterfaceError) as error:
            if ticks() > until:
                raise
            logger.warning("Results of chunk %s not written yet: %s", claim.chunk_id, type(error).__name__)
            connection.close()
            time.sleep(1)
            is_second_try = True
            continue
        # After a lost reply to COMMIT the window is closed already: that is our own writing.
        return is_ours or (is_second_try and _is_written(found)) or _tell_late(claim, found)


def _is_written(found: list[Result]) -> bool:
    """Whether these results stand in the ledger, read again by id: a lost reply says nothing about a COMMIT."""
    standing = dict(
        Delivery.objects.filter(pk__in=[result.delivery_id for result in found]).values_list("pk", "status")
    )
    return all(standing.get(result.delivery_id) == result.status for result in found)


def _tell_late(claim: Claim, found: list[Result]) -> bool:
    """Keep what we know as evidence for the person who settles these rows; the rows themselves are not ours."""
    late = {r.delivery_id: f"{r.error_code} {r.error_detail}" for r in found if r.status == Delivery.Status.SENT}
    record_events(claim.owner, late, kind="late_answer")
    return False
