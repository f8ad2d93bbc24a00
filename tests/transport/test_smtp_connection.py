"""One connection carries many messages, and never a half-finished one."""

import pytest

from tests.transport.conftest import hand_over
from tests.transport.scripted_smtp import DROP, ScriptedSMTP
from transport.errors import PermanentError, TransientError
from transport.smtp import SMTPTransport


class Stop(Exception):
    """What a lost lease or a pause raises."""


def stop_at(call):
    calls = []

    def may_continue():
        calls.append(None)
        if len(calls) == call:
            raise Stop

    return may_continue


def test_the_receipt_holds_the_servers_words_without_addresses(server, deliver):
    server.say("dot", "250 2.0.0 Ok: queued as 4F for <ana@parliament.example>")
    receipt = deliver()
    assert receipt.code == "250"
    assert receipt.text == "2.0.0 Ok: queued as 4F for (address)"


def test_messages_share_one_connection(server, deliver):
    for number in range(3):
        deliver(f"mep{number}@parliament.example")
    assert server.connections == 1
    assert [message.rcpt_to for message in server.messages] == [f"mep{n}@parliament.example" for n in range(3)]


def test_one_transaction_names_one_recipient_and_our_sender(server, deliver):
    deliver()
    assert server.messages[0].mail_from == "bounce@platform.example"
    assert sum(command.startswith("RCPT") for command in server.commands) == 1


def test_a_connection_that_the_server_closed_between_messages_is_replaced_silently(server, deliver):
    deliver()
    server.hang_up()
    deliver("boris@parliament.example")
    assert server.connections == 2
    assert len(server.messages) == 2


def test_a_kept_connection_that_says_421_is_replaced_silently(server, deliver):
    deliver()
    server.say("mail", "421 4.4.2 idle too long")
    deliver()
    assert server.connections == 2


def test_a_new_connection_that_says_421_is_not_tried_again_at_once(server, deliver):
    server.say("mail", "421 4.3.2 busy", times=None)
    with pytest.raises(TransientError):
        deliver()
    assert server.connections == 1


def test_after_a_refusal_the_next_message_starts_clean_on_the_same_connection(server, deliver):
    server.say("rcpt", "550 5.1.1 unknown")
    with pytest.raises(PermanentError):
        deliver()
    deliver("boris@parliament.example")
    assert server.connections == 1
    assert "RSET" in server.commands
    assert [message.rcpt_to for message in server.messages] == ["boris@parliament.example"]


def test_a_failed_reset_drops_the_connection_and_keeps_the_refusal(server, deliver):
    server.say("rcpt", "550 5.1.1 unknown")
    server.say("rset", DROP)
    with pytest.raises(PermanentError):
        deliver()
    deliver()
    assert server.connections == 2


def test_after_a_refusal_of_the_text_the_next_message_gets_through(server, deliver):
    server.say("dot", "554 5.6.0 no")
    with pytest.raises(PermanentError):
        deliver()
    deliver()
    assert (server.connections, len(server.messages)) == (1, 1)


@pytest.mark.parametrize("call", [1, 2])
def test_what_may_continue_raises_stops_the_message_before_the_dot(server, deliver, call):
    with pytest.raises(Stop):
        deliver(may_continue=stop_at(call))
    deliver("boris@parliament.example")
    assert [message.rcpt_to for message in server.messages] == ["boris@parliament.example"]
    assert server.connections == 2


def test_may_continue_is_asked_just_before_data_and_just_before_the_dot(server, deliver):
    seen = []
    deliver(may_continue=lambda: seen.append(server.commands[-1].split(":")[0]))
    assert seen == ["RCPT TO", "DATA"]


def test_a_stopped_text_is_followed_by_no_quit(server):
    with SMTPTransport(server.url, data_timeout=5) as client, pytest.raises(Stop):
        hand_over(client, "a@parliament.example", may_continue=stop_at(2))
    assert "QUIT" not in server.commands


def test_a_session_ends_with_quit(server):
    with SMTPTransport(server.url, data_timeout=5) as client:
        hand_over(client, "a@parliament.example")
    with SMTPTransport(server.url, data_timeout=5):
        pass  # nothing was sent, so nothing was opened
    assert server.commands[-1] == "QUIT"
    assert server.connections == 1


def test_sender_and_recipient_go_together_where_the_server_offers_pipelining():
    with ScriptedSMTP("PIPELINING") as server, SMTPTransport(server.url, data_timeout=5) as client:
        for reply in ["550 5.1.1 unknown", "250 2.1.5 Ok"]:
            server.say("rcpt", reply)
        with pytest.raises(PermanentError) as caught:
            hand_over(client, "a@parliament.example")
        assert caught.value.mailbox_gone
        hand_over(client, "c@parliament.example")
        server.say("mail", "554 5.7.1 not you")
        with pytest.raises(TransientError) as paused:
            hand_over(client, "d@parliament.example")
        assert paused.value.pauses_mailing
        hand_over(client, "e@parliament.example")
        assert [message.rcpt_to[0] for message in server.messages] == ["c", "e"]
        assert server.connections == 1


def test_we_greet_with_the_sites_public_name(server, deliver, settings):
    settings.SITE_URL = "https://desk.platform.example"
    deliver()
    assert server.commands[0] == "EHLO desk.platform.example"


def test_an_idn_domain_travels_as_its_a_label(server, deliver):
    deliver("ana@münchen.example")
    assert server.messages[0].rcpt_to == "ana@xn--mnchen-3ya.example"
