"""The supervisor keeps programs alive and stops all of them together."""

import io
import os
import signal
import subprocess
import sys
import time

import pytest

from desk.supervisor import Service, ServiceError, Supervisor


def program(tmp_path, code, name="program", **more):
    return Service(name, [sys.executable, "-c", code], dict(os.environ), tmp_path / f"{name}.log", **more)


def wait_for(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def is_alive(pid):
    """Whether a process of this number runs; a dead child that nobody waited for does not."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def supervisor():
    with Supervisor(out=io.StringIO()) as found:
        yield found


def test_what_dies_is_started_again_and_said(supervisor, tmp_path):
    service = supervisor.start(program(tmp_path, "import time; time.sleep(60)"))
    first = service.process.pid
    os.kill(first, signal.SIGKILL)
    assert wait_for(lambda: supervisor.look_after() or (service.is_running and service.process.pid != first))
    said = supervisor._out.getvalue()
    assert "program ended (exit -9). It starts again in 0.5 s." in said
    assert "program runs again." in said


def test_what_keeps_dying_waits_longer_each_time(supervisor, tmp_path):
    service = supervisor.start(program(tmp_path, "raise SystemExit(3)"))
    assert wait_for(lambda: supervisor.look_after() or service.pause >= 2)
    assert service.pause <= 30


def test_stopping_ends_every_process_and_their_children(tmp_path):
    children = tmp_path / "child"
    code = (
        "import pathlib, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"pathlib.Path({str(children)!r}).write_text(str(child.pid))\n"
        "time.sleep(60)"
    )
    with Supervisor(out=io.StringIO()) as supervisor:
        service = supervisor.start(program(tmp_path, code))
        assert wait_for(lambda: children.exists() and children.read_text())
    assert not is_alive(service.process.pid)
    assert wait_for(lambda: not is_alive(int(children.read_text())))


def test_what_does_not_listen_is_killed_after_its_grace(tmp_path):
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); time.sleep(60)"
    with Supervisor(out=io.StringIO()) as supervisor:
        service = supervisor.start(program(tmp_path, code, grace=0.3))
        assert wait_for(lambda: service.log.read_text() == "on\n")
    assert service.process.returncode == -signal.SIGKILL


def test_a_program_that_never_gets_ready_is_named_with_its_log(supervisor, tmp_path):
    service = supervisor.start(program(tmp_path, "import time; time.sleep(60)", ready=lambda: False))
    with pytest.raises(ServiceError, match=r"program did not start.*program\.log"):
        supervisor.wait_until_ready(service, seconds=0.2)


def test_a_signal_asks_it_to_stop(supervisor):
    os.kill(os.getpid(), signal.SIGTERM)
    supervisor.watch()
    assert supervisor.stopping


def test_a_step_beside_the_services_gives_its_exit_code(supervisor):
    assert supervisor.run([sys.executable, "-c", "raise SystemExit(4)"], dict(os.environ)) == 4


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_the_programs_end_even_when_the_supervisor_is_killed(tmp_path):
    pid_file = tmp_path / "pid"
    code = (
        "import os, pathlib, sys\n"
        "from desk.supervisor import Service, Supervisor\n"
        "with Supervisor() as supervisor:\n"
        "    command = [sys.executable, '-c', 'import time; time.sleep(60)']\n"
        f"    log = pathlib.Path({str(tmp_path)!r}) / 'log'\n"
        "    service = supervisor.start(Service('sleeper', command, dict(os.environ), log))\n"
        f"    pathlib.Path({str(pid_file)!r}).write_text(str(service.process.pid))\n"
        "    supervisor.watch()"
    )
    parent = subprocess.Popen([sys.executable, "-c", code])
    try:
        assert wait_for(lambda: pid_file.exists() and pid_file.read_text())
        pid = int(pid_file.read_text())
        assert is_alive(pid)
    finally:
        parent.kill()
        parent.wait(10)
    assert wait_for(lambda: not is_alive(pid))
