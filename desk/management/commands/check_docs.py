"""Compare what the documents say with what the code does. Part of `python3 dev.py check`."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

ROOT: Path = settings.BASE_DIR
LONGEST_FILE = 300
ROOMS = ["transport", "accounts", "contacts", "advocacy", "mailing", "desk"]
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
_ROW = re.compile(r"^\| `([A-Z][A-Z0-9_]+)` \| (\w+) \| (.*?) \| (.*?) \|$", re.MULTILINE)
_CHECK_ID = re.compile(r'id="([a-z]+\.[EW]\d+)"')
_NAMED = re.compile(r"docs/[\w/-]+\.md")
_QUOTED = re.compile(r"'(.*?)'")
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


class Command(BaseCommand):
    """Prints one line for each difference and fails when there is any."""

    requires_system_checks: list[str] = []
    help = "Checks settings, states, links, the length of files, the changelog and the lock files."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run every comparison."""
        problems = [problem for comparison in COMPARISONS for problem in comparison()]
        if problems:
            raise CommandError("\n".join(problems))
        self.stdout.write("The documents agree with the code.")


def settings_are_documented() -> Iterator[str]:
    """Every variable of config/env.py stands in docs/settings.md with kind and default, and in .env.example."""
    rows = {match[1]: (match[2], match[3]) for match in _ROW.finditer(read("docs/settings.md"))}
    variables = declared_variables()
    for name, (kind, default) in variables.items():
        if name not in rows:
            yield f"docs/settings.md does not list {name}."
        elif rows[name] != (kind, default):
            yield f"docs/settings.md says {name} is {' '.join(rows[name])}; the code says {kind} {default}."
    yield from (f"docs/settings.md lists {name}, which the code does not read." for name in set(rows) - set(variables))
    sample = set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", read(".env.example"), re.MULTILINE))
    yield from (f".env.example does not list {name}." for name in set(variables) - sample)
    extra = sample - set(variables) - {"POSTGRES_PASSWORD"}
    yield from (f".env.example lists {name}, which the code does not read." for name in extra)


def checks_are_documented() -> Iterator[str]:
    """Every system check of ours stands in docs/settings.md under its id."""
    sources = [path.read_text(encoding="utf-8") for room in ROOMS for path in (ROOT / room).glob("checks.py")]
    for name in sorted(set(_CHECK_ID.findall("\n".join(sources)))):
        if f"`{name}`" not in read("docs/settings.md"):
            yield f"docs/settings.md does not list the check {name}."


def declared_variables() -> dict[str, tuple[str, str]]:
    """Name → (kind, default as the documents write it) of every variable that the settings read.

    Read from the source of config/: this room does not import it, and what the environment says does not matter.
    """
    found: dict[str, tuple[str, str]] = {}
    for path in sorted((ROOT / "config").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
                continue
            if node.func.id == "read" and isinstance(node.args[1], ast.Constant):
                kind, name, default = (ast.literal_eval(node.args[0]), str(node.args[1].value), node.args[2])
                found[name] = (kind, default_of(default))
            elif node.func.id == "database" and isinstance(node.args[0], ast.Constant):
                found[str(node.args[0].value)] = ("url", default_of(node.args[1]))
    return found


def default_of(node: ast.expr) -> str:
    """A default as a person reads it: `required`, `none`, the value in backticks, or `computed`."""
    if isinstance(node, ast.Name) and node.id == "REQUIRED":
        return "required"
    try:
        value = ast.literal_eval(node)
    except ValueError:
        path = re.search(r"(sqlite:///)?.?BASE_DIR((?: / '[\w.]+')+)", ast.unparse(node))
        return f"`{path[1] or ''}{'/'.join(re.findall(_QUOTED, path[2]))}`" if path else "computed"
    return "none" if value in ("", []) else f"`{int(value) if isinstance(value, bool) else value}`"


def states_are_documented() -> Iterator[str]:
    """Every state and every move of the state machines stands in docs/state-machines.md."""
    from advocacy import road
    from mailing import states
    from mailing.models import Delivery

    text = read("docs/state-machines.md")
    for machine in (states.TRANSITIONS, road.TRANSITIONS):
        for old, targets in machine.items():
            for new in targets:
                if f"`{old}` → `{new}`" not in text:
                    yield f"docs/state-machines.md does not show `{old}` → `{new}`."
    for status in Delivery.Status.values:
        if f"`{status}`" not in text:
            yield f"docs/state-machines.md does not explain the delivery status `{status}`."


def links_resolve() -> Iterator[str]:
    """Every relative link of a document names a file that is there."""
    for path in documents():
        for match in _LINK.finditer(path.read_text(encoding="utf-8")):
            target = (match[1] or match[2]).split("#")[0]
            if not target or re.match(r"[a-z]+:", target):
                continue
            if not (path.parent / target).exists():
                yield f"{path.relative_to(ROOT)} links to {target}, which is not there."


def named_documents_exist() -> Iterator[str]:
    """Every document that a comment, a docstring or a message of the code names is there."""
    for path in [*ROOT.glob("*.py"), *(found for room in ROOMS for found in (ROOT / room).rglob("*.py"))]:
        for name in sorted(set(_NAMED.findall(path.read_text(encoding="utf-8")))):
            if not (ROOT / name).exists():
                yield f"{path.relative_to(ROOT)} names {name}, which is not there."


def documents() -> list[Path]:
    """All documents of the project."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def files_are_short() -> Iterator[str]:
    """No Python file is longer than 300 lines outside migrations."""
    folders = [*ROOMS, "benchmarks", "config", "tests"]
    for path in [*ROOT.glob("*.py"), *(found for folder in folders for found in (ROOT / folder).rglob("*.py"))]:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > LONGEST_FILE and "migrations" not in path.parts:
            yield f"{path.relative_to(ROOT)} has {lines} lines; {LONGEST_FILE} are allowed."


def changelog_is_open() -> Iterator[str]:
    """The changelog has a place for what is not released yet."""
    if "## Unreleased" not in read("CHANGELOG.md"):
        yield "CHANGELOG.md has no section Unreleased."


def locks_agree() -> Iterator[str]:
    """The lock files hold no address, hold every dependency of pyproject.toml, and pin the same versions."""
    project = tomllib.loads(read("pyproject.toml"))["project"]
    run, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    for name in ("requirements.lock", "requirements-dev.lock"):
        if "://" in read(name):
            yield f"{name} holds an address; make it with uv pip compile --no-emit-index-url."
    for lock, wanted in (
        ("requirements.lock", project["dependencies"]),
        ("requirements-dev.lock", project["optional-dependencies"]["dev"]),
    ):
        for requirement in wanted:
            package = plain(re.split(r"[\[<>=!~;\s]", requirement)[0])
            if package not in pins(lock):
                yield f"{lock} does not hold {package}; compile it again."
    for package, version in run.items():
        if dev.get(package) != version:
            yield f"requirements-dev.lock has {package} {dev.get(package, 'missing')}, requirements.lock {version}."


def pins(lock: str) -> dict[str, str]:
    """Package → version of a lock file."""
    return {plain(match[1]): match[2] for match in _PIN.finditer(read(lock))}


def plain(package: str) -> str:
    """A package's name as the index compares names."""
    return re.sub(r"[-_.]+", "-", package).lower()


def read(name: str) -> str:
    """A file of the project, or nothing where it is missing: the comparison then says what lacks."""
    path = ROOT / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


COMPARISONS = [
    settings_are_documented,
    checks_are_documented,
    states_are_documented,
    links_resolve,
    named_documents_exist,
    files_are_short,
    changelog_is_open,
    locks_agree,
]
