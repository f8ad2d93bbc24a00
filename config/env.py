"""Typed readers of the environment that fail loudly, and the list of every variable the project reads.

A variable is declared here once, with its type, default and meaning; `docs/settings.md` is compared with this
list by `dev.py check`, so an undocumented or forgotten variable fails there.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

REQUIRED = object()
# A host that does not answer is told within seconds, by /healthz too; one that vanished behind an open connection is
# noticed within half a minute, and what a worker on it had locked is free again within a minute. Nobody waits longer
# for a lock. The address may say otherwise: postgres://…?keepalives_idle=60
POSTGRESQL_OPTIONS = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    # Compiling a page's query takes longer than running it. And a page of the database costs a tenth of what PostgreSQL
    # assumes: an address book lies in memory, where reading a few thousand people by their keys is cheaper than all.
    # Helpers for one query take longer to start than such a query takes, and the cores from everybody else.
    "options": "-c idle_in_transaction_session_timeout=60s -c lock_timeout=60s"
    " -c jit=off -c max_parallel_workers_per_gather=0 -c random_page_cost=0.1 -c seq_page_cost=0.1",
    # Only statements that ask for it are prepared: the engine's (mailing/dispatch/store.py).
    "prepare_threshold": 5,
}


@dataclass(frozen=True)
class Variable:
    """One environment variable: its name, how it is read, its default and what it means."""

    name: str
    kind: str
    default: Any
    meaning: str


_env = environ.Env()
VARIABLES: dict[str, Variable] = {}


def read(kind: str, name: str, default: Any, meaning: str) -> Any:
    """Read NAME as `kind` (str, bool, int, list, url) or, when unset, give `default`.

    A variable `NAME_FILE` names a file that holds the value (a container secret). Raises ImproperlyConfigured
    with the variable's name, never its value, when it is missing and required or not of its kind.
    """
    VARIABLES[name] = Variable(name, kind, default, meaning)
    _load_from_file(name)
    if name not in os.environ or os.environ[name] == "":
        if default is REQUIRED:
            raise ImproperlyConfigured(f"{name} is not set. {meaning} See docs/settings.md.")
        return default
    readers: dict[str, Callable[[str], Any]] = {
        "str": _env.str,
        "bool": _env_bool,
        "int": _env.int,
        "list": _env.list,
        "url": _env.str,
    }
    try:
        return readers[kind](name)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is not a valid {kind}. {meaning} See docs/settings.md.") from error


def pairs(values: list[str], name: str) -> dict[str, str]:
    """Take "KEY=value" entries apart. Raises ImproperlyConfigured, without the value, for one that is none."""
    found = {}
    for number, entry in enumerate(values, start=1):
        key, sign, value = entry.partition("=")
        if not (sign and key.strip()):
            raise ImproperlyConfigured(f"{name}: entry {number} is not of the form KEY=value. See docs/settings.md.")
        found[key.strip()] = value.strip()
    return found


def _env_bool(name: str) -> bool:
    """Refuse a typo ("ture") instead of reading it as False, as django-environ would."""
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    value = os.environ[name].strip().lower()
    if value not in words:
        raise ValueError(name)
    return words[value]


def _load_from_file(name: str) -> None:
    path = os.environ.get(f"{name}_FILE")
    if not path or os.environ.get(name):
        return
    try:
        with open(path, encoding="utf-8") as file:
            os.environ[name] = file.read().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE names a file that cannot be read. {error.strerror}.") from error


def database(name: str, default: str, meaning: str) -> dict[str, Any]:
    """Read a database URL into Django's form; SQLite gets WAL, IMMEDIATE transactions and a busy timeout."""
    url = read("url", name, default, meaning)
    try:
        settings = dict(_env.db_url_config(url))
    except (ValueError, KeyError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured(f"{name} is not a database URL. {meaning} See docs/settings.md.") from error
    if settings.get("ENGINE") == "django.db.backends.sqlite3":
        settings["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        }
        # Tests use a file as well: worker processes and heartbeat threads open it beside the test.
        settings["TEST"] = {"NAME": f"{settings['NAME']}.test"}
    elif settings.get("ENGINE") != "django.db.backends.postgresql":
        raise ImproperlyConfigured(f"{name} must name PostgreSQL or SQLite. {meaning}")
    else:
        settings["OPTIONS"] = POSTGRESQL_OPTIONS | settings.get("OPTIONS", {})
    settings["CONN_HEALTH_CHECKS"] = True
    return settings


def paces(name: str, pairs: list[str]) -> dict[str, float]:
    """Read ["gmail.com=300", …] as messages a minute by domain, in small letters. Raises ImproperlyConfigured."""
    found: dict[str, float] = {}
    for pair in pairs:
        domain, _equals, number = (part.strip() for part in pair.partition("="))
        try:
            found[domain.casefold()] = float(number)
        except ValueError:
            domain = ""
        if not domain or not 0 < found[domain.casefold()] < float("inf"):
            raise ImproperlyConfigured(f"{name} is a list such as gmail.com=300,outlook.com=200. See docs/settings.md.")
    return found


def broker_url(redis_url: str) -> str:
    """Celery's spelling of a Redis URL: a socket is `unix://` to redis-py and `redis+socket://` to kombu."""
    if redis_url.startswith("unix://"):
        return "redis+socket://" + redis_url.removeprefix("unix://")
    return redis_url
