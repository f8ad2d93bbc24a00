"""How fast mail leaves: GCRA on rows of the database, so that all workers of all hosts keep one pace together.

A row holds the theoretical arrival time (ITU-T I.371): each message moves it on by one interval, and a message may
leave when it lies at most one second's worth of messages ahead. Rows are read under a lock and written back in the same
transaction, always in the order of their keys, by the database's clock. docs/pace.md tells it in plain words.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mailing.dispatch.clock import clock, ticks
from mailing.models import Mailing, Sender, Throttle

# A row that comes due later than this after its slot takes a new one: what was paused must not come all at once.
SLOT_LASTS = timedelta(seconds=60)
# Which keys are slowed is asked once in so many seconds, so that mail nobody limits costs no query a window.
KNOWN_FOR = 1.0
# Beat rings every five seconds for who waits longer for a slot than a worker stays awake.
LATENESS = timedelta(seconds=5)
STAYS_AWAKE = timedelta(seconds=1)
# Where many leave in a second, waiting for one at a time would make windows of one.
SHORTEST_WAIT = 0.25
# From one a minute a pace doubles for hours at most; rows older than this are over.
LONGEST_SLOW = timedelta(hours=6)


@dataclass(frozen=True)
class Allowance:
    """How many messages may leave now, and when there are none, the seconds until the next one may."""

    count: int
    wait: float = 0.0


@dataclass
class Lane:
    """One row under our lock, and the moment of the database at which it was read."""

    row: Throttle
    now: datetime

    @property
    def next_at(self) -> datetime:
        """The theoretical arrival time of the next message.

        It is in the past only for who comes a little late, such as a worker that beat rang for a few seconds after
        the slot: the next slot is then counted from the slot and not from now, so that the pace holds on average.
        """
        at, pace = self.row.slot_at or self.now, self.row.pace_at(self.now)
        return at if pace and at >= self.now - _lateness(pace) else self.now

    def room(self, wanted: int) -> int:
        """How many may leave now, 0 to `wanted`."""
        pace = self.row.pace_at(self.now)
        if pace is None:
            return wanted
        early = self.now + _tolerance(pace) - self.next_at
        return max(0, min(wanted, early // _interval(pace) + 1))

    def wait(self) -> float:
        """Seconds until one may leave; a little longer where a whole handful may leave by then."""
        pace = self.row.pace_at(self.now)
        if pace is None:
            return 0.0
        due = (self.next_at - _tolerance(pace) - self.now).total_seconds()
        return max(0.0, due, min(SHORTEST_WAIT, _tolerance(pace).total_seconds()))

    def move(self, count: int) -> None:
        """Take `count` slots; a negative number gives them back."""
        pace = self.row.pace_at(self.now)
        if pace is not None:
            start = self.next_at if count > 0 else self.row.slot_at or self.now
            self.row.slot_at = start + count * _interval(pace)

    def reserve(self) -> float:
        """Take the next free slot, however far ahead; give the seconds until then.

        The pace is that of the slot's own moment: who would wait longer than a slow-down lasts leaves when it ends.
        """
        at = self.next_at
        pace = self.row.pace_at(at)
        if pace is None:
            return max(0.0, (at - self.now).total_seconds())
        self.row.slot_at = at + _interval(pace)
        return max(0.0, (at - _tolerance(pace) - self.now).total_seconds())

    def honours(self, slot: datetime | None) -> bool:
        """Whether a slot reserved earlier still stands: it has just come, and nobody slowed the domain down since."""
        since = self.row.slowed_since if self.row.slowed_at(self.now) else None
        return holds_slot(slot, self.now) and (since is None or slot is None or slot >= since)


def take(mailing: Mailing, wanted: int) -> Allowance:
    """How many messages of this mailing may leave now under its sender's and its own pace; their slots are taken.

    `mailing` comes with its sender. No query where neither has a pace. Takes what both allow, 0 to `wanted`.
    """
    paces = _paces(mailing)
    if not paces or wanted <= 0:
        return Allowance(max(0, wanted))
    with transaction.atomic():
        lanes = _hold(paces)
        count = min(lane.room(wanted) for lane in lanes)
        if not count:
            return Allowance(0, max(lane.wait() for lane in lanes))
        for lane in lanes:
            lane.move(count)
        _write(lanes)
    return Allowance(count)


def give_back(mailing: Mailing, count: int) -> None:
    """Give slots back that `take` gave and no message used."""
    paces = _paces(mailing)
    if not paces or count <= 0:
        return
    with transaction.atomic():
        lanes = _hold(paces)
        for lane in lanes:
            lane.move(-count)
        _write(lanes)


def waits_for(domains: Sequence[str], slots: Sequence[datetime | None] = ()) -> list[float]:
    """Seconds until each message of a window may leave, by its recipient's domain, in order: 0.0 is now.

    A message that waits has its slot reserved: it is to be tried again then. `slots` names, in the same order, the
    slot that a message waited for (None: it waited for none); such a message has its turn for a minute after its slot
    and takes a new one later. Call it inside the intent's transaction. No query where no domain is limited, but for
    one a second that asks which are slowed down.
    """
    if not settings.DOMAIN_PACE and not _slowed_keys():
        return [0.0] * len(domains)
    names = [domain.strip().casefold() for domain in domains]
    limited = _limited(names)
    if not limited:
        return [0.0] * len(names)
    held = [*slots, *[None] * (len(names) - len(slots))]
    with transaction.atomic():
        lanes = {lane.row.key: lane for lane in _hold(limited)}
        waits = []
        for name, slot in zip(names, held, strict=True):
            lane = lanes.get(domain_key(name))
            waits.append(0.0 if lane is None or lane.honours(slot) else lane.reserve())
        _write(lanes.values())
    return waits


def holds_slot(slot: datetime | None, now: datetime) -> bool:
    """Whether a message that waited for `slot` has its turn at `now` (both aware): up to a minute after it."""
    return slot is not None and slot <= now <= slot + SLOT_LASTS


def slow_down(domain_counts: Mapping[str, int], sender_id: int | None = None) -> None:
    """Halve the pace of recipient domains whose servers answered 421, 450 or 451, for ten minutes.

    `domain_counts` counts such answers by domain; many of one window slow down once. `sender_id` only where our own
    next hop said so before it heard of a recipient (421 at its greeting or MAIL): a sender that has a pace is halved
    too. Call it outside other transactions.
    """
    paces: dict[str, float | None] = {
        domain_key(name.casefold()): settings.DOMAIN_PACE.get(name.casefold())
        for name, count in domain_counts.items()
        if name and count > 0
    }
    pace = Sender.objects.filter(pk=sender_id).values_list("pace_per_minute", flat=True).first() if sender_id else None
    if pace:
        paces[sender_key(sender_id)] = pace
    if not paces:
        return
    with transaction.atomic():
        lanes = _hold(paces)
        for lane in lanes:
            lane.row.slow_down(lane.now)
        _write(lanes)
    forget()


def slowed_now() -> list[Throttle]:
    """Rows whose pace is slowed down at this moment, for the pages. One query."""
    now = timezone.now()
    found = Throttle.objects.filter(slowed_until__gt=now - LONGEST_SLOW).order_by("key")
    return [row for row in found if row.slowed_at(now)]


def domain_key(name: str) -> str:
    """The key of a recipient domain, in small letters."""
    return f"domain:{name}"


def sender_key(pk: int | None) -> str:
    """The key of a sender."""
    return f"sender:{pk}"


def mailing_key(pk: int) -> str:
    """The key of a mailing."""
    return f"mailing:{pk}"


def forget() -> None:
    """Ask again which keys are slowed down, at the next message."""
    _known.clear()


# What this process knows of slow-downs: until when (ticks), and which keys.
_known: list[tuple[float, frozenset[str]]] = []


def _slowed_keys() -> frozenset[str]:
    if not _known or _known[0][0] < ticks():
        recent = Throttle.objects.filter(slowed_until__gt=timezone.now() - LONGEST_SLOW)
        _known[:] = [(ticks() + KNOWN_FOR, frozenset(recent.values_list("key", flat=True)))]
    return _known[0][1] if _known else frozenset()


def _limited(names: Iterable[str]) -> dict[str, float | None]:
    """Keys and usual paces of those of these domains that have a pace now."""
    slow = _slowed_keys()
    return {
        domain_key(name): settings.DOMAIN_PACE.get(name)
        for name in set(names)
        if name in settings.DOMAIN_PACE or domain_key(name) in slow
    }


def _paces(mailing: Mailing) -> dict[str, float | None]:
    paces = {sender_key(mailing.sender_id): mailing.sender.pace_per_minute, mailing_key(mailing.pk): None}
    paces[mailing_key(mailing.pk)] = mailing.pace_per_minute
    return {key: pace for key, pace in paces.items() if pace}


def _hold(paces: Mapping[str, float | None]) -> list[Lane]:
    """Lock the rows of these keys in their order, made where they are missing, with the pace they usually have."""
    rows = _locked(paces)
    if len(rows) < len(paces):
        missing = paces.keys() - {row.key for row in rows}
        new = [Throttle(key=key, per_minute=paces[key]) for key in sorted(missing)]
        Throttle.objects.bulk_create(new, ignore_conflicts=True)
        rows = _locked(paces)
    for row in rows:
        row.per_minute = paces[row.key]
    return [Lane(row, row.now) for row in rows]  # type: ignore[attr-defined]


def _locked(paces: Mapping[str, float | None]) -> list[Throttle]:
    rows = Throttle.objects.select_for_update().filter(key__in=list(paces))
    return list(rows.annotate(now=clock()).order_by("key"))


def _write(lanes: Iterable[Lane]) -> None:
    held = list(lanes)
    for lane in held:
        if lane.row.slowed_at(lane.now) is None:
            lane.row.slowed_per_minute = lane.row.slowed_until = None
    fields = ["per_minute", "slowed_per_minute", "slowed_until", "slot_at"]
    Throttle.objects.bulk_update([lane.row for lane in held], fields)


def _interval(pace: float) -> timedelta:
    return timedelta(minutes=1) / pace


def _lateness(pace: float) -> timedelta:
    """How late one may come and still have the slots that went by meanwhile."""
    interval = _interval(pace)
    return LATENESS if interval > STAYS_AWAKE else interval / 2


def _tolerance(pace: float) -> timedelta:
    """How far ahead of time a message may leave: one second's worth of messages at once, and at least one."""
    return _interval(pace) * (max(1.0, pace / 60) - 1)
