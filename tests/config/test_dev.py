"""The one command: what it makes sure of before it runs anything."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def dev(monkeypatch, tmp_path):
    """dev.py as a module, with its folders somewhere else."""
    monkeypatch.syspath_prepend(str(ROOT))
    import dev as module

    monkeypatch.setattr(module, "VAR", tmp_path / "var")
    (tmp_path / "var").mkdir()
    monkeypatch.setattr(module, "STAMP", tmp_path / "installed.json")
    monkeypatch.setattr(module, "LOCKS", {"run": tmp_path / "run.lock", "dev": tmp_path / "dev.lock"})
    (tmp_path / "run.lock").write_text("a==1")
    (tmp_path / "dev.lock").write_text("a==1\nb==2")
    return module


def test_it_needs_nothing_but_the_standard_library():
    code = "import sys; sys.path.insert(0, '.'); import dev; print([n for n in sys.modules if n.startswith('django')])"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_the_keys_are_made_once_and_read_by_nobody_else(dev, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.delenv("EMAIL_DIGEST_KEY", raising=False)
    first = dev.keys()
    assert dev.keys() == first
    assert set(first) == {"SECRET_KEY", "EMAIL_DIGEST_KEY"}
    assert len(first["SECRET_KEY"]) > 50
    assert (dev.VAR / "keys.json").stat().st_mode & 0o777 == 0o600


def test_a_key_of_the_environment_wins(dev, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "mine")
    assert dev.keys()["SECRET_KEY"] == "mine"


def test_the_environment_chooses_database_and_broker(dev, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://here/db")
    assert dev.environment(DATABASE_URL="sqlite:///other")["DATABASE_URL"] == "postgres://here/db"


def test_it_installs_again_when_a_lock_changed(dev, tmp_path):
    dev.STAMP.write_text(json.dumps(dev.wanted("dev")))
    assert dev.is_installed("dev")
    assert dev.is_installed("run"), "what the tests need contains what the demo needs"
    (tmp_path / "run.lock").write_text("a==2")
    assert not dev.is_installed("run")


def test_what_the_demo_needs_is_not_enough_for_the_tests(dev):
    dev.STAMP.write_text(json.dumps(dev.wanted("run")))
    assert dev.is_installed("run")
    assert not dev.is_installed("dev")


def test_a_failed_installation_names_no_address(dev, monkeypatch, capsys):
    words = "ERROR: no match in https://user:pw@packages.internal.example/simple/ nor packages.internal.example/x"
    failed = subprocess.CompletedProcess([], 1, "", words)
    monkeypatch.setattr(dev, "make_venv", lambda: True)
    monkeypatch.setattr(dev, "run_quietly", lambda command: failed)
    with pytest.raises(SystemExit, match="could not be installed"):
        dev.install("run")
    said = capsys.readouterr().err
    assert "(address)" in said
    assert "internal" not in said


def test_a_python_without_pip_is_told_what_to_install(dev, monkeypatch):
    monkeypatch.setattr(dev, "make_venv", lambda: False)
    monkeypatch.setattr(dev.shutil, "which", lambda name: None)
    monkeypatch.setattr(dev, "run_quietly", lambda command: subprocess.CompletedProcess(command, 1, "", ""))
    with pytest.raises(SystemExit, match="apt-get install python3-venv"):
        dev.install("run")


def test_an_old_python_is_told_so(dev, monkeypatch):
    monkeypatch.setattr(dev.sys, "version_info", (3, 10, 1))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11"):
        dev.set_up("run")


def test_an_unknown_benchmark_is_told_which_there_are():
    done = subprocess.run(
        [sys.executable, "dev.py", "bench", "nothing"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert "There is no benchmark 'nothing'" in done.stderr


def test_it_stays_short():
    assert len((ROOT / "dev.py").read_text().splitlines()) < 300
