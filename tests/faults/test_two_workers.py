"""Two worker processes share a letter: as many messages as people, each address once, each in its language."""

from email import message_from_bytes, policy

import pytest

from mailing import bell
from tests.letters import OPENINGS, letter_being_sent

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


def test_two_workers_deliver_one_letter_to_each_of_120_people(start_worker, catcher, watch):
    catcher.delay = 0.02
    workers = [start_worker(), start_worker()]
    for worker in workers:
        worker.wait_ready()
    mailing = letter_being_sent(120, languages=tuple(OPENINGS), chunk=15)
    seen = watch(mailing, *workers)

    bell.ring(mailing.pk)
    holders = set()
    seen.until(lambda ledger: holders.update(owners(mailing)) or seen.status() == "finished", 30, beat_by_hand=True)

    assert len(holders) == 2
    assert seen.ledger()["sent"] == 120
    assert sorted(catcher.recipients) == sorted(mailing.deliveries.values_list("email", flat=True))
    by_address = {delivery.email: delivery for delivery in mailing.deliveries.all()}
    for caught in catcher.messages:
        delivery = by_address[caught.recipient]
        message = message_from_bytes(caught.data, policy=policy.default)
        assert message["Subject"] == f"Compensation ({delivery.language})"
        assert message["To"].addresses[0].addr_spec == caught.recipient
        text = message.get_body(("plain",)).get_content()
        assert f"{OPENINGS[delivery.language]} {delivery.context['family_name']}," in text
    seen.assert_the_ledger_tells_the_truth()


def owners(mailing) -> set[str]:
    """Process names of those who hold a chunk now."""
    held = mailing.chunks.exclude(owner="").values_list("owner", flat=True)
    return {owner.rpartition(":")[0] for owner in held}
