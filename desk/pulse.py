"""Signs of life of the processes, each told apart: beat's own loop, a worker's own loop, and the round between them."""

import logging
import time
from typing import Any

from celery import bootsteps
from celery.beat import PersistentScheduler
from django.db import Error, connection
from django.utils import timezone

EVERY = 15.0
BEAT, WORKER, ROUND = "beat", "worker", "round"
log = logging.getLogger(__name__)


def beat(name: str) -> None:
    """Note that `name` is alive now. Never raises: a database that is away must not stop a process."""
    from desk.models import Pulse  # the models are loaded only after Celery has set Django up

    try:
        Pulse.objects.update_or_create(name=name, defaults={"at": timezone.now()})
    except Error as error:
        log.warning("The sign of life of %s was not written: %s", name, type(error).__name__)


def beat_and_close(name: str) -> None:
    """The same from a process's main loop; no connection stays open there for a forked child to inherit."""
    beat(name)
    if not connection.in_atomic_block:
        connection.close()


class Scheduler(PersistentScheduler):
    """Celery's scheduler, which notes each quarter of a minute that beat's loop runs."""

    _last_sign = float("-inf")

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """One turn of beat's loop; gives the seconds until the next."""
        if time.monotonic() - self._last_sign >= EVERY:
            self._last_sign = time.monotonic()
            beat_and_close(BEAT)
        wait: float = super().tick(*args, **kwargs)
        return min(wait, EVERY)


class WorkerPulse(bootsteps.StartStopStep):
    """A step of the worker that notes each quarter of a minute that its main loop runs."""

    requires = {"celery.worker.components:Timer"}

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        super().__init__(parent, **kwargs)
        self.entry: Any = None

    def start(self, parent: Any) -> None:
        """Once at once, then from the worker's timer."""
        beat_and_close(WORKER)
        self.entry = parent.timer.call_repeatedly(EVERY, beat_and_close, (WORKER,))

    def stop(self, parent: Any) -> None:
        """No more signs once the worker stops."""
        if self.entry is not None:
            self.entry.cancel()
            self.entry = None
