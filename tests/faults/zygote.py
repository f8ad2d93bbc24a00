"""Workers that start in some 50 ms: forked from one process that has Django loaded and no connection open.

    python -m tests.faults.zygote

It takes one line of JSON after the other on standard input and answers each with one. {"do": "fork", …} makes a
worker (see `become`) and gives its pid; {"do": "poll", "pid": N} gives how it ended, as subprocess does, or null. Its
children are in process groups of their own and are reaped only when asked for, so no pid is used twice. It ends, and
kills them, when its standard input does. What a fork leaves out of a worker's life, the start, other tests show with
real `celery` commands.
"""

import atexit
import contextlib
import ctypes
import faulthandler
import gc
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
# Seconds for one answer: the first one waits until Django is loaded.
PATIENCE = 60.0
# A loop looks for work again after so many seconds.
PAUSE = 0.2


class Zygote:
    """Starts the process and asks it for workers."""

    def __init__(self, **environment: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.zygote"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"ALLOW_FAILPOINTS": "1", "LOG_LEVEL": "WARNING"} | environment,
        )
        # A mail server's script may kill a worker while the test looks whether it lives.
        self._one_at_a_time = threading.Lock()
        atexit.register(self.close)

    def ask(self, **question: Any) -> Any:
        """Send one order and give the answer. Raises AssertionError when none comes."""
        assert self._process.stdin
        assert self._process.stdout
        with self._one_at_a_time:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
            is_there = select.select([self._process.stdout], [], [], PATIENCE)[0]
            line = self._process.stdout.readline() if is_there else ""
        assert line, f"The process that forks workers gave no answer within {PATIENCE} s: {question['do']}"
        return json.loads(line)

    def close(self) -> None:
        """End it and all that it forked."""
        assert self._process.stdin
        self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        self._process.kill()


class Child:
    """One forked worker, with what the tests use of subprocess.Popen."""

    def __init__(self, zygote: Zygote, pid: int) -> None:
        self._zygote, self.pid = zygote, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """How it ended, or None while it lives."""
        if self.returncode is None:
            self.returncode = self._zygote.ask(do="poll", pid=self.pid)
        return self.returncode

    def is_dead(self) -> bool:
        """Whether it ended; does not reap it."""
        return self.returncode is not None or Path(f"/proc/{self.pid}/stat").read_text().split(") ")[1][0] == "Z"

    def wait(self, timeout: float) -> int:
        """Wait for its end."""
        end = time.monotonic() + timeout
        while self.poll() is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(f"worker {self.pid}", timeout)
            time.sleep(0.005)
        return int(self.returncode or 0)

    def terminate(self) -> None:
        """SIGTERM to it alone."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGTERM)


class ForkedWorker:
    """A worker from a zygote. `kind`: "loop" is `run_dispatch`, "worker" and "beat" Celery's, "call" a function.

    `settings` are Django's, `failpoints` as in mailing/dispatch/failpoints.py; `arguments` go to the command
    or to the function that `call` names. `patches` give things in modules another value, by their dotted paths.
    """

    def __init__(self, zygote: Zygote, kind: str, **order: Any) -> None:
        self._zygote = zygote
        self._log = tempfile.NamedTemporaryFile(prefix="dmr", suffix=".log")  # noqa: SIM115 - lives as long as this
        self.former: list[Child] = []
        self.order = {"do": "fork", "kind": kind, "log": self._log.name, **order}
        self.start()

    def start(self) -> None:
        """Fork it (again)."""
        self.process = Child(self._zygote, self._zygote.ask(**self.order))

    def signal(self, number: int) -> None:
        """To it and all its children."""
        if self.process.returncode is None:
            _signal_group(self.process.pid, number)

    def kill(self) -> None:
        """SIGKILL to the whole group, and to what former lives of it left behind."""
        for child in [*self.former, self.process]:
            if child.returncode is None:
                _signal_group(child.pid, signal.SIGKILL)
                child.wait(10)
        self.former.clear()

    def freeze(self) -> None:
        self.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.signal(signal.SIGCONT)

    def revive(self) -> bool:
        """What a supervisor does: start it again if it died. True if it had.

        The dead is not reaped yet, so that its number stays that of its orphans' group.
        """
        if not self.process.is_dead():
            return False
        self.former.append(self.process)
        self.start()
        return True

    def tell_where(self) -> None:
        """Have its threads' stacks written into its log, for a test that waits in vain."""
        if self.order["kind"] == "loop" and not self.process.is_dead():
            os.kill(self.process.pid, signal.SIGUSR1)
            time.sleep(0.2)

    def log(self) -> str:
        return Path(self._log.name).read_text(errors="replace")


