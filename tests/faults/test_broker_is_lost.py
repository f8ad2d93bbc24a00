"""The broker carries bells and nothing else: losing it, or all it holds, loses no letter (DESIGN 5.1)."""

import pytest
from django.utils import timezone

from mailing import bell, lifecycle
from mailing.models import Mailing
from tests.letters import letter_being_sent
from tests.processes import moments, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@pytest.mark.smoke
def test_a_mailing_completes_by_itself_after_flushall(start_worker, start_beat, broker, catcher, watch):
    catcher.delay = 0.03
    worker, beat = start_worker(), start_beat()
    worker.wait_ready()
    mailing = letter_being_sent(60, chunk=10)
    other = letter_being_sent(10)
    seen = watch(mailing, worker, beat)
    bell.ring(mailing.pk)
    bell.ring(other.pk)
    seen.until_caught(10)

    broker.flush()

    seen.until_finished()
    watch(other, worker, beat).until_finished()
    assert seen.ledger()["sent"] == 60
    assert len(catcher.recipients) == len(set(catcher.recipients)) == 70


def test_a_mailing_started_without_a_broker_leaves_when_it_is_back(
    start_solo, start_forked_beat, broker, catcher, watch, administrator
):
    worker, beat = start_solo(), start_forked_beat()
    wait_until(lambda: broker.has_a_listener("dispatch"), 30, "the worker does not start", worker.log)
    broker.stop()
    mailing = letter_being_sent(10, status=Mailing.Status.APPROVED)
    Mailing.objects.filter(pk=mailing.pk).update(started_at=None)
    mailing.refresh_from_db()

    started = timezone.now()
    lifecycle.schedule(mailing, actor=administrator)
    assert (timezone.now() - started).total_seconds() < 3
    assert Mailing.objects.get().status == Mailing.Status.SCHEDULED

    broker.start()
    for _moment in moments(60, step=0.3):
        worker.revive()
        beat.revive()
        if Mailing.objects.get().status == Mailing.Status.FINISHED:
            break
    seen = watch(mailing, worker, beat)
    assert seen.until_finished(1)["sent"] == 10
    seen.assert_the_ledger_tells_the_truth()
