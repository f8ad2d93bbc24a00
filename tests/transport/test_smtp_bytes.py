"""What the server gets is what was built; what a server would alter is refused before it leaves."""

import pytest

from tests.transport.conftest import plain_message
from transport.errors import PermanentError

HEAD = b"Subject: x\r\n\r\n"


def test_dots_at_the_start_of_a_line_arrive_as_they_were(server, deliver):
    message = HEAD + b".\r\n..\r\n.hidden\r\na.\r\n\r\n.\r\nend\r\n"
    deliver(message=message)
    assert server.messages[0].data == message


def test_a_message_whose_first_byte_is_a_dot_arrives_whole(server, deliver):
    message = b".X: y\r\n\r\nz\r\n"
    deliver(message=message)
    assert server.messages[0].data == message


def test_a_large_message_arrives_whole(server, deliver):
    message = HEAD + b"".join(b".%06d\r\n" % number for number in range(60_000))
    deliver(message=message)
    assert server.messages[0].data == message


def test_a_built_message_arrives_byte_for_byte(server, deliver):
    message = plain_message("Zażółć gęślą jaźń\n.\nFrom here on\n" + "long " * 300)
    deliver(message=message)
    assert server.messages[0].data == message


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (HEAD + b"a\0b\r\n", "NUL"),
        (HEAD + "é\r\n".encode(), "above 127"),
        (HEAD + b"a\nb\r\n", "not CR LF"),
        (HEAD + b"a\rb\r\n", "not CR LF"),
        (HEAD + b"a\r\r\n", "not CR LF"),
        (HEAD + b"a\n\r\n", "not CR LF"),
        (HEAD + b"a\n.\nb\r\n", "not CR LF"),
        (HEAD + b"no end", "no line break at its end"),
        (HEAD + b"x" * 999 + b"\r\n", "998"),
    ],
)
def test_bytes_that_a_server_would_alter_are_refused_before_any_connection(server, deliver, bad, words):
    with pytest.raises(PermanentError, match=words) as caught:
        deliver(message=bad)
    assert caught.value.code == "render"
    assert server.connections == 0


def test_a_line_of_998_octets_is_taken(server, deliver):
    deliver(message=HEAD + b"x" * 998 + b"\r\n")
    assert len(server.messages) == 1


@pytest.mark.parametrize(
    "recipient",
    [
        "a@b.example>\r\nRCPT TO:<c@d.example",
        "a b@c.example",
        "ána@parliament.example",
        "nobody",
        "",
        "a@b@c.example\0",
    ],
)
def test_an_address_that_this_path_cannot_carry_is_refused_and_not_quoted(server, deliver, recipient):
    with pytest.raises(PermanentError) as caught:
        deliver(recipient)
    assert caught.value.code == "address"
    assert recipient.strip() == "" or recipient not in caught.value.detail
    assert server.connections == 0
