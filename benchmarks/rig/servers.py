"""Private servers of one benchmark run: PostgreSQL with its promises kept, Redis, and a sink for mail.

All of them listen on 127.0.0.1, keep their files in a temporary folder, and end with the run.
"""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from benchmarks.rig.usage import Watch, cpu_seconds, file_system, octets_read

NO_SINK = "smtp-sink and smtp-source are not on PATH: they are in Debian's postfix package, in /usr/sbin."
NO_REDIS = "redis-server is not on PATH: install Debian's redis-server package, or set REDIS_URL."
NO_POSTGRES = "PostgreSQL's initdb was not found: install Debian's postgresql package, or set DATABASE_URL."


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_for_port(port: int, seconds: float = 20.0) -> None:
    """Until somebody answers there. Raises SystemExit when nobody does in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise SystemExit(f"Nobody answers on port {port} after {seconds:.0f} s.")


def tool(name: str, complaint: str) -> str:
    """The path of a program, on PATH or where Debian keeps it. Raises SystemExit with `complaint`."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/lib/postfix/sbin")
    if not found:
        raise SystemExit(complaint)
    return found


@contextlib.contextmanager
def postgres(*settings: str) -> Iterator[dict[str, str | int]]:
    """A server: the one of DATABASE_URL, else a private one with fsync and synchronous_commit on.

    `settings` are further ones for a private server ("shared_buffers=512MB"). Gives `url`, `pid` of its first process
    (0 when it is not ours), `server` and `files` (kind of file system).
    """
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith(("postgres://", "postgresql://", "psql://")):
        yield {"url": given, "pid": 0, "server": "of DATABASE_URL", "files": "not known"}
        return
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name.split(".")[0]))
    beside = shutil.which("initdb")
    programs = Path(beside).parent if beside else (folders[-1] if folders else None)
    if programs is None:
        raise SystemExit(NO_POSTGRES)
    with tempfile.TemporaryDirectory(prefix="dmr-pg-", ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        shutil.chown(folder, "postgres") if os.geteuid() == 0 else None
        _as_postgres(programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        port = free_port()
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=on -c synchronous_commit=on"
        options += "".join(f" -c {setting}" for setting in settings)
        _as_postgres(programs / "pg_ctl", "-D", data, "-w", "-l", f"{folder}/log", "-o", options, "start")
        try:
            pid = int((data / "postmaster.pid").read_text(encoding="ascii").split()[0])
            url = f"postgres://postgres@127.0.0.1:{port}/postgres"
            yield {"url": url, "pid": pid, "server": "private", "files": file_system(folder)}
        finally:
            _as_postgres(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")


def _as_postgres(*command: object) -> None:
    """PostgreSQL refuses to run as root; its own user does, where we are root."""
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", "postgres", "--", *words]
    # Not a pipe: the server keeps what it inherits, and a pipe would never end.
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(words, stdout=said, stderr=said, cwd="/", check=False)  # noqa: S603
        if done.returncode:
            said.seek(0)
            raise SystemExit(f"PostgreSQL: {said.read().decode(errors='replace')[-500:]}")


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """A private Redis that writes nothing to disk; gives its URL. Bells only are in it."""
    program = tool("redis-server", NO_REDIS)
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="dmr-redis-") as folder:
        quiet = subprocess.DEVNULL
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder]
        with subprocess.Popen([program, *options], stdout=quiet, stderr=quiet) as process:  # noqa: S603
            try:
                wait_for_port(port)
                yield f"redis://127.0.0.1:{port}/0"
            finally:
                process.terminate()
                process.wait(10)


class Sink:
    """A fresh `smtp-sink` of one part: takes every message and throws it away. Watches how much it has read.

    The rate of every part is taken here, in the same way for all: from the first octet to the end of the last message.
    """

    def __init__(self) -> None:
        """Nothing is started yet."""
        self._program = tool("smtp-sink", NO_SINK)
        self.port = free_port()

    def __enter__(self) -> Self:
        # It gives its rights away when root starts it.
        who = ["-u", "nobody"] if os.geteuid() == 0 and _exists("nobody") else []
        quiet = subprocess.DEVNULL
        command = [self._program, *who, f"127.0.0.1:{self.port}", "512"]
        self._process = subprocess.Popen(command, stdout=quiet, stderr=quiet)  # noqa: S603
        wait_for_port(self.port)
        time.sleep(0.1)
        self._watch = Watch(lambda: octets_read(self._process.pid)).__enter__()
        self._cpu = cpu_seconds(self._process.pid)
        return self

    def __exit__(self, *details: object) -> None:
        self._watch.__exit__()
        self._process.terminate()
        self._process.wait(10)

    @property
    def url(self) -> str:
        """Where it listens, as SMTP_URL wants it."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def octets(self) -> int:
        """What it has read so far: commands and messages."""
        return self._watch.grown

    def wait_quiet(self, seconds: float = 0.3) -> None:
        """Until it has read nothing new for `seconds`."""
        last = -1
        while self.octets != last:
            last = self.octets
            time.sleep(seconds)

    def rate(self, messages: int, size: int) -> dict[str, float]:
        """Messages a second of a part that sent `messages` of about `size` octets each, and the sink's own CPU.

        From the first message's text to the last's. Raises AssertionError when what was read is not that many
        messages: something else was measured then.
        """
        self.wait_quiet()
        a_message = self.octets / messages
        if not size - 16 <= a_message <= size * 1.06 + 400:
            raise AssertionError(f"The sink read {a_message:.0f} octets a message, where one has {size}.")
        seconds = self._watch.seconds_between(size // 2, self.octets - size // 2)
        cpu = (cpu_seconds(self._process.pid) - self._cpu) / messages
        return {
            "messages": messages,
            "seconds": round(seconds, 3),
            "per_second": round(messages / seconds, 1) if seconds else 0.0,
            "octets_per_message": round(a_message),
            "sink_cpu_us": round(cpu * 1e6),
        }


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


@contextlib.contextmanager
def embedded_broker() -> Iterator[str]:
    """The broker of a small installation, as the demo has it; gives its URL."""
    from desk.broker import EmbeddedBroker

    broker = EmbeddedBroker()
    try:
        yield broker.start()
    finally:
        broker.stop()
