"""Beat is dead: an idle worker looks after what another one left, and nothing waits for a person."""

import pytest

from mailing import bell
from mailing.models import DeliveryChunk
from tests.letters import letter_being_sent

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


def test_an_idle_worker_recovers_what_a_killed_one_left(start_solo, catcher, watch):
    mailing = letter_being_sent(8)
    worker = start_solo()
    unlucky = mailing.deliveries.order_by("id")[2].email
    catcher.on_rcpt = lambda address: worker.kill() if address == unlucky and not catcher.is_over else None
    catcher.is_over = False
    seen = watch(mailing, worker)
    bell.ring(mailing.pk)
    seen.until(lambda ledger: worker.process.poll() is not None, 40)
    catcher.is_over = True
    assert DeliveryChunk.objects.exclude(owner="").exists()

    seen = watch(mailing, start_solo())
    ledger = seen.until_finished(60)

    assert ledger["sent"] + ledger["uncertain"] == 8
    assert ledger["uncertain"] <= 1
    seen.assert_the_ledger_tells_the_truth()
