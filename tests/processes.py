"""Real processes for tests: Celery workers and beat to kill, a broker to stop, and a catcher that is the next hop.

All of them listen on 127.0.0.1 or on a Unix socket in a temporary folder, and end with the test.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import redis
from django.db import connection
from kombu import pools

from config.celery import app
from tests.broker import broker_binary
from tests.faults.smtp import Answer, Message, Server

ROOT = Path(__file__).resolve().parent.parent
# What a catcher's script answers to have the connection cut instead of a reply; at the dot, after or before the
# message was taken.
CUT = "cut"
DROP = "drop"
# No answer at all, and the connection stays open; at the dot the message is not taken.
HANG = "hang"


@dataclass(frozen=True)
class Caught:
    """One message as the next hop took it; `at` is time.monotonic() of the final dot."""

    envelope_from: str
    recipient: str
    data: bytes
    at: float


class Catcher:
    """A mail server on a free loopback port that takes every message, unless a script says otherwise.

    `on_rcpt(address)` and `on_data(address)` may give a reply ("550 5.1.1 No such user"), CUT, DROP, HANG, or None
    for the usual 250; so may what stands in `on` for any other phase of tests/faults/smtp.py, for the recipient if
    there is one yet. They run in a thread of their own and may block. At the dot, a message answered with CUT was
    taken before the cut, one answered with DROP was not. `delay` is seconds between a dot and its answer.
    """

    def __init__(self, delay: float = 0.0) -> None:
        self.delay = delay
        self.messages: list[Caught] = []
        self.on_rcpt: Callable[[str], str | None] = lambda address: None
        self.on_data: Callable[[str], str | None] = lambda address: None
        self.on: dict[str, Callable[[str], str | None]] = {}
        self.server = Server(self._decide, self._take)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        # Scripts may block for long, and each open connection may be in one.
        self._scripts = ThreadPoolExecutor(32)

    def __enter__(self) -> "Catcher":
        self._thread.start()
        self._listener = asyncio.run_coroutine_threadsafe(self.server.listen(), self._loop).result(10)
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *details: object) -> None:
        self._loop.call_soon_threadsafe(self._listener.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._scripts.shutdown(wait=False, cancel_futures=True)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def letters(self) -> list[Caught]:
        """What was caught of mailings, without the system's own mail."""
        return [caught for caught in self.messages if b"\r\nX-Reference: " in caught.data]

    @property
    def recipients(self) -> list[str]:
        """Every recipient of a letter, once for each copy."""
        return [caught.recipient for caught in self.letters]

    def _decide(self, phase: str, address: str) -> asyncio.Future | None:
        script = {"rcpt": self.on_rcpt, "dot": self.on_data, **self.on}.get(phase)
        return asyncio.ensure_future(self._ask(phase, script, address), loop=self._loop) if script else None

    async def _ask(self, phase: str, script: Callable[[str], str | None], address: str) -> Answer:
        if phase == "dot" and self.delay:
            await asyncio.sleep(self.delay)
        # Not undone when the client is killed meanwhile: a server that has read the dot goes on.
        words = await self._loop.run_in_executor(self._scripts, script, address)
        special = {CUT: Answer(drop=True, keep=True), DROP: Answer(drop=True), HANG: Answer(hang=True)}
        return special.get(words or "", Answer(reply=words or ""))

    def _take(self, message: Message) -> None:
        self.messages.append(Caught(message.envelope_from, message.recipient, message.data, time.monotonic()))


class Broker:
    """A broker of one test's own: it can be stopped, started again and emptied without disturbing other tests."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="dmr"))
        self._socket = self._folder / "b.sock"
        self._process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"unix://{self._socket}"

    def start(self) -> None:
        # Beside PostgreSQL the installed server, beside SQLite the wheel's: the two set-ups people run.
        installed = shutil.which("redis-server") if connection.vendor == "postgresql" else None
        options = ["--port", "0", "--unixsocket", str(self._socket), "--save", "", "--dir", str(self._folder)]
        self._process = subprocess.Popen(
            [installed or broker_binary(), *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_until(self.answers, 10, "the broker does not start")

    def answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.RedisError:
            return False

    @property
    def client(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self._socket), socket_timeout=10)

    def flush(self) -> None:
        self.client.flushall()

    def has_a_listener(self, queue: str) -> bool:
        """Whether a worker waits for bells of a queue."""
        return bool(self.client.exists(f"_kombu.binding.{queue}")) and any(
            one["cmd"] == "brpop" for one in self.client.client_list()
        )

    def stop(self) -> None:
        """As a power failure would: at once, and nothing is kept."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._socket.unlink(missing_ok=True)
            self._process = None

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


