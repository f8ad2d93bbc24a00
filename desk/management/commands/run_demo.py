"""Run the demo: everything it needs under one supervisor, until Ctrl-C. `python3 dev.py demo` calls this."""

import fcntl
import hashlib
import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from desk.broker import BrokerError
from desk.demo.accounts import ACCOUNTS, PASSWORD
from desk.demo.processes import MANAGE, Stage
from desk.supervisor import ServiceError, Supervisor


class Command(BaseCommand):
    """Migrates, starts broker, catcher, worker, beat and web, loads the demo's data on first use, and watches."""

    help = "Runs the demo until Ctrl-C. Mail stays on this machine."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The port to try first, the folder of everything it keeps, and --json."""
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--folder", type=Path, default=settings.BASE_DIR / "var" / "demo")
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--reset", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until somebody asks to stop."""
        folder: Path = options["folder"]
        folder.mkdir(parents=True, exist_ok=True)
        if options["reset"] and settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
            raise CommandError("--reset throws away the demo's own files only. Drop and make your database yourself.")
        with (folder / "running").open("a+", encoding="utf-8") as lock:
            claim(lock)
            stage = Stage(
                folder,
                database_url=settings_database_url(),
                web_port=options["port"],
                SEND_HOLD_SECONDS="10",
                PLATFORM_NAME="Sample Platform",
                PLATFORM_TAGLINE="Advocacy desk (demo)",
            )
            lock.write(stage.url)
            lock.flush()
            try:
                with Supervisor() as supervisor:
                    self._run(supervisor, stage, as_json=options["json"])
            except KeyboardInterrupt:
                pass
            except (ServiceError, BrokerError) as error:
                raise CommandError(str(error)) from error
            finally:
                stage.close()
        supervisor.say("Everything has stopped. The data is kept; the next start is quick.")

    def _run(self, supervisor: Supervisor, stage: Stage, *, as_json: bool) -> None:
        supervisor.say("Starting: database, broker, mail catcher, worker, beat, web.")
        first = [supervisor.start(service) for service in [*stage.broker(), stage.catcher()]]
        known = is_ready(stage.folder)
        if not known:
            run_step(supervisor, stage, "migrate", "--verbosity", "0")
        supervisor.wait_until_ready(*first)
        supervisor.start(stage.worker(2))
        supervisor.start(stage.beat())
        web = supervisor.start(stage.web())
        if not known:
            run_step(supervisor, stage, "load_demo")
            (stage.folder / "ready").write_text(fingerprint(), encoding="utf-8")
        supervisor.wait_until_ready(web, seconds=60)
        self.stdout.write(json.dumps(as_object(stage)) if as_json else as_text(stage))
        self.stdout.flush()
        supervisor.watch()


def claim(lock: IO[str]) -> None:
    """Hold the demo's folder, or say where the demo runs that holds it. Raises CommandError."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise CommandError(f"The demo runs already, at {lock.read() or 'another terminal'}. Stop it there.") from None
    lock.truncate(0)


def settings_database_url() -> str:
    """The database's URL as the environment gave it."""
    return os.environ.get("DATABASE_URL") or f"sqlite:///{settings.BASE_DIR / 'var' / 'demo' / 'db.sqlite3'}"


def is_ready(folder: Path) -> bool:
    """Whether an earlier start made the database in this folder and no migration has changed since."""
    mark, name = folder / "ready", Path(str(settings.DATABASES["default"]["NAME"]))
    if not (mark.exists() and name.parent == folder and name.exists()):
        return False
    return mark.read_text(encoding="utf-8") == fingerprint()


def fingerprint() -> str:
    """A digest of all migrations."""
    files = sorted(settings.BASE_DIR.glob("*/migrations/*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def run_step(supervisor: Supervisor, stage: Stage, *command: str) -> None:
    """Run one command beside the services. Raises CommandError when it fails, KeyboardInterrupt on a stop."""
    code = supervisor.run([*MANAGE, *command], stage.env)
    if supervisor.stopping:
        raise KeyboardInterrupt
    if code:
        raise CommandError(f"{command[0]} failed (exit {code}). To start afresh: python3 dev.py demo --reset")


def as_object(stage: Stage) -> dict[str, Any]:
    """What a program needs to know about the running demo."""
    people = [{"email": account.email, "password": PASSWORD, "role": account.role} for account in ACCOUNTS]
    return {"url": f"{stage.url}/", "outbox": f"{stage.url}/outbox/", "accounts": people}


def as_text(stage: Stage) -> str:
    """What a person needs to know about the running demo."""
    width = max(len(account.email) for account in ACCOUNTS)
    lines = [f"    {account.email:<{width}}  {PASSWORD}  {account.can}" for account in ACCOUNTS]
    return "\n".join(
        [
            "",
            f"  The demo runs at {stage.url}/desk/",
            "",
            "  Sign in with one of these addresses and this password:",
            *lines,
            "",
            f"  Letters stay on this machine; read them at {stage.url}/outbox/",
            "  Everything here is made up. Ctrl-C stops it.",
            "",
        ]
    )
