"""PostgreSQL crashes, throws workers out, falls silent or is full: never "sent" without a commit, never two copies."""

import os
import shutil
import time

import pytest
from django.db import connection

from mailing import bell
from tests.faults.disks import fill, small_disk
from tests.faults.proxy import SYNC
from tests.letters import letter_being_sent
from tests.processes import live_database_url, moments, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.only_postgresql, pytest.mark.django_db(transaction=True)]


def test_it_crashes_twice_and_recovers(own_postgres, start_any, catcher, watch):
    catcher.delay = 0.03
    mailing = letter_being_sent(60, chunk=10)
    workers = [start_any(), start_any()]
    bell.ring(mailing.pk)
    seen = watch(mailing, *workers)

    for caught in (10, 30):
        seen.until_caught(caught, beat_by_hand=True, supervise=workers)
        connection.close()
        own_postgres.restart()
    started = time.monotonic()
    seen.until_caught(31, seconds=30, beat_by_hand=True, supervise=workers)
    print(f"sending again {time.monotonic() - started:.1f} s after the restart")
    ledger = seen.until_finished(beat_by_hand=True, supervise=workers)

    # The servers answered and the workers lived: what they know they write down when the database is back.
    assert ledger["sent"] + ledger["uncertain"] == 60
    assert ledger["uncertain"] <= 2 * len(workers)
    seen.assert_the_ledger_tells_the_truth()


def test_its_backends_are_terminated_again_and_again(start_loop, catcher, watch):
    catcher.delay = 0.02
    mailing = letter_being_sent(60, chunk=10)
    workers = [start_loop(), start_loop()]
    seen = watch(mailing, *workers)
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> %s"

    for caught in (5, 15, 25, 35):
        seen.until_caught(caught, beat_by_hand=True, supervise=workers)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            cursor.execute(others, cursor.fetchone())
    ledger = seen.until_finished(beat_by_hand=True, supervise=workers)

    assert ledger["sent"] + ledger["uncertain"] == 60
    assert ledger["uncertain"] <= 4 * len(workers)
    seen.assert_the_ledger_tells_the_truth()


def test_it_falls_silent_behind_a_connection_that_seems_to_live(start_loop, database_proxy, catcher, watch):
    """A worker that hears nothing may not send on after its lease; what it had locked is freed, and another goes on."""
    catcher.delay = 0.05
    mailing = letter_being_sent(40, chunk=10)
    # 60 s in production (config/env.py).
    short = "?options=-c%20idle_in_transaction_session_timeout%3D2s"
    cut_off = start_loop(database=database_proxy.url + short)
    seen = watch(mailing, cut_off)
    seen.until_caught(5)

    database_proxy.is_silent = True
    other = start_loop(database=live_database_url() + short)
    seen.processes = (cut_off, other)
    seen.until(lambda ledger: ledger["sent"] + ledger["uncertain"] == 40, beat_by_hand=True)
    database_proxy.is_silent = False
    ledger = seen.until_finished(beat_by_hand=True)
    time.sleep(1)

    assert ledger["uncertain"] <= 1
    seen.assert_the_ledger_tells_the_truth()


def test_it_hears_no_more_in_the_middle_of_a_pipeline_that_holds_locks(start_loop, database_proxy, catcher, watch):
    """The server takes that for work, not for idleness, and waits: other workers have to end it."""
    catcher.delay = 0.02
    mailing = letter_being_sent(20, chunk=10)
    database_proxy.falls_silent_after = after_the_locks(database_proxy, "UPDATE mailing_deliverychunk")
    cut_off = start_loop(database=database_proxy.url)
    wait_until(lambda: database_proxy.is_silent, 30, "it never came so far", cut_off.log)

    other = start_loop()
    seen = watch(mailing, cut_off, other)
    ledger = seen.until(lambda ledger: not ledger["queued"], 30, beat_by_hand=True, supervise=[other])
    database_proxy.falls_silent_after = lambda data: None
    database_proxy.is_silent = False

    # The intent was never committed, so nothing of it had left.
    assert (ledger["sent"], ledger["uncertain"]) == (20, 0)
    seen.until_finished(beat_by_hand=True)
    seen.assert_the_ledger_tells_the_truth()


def after_the_locks(proxy, statement):
    """How much passes until a known statement was asked for ("Bind"), which takes its locks, but no pipeline's end."""
    is_known = False

    def passed(data):
        nonlocal is_known
        is_known |= statement.encode() in data
        if not is_known or proxy.is_silent or not data.startswith(b"B"):
            return None
        return data.index(SYNC) if SYNC in data else len(data)

    return passed


def test_a_host_that_vanished_is_noticed():
    """Locks of a vanished host go within a minute: else nobody could pause the mailing for hours."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("1min",)
        cursor.execute("SELECT 1")
    assert connection.connection.info.get_parameters()["keepalives_idle"] == "10"


@pytest.fixture
def database_on_a_small_disk(own_postgres):
    """The test's database on a file system of 24 MB."""
    with small_disk(own_postgres.folder / f"small{os.urandom(2).hex()}", "24m") as folder:
        (folder / "space").mkdir()
        if os.getuid() == 0:
            shutil.chown(folder / "space", "postgres")
        connection.close()
        own_postgres.sql("postgres", f"CREATE TABLESPACE small LOCATION '{folder / 'space'}'")
        own_postgres.sql("postgres", f"ALTER DATABASE {own_postgres.name} SET TABLESPACE small")
        # Else there is room for every result in the pages that are there.
        own_postgres.sql(own_postgres.name, "ALTER TABLE mailing_delivery SET (fillfactor = 100)")
        yield folder
        connection.close()
        own_postgres.sql("postgres", f"DROP DATABASE {own_postgres.name} WITH (FORCE)")
        own_postgres.sql("postgres", "DROP TABLESPACE small")


def test_its_disk_is_full(database_on_a_small_disk, start_loop, catcher, watch):
    catcher.delay = 0.01
    mailing = letter_being_sent(200, chunk=25)
    worker = start_loop()
    seen = watch(mailing, worker)
    seen.until_caught(5, supervise=[worker])

    filler = fill(database_on_a_small_disk)
    # What is left is room inside the tables' own pages; then nothing can be committed, so nothing more leaves.
    before = -1
    for _moment in moments(20, 0.8):
        worker.revive()
        if len(catcher.messages) in (before, 200):
            break
        before = len(catcher.messages)
    assert len(catcher.messages) < 200, "the disk was not full"
    seen.ledger()
    filler.unlink()

    ledger = seen.until_finished(beat_by_hand=True, supervise=[worker])
    assert ledger["sent"] + ledger["uncertain"] == 200
    seen.assert_the_ledger_tells_the_truth()
