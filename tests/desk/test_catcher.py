"""The demo's catcher keeps each message whole, as it came, and sends nothing on."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from desk.catcher import Catcher, caught_names, parse, read_bytes, summary, text_of
from tests.transport.conftest import hand_over, plain_message
from transport.smtp import SMTPTransport


@pytest.fixture
def running(tmp_path):
    """A real `manage.py run_catcher` on a free port; gives its URL, its folder and its process."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    folder = tmp_path / "caught"
    command = [sys.executable, "manage.py", "run_catcher", "--port", str(port), "--dir", str(folder)]
    process = subprocess.Popen(command, env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"})
    try:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None, "the catcher has ended"
                time.sleep(0.1)
        yield f"smtp://127.0.0.1:{port}", folder, process
    finally:
        process.kill()
        process.wait(10)


def test_a_real_catcher_keeps_what_it_gets_and_stops_when_asked(running):
    url, folder, process = running
    messages = [plain_message(f"Dear number {number}\n.\nEnd\n") for number in range(3)]
    with SMTPTransport(url, data_timeout=5) as client:
        for number, message in enumerate(messages):
            hand_over(client, f"mep{number}@parliament.example", message)
    kept = sorted(folder.glob("*.eml"))
    assert [path.name for path in kept] == [f"000000{number}-one.eml" for number in (1, 2, 3)]
    assert [path.read_bytes() for path in kept] == messages
    assert list(folder.glob(".*")) == []
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


def test_it_listens_on_this_machine_only(running):
    url, _folder, _process = running
    port = int(url.rsplit(":", 1)[1])
    with socket.socket() as other:
        other.settimeout(2)
        address = socket.gethostbyname(socket.gethostname())
        if not address.startswith("127."):
            assert other.connect_ex((address, port)) != 0
    assert socket.create_connection(("127.0.0.1", port), timeout=2).recv(64).startswith(b"220 catcher.demo.example")


def test_numbers_go_on_after_a_restart_and_no_file_is_overwritten(tmp_path):
    first = Catcher(tmp_path).keep(plain_message())
    again = Catcher(tmp_path)
    again.number = 0
    second = again.keep(plain_message("Another\n"))
    assert (first.name, second.name) == ("0000001-one.eml", "0000002-one.eml")
    assert first.read_bytes() == plain_message()
    assert caught_names(tmp_path) == ["0000002-one", "0000001-one"]


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"Message-ID: <../../etc/passwd@x.example>", "0000001-------etc-passwd"),
        (b"Message-ID: <" + b"a" * 200 + b"@x.example>", "0000001-" + "a" * 60),
        (b"Subject: none", "0000001-message"),
        (b"Message-ID: <\xff\xfe@x>", "0000001--"),
    ],
)
def test_a_file_name_is_safe_whatever_the_message_id(tmp_path, head, name):
    kept = Catcher(tmp_path).keep(head + b"\r\n\r\nx\r\n")
    assert kept.parent == tmp_path
    assert caught_names(tmp_path) == [kept.stem]
    assert kept.stem.startswith("0000001-")
    assert name.replace("-", "") in kept.stem.replace("-", "")


@pytest.mark.parametrize(
    "name", ["../secret", "..", "0000001-a/../../secret", "", "secret", "0000001-a\0", "/etc/passwd"]
)
def test_a_name_that_is_not_ours_never_reaches_the_disk(tmp_path, name):
    (tmp_path / "secret.eml").write_bytes(b"Subject: secret\r\n\r\n")
    assert read_bytes(tmp_path / "caught", name) is None
    assert read_bytes(tmp_path, name) is None


def test_other_files_in_the_folder_are_not_listed(tmp_path):
    for name in ("notes.eml", "0000001-a.eml.part", ".123.part", "0000001-ok.eml"):
        (tmp_path / name).write_bytes(b"Subject: x\r\n\r\n")
    assert caught_names(tmp_path) == ["0000001-ok"]
    assert caught_names(tmp_path / "not there") == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"From: <<<>>>, ;;\r\nTo: @\r\nDate: yesterday\r\nSubject: =?x-none?q?a?=\r\n\r\nbody\r\n",
        b"Content-Type: text/plain; charset=klingon\r\n\r\nqapla\r\n",
        b"Content-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\nContent-Type: text/html; charset=\xff\r\n\r\n",
        b"Date: Mon, 99 Foo 2026 99:99:99 +9999\r\n\r\n",
    ],
)
def test_a_broken_message_is_shown_as_far_as_it_can_be_read(tmp_path, content):
    kept = Catcher(tmp_path).keep(content)
    found = summary(tmp_path, kept.stem)
    assert found.name == kept.stem
    parsed = parse(content)
    assert isinstance(text_of(parsed, "plain") + text_of(parsed, "html"), str)
