"""What comes of a queued mail: accepted, refused, not known, or cut off half-way by a worker that died."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tests.transport.queueing import queue, state
from tests.transport.scripted_smtp import DROP, DROP_ACCEPTED
from transport import outbox
from transport.outbox import send_due


@pytest.mark.parametrize(("reply", "copies"), [(DROP, 0), (DROP_ACCEPTED, 1)])
def test_an_unknown_outcome_is_never_resent_by_itself(db, next_hop, reply, copies):
    mail = queue()
    next_hop.say("dot", reply)
    send_due()
    assert state(mail) == ("uncertain", 1)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert send_due() == 0
    assert state(mail) == ("uncertain", 1)
    assert len(next_hop.messages) == copies


def test_a_worker_that_dies_after_the_intent_leaves_not_known_behind_it(db, next_hop, monkeypatch):
    mail = queue()
    intend = outbox._intend

    def killed(*args):
        intend(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr(outbox, "_intend", killed)
    with pytest.raises(KeyboardInterrupt):
        send_due()
    assert state(mail)[0] == "uncertain"


def test_a_worker_that_dies_before_the_intent_leaves_a_mail_that_is_sent_later(db, next_hop):
    mail = queue()
    assert outbox._claim(mail.pk)
    assert send_due() == 0, "the claim still stands"
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert send_due() == 1
    assert state(mail) == ("sent", 1)


def test_of_two_workers_one_gets_the_row(db, next_hop):
    mail = queue()
    assert outbox._claim(mail.pk)
    assert outbox._claim(mail.pk) is None


def test_a_worker_that_was_too_slow_stops_before_the_text_leaves(db, next_hop):
    mail = queue()
    old = outbox._claim(mail.pk)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        with pytest.raises(outbox.ClaimLost):
            outbox._intend(mail, old)
        new = outbox._claim(mail.pk)
        outbox._settle(mail, old, status="failed")
        assert state(mail)[0] == "queued"
        outbox._intend(mail, new)
    assert state(mail)[0] == "uncertain"


def test_a_transient_refusal_is_tried_again_later_and_then_given_up(db, next_hop):
    mail = queue()
    next_hop.say("rcpt", "450 4.2.0 <boris@platform.example> later", times=None)
    now = timezone.now()
    for attempt in range(1, outbox.KEEP_TRYING + 1):
        with time_machine.travel(now):
            send_due()
            assert send_due() == 0, "not before its time"
        assert state(mail)[1] == attempt
        now += timedelta(hours=5)
    assert state(mail) == ("failed", outbox.KEEP_TRYING)
    assert mail.last_error == "450 4.2.0 (address) later"
    assert sum(command.startswith("RCPT") for command in next_hop.commands) == outbox.KEEP_TRYING


def test_a_permanent_refusal_is_final(db, next_hop):
    mail, other = queue(), queue(key="two", to="ilse@platform.example")
    next_hop.say("rcpt", "550 5.1.1 unknown")
    assert send_due() == 1
    assert (state(mail), state(other)) == (("failed", 1), ("sent", 1))


def test_a_set_up_error_counts_no_attempt_and_leaves_the_rest_alone(db, next_hop):
    first, second = queue(), queue(key="two")
    next_hop.say("mail", "554 5.7.1 not you", times=None)
    send_due()
    assert (state(first), state(second)) == (("queued", 0), ("queued", 0))
    assert first.next_attempt_at > timezone.now()
    assert second.next_attempt_at is None
    assert sum(command.startswith("MAIL") for command in next_hop.commands) == 1


def test_a_mail_server_that_is_away_loses_nothing(db, settings):
    settings.SMTP_URL = "smtp://127.0.0.1:1"
    mail = queue()
    assert send_due() == 0
    assert state(mail) == ("queued", 0)
