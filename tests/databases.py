"""A migrated database made once and copied for every test run and each of its workers: migrating takes ten seconds.

It is made anew whenever a migration, what migrations read, or the packages change; it lies in var/tests/ (SQLite) or
beside the tests' own databases on the server (PostgreSQL). What Django does after copying is the same as ever: it
migrates, and finds nothing to do.
"""

import fcntl
import hashlib
import importlib
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import environ
import psycopg
import pytest
from django.apps import apps
from django.core.management.commands import flush
from django.db import connection
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "tests"
PREFIX = "demarche_tests_"
# What a migration does may depend on: itself, the triggers and columns it takes from beside it, the rows it loads.
READ = ["*/migrations/*.py", "accounts/append_only.py", "contacts/country_now.py", "contacts/reference/*", "*.lock"]


def state_of_the_migrations() -> str:
    """Sixteen letters that change with anything a migrated database depends on."""
    found = hashlib.sha256(sys.version.encode())
    for path in sorted(path for pattern in READ for path in ROOT.glob(pattern)):
        found.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return found.hexdigest()[:16]


@contextmanager
def one_at_a_time():
    """The workers of a run wait for the one that migrates."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with open(FOLDER / "lock", "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def migrate(url: str) -> None:
    """Migrate an empty database in a process of its own, so that nothing of the tests stands open on it."""
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "DATABASE_URL": url}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.exit(f"The database of the tests cannot be migrated:\n{done.stderr[-3000:]}", returncode=1)


def migrated_file() -> Path:
    """The file to copy for SQLite."""
    path = FOLDER / f"{PREFIX}{state_of_the_migrations()}.sqlite3"
    with one_at_a_time():
        if not path.exists():
            for old in FOLDER.glob(f"{PREFIX}*"):
                old.unlink()
            made = path.with_suffix(".part")
            migrate(f"sqlite:///{made}")
            made.rename(path)
    return path


def migrated_database() -> str:
    """The name of the database to copy for PostgreSQL; those of earlier migrations are dropped."""
    name = f"{PREFIX}{state_of_the_migrations()}"
    settings = environ.Env.db_url_config(os.environ["DATABASE_URL"])
    parameters = {"host": settings["HOST"], "port": settings["PORT"], "user": settings["USER"]}
    if settings["PASSWORD"]:
        parameters["password"] = settings["PASSWORD"]
    with one_at_a_time(), psycopg.connect(dbname="postgres", autocommit=True, **parameters) as server:
        rows = server.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"]).fetchall()
        there = {row[0] for row in rows}
        if name not in there:
            for old in there:
                server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(old)))
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(f"{name}_part")))
            migrate(_with_name(os.environ["DATABASE_URL"], f"{name}_part"))
            renamed = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            server.execute(renamed.format(sql.Identifier(f"{name}_part"), sql.Identifier(name)))
    return name


def _with_name(url: str, name: str) -> str:
    head, question, query = url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}{question}{query}"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Have the tests' database copied from the migrated one, each worker its own."""
    if connection.vendor == "postgresql":
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated_database()
        yield
        return
    migrated = migrated_file()
    creation = type(connection.creation)
    original = creation._create_test_db

    def copied(self, *args, **kwargs):
        name = original(self, *args, **kwargs)
        shutil.copyfile(migrated, name)
        return name

    with mock.patch.object(creation, "_create_test_db", copied):
        yield


@pytest.fixture(autouse=True, scope="session")
def rows_of_migrations_come_back():
    """A transactional test empties the tables afterwards; the one that a migration fills is filled again at once.

    Workers that have nothing left take over from others, so such a test may come before one that needs these rows.
    """
    fill = importlib.import_module("advocacy.migrations.0008_days").write_days
    original = flush.Command.handle

    def handle(self, **options):
        try:
            return original(self, **options)
        finally:
            if options["database"] == "default":
                fill(apps, SimpleNamespace(connection=connection))

    flush.Command.handle = handle
    yield
    flush.Command.handle = original
