"""The demo as a person starts it: real processes, a real broker, real SMTP to the catcher on this machine."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from desk.demo.database import temporary_database
from tests.patience import read_line

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def environment(tmp_path):
    """What dev.py gives its children; the broker is the demo's own unless a server is named."""
    with temporary_database(tmp_path) as url:
        env = {**os.environ, "DEMO": "1", "DEBUG": "0", "DATABASE_URL": url, "LEASE_SECONDS": "30"}
        for name in ("SITE_URL", "ALLOWED_HOSTS", "PLATFORM_NAME", "DJANGO_SETTINGS_MODULE", "SEND_HOLD_SECONDS"):
            env.pop(name, None)
        if env.get("REDIS_URL", "").startswith("unix:"):
            del env["REDIS_URL"]
        yield env


def start(command, env):
    return subprocess.Popen(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def children_of(pid):
    """Direct children, by the kernel's own list."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def program_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except FileNotFoundError:
        return ""


def wait_for(condition, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s")


def test_demo_once_delivers_every_letter_exactly_once_and_leaves_the_evidence(environment, tmp_path):
    out = tmp_path / "out"
    # A database of its own is part of what is tested: --once makes another one beside this one.
    done = subprocess.run(
        [sys.executable, "manage.py", "demo_once", "--json", "--out", str(out)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert "\n" not in done.stdout.strip()
    assert found["ok"]
    assert found["sent"] == found["recipients"] > 20
    assert len(found["by_language"]) == 3
    assert all(check["ok"] for check in found["checks"])
    with (out / "ledger.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == found["matched"]
    sources = [path.read_text(errors="replace") for path in out.glob("*.eml")]
    for row in rows:
        copies = sum(f"<{row['public_id']}@" in source for source in sources)
        assert copies == (1 if row["state"] == "Accepted" else 0)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.only_sqlite  # As a newcomer runs it; the supervisor is the same beside PostgreSQL.
@pytest.mark.timeout(480)  # The demo walks its whole path before it says a word.
def test_the_demo_starts_again_what_dies_and_leaves_no_process_behind(environment, tmp_path):
    folder = tmp_path / "demo"
    process = start(["run_demo", "--json", "--folder", str(folder), "--port", "8431"], environment)
    try:
        line = read_line(process.stdout, 270, "the demo")
        assert line, process.communicate(timeout=30)[1]
        told = json.loads(line)
        assert [account["role"] for account in told["accounts"]] == ["viewer", "officer", "approver", "administrator"]
        with urllib.request.urlopen(f"{told['url']}accounts/login/", timeout=20) as answer:
            page = answer.read().decode()
        assert "Demo" in page
        with urllib.request.urlopen(f"{told['url']}static/css/app.css", timeout=20) as answer:
            assert answer.headers["Content-Type"].startswith("text/css")
        assert list((folder / "outbox").glob("*.eml")), "the first mailing has really been sent"

        [worker] = [pid for pid in children_of(process.pid) if " worker " in program_of(pid)]
        os.kill(worker, signal.SIGKILL)
        wait_for(lambda: [p for p in children_of(process.pid) if " worker " in program_of(p) and p != worker], 30)

        everybody = children_of(process.pid)
        process.send_signal(signal.SIGINT)
        _out, said = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait(10)
    assert process.returncode == 0
    assert "worker ended (exit -9)" in said
    assert "Everything has stopped" in said
    assert len(everybody) >= 4
    assert [program_of(pid) for pid in everybody if program_of(pid)] == []


def test_a_second_demo_in_the_same_folder_is_told_where_the_first_runs(environment, tmp_path):
    import fcntl

    with (tmp_path / "running").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("http://127.0.0.1:8123")
        lock.flush()
        process = start(["run_demo", "--folder", str(tmp_path)], environment)
        try:
            _out, said = process.communicate(timeout=60)
        finally:
            process.kill()
            process.wait(10)
    assert "The demo runs already, at http://127.0.0.1:8123. Stop it there." in said
