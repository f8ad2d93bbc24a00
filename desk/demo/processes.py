"""The programs of the demo: broker, catcher, worker, beat, web. What each is started with stands here only."""

import os
import shutil
import socket
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from django.conf import settings

from desk.broker import broker_command
from desk.supervisor import Service

PYTHON = sys.executable
MANAGE = [PYTHON, str(settings.BASE_DIR / "manage.py")]
CELERY = [PYTHON, "-m", "celery", "--app", "config"]


class Stage:
    """Where one demo runs: its folder, its ports, its broker's socket, and the environment of its programs."""

    def __init__(self, folder: Path, *, database_url: str, web_port: int = 8000, **extra: str) -> None:
        self.folder = folder
        self.web_port = web_port if is_free(web_port) else free_port()
        self.smtp_port = free_port()
        self.messages = folder / "outbox"
        self.messages.mkdir(parents=True, exist_ok=True)
        # A short path of its own: a socket's address holds 108 bytes.
        self.sockets = Path(tempfile.mkdtemp(prefix="dmr"))
        self.own_broker = not os.environ.get("REDIS_URL")
        self.env = {
            **os.environ,
            "DEMO": "1",
            "DATABASE_URL": database_url,
            "REDIS_URL": f"unix://{self.socket}" if self.own_broker else os.environ["REDIS_URL"],
            "SITE_URL": self.url,
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
            "SMTP_URL": f"smtp://127.0.0.1:{self.smtp_port}",
            "DEMO_CATCHER_DIR": str(self.messages),
            "MAIL_PROVIDER": "smtp",
            "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
            **extra,
        }

    @property
    def url(self) -> str:
        """Where the web pages are, without a slash at the end."""
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def socket(self) -> Path:
        """The broker's socket."""
        return self.sockets / "b.sock"

    def close(self) -> None:
        """Remove what only a running demo needs."""
        shutil.rmtree(self.sockets, ignore_errors=True)

    def broker(self) -> list[Service]:
        """The embedded broker with its append-only file; none where REDIS_URL names one."""
        if not self.own_broker:
            return []
        data = self.folder / "broker"
        data.mkdir(exist_ok=True)
        command = broker_command(self.socket, data=data)
        return [self._service("broker", command, ready=lambda: accepts(str(self.socket)), needed_to_stop=True)]

    def catcher(self) -> Service:
        """The local SMTP server that keeps every message in a folder and sends nothing on."""
        command = [*MANAGE, "run_catcher", "--port", str(self.smtp_port), "--dir", str(self.messages)]
        return self._service("catcher", command, ready=lambda: accepts(self.smtp_port), needed_to_stop=True)

    def worker(self, processes: int) -> Service:
        """Celery's worker for both queues."""
        options = ["--concurrency", str(processes), "--queues", "dispatch,default", "--without-gossip"]
        command = [*CELERY, "worker", *options, "--without-mingle", "--loglevel", "WARNING", "--hostname", "demo@%h"]
        return self._service("worker", command, grace=15)

    def beat(self) -> Service:
        """Celery's beat: rings again for whatever waits."""
        schedule = str(self.folder / "beat-schedule")
        command = [*CELERY, "beat", "--schedule", schedule, "--pidfile", "", "--loglevel", "WARNING"]
        return self._service("beat", command)

    def web(self) -> Service:
        """gunicorn with threads, on this machine only."""
        options = [
            "--bind",
            f"127.0.0.1:{self.web_port}",
            "--threads",
            "8",
            "--timeout",
            "60",
            "--log-level",
            "warning",
        ]
        command = [PYTHON, "-m", "gunicorn", *options, "config.wsgi"]
        return self._service("web", command, ready=lambda: answers(f"{self.url}/healthz"))

    def _service(self, name: str, command: list[str], **more: object) -> Service:
        return Service(name, command, self.env, self.folder / "logs" / f"{name}.log", **more)  # type: ignore[arg-type]


def is_free(port: int) -> bool:
    """Whether nobody listens on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def accepts(address: int | str) -> bool:
    """Whether a connection to a port of 127.0.0.1, or to a socket's path, is taken."""
    family = socket.AF_INET if isinstance(address, int) else socket.AF_UNIX
    with socket.socket(family) as probe:
        probe.settimeout(1)
        try:
            probe.connect(("127.0.0.1", address) if isinstance(address, int) else address)
        except OSError:
            return False
    return True


def answers(url: str) -> bool:
    """Whether the web server answers at all; /healthz says 503 until beat and worker have been heard of."""
    try:
        urllib.request.urlopen(url, timeout=2).close()  # noqa: S310 - our own address on this machine
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