def point_celery_at(url: str) -> str:
    """Publish to another broker from this process; gives the former one's URL."""
    former = app.conf.broker_url
    app.conf.broker_url = url
    app._pool = None
    app.amqp._producer_pool = None
    pools.reset()
    return str(former)


def live_database_url() -> str:
    """The URL under which another process opens the database of the running test."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    user, password = quote(settings["USER"]), quote(settings["PASSWORD"])
    server = f"{settings['HOST']}:{settings['PORT']}" if settings["PORT"] else settings["HOST"]
    return f"postgres://{user}{':' if password else ''}{password}@{server}/{settings['NAME']}"


class CeleryProcess:
    """A process of ours in a process group of its own, so that a kill takes its children too."""

    def __init__(self, arguments: list[str], *, broker: str, smtp: str, **environment: object) -> None:
        self._command = [sys.executable, "-m", "celery", "-A", "config", *arguments]
        self._environment = os.environ | {
            "DATABASE_URL": live_database_url(),
            "REDIS_URL": broker,
            "SMTP_URL": smtp,
            "LOG_LEVEL": "WARNING",
            **{name: str(value) for name, value in environment.items()},
        }
        self._log = tempfile.NamedTemporaryFile(prefix="dmr", suffix=".log")  # noqa: SIM115 - lives as long as this
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            self._command, cwd=ROOT, env=self._environment, stdout=self._log, stderr=self._log, start_new_session=True
        )

    def signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def kill(self) -> None:
        """SIGKILL to the whole group: no handler runs, nothing is given back."""
        self.signal(signal.SIGKILL)
        self.process.wait(10)

    def freeze(self) -> None:
        self.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.signal(signal.SIGCONT)

    def revive(self) -> None:
        """What a supervisor does: start it again if it died. A worker may die with its broker (DESIGN 7)."""
        if self.process.poll() is not None:
            self.start()

    def log(self) -> str:
        return Path(self._log.name).read_text(errors="replace")


class WorkerProcess(CeleryProcess):
    """A real dispatch worker. `concurrency` over 1 uses the prefork pool."""

    _number = 0

    def __init__(self, *, broker: str, smtp: str, concurrency: int = 1, **environment: object) -> None:
        WorkerProcess._number += 1
        self.name = f"w{WorkerProcess._number}@{os.getpid()}"
        pool = ["--pool", "prefork" if concurrency > 1 else "solo", "-c", str(concurrency)]
        options = ["-Q", "dispatch,default", "-n", self.name, "--without-gossip", "--without-mingle"]
        super().__init__(["worker", *pool, *options, "--loglevel", "WARNING"], broker=broker, smtp=smtp, **environment)

    def wait_ready(self, seconds: float = 60.0) -> None:
        """Until it answers a ping through the broker."""
        ping = app.control.ping
        wait_until(lambda: ping(destination=[self.name], timeout=0.3), seconds, "the worker does not start", self.log)


class BeatProcess(CeleryProcess):
    """The real beat with the real schedule."""

    def __init__(self, *, broker: str, smtp: str, **environment: object) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="dmr")
        schedule = str(Path(self._folder.name) / "schedule")
        super().__init__(["beat", "-s", schedule, "--loglevel", "WARNING"], broker=broker, smtp=smtp, **environment)


class LoopProcess(CeleryProcess):
    """`manage.py run_dispatch`: a worker without Celery and without a broker, started as people start it."""

    def __init__(self, *, smtp: str, **environment: object) -> None:
        super().__init__([], broker="unix:///nonexistent/broker.sock", smtp=smtp, **environment)

    def start(self) -> None:
        self._command = [sys.executable, "manage.py", "run_dispatch"]
        super().start()


def wait_until(
    is_so: Callable[[], object], seconds: float, complaint: str, evidence: Callable[[], str] = lambda: ""
) -> None:
    """Wait until something is so, or fail with a complaint."""
    for _moment in moments(seconds):
        if is_so():
            return
    raise AssertionError(f"After {seconds} s {complaint}.\n{evidence()}")


def moments(seconds: float, step: float = 0.05) -> Iterator[float]:
    """Every `step` seconds for `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield time.monotonic()
        time.sleep(step)
