"""Fixtures of every test: a cast of colleagues, and append-only triggers that let a flush pass."""

import os
from pathlib import Path
from unittest import mock

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.management.commands import flush
from django.db import connection

from accounts.append_only import set_triggers
from tests.canaries.fixtures import (  # noqa: F401 - fixtures of every test
    canaries_come_back,
    django_db_setup,
    guard,
    session_guard,
    without_canaries_where_everybody_counts,
)
from tests.databases import django_db_modify_db_settings, rows_of_migrations_come_back  # noqa: F401 - the same
from tests.e2e.fixtures import browser, visit  # noqa: F401 - fixtures of every room, made once a session
from tests.factories import UserFactory
from tests.faults.fixtures import (  # noqa: F401 - the same
    broker,
    catcher,
    database_proxy,
    journal_folder,
    mail_proxy,
    own_postgres,
    postgres_server,
    start_any,
    start_beat,
    start_celery,
    start_forked_beat,
    start_loop,
    start_solo,
    start_worker,
    watch,
    zygote,
)

# TRUNCATE makes new files for every table, which takes a second; of a hundred tables a test fills a few. In this role
# neither triggers nor foreign keys look on.
EMPTY_WHAT_HOLDS_ROWS = """
DO $$
DECLARE
    one text;
    filled boolean;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema()
        AND tablename NOT IN ('django_migrations', 'django_content_type', 'auth_permission')
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', one) INTO filled;
        IF filled THEN
            EXECUTE format('DELETE FROM %I', one);
        END IF;
    END LOOP;
END $$
"""


def is_superuser():
    """Whether the tests' user may take the role in which triggers rest."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return cursor.fetchone() == (True,)


@pytest.fixture(autouse=True, scope="session")
def flush_passes_append_only_triggers():
    """Transactional tests empty the tables afterwards; the triggers step aside for that moment only.

    The names of tables (content types) are put back as they were: to look for them in all models takes ten times as
    long as to empty the tables. Nobody uses Django's own permissions.
    """
    original = flush.Command.handle
    names = []

    def handle(self, **options):
        if names and connection.vendor == "postgresql" and is_superuser():
            with mock.patch.object(flush, "sql_flush", return_value=[EMPTY_WHAT_HOLDS_ROWS]):
                original(self, **options | {"inhibit_post_migrate": True})
            return
        rows = ContentType.objects.using(options["database"])
        names[:] = names or rows.all()
        set_triggers(options["database"], installed=False)
        try:
            original(self, **options | {"inhibit_post_migrate": bool(names)})
            if names:
                rows.bulk_create(names)
        finally:
            set_triggers(options["database"], installed=True)

    flush.Command.handle = handle
    yield
    flush.Command.handle = original


@pytest.fixture(autouse=True, scope="session")
def hash_passwords_fast():
    """Argon2 as in production, with the least work: a test that signs in must not wait for it."""
    kept = Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism
    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 8, 1
    yield
    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = kept


@pytest.fixture(autouse=True)
def nothing_is_remembered():
    """What a process keeps in its memory for a minute belongs to one test."""
    cache.clear()


@pytest.fixture
def viewer(db):
    return UserFactory(email="vera@platform.example", name="Vera Viewer", role="viewer")


@pytest.fixture
def officer(db):
    return UserFactory(email="boris@platform.example", name="Boris Editor", role="officer")


@pytest.fixture
def approver(db):
    return UserFactory(email="ilse@platform.example", name="Ilse Approver", role="approver")


@pytest.fixture
def administrator(db):
    return UserFactory(email="adele@platform.example", name="Adele Admin", role="administrator")


@pytest.fixture
def stranger(db):
    """Chidi works for another organisation and sees none of the platform's rows."""
    return UserFactory(email="chidi@elsewhere.example", name="Chidi Stranger", role="officer", affiliation=False)


@pytest.fixture
def database_vendor(db):
    return connection.vendor


@pytest.fixture(scope="session")
def real_data():
    """The folder of real public files; tests on them run only where it is named."""
    folder = os.environ.get("DEMARCHE_REAL_DATA")
    if not folder:
        pytest.skip("DEMARCHE_REAL_DATA is not set: tests on the real public files run only where they lie.")
    return Path(folder)


@pytest.fixture
def more_languages(settings):
    """Pages and the workspace in three languages, as they will be once locale/ holds translations."""
    settings.LANGUAGES = settings.DESK_LANGUAGES = [("en", "English"), ("fr", "Français"), ("de", "Deutsch")]
