"""One letter first: the chunks of all others are held, so that no worker claims them until a person has seen it arrive.

The first letter goes the way of every letter: its chunk is the only open one. Held chunks are opened by a person's
word (`mailing.running.resume`), never by a clock.
"""

from django.db.models import Count, Q

from mailing.models import Delivery, DeliveryChunk

State = DeliveryChunk.State


def hold_all_but(mailing_id: int, delivery_id: int) -> bool:
    """Hold every chunk of a mailing that has not started but one made of this delivery alone.

    Call it in the transaction that schedules the mailing, holding its row. False, and nothing changed, when the
    delivery is not waiting in an untouched chunk.
    """
    chunks = DeliveryChunk.objects.filter(mailing_id=mailing_id, state=State.OPEN)
    around = chunks.filter(lo__lte=delivery_id, hi__gte=delivery_id, owner="").first()
    waits = Delivery.objects.filter(pk=delivery_id, mailing_id=mailing_id, status=Delivery.Status.QUEUED)
    if around is None or around.cursor != around.lo - 1 or not waits.exists():
        return False
    parts = [(around.lo, delivery_id - 1, State.HELD), (delivery_id, delivery_id, State.OPEN)]
    parts.append((delivery_id + 1, around.hi, State.HELD))
    chunks.exclude(pk=around.pk).update(state=State.HELD)
    DeliveryChunk.objects.filter(pk=around.pk).delete()
    DeliveryChunk.objects.bulk_create(
        DeliveryChunk(mailing_id=mailing_id, lo=lo, hi=hi, cursor=lo - 1, state=state)
        for lo, hi, state in parts
        if lo <= hi
    )
    return True


def has_held(mailing_id: int) -> bool:
    """Whether letters are held behind the first."""
    return DeliveryChunk.objects.filter(mailing_id=mailing_id, state=State.HELD).exists()


def is_first_over(mailing_id: int) -> bool:
    """Whether the first letter has its result and the others are still held."""
    found = DeliveryChunk.objects.filter(mailing_id=mailing_id).aggregate(
        held=Count("pk", filter=Q(state=State.HELD)), opened=Count("pk", filter=Q(state=State.OPEN))
    )
    if not found["held"] or found["opened"]:
        return False
    return not Delivery.objects.filter(mailing_id=mailing_id, next_attempt_at__isnull=False).exists()


def let_go(mailing_id: int) -> int:
    """Open the held chunks; gives how many. Call it holding the mailing's row."""
    return DeliveryChunk.objects.filter(mailing_id=mailing_id, state=State.HELD).update(state=State.OPEN)
