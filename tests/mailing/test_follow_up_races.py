"""Answers and objections that come while a follow-up leaves, on real connections: whoever was first counts."""

import datetime as dt

import pytest
from django.utils import timezone

from mailing import bell, follow_ups, lifecycle, outcomes, unsubscribe
from mailing.dispatch import sending
from mailing.models import AudienceRule, Delivery, Mailing
from mailing.outcomes import Outcome
from tests.letters import letter_being_sent
from tests.mailing.test_dispatch_races import at_once
from tests.mailing.transports import FakeTransport

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 8


@pytest.fixture(autouse=True)
def calm(monkeypatch, settings):
    monkeypatch.setattr(bell, "ring", lambda *arguments, **options: True)
    settings.LEASE_SECONDS = 30


@pytest.fixture
def pair(salutations, officer, approver):
    """A letter that all got, and its follow-up, approved and started."""
    first = letter_being_sent(PEOPLE, author=officer)
    sending.run(first.pk, open_with=FakeTransport())
    draft = follow_ups.draft(first, actor=officer)
    draft.contents.update(is_reviewed=True)
    waiting = lifecycle.submit(draft, actor=officer, approver=approver)
    lifecycle.approve(waiting, actor=approver, digest=waiting.review_digest)
    waiting.refresh_from_db()
    lifecycle.schedule(waiting, actor=officer)
    Mailing.objects.filter(pk=waiting.pk).update(scheduled_at=timezone.now() - dt.timedelta(seconds=1))
    lifecycle.start_due()
    return first, Mailing.objects.get(pk=waiting.pk)


def answer(delivery) -> None:
    outcomes.apply(delivery, Outcome(outcomes.REPLIED, key=f"test:{delivery.pk}", at=timezone.now()))


def reasons_of(mailing) -> dict[str, str]:
    return dict(mailing.deliveries.values_list("contact__email", "skip_reason"))


def test_an_answer_while_the_letter_before_theirs_is_in_the_servers_hands(pair):
    first, second = pair
    order = list(second.deliveries.order_by("id").values_list("contact_id", "contact__email"))
    (_earlier, now), (late, address) = order[2], order[3]

    def meanwhile(recipient):
        if recipient == now:
            answer(first.deliveries.get(contact=late))

    hop = FakeTransport(meanwhile)
    sending.run(second.pk, open_with=hop)

    assert address not in hop.recipients
    assert len(hop.recipients) == PEOPLE - 1
    assert reasons_of(second)[address] == "excluded"


def test_an_objection_while_the_letter_before_theirs_is_in_the_servers_hands(pair):
    first, second = pair
    order = list(second.deliveries.order_by("id").values_list("contact_id", "contact__email"))
    (_earlier, now), (late, address) = order[2], order[3]

    def meanwhile(recipient):
        if recipient == now:
            # With the link in the first letter; it holds for every other that waits.
            unsubscribe.leave(first.deliveries.get(contact=late), source="link")

    hop = FakeTransport(meanwhile)
    sending.run(second.pk, open_with=hop)

    assert address not in hop.recipients
    assert reasons_of(second)[address] == "objected"


def test_answers_and_two_workers_at_once_leave_no_row_without_its_end(pair):
    first, second = pair
    repliers = list(first.deliveries.order_by("-id")[: PEOPLE // 2])
    hops = [FakeTransport(), FakeTransport()]

    def reply():
        for delivery in repliers:
            answer(delivery)

    done = at_once(reply, *[lambda hop=hop: sending.run(second.pk, open_with=hop) for hop in hops])

    assert not [error for error in done if isinstance(error, Exception)], done
    sent = [recipient for hop in hops for recipient in hop.recipients]
    assert len(sent) == len(set(sent))
    assert set(reasons_of(second).values()) <= {"", "excluded"}
    left_out = {address for address, reason in reasons_of(second).items() if reason}
    assert left_out <= {delivery.email for delivery in repliers}
    assert left_out | set(sent) == set(reasons_of(second))
    assert not left_out & set(sent)
    second.refresh_from_db()
    assert second.status == Mailing.Status.FINISHED


def test_a_colleague_who_asks_twice_at_once_gets_one_draft(salutations, officer):
    first = letter_being_sent(2, author=officer)
    sending.run(first.pk, open_with=FakeTransport())

    found = at_once(*[lambda: follow_ups.draft(first, actor=officer) for _time in range(2)])

    assert sorted(type(one).__name__ for one in found) == ["AlreadyFollowed", "Mailing"]
    assert Mailing.objects.filter(follows=first).count() == 1
    assert AudienceRule.objects.filter(received=first).count() == 1
    assert not Delivery.objects.filter(mailing__follows=first).exists()
