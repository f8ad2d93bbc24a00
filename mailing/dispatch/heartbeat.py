"""The heartbeat: renews a lease every third of its length from a thread that dies with its process."""

import logging
import threading
from types import TracebackType
from typing import Self

from django.db import Error, connection

from mailing.dispatch.claiming import Claim
from mailing.dispatch.clock import lease_seconds

logger = logging.getLogger(__name__)


class Heartbeat:
    """Keeps a claim's lease while the block runs, however long the server takes to answer (RFC 5321 4.5.3.2.6).

    The thread has a database connection of its own, opened at the first renewal. When renewals fail, nothing is
    raised here: the claim's own clock runs out and stops the work before the next DATA or dot.
    """

    def __init__(self, claim: Claim) -> None:
        """Starts nothing yet."""
        self._claim = claim
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="dispatch-heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._is_over.set()
        self._thread.join(timeout=lease_seconds())

    def _beat(self) -> None:
        try:
            while not self._is_over.wait(lease_seconds() / 3):
                if not self._renew():
                    return
        finally:
            connection.close()

    def _renew(self) -> bool:
        try:
            return self._claim.renew()
        except Error as error:
            # A restarting database: try again at the next beat, on a new connection.
            logger.warning("Lease of chunk %s not renewed: %s", self._claim.chunk_id, type(error).__name__)
            connection.close()
            return True
