"""What a worker does while it has nothing to do: it looks after what lost workers left, so that beat may be dead."""

from typing import Any

from celery import bootsteps

# Beat looks every five seconds; without it, a kill is noticed within a lease and this.
EVERY = 10.0


class IdleSweep(bootsteps.StartStopStep):
    """A step of the worker that asks for a sweep now and then. An answer that comes too late is thrown away.

    The question goes through the broker, so a worker that is busy does not answer and an idle one does.
    """

    requires = {"celery.worker.components:Timer"}

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        super().__init__(parent, **kwargs)
        self.entry: Any = None

    def start(self, parent: Any) -> None:
        """From the worker's own timer."""
        from mailing import bell  # models are loaded only after Celery has set Django up

        self.entry = parent.timer.call_repeatedly(EVERY, bell.ring_sweep, (EVERY,))

    def stop(self, parent: Any) -> None:
        """No more questions once the worker stops."""
        if self.entry is not None:
            self.entry.cancel()
            self.entry = None
