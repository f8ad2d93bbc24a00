"""Calls to addresses of other people end, however the other side behaves."""

import contextlib
import socket
import threading
import time

import pytest

from contacts import calling

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
