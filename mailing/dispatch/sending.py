"""One turn of a worker over one mailing: claim, commit the intent, hand over, write down, for some seconds."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext_lazy

from mailing import bell, lifecycle
from mailing.dispatch import breaker, clock, hours, readiness, skeleton, throttle
from mailing.dispatch.claiming import claim_chunk, claim_retry, has_work, worker_name
from mailing.dispatch.clock import ticks
from mailing.dispatch.failpoints import failpoint
from mailing.dispatch.handing import Handed, hand_over
from mailing.dispatch.heartbeat import Heartbeat
from mailing.dispatch.journal import Journal
from mailing.dispatch.leases import Claim, LeaseLost, MailingStopped
from mailing.dispatch.rendering import Renderer
from mailing.dispatch.results import Result
from mailing.dispatch.settlement import settle
from mailing.dispatch.store import note_activity
from mailing.dispatch.window import Recipient, open_window, window_size
from mailing.models import Delivery, Mailing
from transport.provider import Transport, open_transport

logger = logging.getLogger(__name__)

# Seconds of work in one turn: less than the 10 s that supervisors give a process between TERM and KILL. No task runs
# over 30 s (DESIGN 5.2), except while it waits for a final answer.
BUDGET = 8.0
# The page of a mailing shows its last activity; once in so many seconds is enough.
ACTIVITY_EVERY = 3.0
# Rows that are due again come before chunks; looked for once in so many seconds, since most often there is none.
DUE_EVERY = 1.0
# A window covers at most this many seconds of sending (DESIGN 5.3); the first of a turn has as many messages as this.
WINDOW_SECONDS = 1.0
FIRST_WINDOW = 10
# A wait for a slot that is longer is left to the bell; no task sleeps over 2 s (DESIGN 5.2).
LONGEST_NAP = 2.0
OLDER_CODE = gettext_lazy("It was begun by an older version of this software, which has to finish it.")


def run(mailing_id: int, *, open_with: Callable[[], Transport] = open_transport, budget: float = BUDGET) -> int:
    """Work on a mailing for at most `budget` seconds and give how many messages were handed over.

    Ends at once while something of it is still being made (`readiness`) or nothing can be claimed, so that a bell rung
    twice does no harm. Never sleeps longer than two seconds. Rings for the rest, and finishes the mailing when nothing
    is left.
    """
    mailing = Mailing.objects.select_related("sender", "owner", "contact_list").filter(pk=mailing_id).first()
    if mailing is None or not readiness.is_ready(mailing):
        return 0
    turn = Turn(mailing, budget=min(budget, _open_for(mailing)))
    if turn.budget > 0 and has_work(mailing_id) and turn.is_ours():
        with open_with() as transport:
            turn.work(transport)
    lifecycle.finish_if_done(mailing_id)
    if turn.may_ring and _open_for(mailing) > 0 and has_work(mailing_id):
        bell.ring(mailing_id)
    return turn.sent


def _open_for(mailing: Mailing) -> float:
    """Seconds until its hours or its latest time end; 0 outside them."""
    return max(0.0, hours.seconds_left(mailing, clock.now()))


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
    # ticks() from which rows that are due again are looked for before chunks.
    look_for_due: float = 0.0
    # Seconds for which the chunk is given back when there is no slot for it now.
    wait: float | None = None

    def __post_init__(self) -> None:
        """Templates are parsed once for the turn."""
        self.renderer = Renderer(self.mailing)
        self.largest = window_size(self.mailing.kind)
        self.size = min(FIRST_WINDOW, self.largest)

    def is_ours(self) -> bool:
        """Whether this code can make the messages of this mailing, as during a deploy old and new code work together.

        What newer code began is left to it, without a bell. What older code began pauses: that code may be gone.
        """
        version = self.renderer.other_version()
        self.may_ring = version is None
        if version is not None and version < skeleton.VERSION:
            lifecycle.pause(self.mailing, note=str(OLDER_CODE))
        return version is None

    def work(self, transport: Transport) -> None:
        """Take one lease after the other until the time is up, nothing is left or the mailing stops."""
        while not self._is_at_its_end():
            claim = self._claim()
            if claim is None:
                break
            self._call_a_colleague()
            with Heartbeat(claim), Journal(claim.owner) as journal:
                self._work_on(claim, transport, journal)
                journal.is_settled = claim.window_lo is None and not claim.is_lost
            if self.pause_reason:
                lifecycle.pause(self.mailing, note=self.pause_reason)
                self.is_over = True

    def _claim(self) -> Claim | None:
        """What comes next: a row that is due again, or else a chunk."""
        pk, worker = self.mailing.pk, worker_name()
        claim = None
        if ticks() >= self.look_for_due:
            claim = claim_retry(pk, worker)
            self.look_for_due = 0.0 if claim else ticks() + DUE_EVERY
        return claim or claim_chunk(pk, worker) or claim_retry(pk, worker)

    def _is_at_its_end(self) -> bool:
        return self.is_over or bool(self.pause_reason) or ticks() - self.started >= self.budget

    def _call_a_colleague(self) -> None:
        """Ring once a turn, as soon as there is more than this worker holds: one bell in, at most one bell out."""
        if self.may_ring and has_work(self.mailing.pk):
            self.may_ring = False
            bell.ring(self.mailing.pk)

    def _work_on(self, claim: Claim, transport: Transport, journal: Journal) -> None:
        found: list[Result] = []
        try:
            while (window := self._next_window(claim, found)) is not None:
                found = self._send(window, claim, transport, journal) if window else []
        except MailingStopped:
            self.is_over = True
        except LeaseLost:
            logger.warning("Lease of chunk %s lost: the rest is left to others.", claim.chunk_id)
        finally:
            claim.release(not_before=self.wait)

    def _next_window(self, claim: Claim, found: list[Result]) -> list[Recipient] | None:
        """Write the results of the window before and open the next one: with one commit for both where that can be.

        None when this lease has nothing more to send now. Raises MailingStopped and LeaseLost, `found` being written.
        """
        room = self._room(claim)
        failpoint("c3")
        # A mailbox that is gone locks a contact first, which cannot be mixed with the next window's.
        if found and (not room or any(result.mailbox_gone for result in found)):
            self._settle(claim, found)
            found = []
        if not room:
            return None
        try:
            window = open_window(claim, self.mailing, size=room, found=found)
        except (MailingStopped, LeaseLost, OperationalError, InterfaceError) as error:
            if found:
                self._settle(claim, found)
            if isinstance(error, OperationalError | InterfaceError):
                claim.is_lost = True  # a window may be open all the same: only recovery can tell
                raise LeaseLost from error
            raise
        failpoint("c8")
        throttle.give_back(self.mailing, room - len(window or []))
        return window

    def _room(self, claim: Claim) -> int:
        """How many messages the next window may have; 0 when this lease has to end, for now or for good."""
        while claim.cursor < claim.hi and not self._is_at_its_end():
            allowance = throttle.take(self.mailing, self.size)
            if allowance.count:
                return allowance.count
            if allowance.wait > LONGEST_NAP:
                self.wait = allowance.wait
                self.is_over = True
                return 0
            time.sleep(allowance.wait)
        return 0

    def _settle(self, claim: Claim, found: list[Result]) -> None:
        if not settle(claim, found):
            raise LeaseLost
        failpoint("c8")

    def _send(self, window: list[Recipient], claim: Claim, transport: Transport, journal: Journal) -> list[Result]:
        """Send one window; gives its results, for the next transaction to write. Raises LeaseLost once they are."""
        began = ticks()
        handed = hand_over(
            window,
            mailing=self.mailing,
            renderer=self.renderer,
            claim=claim,
            transport=transport,
            journal=journal,
        )
        self.size = _fitting(len(window), ticks() - began, self.largest)
        self.sent += sum(result.status == Delivery.Status.SENT for result in handed.found)
        self.is_over |= handed.is_broken
        self.pause_reason = handed.pause_reason or self._breaker(claim, handed)
        if handed.slow or handed.is_sender_slow:
            throttle.slow_down(handed.slow, self.mailing.sender_id if handed.is_sender_slow else None)
        if handed.is_lost:
            self._settle(claim, handed.found)
            raise LeaseLost
        self._tell_activity()
        return handed.found

    def _breaker(self, claim: Claim, handed: Handed) -> str:
        """Why so many refusals stop the mailing; "" when they do not. Results are written first: they count."""
        if not any(result.is_hard_failure for result in handed.found):
            return ""
        self._settle(claim, handed.found)
        handed.found = []
        return breaker.reason_to_stop(self.mailing.pk)

    def _tell_activity(self) -> None:
        if ticks() - self.last_activity >= ACTIVITY_EVERY and note_activity(self.mailing.pk):
            self.last_activity = ticks()


def _fitting(sent: int, seconds: float, largest: int) -> int:
    """How many messages fit into one window's time, judged by the last window; it grows to at most double."""
    fitting = int(sent * WINDOW_SECONDS / max(seconds, 0.001))
    return max(1, min(fitting, sent * 2, largest))
