"""A worker's journal says what was begun and how it ended, and never something that is not so."""

import errno
import os

import pytest

from mailing import lifecycle
from mailing.dispatch import journal, losing, recovery
from mailing.dispatch.claiming import claim_chunk
from mailing.dispatch.journal import Journal
from mailing.dispatch.results import Result
from mailing.dispatch.store import counts
from mailing.dispatch.window import open_window
from mailing.models import Delivery, DeliveryChunk, DeliveryEvent, Mailing
from tests.letters import expire_leases, in_one_chunk, letter_being_sent, statuses

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path, monkeypatch):
    settings.JOURNAL_DIR = str(tmp_path / "journal")
    settings.LEASE_SECONDS = 30
    monkeypatch.setattr(losing, "_seen", {})
    return tmp_path / "journal"


def sent(row) -> Result:
    return Result(row.pk, "sent", error_code="250", error_detail="2.0.0 Ok", content_digest="d" * 64)


def killed_worker(people: int = 6, *, started: int, finished: int, kind="newsletter"):
    """A mailing whose worker died in a window of `people`: so many had begun, and so many answers were noted."""
    mailing = in_one_chunk(letter_being_sent(people, kind=kind))
    claim = claim_chunk(mailing.pk, "a")
    notes = Journal(claim.owner)
    notes.__enter__()
    window = open_window(claim, mailing, size=50)
    notes.window([row.pk for row in window])
    for number in range(started):
        notes.started(window[number].pk)
        if number < finished:
            notes.finished(sent(window[number]))
    if finished:
        notes.flush()
    expire_leases()
    return mailing


def test_what_was_noted_is_read_again(folder):
    with Journal("host:1:abc") as notes:
        notes.window([1, 2, 3])
        notes.started(1)
        notes.finished(Result(1, "failed", error_kind="permanent", error_detail="“No”", mailbox_gone=True))
        notes.started(2)
        found = journal.read("host:1:abc")
    assert (found.owner, found.is_whole, found.rows, found.started) == ("host:1:abc", True, [1, 2, 3], {1, 2})
    assert found.finished == {1: Result(1, "failed", error_kind="permanent", error_detail="“No”", mailbox_gone=True)}


def test_an_end_is_on_disk_before_the_next_start_and_no_start_waits(folder):
    with Journal("host:1:abc") as notes:
        notes.started(1)
        assert journal.read("host:1:abc").started == {1}
        notes.finished(Result(1, "sent"))
        assert journal.read("host:1:abc").finished == {}
        notes.started(2)
        found = journal.read("host:1:abc")
    assert (found.started, list(found.finished)) == ({1, 2}, [1])


def test_the_file_goes_when_all_is_in_the_ledger_and_stays_when_not(folder):
    with Journal("host:1:abc") as notes:
        notes.is_settled = True
    assert journal.read("host:1:abc") is None
    with Journal("host:1:def") as notes:
        notes.started(1)
    assert journal.read("host:1:def").started == {1}


def test_a_line_that_a_crash_cut_off_counts_as_not_written(folder):
    with Journal("host:1:abc") as notes:
        notes.started(1)
    path = journal.path_of("host:1:abc")
    path.write_bytes(path.read_bytes() + b'=[1,"se')
    assert journal.read("host:1:abc").finished == {}


def test_after_a_crash_of_the_host_only_what_is_said_is_believed(folder, monkeypatch):
    with Journal("host:1:abc") as notes:
        notes.started(1)
    monkeypatch.setattr(journal, "boot_id", lambda: "another start of the machine")
    assert not journal.read("host:1:abc").is_whole


def test_a_file_that_is_no_journal_says_nothing(folder):
    folder.mkdir()
    for content in (b"", b"{}\n", b"nonsense", b'{"owner":"x"}\n', b"[1]\n"):
        journal.path_of("host:1:abc").write_bytes(content)
        assert journal.read("host:1:abc") is None


@pytest.mark.parametrize("working", [0, 1, 2])
def test_on_a_full_disk_the_work_goes_on_without_a_journal(folder, monkeypatch, working):
    write, calls = os.write, []

    def full(file, data):
        calls.append(data)
        if len(calls) > working:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(file, data)

    monkeypatch.setattr(os, "write", full)
    with Journal("host:1:abc") as notes:
        notes.window([1])
        notes.started(1)
        notes.finished(Result(1, "sent"))
        # Half a journal would say that nothing had begun.
        assert journal.read("host:1:abc") is None


@pytest.mark.parametrize(
    ("started", "finished", "expected"),
    [
        (0, 0, ["queued"] * 6),
        (1, 0, ["uncertain"] + ["queued"] * 5),
        (1, 1, ["sent"] + ["queued"] * 5),
        (3, 2, ["sent", "sent", "uncertain", "queued", "queued", "queued"]),
        (6, 6, ["sent"] * 6),
    ],
)
def test_after_a_kill_one_row_at_most_is_uncertain(started, finished, expected):
    mailing = killed_worker(started=started, finished=finished)

    recovery.sweep()

    assert statuses(mailing) == expected
    chunk = mailing.chunks.get()
    assert chunk.cursor == chunk.lo + started - 1
    assert (chunk.state == "done") is (started == 6)
    assert counts(mailing.pk)["in_flight"] == 0
    if finished:
        first = mailing.deliveries.order_by("id")[0]
        assert (first.error_detail, first.content_digest, first.attempts) == ("2.0.0 Ok", "d" * 64, 1)


