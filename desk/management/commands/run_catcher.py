"""manage.py run_catcher: the demo's mail server, which keeps every message as a file and sends nothing on."""

import asyncio
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from desk.catcher import serve


class Command(BaseCommand):
    """Runs until it is told to stop."""

    help = "Catches all mail on 127.0.0.1 and keeps it as .eml files. Nothing leaves this machine."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen and where to keep."""
        parser.add_argument("--port", type=int, default=1025, help="port on 127.0.0.1; 0 chooses a free one")
        parser.add_argument("--dir", required=True, help="folder of the messages; made when it is not there")

    def handle(self, *args: Any, **options: Any) -> None:
        """Catch until SIGTERM or Ctrl-C."""
        try:
            asyncio.run(serve(options["port"], Path(options["dir"]), ready=self._say))
        except OSError as error:
            raise CommandError(f"The catcher cannot start: {error.strerror}.") from None

    def _say(self, port: int) -> None:
        self.stderr.write(f"Catching mail on 127.0.0.1:{port}.")
