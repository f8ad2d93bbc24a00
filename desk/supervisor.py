"""Runs several programs as one: starts them in order, starts again what dies, stops all of them together.

Standard library only. Every program is the leader of its own process group, so that Ctrl-C reaches the supervisor
alone and it can stop them in good order; on Linux they also end when the supervisor is killed.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
# A program that lived this long had started well: the next pause is the first one again.
WELL_AFTER = 60.0
_PR_SET_PDEATHSIG = 1
# Loaded here, since little may be done between fork and exec.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class ServiceError(RuntimeError):
    """A program did not come up in time; the message says which and where its words are."""


@dataclass
class Service:
    """One program to keep alive. `grace` is how many seconds it gets to end by itself after SIGTERM.

    What is `needed_to_stop` (a broker) is stopped when all others have ended.
    """

    name: str
    command: list[str]
    env: dict[str, str]
    log: Path
    ready: Callable[[], bool] = lambda: True
    grace: float = 10
    needed_to_stop: bool = False
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    started: float = field(default=0, init=False)
    pause: float = field(default=FIRST_PAUSE, init=False)
    start_again_at: float | None = field(default=None, init=False)

    def start(self) -> None:
        """Start it; what it prints goes to the end of its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )
        self.started = time.monotonic()
        self.start_again_at = None

    @property
    def is_running(self) -> bool:
        """Whether its process lives."""
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Keeps services alive until it is told to stop. Use it as a context: leaving it stops everything."""

    def __init__(self, *, out: IO[str] | None = None) -> None:
        self.services: list[Service] = []
        self.stopping = False
        self._out = out if out is not None else sys.stderr
        self._old: dict[int, object] = {}

    def __enter__(self) -> "Supervisor":
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._old[number] = signal.signal(number, self._asked_to_stop)
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()
        for number, handler in self._old.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def say(self, text: str) -> None:
        """Tell the person who watches."""
        with contextlib.suppress(OSError):
            print(text, file=self._out, flush=True)

    def start(self, service: Service) -> Service:
        """Start a service and keep it alive from now on."""
        self.services.append(service)
        service.start()
        return service

    def wait_until_ready(self, *services: Service, seconds: float = 30) -> None:
        """Wait until each says it is ready, restarting what dies meanwhile. Raises ServiceError after `seconds`."""
        deadline = time.monotonic() + seconds
        for service in services:
            while not (service.is_running and service.ready()):
                if self.stopping:
                    raise KeyboardInterrupt
                if time.monotonic() > deadline:
                    raise ServiceError(f"{service.name} did not start. Its last words are in {service.log}.")
                self.look_after()
                time.sleep(0.05)

    def run(self, command: list[str], env: dict[str, str], *, quiet: bool = False) -> int:
        """Run one program to its end, keeping the services alive, and give its exit code; 130 when asked to stop."""
        output = subprocess.DEVNULL if quiet else None
        process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=output, start_new_session=True)
        while process.poll() is None:
            if self.stopping:
                process.terminate()
                _end_group(process, 5)
                return 130
            self.look_after()
            time.sleep(0.05)
        return process.returncode

    def watch(self) -> None:
        """Keep everything alive until somebody asks to stop."""
        while not self.stopping:
            self.look_after()
            time.sleep(0.2)

    def look_after(self) -> None:
        """Start again what has died, after a pause that grows while it keeps dying."""
        now = time.monotonic()
        for service in self.services:
            if self.stopping or service.is_running:
                continue
            if service.start_again_at is None:
                if now - service.started > WELL_AFTER:
                    service.pause = FIRST_PAUSE
                service.start_again_at = now + service.pause
                code = service.process.returncode if service.process else "?"
                self.say(
                    f"{service.name} ended (exit {code}). It starts again in {service.pause:g} s. See {service.log}."
                )
                service.pause = min(service.pause * 2, LONGEST_PAUSE)
            elif now >= service.start_again_at:
                service.start()
                self.say(f"{service.name} runs again.")

    def stop(self) -> None:
        """Stop everything: first those that need others to end well, all at once, then these others."""
        self.stopping = True
        for needed in (False, True):
            running = [service for service in self.services if service.process and service.needed_to_stop == needed]
            for service in running:
                if service.is_running and service.process:
                    service.process.terminate()
            deadline = time.monotonic()
            for service in running:
                if service.process:
                    _end_group(service.process, max(0.0, deadline + service.grace - time.monotonic()))

    def _asked_to_stop(self, number: int, frame: object) -> None:
        if not self.stopping:
            self.say("Stopping.")
        self.stopping = True


def _end_group(process: subprocess.Popen[bytes], grace: float) -> None:
    """Wait for a program that was told to end, and SIGKILL whatever of its group is left after `grace` seconds.

    It is told once: a second SIGTERM makes a Celery worker drop the letter in its hand.
    """
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=grace)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _end_with_parent() -> None:
    """In the child, before it becomes the program: end when the supervisor does, however it ends (Linux)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
