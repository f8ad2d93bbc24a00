"""Rules for rows that two people who are merged both have, by the label of the model (see contacts.merging).

Each takes the loser's rows, the name of the column that points to them, the winner and the loser, and leaves nothing
with the loser.
"""

from collections.abc import Callable
from typing import Any

from contacts.models import Contact, NotSame, PersonCorrection, SegmentPick, Subscription

# The state that stays when both are on a list: who left has left.
_STATES = ["pending", "active", "unsubscribed"]


def subscriptions(rows: Any, name: str, winner: Contact, loser: Contact) -> None:
    """Unsubscribed wins over active, active over pending."""
    mine = {row.contact_list_id: row for row in Subscription.objects.filter(contact=winner)}
    for row in rows:
        kept = mine.get(row.contact_list_id)
        if kept is None:
            rows.filter(pk=row.pk).update(contact=winner)
            continue
        row_pk = row.pk
        if _STATES.index(row.status) > _STATES.index(kept.status):
            Subscription.objects.filter(pk=kept.pk).delete()
            rows.filter(pk=row_pk).update(contact=winner)
        else:
            rows.filter(pk=row_pk).delete()


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
