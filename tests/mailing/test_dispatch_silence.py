"""A session that fell silent in the middle of a pipeline is ended, and no other: its locks would be held for ever."""

import contextlib
import time

import psycopg
import pytest
from django.db import OperationalError, connection

from mailing.dispatch import recovery
from mailing.dispatch.silence import end_silent, unless_locked
from mailing.dispatch.store import note_activity
from mailing.models import Delivery
from tests.faults.postgres import server_url
from tests.letters import letter_being_sent
from tests.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def another():
    """Another session on the test's database."""
    with psycopg.connect(server_url()) as found:
        yield found
        found.close()


@pytest.fixture(autouse=True)
def short_lease(settings):
    settings.LEASE_SECONDS = 0.3


def lives(session):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", [session.info.backend_pid])
        return cursor.fetchone() == (1,)


@pytest.mark.only_postgresql
def test_a_pipeline_without_its_end_is_ended_after_a_lease(another):
    with contextlib.suppress(psycopg.OperationalError), another.pipeline():
        another.execute("SELECT 1")
        assert end_silent() == 0
        time.sleep(0.4)
        assert end_silent() == 1
        wait_until(lambda: not lives(another), 10, "its session is still there")


@pytest.fixture
def short_idling():
    """As PostgreSQL's own clock for idling in a transaction, in the session that looks."""
    with connection.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = '300ms'")
        yield
        cursor.execute("RESET idle_in_transaction_session_timeout")


@pytest.mark.only_postgresql
def test_a_transaction_that_idles_too_long_after_a_pipeline_is_ended(another, short_idling):
    with another.pipeline():
        another.execute("SELECT 1")
    assert end_silent() == 0
    time.sleep(0.4)
    assert end_silent() == 1
    wait_until(lambda: not lives(another), 10, "its session is still there")


@pytest.mark.only_postgresql
def test_where_idling_has_no_limit_nobody_is_ended_for_it(another, short_idling):
    with connection.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = 0")
    with another.pipeline():
        another.execute("SELECT 1")
    time.sleep(0.4)
    assert end_silent() == 0


@pytest.mark.only_postgresql
def test_a_sign_of_life_does_not_wait_for_a_window_that_another_session_holds_open(another):
    mailing = letter_being_sent(1)
    another.execute("SELECT 1 FROM mailing_mailing WHERE id = %s FOR SHARE", [mailing.pk])
    assert not note_activity(mailing.pk)

    another.rollback()
    assert note_activity(mailing.pk)


@pytest.mark.only_postgresql
def test_who_idles_or_copies_or_works_is_left_alone(another):
    another.execute("CREATE TEMPORARY TABLE words (word text)")
    time.sleep(0.4)
    assert end_silent() == 0
    with another.cursor() as cursor, cursor.copy("COPY words FROM STDIN") as copy:
        copy.write(b"one\n")
        time.sleep(0.4)
        assert end_silent() == 0
    assert another.execute("SELECT count(*) FROM words").fetchone() == (1,)


@pytest.mark.only_postgresql
def test_a_sweep_does_not_wait_for_a_mailing_that_another_session_holds(another):
    mailing = letter_being_sent(1)
    Delivery.objects.update(status="sent", sent_at=mailing.created_at)
    mailing.chunks.update(state="done")
    another.execute("SELECT 1 FROM mailing_mailing WHERE id = %s FOR SHARE", [mailing.pk])
    recovery.sweep()
    mailing.refresh_from_db()
    assert mailing.status == "sending"

    another.rollback()
    recovery.sweep()
    mailing.refresh_from_db()
    assert mailing.status == "finished"


def test_other_faults_of_the_database_are_not_hidden():
    with pytest.raises(OperationalError, match="gone"), unless_locked():
        raise OperationalError("gone")


def test_where_there_are_no_such_sessions_nothing_happens():
    assert end_silent() == 0
