#!/usr/bin/env python3
"""The one command of this project: sets itself up on first use, then runs the demo, the tests or the checks.

Standard library only, Python 3.11 or newer. Everything it makes lies in .venv/ and var/, which git ignores.
DATABASE_URL and REDIS_URL choose database and broker; without them it uses SQLite and an embedded broker.
With --json one object on one line is the only thing on standard output; progress goes to standard error.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
VAR = ROOT / "var"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
URL = re.compile(r"\b[a-z+]+://\S+|\b(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?/\S*", re.IGNORECASE)
ROOMS = ["transport", "accounts", "contacts", "advocacy", "mailing", "desk"]
# Lint, types, templates, import order, migrations, deployment, documents: the name and the arguments after python -m.
CHECKS = [
    ("ruff check", ["ruff", "check", "--quiet", "."]),
    ("ruff format", ["ruff", "format", "--check", "--quiet", "."]),
    ("mypy", ["mypy", "--no-error-summary", *ROOMS, "config"]),
    ("djlint", ["djlint", "--lint", "--quiet", "templates"]),
    ("import-linter", ["importlinter.cli", "lint", "--no-cache"]),
    ("makemigrations --check", ["manage", "makemigrations", "--check", "--dry-run"]),
    ("check --deploy", ["manage", "check", "--deploy", "--fail-level", "WARNING"]),
    ("documents", ["manage", "check_docs"]),
    ("translations", ["manage", "check_translations"]),
]


def say(text: str) -> None:
    """Tell the person what happens, on standard error."""
    print(text, file=sys.stderr, flush=True)


def stop(text: str) -> None:
    """End with one sentence that says what to do."""
    raise SystemExit(text)


def set_up(kind: str) -> None:
    """Make .venv from the lock of `kind` ("run" or "dev") unless it is there already; one process at a time."""
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        stop(f"Demarche needs Python 3.11, 3.12 or 3.13; this is {sys.version.split()[0]}. Try: python3.13 dev.py …")
    if is_installed(kind):
        return
    VAR.mkdir(exist_ok=True)
    with (
        open(VAR / "set-up.lock", "w", encoding="utf-8") as file,
        alone(file, "Another set-up is under way; waiting for it."),
    ):
        if is_installed(kind):
            return
        if PYTHON.exists() and subprocess.run([PYTHON, "-c", ""], capture_output=True, check=False).returncode:
            shutil.rmtree(VENV)
        started = time.monotonic()
        say(f"Setting up: installing the packages of {LOCKS[kind].name} into .venv. This takes a minute, once.")
        install(kind)
        STAMP.write_text(json.dumps(wanted(kind)), encoding="utf-8")
        say(f"Set up in {time.monotonic() - started:.0f} seconds.")


@contextlib.contextmanager
def alone(file, waiting: str = ""):
    """Hold the lock of an open file, waiting (and saying so) for whoever holds it."""
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        if waiting:
            say(waiting)
        fcntl.flock(file, fcntl.LOCK_EX)
    yield


def wanted(kind: str) -> dict[str, str]:
    """The digests that the stamp holds when the locks of `kind` are installed; dev contains run."""
    names = ["run", "dev"] if kind == "dev" else ["run"]
    return {name: hashlib.sha256(LOCKS[name].read_bytes()).hexdigest() for name in names}


def is_installed(kind: str) -> bool:
    """Whether the stamp says that the locks were installed as they are now."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return PYTHON.exists() and all(stamp.get(name) == digest for name, digest in wanted(kind).items())


def install(kind: str) -> None:
    """Install the lock with every hash checked, by the venv's pip, uv, or this Python's pip."""
    has_pip = make_venv()
    options = ["--quiet", "--require-hashes", "-r", str(LOCKS[kind])]
    quiet = ["--no-input", "--disable-pip-version-check"]
    if has_pip:
        command = [str(PYTHON), "-m", "pip", "install", *quiet, *options]
    elif shutil.which("uv"):
        command = ["uv", "pip", "install", "--python", str(PYTHON), *options]
    elif run_quietly([sys.executable, "-m", "pip", "--version"]).returncode == 0:
        command = [sys.executable, "-m", "pip", "--python", str(PYTHON), "install", *quiet, *options]
    else:
        stop("This Python has no pip. On Debian and Ubuntu: apt-get install python3-venv. Then run this again.")
    done = run_quietly(command)
    if done.returncode:
        # The package index may be private: its address is no business of a log.
        say(URL.sub("(address)", done.stderr[-3000:]))
        stop("The packages could not be installed. Read the lines above, check the network, and run this again.")