def test_the_next_worker_takes_over_by_the_journal_as_well():
    mailing = killed_worker(started=3, finished=2)

    claim = claim_chunk(mailing.pk, "b")

    assert statuses(mailing) == ["sent", "sent", "uncertain", "queued", "queued", "queued"]
    rows = open_window(claim, mailing, size=50)
    assert [row.pk for row in rows] == list(mailing.deliveries.filter(status="queued").values_list("pk", flat=True))


def test_without_a_journal_the_whole_window_is_uncertain(folder):
    mailing = killed_worker(started=3, finished=2)
    for path in journal.paths():
        path.unlink()

    recovery.sweep()

    assert statuses(mailing) == ["uncertain"] * 6


def test_of_a_mailing_that_was_stopped_what_had_not_begun_is_cancelled(administrator):
    mailing = killed_worker(started=2, finished=1)
    lifecycle.stop_the_rest(mailing, actor=administrator)

    recovery.sweep()

    assert statuses(mailing) == ["sent", "uncertain", "cancelled", "cancelled", "cancelled", "cancelled"]


def test_rows_between_others_that_had_begun_wait_for_another_try():
    mailing = killed_worker(started=0, finished=0)
    rows = list(mailing.deliveries.order_by("id"))
    path = journal.paths()[0]
    path.write_bytes(path.read_bytes() + b"+%d\n" % rows[2].pk)

    recovery.sweep()

    assert statuses(mailing) == ["queued", "queued", "uncertain", "queued", "queued", "queued"]
    due = [row.next_attempt_at is not None for row in mailing.deliveries.order_by("id")]
    assert due == [True, True, False, False, False, False]
    assert counts(mailing.pk)["in_flight"] == 0


def swept_elsewhere(mailing, monkeypatch) -> None:
    """Recovery on a host that cannot read the journal."""
    with monkeypatch.context() as other_host:
        other_host.setattr(journal, "read", lambda owner: None)
        other_host.setattr(journal, "paths", list)
        recovery.sweep()


def test_a_journal_found_later_settles_its_rows(monkeypatch):
    mailing = killed_worker(started=3, finished=2)
    swept_elsewhere(mailing, monkeypatch)
    assert statuses(mailing) == ["uncertain"] * 6

    assert losing.settle_journals() == 5

    assert statuses(mailing) == ["sent", "sent", "uncertain", "queued", "queued", "queued"]
    assert mailing.deliveries.filter(status="queued", next_attempt_at__isnull=False).count() == 3
    assert DeliveryEvent.objects.filter(kind="journal").count() == 5
    mailing.refresh_from_db()
    assert mailing.status == Mailing.Status.SENDING
    assert losing.settle_journals() == 0


def test_what_a_person_has_settled_stays(monkeypatch, approver):
    mailing = killed_worker(2, started=2, finished=2)
    swept_elsewhere(mailing, monkeypatch)
    first = mailing.deliveries.order_by("id")[0]
    lifecycle.settle(first, actor=approver, decision="treat_as_not_sent")

    losing.settle_journals()

    assert statuses(mailing) == ["failed", "sent"]


def test_an_answer_that_came_after_the_lease_settles_its_row():
    mailing = killed_worker(1, started=1, finished=0)
    recovery.sweep()
    assert statuses(mailing) == ["uncertain"]
    path = journal.paths()[0]
    row = mailing.deliveries.get()
    path.write_bytes(path.read_bytes() + b'=[%d,"sent","","250","Ok","",1,null,"",false]\n' % row.pk)
    os.utime(path, (path.stat().st_mtime + 5,) * 2)

    assert losing.settle_journals() == 1

    assert statuses(mailing) == ["sent"]


def test_a_journal_of_a_lease_that_holds_is_left_alone():
    mailing = killed_worker(2, started=2, finished=1)
    DeliveryChunk.objects.update(lease_until="2100-01-01T00:00:00Z")

    assert losing.settle_journals() == 0
    assert statuses(mailing) == ["queued", "queued"]
    assert len(journal.paths()) == 1


def test_an_old_journal_of_a_claim_that_is_over_goes(monkeypatch):
    killed_worker(2, started=2, finished=2)
    recovery.sweep()
    assert len(journal.paths()) == 1
    monkeypatch.setattr(losing, "KEEP", -1.0)

    losing.settle_journals()

    assert journal.paths() == []
    assert Delivery.objects.filter(status="sent").count() == 2


def test_the_last_window_of_a_chunk_taken_over_ends_the_chunk():
    mailing = killed_worker(3, started=3, finished=2)

    assert claim_chunk(mailing.pk, "b") is None

    assert statuses(mailing) == ["sent", "sent", "uncertain"]
    assert mailing.chunks.get().state == "done"
    assert claim_chunk(mailing.pk, "c") is None
