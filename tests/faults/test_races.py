"""Several things at one moment, and clocks that are wrong: one copy, and whoever came first in the database wins."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from contacts.models import Contact
from contacts.suppression import suppress
from mailing import lifecycle, unsubscribe
from mailing.models import Mailing
from tests.letters import letter_being_sent
from tests.processes import LoopProcess, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

FAKETIME = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))


def test_eight_workers_and_one_recipient(start_loop, catcher, watch, tmp_path):
    mailing = letter_being_sent(1)
    act = {"call": "tests.faults.acts.send", "arguments": [mailing.pk, str(tmp_path / "go")]}
    workers = [start_loop("call", **act) for _number in range(8)]
    wait_until(lambda: len(list(tmp_path.glob("go.*"))) == 8, 30, "they are not ready")

    (tmp_path / "go").touch()
    assert {worker.process.wait(30) for worker in workers} == {0}

    assert len(catcher.recipients) == 1
    assert watch(mailing).until_finished(beat_by_hand=True)["sent"] == 1


def test_pauses_and_resumes_in_quick_succession_and_a_stop(start_any, catcher, watch, administrator):
    catcher.delay = 0.02
    mailing = letter_being_sent(80, chunk=10)
    workers = [start_any(), start_any()]
    seen = watch(mailing, *workers)
    for number in (5, 15, 25):
        seen.until_caught(number, beat_by_hand=True)
        assert lifecycle.pause(mailing, actor=administrator)
        before = len(catcher.messages)
        seen.until(lambda ledger: not ledger["in_flight"], 10)
        # At most what each worker had in flight when the pause was committed (G8).
        assert len(catcher.messages) <= before + len(workers)
        mailing.refresh_from_db()
        lifecycle.resume(mailing, actor=administrator)
        with pytest.raises(lifecycle.LifecycleError):
            lifecycle.resume(mailing, actor=administrator)
    seen.until_caught(35, beat_by_hand=True)
    stopped = lifecycle.stop_the_rest(mailing, actor=administrator)

    ledger = seen.until(lambda ledger: not ledger["in_flight"] and not ledger["queued"], beat_by_hand=True)
    assert ledger["cancelled"] >= stopped.cancelled > 0
    assert ledger["uncertain"] == 0
    assert seen.status() == "cancelled"
    seen.assert_the_ledger_tells_the_truth()


@pytest.mark.parametrize("kind", ["letter", "newsletter"])
def test_who_leaves_is_erased_or_moves_while_their_letter_waits(kind, start_loop, catcher, watch):
    """The first one's letter is held at the mail server meanwhile."""
    mailing = letter_being_sent(120, chunk=120, kind=kind)
    first, *_others, left, erased, moved, blocked = mailing.deliveries.order_by("id")
    reached, go_on = threading.Event(), threading.Event()

    def hold(address):
        if address == first.email:
            reached.set()
            go_on.wait(60)

    catcher.on_rcpt = hold
    worker = start_loop()
    seen = watch(mailing, worker)
    assert reached.wait(40), worker.log()

    unsubscribe.leave(left, source="link")
    unsubscribe.leave(left, source="link")
    Contact.objects.filter(pk=erased.contact_id).update(
        erased_at=timezone.now(), email="", email_key=None, given_name="", family_name="", sort_key=""
    )
    mover = Contact.objects.get(pk=moved.contact_id)
    mover.email = "elsewhere@new.example"
    mover.save()
    suppress(blocked.email, scope="all", reason="complaint")
    go_on.set()
    ledger = seen.until_finished(beat_by_hand=True)

    gone = {left.email, erased.email, blocked.email}
    assert gone.isdisjoint(catcher.recipients)
    assert ledger["skipped"] == 3
    assert ledger["sent"] == 117
    # What was frozen is what leaves: the address that was approved, or none.
    assert "elsewhere@new.example" not in catcher.recipients
    seen.assert_the_ledger_tells_the_truth()


@pytest.mark.only_postgresql
@pytest.mark.skipif(not FAKETIME, reason="libfaketime is not on this machine; on Debian: apt-get install libfaketime")
def test_workers_whose_clocks_are_two_hours_off_agree_on_the_databases(catcher, watch, tmp_path, transactional_db):
    catcher.delay = 0.03
    mailing = letter_being_sent(60, chunk=10)
    later = letter_being_sent(3, status=Mailing.Status.SCHEDULED, scheduled_at=timezone.now() + timedelta(hours=1))
    wrong = {"LD_PRELOAD": FAKETIME[-1], "FAKETIME_DONT_FAKE_MONOTONIC": 1, "LEASE_SECONDS": 2, "JOURNAL_DIR": tmp_path}
    workers = [LoopProcess(smtp=catcher.url, FAKETIME=offset, **wrong) for offset in ("+2h", "-2h")]
    try:
        seen = watch(mailing, *workers)
        held = set()

        def look(ledger):
            held.update(mailing.chunks.exclude(owner="").values_list("owner", flat=True))
            return seen.status() == "finished"

        ledger = seen.until(look, 60, beat_by_hand=True)
        assert len({owner.rpartition(":")[0] for owner in held}) == 2
        assert (ledger["sent"], ledger["uncertain"]) == (60, 0)
        # A worker that believes it is later does not send early.
        later.refresh_from_db()
        assert later.status == Mailing.Status.SCHEDULED
        seen.assert_the_ledger_tells_the_truth()
    finally:
        for worker in workers:
            worker.kill()
