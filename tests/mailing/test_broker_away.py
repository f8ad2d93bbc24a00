"""A broker that is away makes nothing fail that a person does: the work starts when it is back."""

import pytest
from celery import current_app
from kombu.exceptions import OperationalError
from redis.exceptions import ConnectionError as RedisConnectionError

from mailing import bell, lifecycle
from mailing.models import Mailing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=[OperationalError, RedisConnectionError, ConnectionRefusedError])
def broker_away(request, monkeypatch):
    """Every publish fails as it does when the broker is away."""
    asked = []

    def refuse(name, *args, **options):
        asked.append(name)
        raise request.param("nobody answers")

    monkeypatch.setattr(current_app, "send_task", refuse)
    return asked


def test_asking_approving_and_sending_succeed(broker_away, letter, member, officer, approver):
    member()
    lifecycle.submit(letter, actor=officer, approver=approver)
    letter.refresh_from_db()
    lifecycle.approve(letter, actor=approver, digest=letter.review_digest)
    lifecycle.schedule(letter, actor=officer)
    assert Mailing.objects.get().status == "scheduled"
    assert "mailing.tasks.ring_due" in broker_away


def test_a_ring_says_whether_the_broker_took_it(broker_away):
    assert bell.ring(7) is False
    assert broker_away == ["mailing.tasks.dispatch"]


def test_nothing_is_rung_when_the_transaction_fails(monkeypatch, letter, member, officer, approver):
    rung = []
    monkeypatch.setattr(bell, "ring_due", lambda: rung.append("due"))
    member()
    with pytest.raises(lifecycle.LifecycleError):
        lifecycle.schedule(letter, actor=officer)
    assert rung == []
