"""Every answer of the server becomes the right kind of error, on a real connection."""

import pytest

from tests.transport.conftest import hand_over
from tests.transport.scripted_smtp import DROP, DROP_ACCEPTED, HANG
from transport.errors import OutcomeUnknown, PermanentError, Phase, TransientError
from transport.smtp import SMTPTransport

PHASES = ["banner", "ehlo", "mail", "rcpt", "data", "dot"]


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("reply", ["421 4.3.2 closing", "450 4.2.0 later", "451 4.3.0 later", "452 4.3.1 full"])
def test_a_4xx_anywhere_may_be_tried_again(server, deliver, phase, reply):
    server.say(phase, reply)
    with pytest.raises(TransientError) as caught:
        deliver()
    assert caught.value.code == reply[:3]
    assert not caught.value.pauses_mailing
    assert server.messages == []


@pytest.mark.parametrize("phase", ["rcpt", "data", "dot"])
@pytest.mark.parametrize("reply", ["550 5.7.1 policy", "552 5.2.2 full", "554 5.6.0 no"])
def test_a_5xx_at_rcpt_data_or_dot_is_final_and_suppresses_nobody(server, deliver, phase, reply):
    server.say(phase, reply)
    with pytest.raises(PermanentError) as caught:
        deliver()
    assert (caught.value.code, caught.value.enhanced) == tuple(reply.split()[:2])
    assert not caught.value.mailbox_gone
    assert not caught.value.pauses_mailing


@pytest.mark.parametrize("reply", ["550 5.1.1 no such user", "550 no such user"])
def test_an_unknown_mailbox_at_rcpt_is_gone(server, deliver, reply):
    server.say("rcpt", reply)
    with pytest.raises(PermanentError) as caught:
        deliver()
    assert caught.value.mailbox_gone


@pytest.mark.parametrize("phase", ["banner", "mail"])
def test_a_5xx_that_blames_the_sender_pauses_the_mailing(server, deliver, phase):
    server.say(phase, "554 5.7.1 not you")
    with pytest.raises(TransientError) as caught:
        deliver()
    assert caught.value.pauses_mailing


def test_a_server_that_knows_no_ehlo_is_greeted_with_helo(server, deliver):
    server.say("ehlo", "502 5.5.1 what?")
    assert deliver().code == "250"
    assert server.commands[:2] == ["EHLO localhost", "HELO localhost"]


@pytest.mark.parametrize("phase", ["banner", "ehlo", "mail", "rcpt", "data"])
def test_a_connection_lost_before_the_text_may_be_tried_again(server, deliver, phase):
    server.say(phase, DROP)
    with pytest.raises(TransientError) as caught:
        deliver()
    assert not caught.value.pauses_mailing
    assert server.messages == []


def test_a_connection_lost_before_the_dot_may_be_tried_again_and_the_dot_stays_unwritten(server, deliver):
    server.say("body", DROP)
    calls = []

    def may_continue():
        calls.append(None)
        if len(calls) == 2:
            server.wait_until_closed()

    with pytest.raises(TransientError) as caught:
        deliver(may_continue=may_continue)
    assert caught.value.phase == Phase.BODY


def test_a_server_that_refuses_while_we_write_is_believed(server, deliver):
    server.say("body", "421 4.3.2 shutting down")
    calls = []

    def may_continue():
        calls.append(None)
        if len(calls) == 2:
            server.wait_until_closed()

    with pytest.raises(TransientError) as caught:
        deliver(may_continue=may_continue)
    assert (caught.value.phase, caught.value.code) == (Phase.BODY, "421")


@pytest.mark.parametrize(("reply", "copies"), [(DROP, 0), (DROP_ACCEPTED, 1)])
def test_a_connection_lost_after_the_dot_leaves_the_outcome_unknown(server, deliver, reply, copies):
    server.say("dot", reply)
    with pytest.raises(OutcomeUnknown):
        deliver()
    assert len(server.messages) == copies


def test_no_reply_in_time_after_the_dot_leaves_the_outcome_unknown(server):
    server.say("dot", HANG)
    with SMTPTransport(server.url, data_timeout=0.3) as client, pytest.raises(OutcomeUnknown):
        hand_over(client, "a@parliament.example")


def test_an_unreadable_reply_after_the_dot_leaves_the_outcome_unknown(server, deliver):
    server.say("dot", "hello there")
    with pytest.raises(OutcomeUnknown):
        deliver()


def test_no_reply_in_time_to_a_command_may_be_tried_again(server, deliver, monkeypatch):
    monkeypatch.setattr("transport.connection.COMMAND_TIMEOUT", 0.3)
    server.say("rcpt", HANG)
    with pytest.raises(TransientError) as caught:
        deliver()
    assert caught.value.phase == Phase.RCPT


def test_a_long_reply_is_read_to_its_end(server, deliver):
    server.say("rcpt", "550-5.1.1 The mailbox\r\n550-5.1.1 you wrote to\r\n550 5.1.1 does not exist")
    with pytest.raises(PermanentError) as caught:
        deliver()
    assert caught.value.mailbox_gone
    assert "does not exist" in caught.value.detail
    assert deliver("boris@parliament.example").code == "250"


def test_the_error_names_neither_the_recipient_nor_the_sender(server, deliver):
    server.say("rcpt", "550 5.1.1 <ana@parliament.example>: user ana unknown, says bounce@platform.example")
    with pytest.raises(PermanentError) as caught:
        deliver()
    assert "example" not in caught.value.detail
    assert " ana " not in caught.value.detail
