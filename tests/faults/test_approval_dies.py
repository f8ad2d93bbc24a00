"""C0: a process dies while an approval freezes the audience. All rows are there afterwards, or none."""

import pytest

from contacts.models import Contact
from contacts.reference import load_reference
from mailing import lifecycle
from mailing.models import AudienceRule, Delivery, DeliveryChunk, Mailing, MailingTransition
from tests.factories import ContactFactory, MailingContentFactory, MailingFactory
from tests.processes import wait_until
from transport.models import SystemMail

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def waiting(officer, approver):
    """A letter to twenty people that waits for approval, and the digest its approver read."""
    load_reference()
    ContactFactory.create_batch(20, country="IE")
    mailing = MailingFactory(author=officer)
    MailingContentFactory(mailing=mailing)
    AudienceRule.objects.create(mailing=mailing, criteria={"country": ["IE"]})
    lifecycle.submit(mailing, actor=officer, approver=approver)
    return mailing, lifecycle.reading_digest(mailing)[0]


@pytest.mark.parametrize("point", ["c0", "c0-commit"])
def test_a_crash_during_approval_leaves_what_there_was_before(point, waiting, approver, start_loop, watch, tmp_path):
    mailing, digest = waiting
    before = SystemMail.objects.count(), MailingTransition.objects.count()

    victim = start_loop(
        "call",
        call="tests.faults.acts.approve",
        arguments=[mailing.pk, approver.pk, digest],
        failpoints=f"{point}:1@{tmp_path / 'died'}",
    )
    wait_until(lambda: victim.process.poll() is not None, 30, "it lives", victim.log)

    assert (tmp_path / "died").exists(), victim.log()
    assert victim.process.returncode == -9
    mailing.refresh_from_db()
    assert mailing.status == Mailing.Status.IN_REVIEW
    assert mailing.frozen_at is None
    assert not Delivery.objects.exists()
    assert not DeliveryChunk.objects.exists()
    assert (SystemMail.objects.count(), MailingTransition.objects.count()) == before

    # Nothing of it is in the way of doing it again, and then everybody gets one.
    lifecycle.approve(mailing, actor=approver, digest=digest)
    lifecycle.schedule(mailing, actor=approver)
    mailing.refresh_from_db()
    worker = start_loop()
    seen = watch(mailing, worker)
    assert seen.until_finished()["sent"] == Contact.objects.count() == 20
    seen.assert_the_ledger_tells_the_truth()


def test_a_letter_approved_by_two_at_once_is_frozen_once(waiting, approver, start_loop, tmp_path):
    mailing, digest = waiting
    barrier = tmp_path / "go"
    act = {"call": "tests.faults.acts.approve", "arguments": [mailing.pk, approver.pk, digest, str(barrier)]}
    both = [start_loop("call", **act) for _number in range(2)]
    wait_until(lambda: len(list(tmp_path.glob("go.*"))) == 2, 30, "they are not ready")

    barrier.touch()
    ends = sorted(one.process.wait(30) for one in both)

    assert ends == [0, 1], [one.log() for one in both]
    assert Delivery.objects.filter(mailing=mailing).count() == 20
    assert sum(chunk.hi - chunk.lo + 1 for chunk in mailing.chunks.all()) == 20
    assert "Moved" in "".join(one.log() for one in both)
