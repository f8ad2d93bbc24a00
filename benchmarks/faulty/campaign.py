"""One campaign: a mailing, its workers, and everything that happens to them until it is finished."""

import random
import time

from django.db import transaction

from benchmarks.faulty.crew import Crew
from benchmarks.faulty.notes import Notes
from benchmarks.faulty.people import mailing_of
from mailing import lifecycle, unsubscribe
from mailing.dispatch import recovery
from mailing.dispatch.store import counts, in_flight
from mailing.models import Delivery, DeliveryChunk, Mailing
from tests.faults.sink import Answer, Rule, Sink
from tests.faults.watching import ROWS

# What the mail server does instead of the usual, each to a few in a thousand; together a few per cent.
MISBEHAVIOUR = [
    Rule("mail", Answer(reply="421 4.3.2 Too busy"), chance=0.002),
    Rule("rcpt", Answer(reply="450 4.2.1 Later"), chance=0.008),
    Rule("rcpt", Answer(reply="550 5.1.1 No such user"), chance=0.004),
    Rule("rcpt", Answer(drop=True), chance=0.003),
    Rule("data", Answer(reply="451 4.3.0 Local error"), chance=0.003),
    Rule("dot", Answer(reply="451 4.3.0 Local error"), chance=0.005),
    Rule("dot", Answer(reply="554 5.7.1 Policy"), chance=0.004),
    Rule("dot", Answer(drop=True), chance=0.002),
    Rule("dot", Answer(drop=True, keep=True), chance=0.002),
    Rule("dot", Answer(wait=0.3), chance=0.01),
    Rule("dot", Answer(wait=0.004), chance=1.0),
]
CALM = [Rule("dot", Answer(wait=0.002), chance=1.0)]
DEADLINE = 400.0
# People who leave the list in the middle, of a thousand; pauses of a campaign.
LEAVING = 20
PAUSES = 3


class Campaign:
    """Runs one mailing to its end and writes its rows into the ledger's file."""

    def __init__(self, number: int, kind: str, crew: Crew, sink: Sink, notes: Notes) -> None:
        """Nothing is started yet. Its dice are those of the run's seed and its number."""
        self.number, self.kind, self.crew, self.sink, self.notes = number, kind, crew, sink, notes
        self.dice = random.Random(f"{notes.settings['seed']}:{number}")  # noqa: S311 - chance for a test

    def run(self, people: int, *, kills: int) -> None:
        """Send to `people`, killing about `kills` workers; without kills nothing else happens either."""
        self.mailing = mailing_of(self.number, self.kind, people)
        self.people, self.wanted, self.killed = people, kills, 0
        self.sink.play(*(MISBEHAVIOUR if kills else CALM))
        self.crew.start(with_traps=bool(kills))
        try:
            self._until_finished(time.monotonic() + DEADLINE)
        finally:
            self.crew.stop()
        # What the sink had read of the dead it works through.
        time.sleep(0.5)
        self._write_rows()

    def _until_finished(self, deadline: float) -> None:
        began = self.sink.counts()["messages"]
        step = self.people / (self.wanted + 1)
        pauses = sorted(self.dice.random() * self.people for _pause in range(PAUSES if self.wanted else 0))
        leaving = sorted(self.dice.random() * self.people for _one in range(self.people * LEAVING // 1000))
        pulse, next_kill = 0.0, 0.0
        while time.monotonic() < deadline:
            status = Mailing.objects.values_list("status", flat=True).get(pk=self.mailing.pk)
            if status == Mailing.Status.FINISHED:
                return
            if status == Mailing.Status.PAUSED:
                lifecycle.resume(self.mailing, actor=self.mailing.approver)
            self._sample()
            self.crew.tend(self.number)
            taken = self.sink.counts()["messages"] - began
            if self.wanted and leaving and taken >= leaving[0]:
                leaving.pop(0)
                self._let_one_leave()
            if pauses and taken >= pauses[0]:
                pauses.pop(0)
                self._pause()
            if self.killed < self.wanted and time.monotonic() > next_kill and taken >= step * (self.killed + 1) * 0.8:
                time.sleep(self.dice.random() * 0.02)
                if self.crew.kill_one(self.number, self._holders()):
                    self.killed += 1
                    next_kill = time.monotonic() + 0.03
            if time.monotonic() > pulse:
                # Beat's work; the loops do it too.
                pulse = time.monotonic() + 0.5
                recovery.sweep()
                recovery.ring_due()
            time.sleep(0.01)
        self.notes.add("violations", self.number, "not finished in time", counts(self.mailing.pk))
        print(self.crew.logs())

    def _holders(self) -> set[int]:
        """Processes that hold a lease, as the owners' names tell."""
        owners = self.mailing.chunks.exclude(owner="").values_list("owner", flat=True)
        return {int(owner.split(":")[1]) for owner in owners}

    def _sample(self) -> None:
        """The ledger has to add up at this instant (G1)."""
        found = counts(self.mailing.pk)
        self.samples = getattr(self, "samples", 0) + 1
        if sum(found[row] for row in ROWS) != self.people:
            self.notes.add("violations", self.number, "the ledger does not add up", found)

    def _let_one_leave(self) -> None:
        """Somebody who still waits leaves the list; note whether their message could be leaving at that moment.

        The engine's intent holds the contact's row, so after `leave` has it an intent is visible here or will see that
        the person has left (G4).
        """
        waiting = Delivery.objects.filter(mailing=self.mailing, status=Delivery.Status.QUEUED)
        chosen = waiting.order_by("?").first()
        if chosen is None:
            return
        with transaction.atomic():
            unsubscribe.leave(chosen, source="link")
            is_leaving = waiting.filter(in_flight(self.mailing.pk), pk=chosen.pk).exists()
            still_waits = waiting.filter(pk=chosen.pk).exists()
        when = "before" if still_waits and not is_leaving else "late"
        self.notes.add("unsubscribed", self.number, chosen.email, when)

    def _pause(self) -> None:
        """Pause for a moment: no window may open after the commit (G8)."""
        if not lifecycle.pause(self.mailing, actor=self.mailing.approver):
            return
        before = self._cursors()
        time.sleep(0.1 + self.dice.random() * 0.3)
        moved = [chunk for chunk, cursor in self._cursors().items() if cursor > before.get(chunk, cursor)]
        if moved:
            self.notes.add("violations", self.number, "a window opened after a pause", moved)

    def _cursors(self) -> dict[int, int]:
        return dict(DeliveryChunk.objects.filter(mailing=self.mailing).values_list("pk", "cursor"))

    def _write_rows(self) -> None:
        noted = self.notes.lines("unsubscribed")
        left = {email: when for campaign, email, when in noted if int(campaign) == self.number}
        domain = self.mailing.sender.domain
        rows = self.mailing.deliveries.order_by("id").values_list("email", "public_id", "status", "content_digest")
        self.notes.add("campaigns", self.number, self.kind, self.people, self.killed, getattr(self, "samples", 0))
        self.notes.add_ledger(
            (self.number, self.kind, email, f"{public_id}@{domain}", status, digest[:16], left.get(email, ""))
            for email, public_id, status, digest in rows
        )
