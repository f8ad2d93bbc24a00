"""Waiting with a limit and a complaint: a test that waits for ever holds up everybody's run and tells nobody why."""

import os
import select
import signal
import threading
import time
from collections.abc import Sequence
from typing import IO


def read_line(stream: IO[str], seconds: float, awaited: str) -> str:
    """The next line of a process's output; raises AssertionError when none comes in time, "" when it has ended.

    For streams that are read by this alone, a line at a time.
    """
    ready = select.select([stream], [], [], seconds)[0]
    assert ready, f"After {seconds} s there is no word of {awaited}."
    return stream.readline()


def join_all(threads: Sequence[threading.Thread], seconds: float, awaited: str) -> None:
    """Wait for threads, `seconds` for all of them together. Make them daemons, else a stuck one holds up the exit."""
    end = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    stuck = [thread.name for thread in threads if thread.is_alive()]
    assert not stuck, f"After {seconds} s {awaited} have not ended: {', '.join(stuck)}."


def end_of(child: int, seconds: float) -> int:
    """How a forked child ended, as `os.waitpid` gives it; one that does not is killed, and AssertionError raised."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return status
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    raise AssertionError(f"After {seconds} s the forked process has not ended.")
