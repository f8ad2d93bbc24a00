"""Only public addresses are called: no name, no spelling and no later answer of the DNS leads anywhere else.

And a call ends, however the other side behaves.
"""

import contextlib
import socket
import threading
import time

import pytest

from contacts import calling
from contacts.calling import CallFailed, call, checked, is_public

INNER = [
    "127.0.0.1",
    "10.0.0.1",
    "172.16.5.4",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "198.18.0.1",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:7f00:1",
    "::7f00:1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1",
    "2001:db8::1",
]


@pytest.mark.parametrize("address", INNER)
def test_an_address_that_is_not_public_is_refused(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:2800:220:1:248:1893:25c8:1946"])
def test_a_public_address_passes(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/",
        "https://user:word@hooks.example/",
        "https://hooks.example:25/",
        "https://hooks.example:6379/",
        "https://hooks.example:99999/",
        "https://hooks.example/#part",
        "https:///path",
        "https://hooks.example/a b",
        "https://hööks.example/",
        "https://hooks.example\n.other/",
        "ftp://hooks.example/",
        "file:///etc/passwd",
        "https://[::1/",
        "",
    ],
)
def test_a_strange_address_is_refused_by_its_form(url):
    with pytest.raises(CallFailed):
        checked(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fe80::1]/",
        "https://localhost/",
        "https://169.254.169.254/latest/meta-data/",
    ],
)
def test_no_spelling_of_this_machine_is_called(url):
    with pytest.raises(CallFailed):
        call(url, b"{}", {})


def answers(monkeypatch, *addresses):
    """The DNS gives the next of these with each question; what is asked and connected to is kept."""
    rows, seen = list(addresses), {"asked": 0, "connected": []}

    def getaddrinfo(host, port, *arguments, **more):
        seen["asked"] += 1
        found = rows.pop(0) if len(rows) > 1 else rows[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    def connect(address, *arguments, **more):
        seen["connected"].append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(calling.socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    return seen


def test_a_name_with_one_inner_address_among_public_ones_is_refused(monkeypatch):
    seen = answers(monkeypatch, ["8.8.8.8", "10.0.0.1"])
    with pytest.raises(CallFailed, match="not public"):
        call("https://hooks.example/", b"{}", {})
    assert seen["connected"] == []


def test_a_name_is_resolved_once_so_that_a_second_answer_changes_nothing(monkeypatch):
    seen = answers(monkeypatch, ["8.8.8.8"], ["127.0.0.1"])
    with pytest.raises(CallFailed, match="did not answer"):
        call("https://hooks.example/", b"{}", {})
    assert seen == {"asked": 1, "connected": ["8.8.8.8"]}


def test_a_name_that_is_none_is_a_sentence():
    with pytest.raises(CallFailed, match="cannot be resolved"):
        call(f"https://{'a' * 70}.example/", b"{}", {})


# A TLS record that is announced as long as one may be, and never ends.
TLS = b"\x16\x03\x03\x40\x00"


@contextlib.contextmanager
def dripping(start: bytes):
    """A server on loopback that answers `start` and then a byte every 50 ms, for ten seconds."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                taken, _address = server.accept()
                with taken:
                    taken.sendall(start)
                    for _number in range(200):
                        if stop.wait(0.05):
                            return
                        taken.sendall(b"x")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            stop.set()
            thread.join(5)


@pytest.mark.parametrize(("scheme", "start"), [("http", b"HTTP/1.1 20"), ("https", TLS), ("http", b"")])
def test_one_that_answers_byte_by_byte_is_hung_up_on(monkeypatch, scheme, start):
    monkeypatch.setattr(calling, "WHOLE_SECONDS", 0.4)
    with dripping(start) as port:
        began = time.monotonic()
        with pytest.raises(calling.CallFailed, match="did not answer"):
            calling.call(f"{scheme}://127.0.0.1:{port}/hook", b"{}", {}, may_loop=True)
        # Well before the server would have ended by itself.
        assert time.monotonic() - began < 5


def test_no_alarm_stays_behind_after_an_answer(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            taken, _address = server.accept()
            with taken:
                taken.recv(65536)
                taken.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        assert calling.call(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {}, may_loop=True) == 204
        thread.join(5)
    waiting = [one for one in threading.enumerate() if isinstance(one, threading.Timer)]
    for timer in waiting:
        timer.join(2)
    assert not any(timer.is_alive() for timer in waiting)
