"""The courtesy cap: no person or office gets more than so many letters in so many days, whatever campaign they are of.

What counts is every letter that reached somebody or may have, and every one that waits for them in a frozen audience.
Newsletters neither count nor are held back: people asked for them.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from accounts.audit import record
from accounts.models import User
from contacts.models import Organisation
from mailing.models import CourtesyCap, Delivery, Mailing


@dataclass(frozen=True)
class Allowed:
    """So many letters in so many days."""

    letters: int
    days: int


def cap_of(organisation: Organisation) -> CourtesyCap | None:
    """The cap that an organisation has set; None where everybody may get any number."""
    return getattr(organisation, "courtesy_cap", None)


def over_cap(mailing: Mailing) -> Q:
    """For contacts: one more letter would be more than the cap of its owner allows. Nobody without one."""
    cap = cap_of(mailing.owner) if mailing.kind == Mailing.Kind.LETTER else None
    if cap is None:
        return Q(pk__in=[])
    since = timezone.now() - timedelta(days=cap.days)
    rows = Delivery.objects.filter(contact=OuterRef("pk"), mailing__kind=Mailing.Kind.LETTER).exclude(mailing=mailing)
    counted = rows.filter(
        Q(status=Delivery.Status.SENT, sent_at__gte=since)
        | Q(status=Delivery.Status.UNCERTAIN, queued_at__gte=since)
        | Q(status=Delivery.Status.QUEUED)
    )
    reached = counted.order_by().values("contact").annotate(letters=Count("pk")).filter(letters__gte=cap.letters)
    return Q(Exists(reached.values("contact")))


def hold(mailing: Mailing) -> None:
    """Let no other audience be frozen until this transaction ends, where a cap holds. Call it before reading people.

    All caps are locked, in one order: whoever waits here sees the rows that the other wrote. SQLite has no row locks;
    its transactions start IMMEDIATE.
    """
    if mailing.kind == Mailing.Kind.LETTER:
        list(CourtesyCap.objects.select_for_update().order_by("pk").values_list("pk", flat=True))


def set_cap(organisation: Organisation, allowed: Allowed | None, *, actor: User) -> bool:
    """Set the cap, or take it away with None; gives whether anything changed."""
    with transaction.atomic():
        rows = CourtesyCap.objects.filter(organisation=organisation)
        if allowed is None:
            changed = bool(rows.delete()[0])
            sentence = "took away the courtesy cap"
        else:
            values = {"letters": allowed.letters, "days": allowed.days}
            changed = not rows.filter(**values).exists()
            CourtesyCap.objects.update_or_create(organisation=organisation, defaults=values)
            sentence = f"set the courtesy cap to {allowed.letters} letters in {allowed.days} days"
        if changed:
            record(actor, sentence, about=organisation, label=str(organisation))
    return changed
