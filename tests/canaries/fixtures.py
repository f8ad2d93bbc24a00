"""Fixtures of every test: the canaries are in its database, and nothing of them gets out."""

import base64
import contextlib
import os
import re

import pytest
import redis
from django.core.management.commands import flush

from tests.canaries.counting import EVERYBODY
from tests.canaries.guard import Guard, watching
from tests.canaries.rows import plant, traces, uproot

_BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
# CANARIES=0 leaves the rows out, to see whether a test fails because of them.
IS_ON = os.environ.get("CANARIES") != "0"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The database of the tests has the canaries from the first one on."""
    if IS_ON:
        with django_db_blocker.unblock():
            plant()


@pytest.fixture(autouse=True, scope="session")
def canaries_come_back():
    """A transactional test empties the tables afterwards; the canaries are planted again at once."""
    original = flush.Command.handle

    def handle(self, **options):
        try:
            return original(self, **options)
        finally:
            if IS_ON and options["database"] == "default":
                plant()

    flush.Command.handle = handle
    yield
    flush.Command.handle = original


@pytest.fixture(scope="session")
def session_guard():
    """One guard for the whole run; at its end the broker is looked through as well."""
    with watching(Guard()) as guard:
        yield guard
    left = traces(broker_dump(os.environ["REDIS_URL"]))
    assert not left, f"The broker keeps {', '.join(left)}"


@pytest.fixture(autouse=True)
def guard(session_guard):
    """Fails the test during which a secret got out."""
    session_guard.take()
    yield session_guard
    leaks = session_guard.take()
    if leaks:
        pytest.fail("A secret address got out:\n" + "\n".join(dict.fromkeys(leaks)), pytrace=False)


@pytest.fixture(autouse=True)
def without_canaries_where_everybody_counts(request):
    """The few tests that count all people run without the rows."""
    if IS_ON and request.node.nodeid.startswith(EVERYBODY) and _uses_database(request):
        request.getfixturevalue("_django_db_helper")
        uproot()


def _uses_database(request):
    fixtures = {"db", "transactional_db", "live_server"}
    return bool(request.node.get_closest_marker("django_db") or fixtures & set(request.fixturenames))


def broker_dump(url):
    """Every key of the broker's database with all it holds, as bytes; empty when the broker has gone."""
    if url.startswith("unix://"):
        path, _, number = url.removeprefix("unix://").partition("?virtual_host=")
        client = redis.Redis(unix_socket_path=path, db=int(number or 0))
    else:
        client = redis.Redis.from_url(url)
    read = {
        b"string": client.get,
        b"list": lambda key: client.lrange(key, 0, -1),
        b"set": client.smembers,
        b"zset": lambda key: client.zrange(key, 0, -1),
        b"hash": client.hgetall,
    }
    parts = []
    with client:
        for key in client.scan_iter():
            kind = client.type(key)
            parts.append(repr((key, read[kind](key) if kind in read else client.dump(key))))
    whole = "\n".join(parts)
    return whole + "\n".join(repr(_decoded(word)) for word in _BASE64.findall(whole))


def _decoded(word):
    """What a task's message packs up in base64; nothing when it is none."""
    with contextlib.suppress(ValueError):
        return base64.b64decode(word)
    return b""
