"""C0 of an issue: a worker dies while it freezes the readers. Nothing of it is left, and another worker starts it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mailing import lifecycle
from mailing.models import Delivery, DeliveryChunk, Mailing, MailingTransition
from tests.factories import SenderFactory
from tests.mailing.issues.readers import issue_of, make_due, subscribe
from tests.processes import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def due_issue(officer, approver):
    """An approved issue to twenty readers whose time has come."""
    from contacts.models import ContactList
    from contacts.reference import load_reference

    load_reference()
    SenderFactory()
    news = ContactList.objects.create(name="Letter from the network", slug="network")
    mailing = issue_of(news, officer)
    for _number in range(20):
        subscribe(news)
    row = lifecycle.submit(mailing, actor=officer, approver=approver)
    lifecycle.approve(row, actor=approver, digest=row.review_digest)
    lifecycle.schedule(mailing, actor=officer)
    make_due(mailing)
    return mailing


@pytest.mark.parametrize("point", ["c0", "c0-commit"])
def test_a_crash_during_the_freeze_leaves_what_there_was_before(point, due_issue, start_loop, watch, tmp_path):
    moves = MailingTransition.objects.count()
    victim = start_loop(
        "call",
        call="tests.faults.acts.begin",
        arguments=[due_issue.pk],
        failpoints=f"{point}:1@{tmp_path / 'died'}",
    )
    wait_until(lambda: victim.process.poll() is not None, 30, "it lives", victim.log)

    assert victim.process.returncode == -9, victim.log()
    due_issue.refresh_from_db()
    assert (due_issue.status, due_issue.frozen_at, due_issue.recipients) == (Mailing.Status.SCHEDULED, None, 20)
    assert not Delivery.objects.exists()
    assert not DeliveryChunk.objects.exists()
    assert MailingTransition.objects.count() == moves

    # The lost worker's turn is waited for; after it another one starts it, and everybody gets one.
    assert due_issue.freezing_until > timezone.now()
    Mailing.objects.filter(pk=due_issue.pk).update(freezing_until=timezone.now() - timedelta(seconds=1))
    worker = start_loop()
    wait_until(lambda: Delivery.objects.exists(), 30, "it was not started", worker.log)
    due_issue.refresh_from_db()
    seen = watch(due_issue, worker)
    assert seen.until_finished()["sent"] == 20
    seen.assert_the_ledger_tells_the_truth()