def make_venv() -> bool:
    """Make .venv; give whether it has pip (a bare Debian lacks ensurepip)."""
    command = [sys.executable, "-m", "venv", str(VENV)]
    if not PYTHON.exists() and run_quietly(command).returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        if run_quietly([*command, "--without-pip"]).returncode:
            stop("This Python cannot make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv.")
    return run_quietly([str(PYTHON), "-m", "pip", "--version"]).returncode == 0


def run_quietly(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run and keep what it prints."""
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, cwd=ROOT)


def keys() -> dict[str, str]:
    """Secrets of this checkout, made once and kept in var/keys.json (mode 600), or those of the environment."""
    path = VAR / "keys.json"
    with open(VAR / "keys.lock", "w", encoding="utf-8") as file, alone(file):
        if not path.exists():
            made = {name: secrets.token_urlsafe(48) for name in ("SECRET_KEY", "EMAIL_DIGEST_KEY")}
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as new:
                json.dump(made, new)
        kept = json.loads(path.read_text(encoding="utf-8"))
    return {name: os.environ.get(name) or value for name, value in kept.items() if f"{name}_FILE" not in os.environ}


def environment(**extra: str) -> dict[str, str]:
    """This process's environment, what the project needs, and `extra` where the person set nothing."""
    env = {"PYTHONUNBUFFERED": "1", "SITE_URL": "http://localhost:8000", **extra, **os.environ, **keys()}
    env.pop("PYTHONHOME", None)
    env["PATH"] = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return env


def become(arguments: list[str], env: dict[str, str]) -> None:
    """Turn this process into the project's Python with `arguments`; signals and exit codes are then its own."""
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execve(PYTHON, [str(PYTHON), *arguments], env)


def demo(options: argparse.Namespace) -> None:
    """The demo, or with --once the same path without a browser."""
    set_up("run")
    if options.once:
        more = ["--out", str(Path(options.out).resolve())] if options.out else []
        become(["manage.py", "demo_once", *more, *(["--json"] if options.json else [])], environment(DEMO="1"))
    folder = VAR / "demo"
    if options.reset and folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    more = ["--port", str(options.port), "--folder", str(folder), *(["--json"] if options.json else [])]
    env = environment(DEMO="1", DATABASE_URL=f"sqlite:///{folder / 'db.sqlite3'}")
    become(["manage.py", "run_demo", *more, *(["--reset"] if options.reset else [])], env)


def manage(arguments: list[str]) -> None:
    """manage.py in the project's environment; the default database is made when it is not there yet."""
    set_up("run")
    env = environment()
    makes_its_own = {"migrate", "makemigrations", "check", "help", "demo_once", "run_demo", "collectstatic"}
    wants_one = bool(arguments) and not arguments[0].startswith("-") and arguments[0] not in makes_its_own
    if wants_one and not has_database(env):
        made = subprocess.run([PYTHON, "manage.py", "prepare_database"], cwd=ROOT, env=env, stdout=2, check=False)
        if made.returncode:
            raise SystemExit(made.returncode)
    become(["manage.py", *arguments], env)


def has_database(env: dict[str, str]) -> bool:
    """Whether the SQLite file of DATABASE_URL exists; a server's database is always looked at."""
    url = env.get("DATABASE_URL") or f"sqlite:///{VAR / 'db.sqlite3'}"
    return url.startswith("sqlite:///") and Path(url.removeprefix("sqlite:///")).is_file()


def test(arguments: list[str], as_json: bool) -> int:
    """The tests: all, or those of the named folders, on three processes, since many wait; those of faults on five."""
    set_up("dev")
    if all((ROOT / word).is_dir() for word in arguments):
        processes = "5" if arguments == ["tests/faults"] else "3"
        arguments = [*arguments, "-n", processes, "--dist", "worksteal"]
    env = {**os.environ, "PYTHONUNBUFFERED": "1", "PATH": environment()["PATH"]}
    if not as_json:
        become(["-m", "pytest", *arguments], env)
    command = [str(PYTHON), "-m", "pytest", *arguments]
    last = ""
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or []:
            sys.stderr.write(line)
            last = line if re.search(r"\d+ [a-z]+.* in [\d.:]+", line) else last
    counts = {word.rstrip("s"): int(number) for number, word in re.findall(r"(\d+) ([a-z]+)", last)}
    summary = {
        name: counts.get(name.rstrip("s"), 0) for name in ("passed", "failed", "errors", "skipped", "deselected")
    }
    print(json.dumps({"ok": process.returncode == 0, "exit": process.returncode, **summary}))
    return process.returncode


def check(as_json: bool) -> int:
    """Every check, two at a time; all are run and reported, and one that fails makes the whole fail."""
    set_up("dev")
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda item: run_check(*item, folder), CHECKS))
    for result in results:
        say(f"{'ok    ' if result['ok'] else 'FAILED'}  {result['name']}  ({result['seconds']} s)")
        if not result["ok"]:
            say(result["output"])
    passed = all(result["ok"] for result in results)
    if as_json:
        print(json.dumps({"ok": passed, "checks": results}))
    return 0 if passed else 1


