"""The disk of the journals is full: sending goes on, less is known after a kill, and nothing false is."""

import pytest

from mailing.dispatch import journal
from tests.faults.disks import fill, small_disk
from tests.letters import in_one_chunk, letter_being_sent
from tests.processes import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def small_journal_folder(settings, journal_folder, tmp_path):
    """Where workers keep their journals from now on: a file system of 64 KB."""
    with small_disk(tmp_path / "journals", "64k") as folder:
        settings.JOURNAL_DIR = str(folder)
        yield folder


def test_it_fills_up_in_the_middle_and_then_a_worker_dies(small_journal_folder, start_loop, catcher, watch):
    catcher.delay = 0.01
    mailing = letter_being_sent(80, chunk=80)
    in_one_chunk(mailing)
    unlucky = mailing.deliveries.order_by("id")[70].email
    worker = start_loop(JOURNAL_DIR=str(small_journal_folder))
    catcher.on_data = lambda address: worker.kill() if address == unlucky else None
    seen = watch(mailing, worker)
    seen.until_caught(3)
    filler = fill(small_journal_folder)
    wait_until(lambda: worker.process.returncode is not None, 40, "it lives", worker.log)

    # No half journal is left, which would say that letters did not leave that did.
    assert "Sending goes on without a journal" in worker.log()
    assert not journal.path_of(mailing.chunks.get().owner).exists()
    catcher.on_data = lambda address: None
    other = start_loop(JOURNAL_DIR=str(small_journal_folder))
    seen.processes = (worker, other)
    ledger = seen.until_finished(beat_by_hand=True)
    assert (ledger["sent"], ledger["uncertain"]) == (79, 1)
    assert mailing.deliveries.get(status="uncertain").email == unlucky
    seen.assert_the_ledger_tells_the_truth()

    # Room again, and journals are kept again.
    filler.unlink()
    second, found = letter_being_sent(3), []
    catcher.on_data = lambda address: found.extend(journal.paths())
    assert watch(second, other).until_finished(beat_by_hand=True)["sent"] == 3
    assert found
