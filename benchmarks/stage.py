"""Where a benchmark runs: a fresh database, with Django set up on it."""

import contextlib
import json
import os
import platform
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any


@contextlib.contextmanager
def fresh_database() -> Iterator[str]:
    """Set Django up on an empty, migrated database (DATABASE_URL's server, else SQLite) and give its kind."""
    from desk.demo.database import temporary_database

    with tempfile.TemporaryDirectory(prefix="dmr-bench-") as folder, temporary_database(Path(folder)) as url:
        # In debug mode Django keeps the text of every statement.
        os.environ.update(DATABASE_URL=url, DEBUG="0", LOG_LEVEL="ERROR", DJANGO_SETTINGS_MODULE="config.settings")
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        try:
            yield connection.vendor
        finally:
            connection.close()


def show(found: dict[str, Any], *, as_json: bool) -> None:
    """Print one result: one object on one line, or a line for each figure."""
    found = {**found, "python": platform.python_version(), "cores": os.cpu_count()}
    if as_json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:>24}  {value}")