def run_check(name: str, arguments: list[str], folder: str) -> dict:
    """Run one check; production-like settings, a database that nobody connects to for --deploy."""
    env = environment()
    env.update(DEBUG="0", DEMO="0", DATABASE_URL=f"sqlite:///{folder}/check.sqlite3")
    if "--deploy" in name:
        env.update(SITE_URL="https://desk.demarche.example", DATABASE_URL="postgres://demarche@127.0.0.1:1/demarche")
        env.pop("ALLOWED_HOSTS", None)
    started = time.monotonic()
    command = ["manage.py", *arguments[1:]] if arguments[0] == "manage" else ["-m", *arguments]
    done = subprocess.run([PYTHON, *command], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    output = (done.stdout + done.stderr).strip()
    return {"name": name, "ok": done.returncode == 0, "seconds": round(time.monotonic() - started, 1), "output": output}


def bench(name: str, arguments: list[str]) -> None:
    """Run benchmarks/NAME.py."""
    names = sorted(path.stem for path in (ROOT / "benchmarks").glob("[!_]*.py") if path.stem != "stage")
    if name not in names:
        stop(f"There is no benchmark {name!r}. There are: {', '.join(names) or 'none yet'}.")
    set_up("dev")
    become(["-m", f"benchmarks.{name}", *arguments], environment())


def main() -> int:
    """Read the command and run it."""
    parser = argparse.ArgumentParser(prog="dev.py", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True, metavar="demo|test|check|manage|bench")
    one = commands.add_parser("demo", help="run the demo: web, worker, beat, broker and a mail catcher")
    one.add_argument("--once", action="store_true", help="the whole path without a browser, then a report")
    one.add_argument("--out", metavar="DIR", help="with --once: leave every message and the ledger there")
    one.add_argument("--port", type=int, default=8000, help="the web port to try first (8000)")
    one.add_argument("--reset", action="store_true", help="throw the demo's data away and start afresh")
    one.add_argument("--json", action="store_true", help="one object on one line as the only output")
    commands.add_parser("test", help="the tests; arguments go to pytest", add_help=False)
    checks = commands.add_parser("check", help="lint, types, templates, imports, migrations, deployment, documents")
    checks.add_argument("--json", action="store_true", help="one object on one line as the only output")
    commands.add_parser("manage", help="manage.py in the project's environment", add_help=False)
    commands.add_parser("bench", help="a benchmark from benchmarks/").add_argument("name")
    options, rest = parser.parse_known_args()
    if rest and options.command in ("demo", "check"):
        parser.error(f"unknown argument: {' '.join(rest)}")
    after = sys.argv[2:]
    if options.command == "test":
        return test([word for word in after if word != "--json"], "--json" in after)
    if options.command == "check":
        return check(options.json)
    # These become the program they run and come back only as its exit code.
    run = {"demo": lambda: demo(options), "manage": lambda: manage(after), "bench": lambda: bench(options.name, rest)}
    run[options.command]()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
