"""Installs the peers from their own locks into var/bench/, once for each state of the locks. Never into our .venv."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "benchmarks"
PLACE = ROOT / "var" / "bench"
NO_NODE = "node and npm are not on PATH: install Debian's nodejs and npm packages, or leave nodemailer out with --only."
NO_PIP = "The peers' packages could not be installed. Check the network and that this Python has pip or uv, then again."


def python_peers() -> Path:
    """The Python of the Django peers, with benchmarks/requirements.lock installed and every hash checked."""
    lock = HERE / "requirements.lock"
    venv = PLACE / "venv"
    python = venv / "bin" / "python"
    if not _is_current(venv, lock) or not python.exists():
        shutil.rmtree(venv, ignore_errors=True)
        PLACE.mkdir(parents=True, exist_ok=True)
        make = [sys.executable, "-m", "venv", str(venv)]
        if _run(make):
            shutil.rmtree(venv, ignore_errors=True)
            _run([*make, "--without-pip"])
        options = ["install", "--quiet", "--require-hashes", "-r", str(lock)]
        quiet = ["--no-input", "--disable-pip-version-check"]
        tries = [
            [str(python), "-m", "pip", *options, *quiet],
            ["uv", "pip", *options, "--python", str(python)],
            [sys.executable, "-m", "pip", "--python", str(python), *options, *quiet],
        ]
        if all(_run(command) for command in tries):
            raise SystemExit(NO_PIP)
        _keep(venv, lock)
    return python


def node_peers() -> Path:
    """The folder whose node_modules holds nodemailer, from benchmarks/package-lock.json by `npm ci`."""
    if not shutil.which("node") or not shutil.which("npm"):
        raise SystemExit(NO_NODE)
    lock = HERE / "package-lock.json"
    folder = PLACE / "node"
    if not _is_current(folder, lock):
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder)
        if _run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], folder):
            raise SystemExit("nodemailer could not be installed by npm. Check the network, then again.")
        _keep(folder, lock)
    return folder


def _run(command: list[str], folder: Path = ROOT) -> int:
    """The exit code; 127 when there is no such program. What it says stays here: it may name a private index."""
    try:
        return subprocess.run(command, cwd=folder, capture_output=True, check=False, env=_quiet()).returncode  # noqa: S603
    except OSError:
        return 127


def _quiet() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "VIRTUAL_ENV")}


def _stamp(folder: Path) -> Path:
    return folder / "installed.sha256"


def _is_current(folder: Path, lock: Path) -> bool:
    stamp = _stamp(folder)
    return stamp.exists() and stamp.read_text(encoding="ascii") == hashlib.sha256(lock.read_bytes()).hexdigest()


def _keep(folder: Path, lock: Path) -> None:
    _stamp(folder).write_text(hashlib.sha256(lock.read_bytes()).hexdigest(), encoding="ascii")
