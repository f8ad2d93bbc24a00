"""What workers that died left behind, and the bell for whatever has work: beat calls both every few seconds."""

import logging

from django.db import transaction

from mailing import bell, lifecycle
from mailing.dispatch.claiming import has_work
from mailing.dispatch.clock import clock
from mailing.dispatch.store import close_window, lose_window
from mailing.models import DeliveryChunk, Mailing

logger = logging.getLogger(__name__)


def sweep() -> int:
    """Free every chunk whose lease ran out, and give how many rows became `uncertain`.

    Also of mailings that are paused or stopped: what was leaving when a worker died is told at once. Then rings for
    those with work left and finishes those without.
    """
    lost = 0
    for chunk in DeliveryChunk.objects.filter(lease_until__lte=clock()).order_by("id"):
        lost += free(chunk)
    for mailing_id in Mailing.objects.filter(status__in=["sending", "paused"]).values_list("pk", flat=True):
        lifecycle.finish_if_done(mailing_id)
    return lost


def free(chunk: DeliveryChunk) -> int:
    """Take one chunk from its lost worker, if it is still as it was read; give how many rows are uncertain now."""
    with transaction.atomic():
        same = DeliveryChunk.objects.filter(
            pk=chunk.pk, owner=chunk.owner, cursor=chunk.cursor, window_lo=chunk.window_lo, lease_until__lte=clock()
        )
        if not same.update(owner="", lease_until=None):
            return 0
        lost = lose_window(chunk)
        close_window(chunk)
    if lost:
        logger.warning("Chunk %s lost its worker: the outcome of %s deliveries is not known.", chunk.pk, len(lost))
    return len(lost)


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
