"""Rules for rows that two people who are merged both have, by the label of the model (see contacts.merging).

Each takes the loser's rows, the name of the column that points to them, the winner and the loser, and leaves nothing
with the loser.
"""

from collections.abc import Callable
from typing import Any

from contacts import consent
from contacts.models import Contact, FormerSubscription, NotSame, PersonCorrection, SegmentPick, Subscription

Status, Ended = Subscription.Status, Subscription.Ended
# Why one ended, the weakest word first. A colleague can bring back who fell silent, and nobody else.
_ENDS = [Ended.SILENT, Ended.BOUNCED, Ended.NOT, Ended.COLLEAGUE, Ended.LEFT, Ended.COMPLAINED]
# What is said of an address, and not of the person who has another one as well.
_OF_THE_ADDRESS = {Ended.SILENT, Ended.BOUNCED}


def subscriptions(rows: Any, name: str, winner: Contact, loser: Contact) -> None:
    """Of two on one list the more careful stays, and the links of the other lead to it (`_care`)."""
    mine = {row.contact_list_id: row for row in Subscription.objects.select_for_update().filter(contact=winner)}
    for row in rows.select_related("contact_list").select_for_update(of=("self",)):
        other = mine.get(row.contact_list_id)
        if other is None:
            Subscription.objects.filter(pk=row.pk).update(contact=winner)
            continue
        kept, gone = (row, other) if _care(row) > _care(other) else (other, row)
        _join(kept, gone)
        Subscription.objects.filter(pk=gone.pk).delete()
        Subscription.objects.filter(pk=kept.pk).update(contact=winner)
        if gone.status == Status.ACTIVE and kept.status == Status.UNSUBSCRIBED:
            consent.note_merged(winner, winner if gone is other else loser, row.contact_list)


def _care(row: Subscription) -> tuple[int, int]:
    """How careful a state is: who left has left, a mailbox that is gone yields to another one that is not."""
    if row.status == Status.UNSUBSCRIBED:
        reason = Ended(row.ended_by)
        return 1 if reason in _OF_THE_ADDRESS else 3, _ENDS.index(reason)
    return 2 if row.status == Status.ACTIVE else 0, 0


def _join(kept: Subscription, gone: Subscription) -> None:
    """Links that name the one that goes lead to the one that stays; the longer pause holds."""
    FormerSubscription.objects.filter(subscription=gone).update(subscription=kept)
    FormerSubscription.objects.create(number=gone.pk, made_at=gone.created_at, subscription=kept)
    pauses = [row.paused_until for row in (kept, gone) if row.paused_until]
    if kept.status == Status.ACTIVE and pauses:
        Subscription.objects.filter(pk=kept.pk).update(paused_until=max(pauses))


def corrections(rows: Any, name: str, winner: Contact, loser: Contact) -> None:
    """The winner's stand; the loser's move where the winner's field is not corrected and the value is the same.

    What is chosen in the merge itself becomes a correction afterwards.
    """
    mine = set(PersonCorrection.objects.filter(contact=winner).values_list("field", flat=True))
    for row in rows:
        same = getattr(winner, row.field, None) == getattr(loser, row.field, None)
        if row.field not in mine and same:
            rows.filter(pk=row.pk).update(contact=winner)
        else:
            rows.filter(pk=row.pk).delete()


def picks(rows: Any, name: str, winner: Contact, loser: Contact) -> None:
    """Left out by hand wins over added by hand."""
    mine = {pick.segment_id: pick for pick in SegmentPick.objects.filter(contact=winner)}
    for row in rows:
        kept = mine.get(row.segment_id)
        if kept is None:
            rows.filter(pk=row.pk).update(contact=winner)
            continue
        if row.effect == SegmentPick.Effect.EXCLUDE:
            SegmentPick.objects.filter(pk=kept.pk).update(effect=row.effect)
        rows.filter(pk=row.pk).delete()


def not_the_same(rows: Any, name: str, winner: Contact, loser: Contact) -> None:
    """Who is not the loser is not the winner; that the two were called two is forgotten."""
    for row in rows:
        other = row.other_id if row.one_id == loser.pk else row.one_id
        rows.filter(pk=row.pk).delete()
        if other != winner.pk:
            first, second = sorted([winner.pk, other])
            NotSame.objects.get_or_create(one_id=first, other_id=second, defaults={"by_id": row.by_id})


SETTLED: dict[str, Callable[[Any, str, Contact, Contact], None]] = {
    "contacts.Subscription": subscriptions,
    "contacts.PersonCorrection": corrections,
    "contacts.SegmentPick": picks,
    "contacts.NotSame": not_the_same,
}
