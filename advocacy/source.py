"""The source code of this site as it runs, changes included: what section 13 of the AGPL gives to every visitor.

Only kinds of files that are code or documents, in folders that hold nothing else. What an installation keeps beside
them (the environment, keys, the database, uploads, var/) is in none of these folders.
"""

import gzip
import io
import tarfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from django.conf import settings

FOLDERS = (
    *("transport", "accounts", "contacts", "advocacy", "mailing", "desk", "config"),
    *("templates", "static", "locale", "docs", "tests", "benchmarks"),
)
# Beside the folders; an image or a package may lack some of them.
FILES = (
    *("manage.py", "dev.py", "pyproject.toml", "requirements.lock", "requirements-dev.lock", "Dockerfile"),
    *("docker-compose.yml", ".env.example", "LICENSE", "NOTICE", "README.md", "CHANGELOG.md", "CONTRIBUTING.md"),
)
ENDINGS = {".py", ".html", ".txt", ".css", ".js", ".svg", ".po", ".mo", ".md", ".csv", ".json", ".liquid", ".typ"}
NAME = "demarche"


def files() -> Iterator[Path]:
    """Every file of the archive, in order, below the project's folder."""
    root: Path = settings.BASE_DIR
    yield from (root / name for name in FILES if (root / name).is_file())
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
            if path.suffix in ENDINGS and path.is_file() and not path.is_symlink() and not hidden:
                yield path


@lru_cache(maxsize=1)
def archive() -> bytes:
    """The archive (.tar.gz), made once in the life of a process; the same code gives the same bytes."""
    whole = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=whole, mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        for path in files():
            row = tarfile.TarInfo(f"{NAME}/{path.relative_to(settings.BASE_DIR).as_posix()}")
            row.size = path.stat().st_size
            with path.open("rb") as file:
                tar.addfile(row, file)
    return whole.getvalue()
