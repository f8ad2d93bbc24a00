"""The report of a mailing, straight from the ledger: counts that always sum, and rows with their evidence."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.confidentiality import secret_mail
from mailing.dispatch import hours
from mailing.dispatch.store import counts, in_flight
from mailing.models import Delivery, Mailing, Reply
from mailing.signs import UNANSWERED, Answers, answers_in, tallies
from mailing.story import is_issue
from mailing.timing import pace_of

# Without a sign of life for this long somebody should look (UX 2 A 8).
SILENCE = timedelta(seconds=60)
TABS = ["all", "replied", "no-reply", "problems", "bounced", "waiting", "left-out"]


@dataclass(frozen=True)
class Progress:
    """The ledger at one instant. accepted + delayed + in_flight + … + skipped = total, at every instant."""

    total: int
    accepted: int
    delayed: int
    in_flight: int
    waiting: int
    failed: int
    uncertain: int
    cancelled: int
    skipped: int
    is_issue: bool = False

    @property
    def parts(self) -> dict[str, int]:
        """Every part of the total, by name."""
        return {name: value for name, value in self.__dict__.items() if name not in ("total", "is_issue")}

    @property
    def not_sent(self) -> int:
        """Not sent and never will be: refused, cancelled, or skipped after the freeze."""
        return self.failed + self.cancelled + self.skipped

    @property
    def ended(self) -> int:
        """Parts of the bar that are neither sent nor refused: cancelled, or skipped after the freeze."""
        return self.cancelled + self.skipped

    @property
    def rest(self) -> int:
        """Letters that resuming would send."""
        return self.waiting + self.delayed

    @property
    def done(self) -> int:
        """Letters with a result."""
        return self.accepted + self.not_sent + self.uncertain

    @property
    def sentence(self) -> str:
        """ "72 of 106 letters sent, 3 not known", for the heading and for who does not see the bar."""
        sent = ngettext("%(sent)d of %(total)d letter sent", "%(sent)d of %(total)d letters sent", self.total)
        if self.is_issue:
            sent = _("sent to %(sent)d of %(total)d")
        sentence = sent % {"sent": self.accepted, "total": self.total}
        return f"{sentence}, {self.uncertain} {_('not known')}" if self.uncertain else sentence

    def legend(self) -> list[dict[str, Any]]:
        """Rows of components/legend.html; parts that are empty are left out, but for accepted and waiting."""
        rows = [
            (self.accepted, ngettext("accepted", "accepted", self.accepted), "", True),
            (self.delayed, _("delayed, we try again"), "late", False),
            (self.failed, _("not sent"), "back", False),
            (self.uncertain, _("not known"), "unsure", False),
            (self.in_flight, _("leaving now"), "wait", False),
            (self.skipped, _("left out at the last moment"), "wait", False),
            (self.cancelled, _("cancelled"), "wait", False),
            (self.waiting, _("waiting"), "wait", True),
        ]
        return [
            {"count": count, "label": label, "kind": kind} for count, label, kind, always in rows if count or always
        ]


def progress(mailing: Mailing) -> Progress:
    """Count the ledger; two queries, one of them for the windows under way."""
    return _progress(mailing, counts(mailing.pk))


def progress_and_answers(mailing: Mailing) -> tuple[Progress, Answers]:
    """The same, with what came back, from the same look at the ledger."""
    found = counts(mailing.pk, **tallies(mailing))
    return _progress(mailing, found), answers_in(found)


def _progress(mailing: Mailing, found: dict[str, int]) -> Progress:
    queued = found["queued"]
    return Progress(
        total=mailing.recipients or 0,
        accepted=found["sent"],
        delayed=found["delayed"],
        in_flight=found["in_flight"],
        waiting=queued - found["delayed"] - found["in_flight"],
        failed=found["failed"],
        uncertain=found["uncertain"],
        cancelled=found["cancelled"],
        skipped=found["skipped"],
        is_issue=is_issue(mailing),
    )


def is_final(mailing: Mailing, now: Progress) -> bool:
    """Whether nothing moves any more by itself."""
    return mailing.status in (Mailing.Status.FINISHED, Mailing.Status.CANCELLED) and not now.in_flight


def is_silent(mailing: Mailing, now: Progress) -> bool:
    """Whether a mailing that is sending has letters to send and nobody has touched it for a minute.

    One that waits for its hours, or for its turn at a slow pace, is not silent.
    """
    if mailing.status != Mailing.Status.SENDING or not (now.waiting or now.in_flight):
        return False
    moment = timezone.now()
    if hours.wait_seconds(mailing, moment):
        return False
    signs = [mailing.last_activity_at or mailing.started_at, hours.open_since(mailing, moment)]
    last = max((sign for sign in signs if sign), default=None)
    if last is None or moment - last <= SILENCE:
        return False
    pace = pace_of(mailing)
    if pace and moment - last <= SILENCE + timedelta(minutes=1) / pace:
        return False
    # A worker gave its lot back until its turn comes, because others of the same sender go first.
    return not (pace and mailing.chunks.filter(state="open", not_before__gt=moment).exists())


def ledger(mailing: Mailing, tab: str = "all") -> QuerySet[Delivery]:
    """Rows of one tab of the recipients' table, newest event first.

    `is_secret` marks a secret address, `is_away` an automatic reply.
    """
    away = Exists(Reply.objects.filter(delivery=OuterRef("pk"), is_auto=True))
    rows = Delivery.objects.filter(mailing=mailing).select_related("contact")
    rows = rows.annotate(is_secret=secret_mail(), is_away=away)
    at_freeze = Q(status=Delivery.Status.SKIPPED, skipped_at__isnull=True)
    if tab == "left-out":
        return rows.filter(status=Delivery.Status.SKIPPED).order_by("pk")
    rows = rows.exclude(at_freeze)
    if tab == "replied":
        return rows.filter(replied_at__isnull=False).order_by("-replied_at", "pk")
    if tab == "no-reply":
        return rows.filter(UNANSWERED).order_by("pk")
    if tab == "bounced":
        return rows.filter(bounced_at__isnull=False).order_by("pk")
    if tab == "problems":
        delayed = Q(status=Delivery.Status.QUEUED, next_attempt_at__isnull=False)
        bad = Q(status__in=[Delivery.Status.FAILED, Delivery.Status.UNCERTAIN]) | Q(bounced_at__isnull=False)
        return rows.filter(bad | delayed).order_by("pk")
    if tab == "waiting":
        return rows.filter(status=Delivery.Status.QUEUED, next_attempt_at__isnull=True).order_by("pk")
    return rows.order_by("pk")


def uncertain(mailing: Mailing) -> QuerySet[Delivery]:
    """Letters whose outcome is not known, with what is known about each."""
    kind = Delivery.ErrorKind.OUTCOME_UNKNOWN  # it has an index
    rows = Delivery.objects.filter(mailing=mailing, status=Delivery.Status.UNCERTAIN, error_kind=kind)
    return rows.annotate(is_secret=secret_mail()).select_related("contact").prefetch_related("events").order_by("pk")


def flying(mailing: Mailing) -> QuerySet[Delivery]:
    """Letters in a worker's hands now."""
    return Delivery.objects.filter(in_flight(mailing.pk))
