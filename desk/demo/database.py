"""A fresh database for one run: a file in a temporary folder, or one of its own on the server of DATABASE_URL."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql


@contextlib.contextmanager
def temporary_database(folder: Path) -> Iterator[str]:
    """Give the URL of an empty database; on a server it is dropped afterwards."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith(("postgres://", "postgresql://", "psql://")):
        yield f"sqlite:///{folder / 'db.sqlite3'}"
        return
    parts = urlsplit(given)
    name = f"demarche_once_{secrets.token_hex(4)}"
    with psycopg.connect(_existing(given), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield urlunsplit(parts._replace(path=f"/{name}"))
        finally:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _existing(url: str) -> str:
    """The URL of a database that is there: the named one, or the server's own where that is not made yet."""
    url = urlunsplit(urlsplit(url)._replace(scheme="postgresql"))
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return urlunsplit(urlsplit(url)._replace(path="/postgres"))
    return url
