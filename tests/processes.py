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
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import redis
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection
from kombu import pools

from config.celery import app
from tests.broker import broker_binary

ROOT = Path(__file__).resolve().parent.parent
# What a catcher's script answers to have the connection cut instead of a reply.
CUT = "cut"


@dataclass(frozen=True)
class Caught:
    """One message as the next hop took it; `at` is time.monotonic() of the final dot."""

    envelope_from: str
    recipient: str
    data: bytes
    at: float


class Catcher:
    """A mail server on a free loopback port that takes every message, unless a script says otherwise.

    `on_rcpt(address)` and `on_data(address)` may give a reply ("550 5.1.1 No such user"), CUT, or None for the usual
    250. They run in a thread of their own and may block. A message answered with CUT was taken before the cut.
    """

    def __init__(self, delay: float = 0.0) -> None:
        self.delay = delay
        self.messages: list[Caught] = []
        self.on_rcpt: Callable[[str], str | None] = lambda address: None
        self.on_data: Callable[[str], str | None] = lambda address: None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> "Catcher":
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *details: object) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(
            lambda: SMTP(self, hostname="catcher.example", loop=self._loop, decode_data=False), "127.0.0.1", 0
        )

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

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list) -> str:
        answer = await asyncio.to_thread(self.on_rcpt, address)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return self._say(server, answer)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        (recipient,) = envelope.rcpt_tos
        if self.delay:
            await asyncio.sleep(self.delay)
        # Not undone when the client is killed meanwhile: a server that has read the dot goes on.
        return self._say(server, await asyncio.to_thread(self._take, envelope, recipient))

    def _take(self, envelope: Envelope, recipient: str) -> str | None:
        answer = self.on_data(recipient)
        if answer is None or answer == CUT:
            content = bytes(envelope.content or b"")
            self.messages.append(Caught(str(envelope.mail_from), recipient, content, time.monotonic()))
        return answer

    def _say(self, server: SMTP, answer: str | None) -> str:
        if answer == CUT:
            server.transport.abort()
        return answer or "250 2.0.0 Ok"


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
        return redis.Redis(unix_socket_path=str(self._socket))

    def flush(self) -> None:
        self.client.flushall()

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
    """A `celery` process in a process group of its own, so that a kill takes its children too."""

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
