"""C1 to C9: a worker dies by SIGKILL at every point of a letter's way, each in turn (RELIABILITY 2 and 6)."""

import shutil

import pytest

from mailing import bell
from tests.faults.people import mailing_to_many_domains
from tests.processes import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

POINTS = [f"c{number}" for number in range(1, 10)]


@pytest.fixture
def mailing_of(catcher):
    """Makes a mailing to 24 people in chunks of four; some are refused for good, some once."""

    def make(kind):
        mailing = mailing_to_many_domains(24, chunk=4, kind=kind)
        emails = list(mailing.deliveries.order_by("id").values_list("email", flat=True))
        once = dict.fromkeys(emails[3::9], "451 4.3.0 Try again")
        closed = dict.fromkeys(emails[4::9], "550 5.2.1 Closed")
        catcher.on_rcpt = lambda address: once.pop(address, None) or closed.get(address)
        catcher.on_data = lambda address: "554 5.6.0 Not wanted" if address in emails[5::9] else None
        return mailing

    return make


def traps(folder, points, victim=""):
    return ",".join(f"{point}{victim}:1@{folder / point}" for point in points)


def fallen(folder):
    return sorted(path.name for path in folder.iterdir() if path.name in POINTS)


def assert_each_point_was_survived(seen, folder, worker):
    ledger = seen.until_finished(90, beat_by_hand=True, supervise=[worker])
    assert fallen(folder) == POINTS, worker.log()[-3000:]
    # One connection a worker, one worker: at most one letter for each death is not known (G6).
    assert ledger["uncertain"] <= len(POINTS)
    assert ledger["failed"] + ledger["sent"] + ledger["uncertain"] == 24
    assert ledger["failed"] <= 6
    seen.assert_the_ledger_tells_the_truth()


@pytest.mark.parametrize("kind", ["letter", "newsletter"])
def test_a_plain_loop_is_killed_at_each_point(kind, mailing_of, start_loop, watch, tmp_path):
    mailing, worker = mailing_of(kind), start_loop(failpoints=traps(tmp_path, POINTS), LEASE_SECONDS=1)
    assert_each_point_was_survived(watch(mailing, worker), tmp_path, worker)


def test_the_child_of_a_worker_is_killed_at_each_point(mailing_of, start_celery, watch, tmp_path):
    mailing, worker = mailing_of("newsletter"), start_celery(failpoints=traps(tmp_path, POINTS), LEASE_SECONDS=1)
    bell.ring(mailing.pk)
    assert_each_point_was_survived(watch(mailing, worker), tmp_path, worker)


def test_the_parent_of_a_worker_is_killed_at_each_point(mailing_of, start_celery, watch, tmp_path):
    """The child that sends lives on as an orphan, beside the children of the worker that is started next."""
    mailing, worker = mailing_of("letter"), start_celery(failpoints=traps(tmp_path, POINTS, "/parent"), LEASE_SECONDS=1)
    bell.ring(mailing.pk)
    assert_each_point_was_survived(watch(mailing, worker), tmp_path, worker)


def test_without_its_journal_a_lost_window_is_uncertain_as_a_whole_and_nothing_is_sent_twice(
    mailing_of, start_loop, watch, tmp_path, journal_folder
):
    """As when the host is lost: its window, and no more, is not known."""
    mailing = mailing_of("newsletter")
    worker = start_loop(failpoints=traps(tmp_path, ["c6"]), LEASE_SECONDS=1)
    seen = watch(mailing, worker)
    wait_until(worker.process.is_dead, 40, "it lives", worker.log)
    shutil.rmtree(journal_folder, ignore_errors=True)

    ledger = seen.until_finished(60, beat_by_hand=True, supervise=[worker])
    assert 1 <= ledger["uncertain"] <= 4
    seen.assert_the_ledger_tells_the_truth()
