"""What workers that died left behind, and the bell for whatever has work: beat calls both every few seconds."""

import logging

from django.db import transaction

from mailing import bell, lifecycle
from mailing.dispatch import losing
from mailing.dispatch.claiming import has_work, is_locked
from mailing.dispatch.clock import clock
from mailing.dispatch.silence import end_silent, unless_locked
from mailing.dispatch.store import hold_status
from mailing.models import DeliveryChunk, Mailing

logger = logging.getLogger(__name__)


def sweep() -> int:
    """Free every chunk whose lease ran out, and give how many that were.

    Also of mailings that are paused or stopped: what was leaving when a worker died is told at once. Then settles by
    this host's journals, rings for those with work left and finishes those without.
    """
    end_silent()
    freed = 0
    for chunk in DeliveryChunk.objects.filter(lease_until__lte=clock()).order_by("id"):
        with unless_locked():
            freed += free(chunk)
    losing.settle_journals()
    for mailing_id in Mailing.objects.filter(status__in=["sending", "paused"]).values_list("pk", flat=True):
        with unless_locked():
            lifecycle.finish_if_done(mailing_id)
    return freed


def free(chunk: DeliveryChunk) -> bool:
    """Take one chunk from its lost worker, if it is still as it was read; give whether it was."""
    with transaction.atomic():
        status = hold_status(chunk.mailing_id)
        same = DeliveryChunk.objects.filter(
            pk=chunk.pk, owner=chunk.owner, cursor=chunk.cursor, window_lo=chunk.window_lo, lease_until__lte=clock()
        )
        if is_locked(same) or not same.update(owner="", lease_until=None, window_lo=None):
            return False
        cursor = losing.lose_window(chunk, status)
        is_done = cursor >= chunk.hi
        state = DeliveryChunk.State.DONE if is_done else DeliveryChunk.State.OPEN
        DeliveryChunk.objects.filter(pk=chunk.pk).update(cursor=cursor, state=state)
    logger.warning("Chunk %s lost its worker.", chunk.pk)
    return True


def ring_due() -> int:
    """Start what is due and ring once for every mailing that has work and no worker; give how many bells were rung.

    A worker at work calls the next one itself (`sending.Turn`); ringing for it too would fill the queue with bells,
    and other mailings would wait behind them.
    """
    rung = 0
    for mailing_id in lifecycle.start_due():
        if has_work(mailing_id) and not _has_worker(mailing_id):
            rung += bell.ring(mailing_id)
    return rung


def _has_worker(mailing_id: int) -> bool:
    return DeliveryChunk.objects.filter(mailing_id=mailing_id, lease_until__gt=clock()).exists()
