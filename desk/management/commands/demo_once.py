"""A letter and a newsletter without a browser, on a fresh database, with a real worker and real SMTP; then the proof.

Two parts. Outside, this command makes a temporary folder and database and keeps broker, catcher and worker alive.
Inside (`--inside`), a second process with that environment does what people's clicks do and prints the report.
"""

import json
import shutil
import sys
import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from desk.broker import BrokerError
from desk.demo.database import temporary_database
from desk.demo.processes import MANAGE, Stage
from desk.supervisor import ServiceError, Supervisor

COMMITTEES = ["EMPL", "FEMM", "LIBE"]


class Command(BaseCommand):
    """Exits 0 only if the ledger adds up and every message arrived exactly once, in its language."""

    help = "Import, segment, statement, letter, approval, dispatch by a worker, a newsletter, and the report."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--out keeps messages and ledger; --json prints one object; --inside is for this command itself."""
        parser.add_argument("--out", type=Path)
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--inside", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the part that was asked for."""
        if options["inside"]:
            self._inside(as_json=options["json"], out=options["out"])
            return
        folder = Path(tempfile.mkdtemp(prefix="dmr-once-"))
        try:
            with temporary_database(folder) as url:
                code = self._outside(folder, url, options)
        except (BrokerError, ServiceError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            code = 130
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        sys.exit(code)

    def _outside(self, folder: Path, database_url: str, options: dict[str, Any]) -> int:
        out: Path | None = options["out"]
        flags = ["--inside", *(["--json"] if options["json"] else []), *(["--out", str(out)] if out else [])]
        stage = Stage(folder, database_url=database_url, PLATFORM_NAME="Sample Platform", SEND_HOLD_SECONDS="0")
        try:
            with Supervisor() as supervisor:
                services = [supervisor.start(service) for service in [*stage.broker(), stage.catcher()]]
                code = supervisor.run([*MANAGE, "migrate", "--verbosity", "0"], stage.env)
                if code:
                    return code
                supervisor.wait_until_ready(*services)
                worker = supervisor.start(stage.worker(1))
                code = supervisor.run([*MANAGE, "demo_once", *flags], stage.env)
                if code not in (0, 130):
                    self._show_logs(supervisor, folder)
                assert worker.process is not None  # noqa: S101 - start() made it
                return code
        finally:
            stage.close()

    def _show_logs(self, supervisor: Supervisor, folder: Path) -> None:
        for log in sorted((folder / "logs").glob("*.log")):
            words = log.read_text(encoding="utf-8", errors="replace").strip()
            if words:
                supervisor.say(f"--- {log.name}\n{words[-3000:]}")

    def _inside(self, *, as_json: bool, out: Path | None) -> None:
        from desk.demo import report

        if not settings.DEMO:
            raise CommandError("This works in the demo only (DEMO=1). Run it by: python3 dev.py demo --once")
        started = time.monotonic()
        mailing = report.walk_the_path(COMMITTEES, say=self.stderr.write)
        messages = Path(settings.DEMO_CATCHER_DIR)
        checks = report.prove_all(mailing, COMMITTEES, messages, say=self.stderr.write)
        if out:
            report.leave_files(mailing, messages, out)
        found = report.as_object(mailing, checks, seconds=time.monotonic() - started)
        self.stdout.write(json.dumps(found) if as_json else report.as_text(found))
        self.stdout.flush()
        sys.exit(0 if found["ok"] else 1)