def _signal_group(number_of_group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(number_of_group, number)


def main() -> None:
    """Load everything once, then fork on demand."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    import_all()
    gc.freeze()
    children: dict[int, int | None] = {}
    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "fork":
            pid = os.fork()
            if pid == 0:
                run_child(order)
            children[pid] = None
            answer: Any = pid
        else:
            answer = children[order["pid"]] = poll(order["pid"], children[order["pid"]])
        print(json.dumps(answer), flush=True)
    for pid, end in children.items():
        if poll(pid, end) is None:
            os.killpg(pid, signal.SIGKILL)


def poll(pid: int, end: int | None) -> int | None:
    """How a child ended, or None."""
    if end is not None:
        return end
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def import_all() -> None:
    """What a worker needs sooner or later, loaded before it is forked."""
    import celery.apps.beat
    import celery.apps.worker
    import celery.bin.worker
    import celery.concurrency.prefork
    import celery.concurrency.solo
    import celery.worker.consumer
    import kombu.transport.redis
    import psycopg

    import config.celery
    import mailing.management.commands.run_dispatch
    import mailing.tasks
    import transport.smtp

    config.celery.app.finalize()
    assert all((celery, kombu, psycopg, mailing, transport))


def run_child(order: dict[str, Any]) -> None:
    """Be a worker until the end; never returns."""
    status = 1
    try:
        os.setpgid(0, 0)
        # prctl(PR_SET_PDEATHSIG, SIGKILL): when the zygote dies, whatever the reason, so does this.
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
        log = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        for number, target in ((os.open(os.devnull, os.O_RDONLY), 0), (log, 1), (log, 2)):
            os.dup2(number, target)
        if order["kind"] == "loop":
            faulthandler.register(signal.SIGUSR1)
        sys.stdin = open(os.devnull)  # noqa: SIM115 - as long as the process
        become(order)
        status = 0
    except SystemExit as end:
        status = int(end.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def become(order: dict[str, Any]) -> None:
    """Take over database, settings and traps of an order, and do its kind of work."""
    from django.conf import settings
    from django.db import connections

    from config.celery import app
    from config.env import broker_url, database
    from mailing.dispatch import failpoints

    os.environ.update({"DATABASE_URL": order["database"], "REDIS_URL": order.get("broker", "")})
    connections.settings["default"].update(database("DATABASE_URL", "", ""))
    for name, value in order.get("settings", {}).items():
        setattr(settings, name, value)
    for path, value in order.get("patches", {}).items():
        module, _dot, name = path.rpartition(".")
        setattr(importlib.import_module(module), name, value)
    failpoints.arm(order.get("failpoints", ""), str(order.get("seed", "")))
    if order.get("broker"):
        settings.CELERY_BROKER_URL = app.conf.broker_url = broker_url(order["broker"])
    if order["kind"] == "loop":
        from django.core.management import call_command

        from mailing.management.commands import run_dispatch

        run_dispatch.PAUSE = PAUSE
        call_command("run_dispatch", *order.get("arguments", []))
    elif order["kind"] == "fast_loop":
        loop_fast()
    elif order["kind"] == "call":
        from django.utils.module_loading import import_string

        import_string(order["call"])(*order["arguments"])
    else:
        app.start([order["kind"], *order.get("arguments", [])])


def loop_fast() -> None:
    """`run_dispatch` with a shorter sleep and without bells: for thousands of recipients and kills."""
    from mailing import bell, lifecycle, recounting
    from mailing.dispatch import recovery, sending
    from mailing.dispatch.claiming import has_work

    bell.publish = lambda task, arguments: False
    while True:
        recovery.sweep()
        recounting.begin_due()
        due = [mailing_id for mailing_id in lifecycle.start_due() if has_work(mailing_id)]
        for mailing_id in due:
            sending.run(mailing_id, budget=2.0)
        if not due:
            time.sleep(0.1)


if __name__ == "__main__":
    main()
