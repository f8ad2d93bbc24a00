"""C1 to C9: a worker dies by SIGKILL at every point of a letter's way, each in turn (RELIABILITY 2 and 6)."""

import pytest

from mailing import bell
from tests.letters import letter_being_sent

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

POINTS = [f"c{number}" for number in range(1, 10)]


@pytest.fixture(params=["letter", "newsletter"])
def mailing(request, catcher):
    """Thirty people in chunks of five; some are refused at RCPT for good, some once, some after the dot."""
    mailing = letter_being_sent(30, chunk=5, kind=request.param)
    emails = list(mailing.deliveries.order_by("id").values_list("email", flat=True))
    once = dict.fromkeys(emails[3::9], "451 4.3.0 Try again")
    catcher.on_rcpt = lambda address: (
        once.pop(address, None) or ("550 5.2.1 Closed" if address in emails[4::9] else None)
    )
    catcher.on_data = lambda address: "554 5.6.0 Not wanted" if address in emails[5::9] else None
    return mailing


def traps(folder, points, victim=""):
    return ",".join(f"{point}{victim}:1@{folder / point}" for point in points)


def fallen(folder):
    return sorted(path.name for path in folder.iterdir() if path.name in POINTS)


def assert_each_point_was_survived(seen, folder, worker):
    ledger = seen.until_finished(90, beat_by_hand=True, supervise=[worker])
    assert fallen(folder) == POINTS, worker.log()[-3000:]
    # One connection a worker, one worker: at most one letter for each death is not known (G6).
    assert ledger["uncertain"] <= len(POINTS)
    assert ledger["failed"] + ledger["sent"] + ledger["uncertain"] == 30
    assert ledger["sent"] >= 30 - 6 - len(POINTS)
    seen.assert_the_ledger_tells_the_truth()


def test_a_plain_loop_is_killed_at_each_point(mailing, start_loop, watch, tmp_path):
    worker = start_loop(failpoints=traps(tmp_path, POINTS))
    assert_each_point_was_survived(watch(mailing, worker), tmp_path, worker)


def test_the_child_of_a_worker_is_killed_at_each_point(mailing, start_celery, watch, tmp_path):
    worker = start_celery(pool="prefork", failpoints=traps(tmp_path, POINTS))
    bell.ring(mailing.pk)
    assert_each_point_was_survived(watch(mailing, worker), tmp_path, worker)


def test_the_parent_of_a_worker_is_killed_at_each_point(mailing, start_celery, watch, tmp_path):
    """The child that sends lives on as an orphan, beside the children of the worker that is started next."""
    worker = start_celery(pool="prefork", failpoints=traps(tmp_path, POINTS, "/parent"))
    bell.ring(mailing.pk)
    assert_each_point_was_survived(watch(mailing, worker), tmp_path, worker)
