"""A PostgreSQL server of one test run's own: it can be restarted, filled and thrown away without disturbing others."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection


class Postgres:
    """Made by initdb in a temporary folder, listening on loopback. It runs as its own user where we are root."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="dmrpg"))
        self.port = free_port()
        self._data = self.folder / "data"
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres")
        self.folder.chmod(0o755)
        self._run(
            "initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8"
        )
        (self.folder / "data" / "postgresql.auto.conf").write_text("")
        self.start()

    def url(self, name: str, port: int | None = None) -> str:
        """The URL of a database on it, or through a proxy's port."""
        return f"postgres://postgres@127.0.0.1:{port or self.port}/{name}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=60"
        self._run("pg_ctl", "-D", self._data, "-w", "-l", self.folder / "log", "-o", options, "start")

    def stop(self) -> None:
        """As a crash does: no checkpoint, every connection cut."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "stop")

    def restart(self) -> None:
        """Crash and recover."""
        self.stop()
        self.start()

    def close(self) -> None:
        """End it and throw its folder away."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "stop", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def copy_here(self, name: str, *options: str) -> None:
        """Make a database here with the schema (and with `--data` rows) of the database of the running test."""
        self.create(name)
        dump = subprocess.run(
            [tool("pg_dump"), "-O", *options, server_url()], check=True, capture_output=True, timeout=60
        )
        self._run("psql", *self._here, "-q", "-v", "ON_ERROR_STOP=1", "-d", name, input=dump.stdout)

    def create(self, name: str) -> None:
        """Make an empty database."""
        self._run("createdb", *self._here, name)

    @property
    def _here(self) -> list[str]:
        return ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]

    def sql(self, name: str, statement: str) -> None:
        """Run one statement as the superuser."""
        self._run("psql", *self._here, "-q", "-v", "ON_ERROR_STOP=1", "-d", name, "-c", statement)

    def _run(self, program: str, *arguments: object, check: bool = True, input: bytes | None = None) -> None:
        command = [tool(program), *map(str, arguments)]
        if os.getuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        # pg_ctl's server keeps what it inherits: a pipe would never end.
        log = open(self.folder / "tools.log", "ab")  # noqa: SIM115
        with log:
            done = subprocess.run(command, input=input, stdout=log, stderr=log, cwd="/", check=False, timeout=120)
        if check and done.returncode:
            raise AssertionError(f"{program}: " + (self.folder / "tools.log").read_text(errors="replace")[-2000:])


def tool(name: str) -> str:
    """The path of one of PostgreSQL's programs: Debian keeps the server's off PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
    return str(found[-1]) if found else shutil.which(name) or name


def server_url(name: str = "") -> str:
    """The database of the running test (or another of the same server) as libpq spells it."""
    found = connection.settings_dict
    password = f":{found['PASSWORD']}" if found["PASSWORD"] else ""
    return f"postgresql://{found['USER']}{password}@{found['HOST']}:{found['PORT'] or 5432}/{name or found['NAME']}"


def point_django_at(url: str) -> dict:
    """Let this process's ORM use another database; gives what `point_back` wants."""
    parts = urlsplit(url)
    former = {name: connection.settings_dict[name] for name in ("HOST", "PORT", "NAME", "USER", "PASSWORD")}
    connection.close()
    connection.settings_dict.update(
        HOST=parts.hostname, PORT=parts.port, NAME=parts.path[1:], USER=parts.username, PASSWORD=parts.password or ""
    )
    return former


def point_back(former: dict) -> None:
    """Undo `point_django_at`."""
    connection.close()
    connection.settings_dict.update(former)


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        return int(plug.getsockname()[1])


def is_possible() -> bool:
    """Whether a server can be made here."""
    assert settings.DATABASES
    return Path(tool("initdb")).exists() and (os.getuid() != 0 or shutil.which("runuser") is not None)
