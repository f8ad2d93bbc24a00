"""Writing a window's results, whatever the database is doing: what left must be written down."""

import logging
import time

from django.db import InterfaceError, OperationalError, connection

from mailing.dispatch.clock import ticks
from mailing.dispatch.leases import Claim
from mailing.dispatch.results import Result
from mailing.dispatch.store import record_events, write_results
from mailing.models import Delivery

logger = logging.getLogger(__name__)

# A result that a restarting database would not take is offered again for so long, in steps of one second.
KEEP_OFFERING = 30.0


def settle(claim: Claim, found: list[Result]) -> bool:
    """Write a window's results; False when the chunk is somebody else's by now, and then nothing was written.

    A database that is restarting is asked again. Asking twice is harmless, since a row takes its result only while it
    is queued and its window is open.
    """
    until = ticks() + KEEP_OFFERING
    while True:
        try:
            if write_results(claim, found):
                return True
            if not _is_written(found):
                _tell_late(claim, found)
                return False
            # A lost reply to COMMIT: the window was closed by our own writing.
            claim.window_lo = None
            return True
        except (OperationalError, InterfaceError) as error:
            if ticks() > until:
                raise
            logger.warning("Results of chunk %s not written yet: %s", claim.chunk_id, type(error).__name__)
            connection.close()
            time.sleep(1)


def _is_written(found: list[Result]) -> bool:
    """Whether these results stand in the ledger, read again by id: a lost reply says nothing about a COMMIT."""
    standing = dict(
        Delivery.objects.filter(pk__in=[result.delivery_id for result in found]).values_list("pk", "status")
    )
    return all(standing.get(result.delivery_id) == result.status for result in found)


def _tell_late(claim: Claim, found: list[Result]) -> None:
    """Keep what we know as evidence for the person who settles these rows; the rows themselves are not ours."""
    late = {r.delivery_id: f"{r.error_code} {r.error_detail}" for r in found if r.status == Delivery.Status.SENT}
    record_events(claim.owner, late, kind="late_answer")
