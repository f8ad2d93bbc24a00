"""Importing a large sheet: seconds and peak memory of the process that does it, and how soon a bomb is refused.

100,000 rows of invented people in CSV, brought in by the product's own command in a process of its own: a dry run, the
import, and the same file again. Then as many readers with proof of consent for a list, in the same three steps. On
PostgreSQL and on SQLite. Then workbooks that would unpack to a flood.
"""

import argparse
import csv
import io
import json
import os
import random
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

from benchmarks.enqueue import SERVER
from benchmarks.rig.results import goal
from benchmarks.rig.servers import postgres
from benchmarks.rig.usage import load as load_average
from benchmarks.stage import show

ROOT = Path(__file__).resolve().parent.parent
GOALS = {"import_seconds": 60.0, "rss_mb": 300.0, "bomb_seconds": 1.0}
KEPT = ("new", "changed", "unchanged", "held", "errors")
HEADER = ["given name", "family name", "e-mail", "country", "language", "organisation", "title", "tags"]
COUNTRIES = ["DE", "France", "Italie", "ES", "Poland", "RO", "NL", "Belgien", "EL", "UK", "Česko", "Sverige"]
READER_HEADER = ["e-mail", "name", "language", "country", "topics", "agreed on", "proof"]
LIST, TOPIC, COLLEAGUE = "bench", "Compensation", "bench@platform.example"
# A list with a topic, and who answers for the proof.
PREPARE = f"""
from accounts.models import User
from contacts.models import ContactList
from contacts.topics import TopicWords, add_topic
colleague = User.objects.create(email={COLLEAGUE!r}, name="Bench", role="officer")
made = ContactList.objects.create(name="Bench", slug={LIST!r})
add_topic(made, [TopicWords("en", {TOPIC!r})], actor=colleague)
"""
STEPS = {
    "dry_run": [],
    "import": ["--apply"],
    "again": ["--apply"],
}


def main() -> None:
    """Import on each database, offer the bombs, and print one result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--database", choices=["both", "postgres", "sqlite"], default="both")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found: dict[str, Any] = {"benchmark": "imports", "rows": options.rows, "seed": options.seed}
    found["load_average"] = load_average()
    with tempfile.TemporaryDirectory(prefix="dmr-imports-") as folder:
        sheet = Path(folder) / "people_2026-03-17.csv"
        sheet.write_text(make_sheet(options.rows, options.seed), encoding="utf-8")
        readers = sheet.with_name("readers.csv")
        readers.write_text(make_readers(options.rows, options.seed), encoding="utf-8")
        found["file_mb"] = {path.stem: round(path.stat().st_size / 2**20, 1) for path in (sheet, readers)}
        if options.database in ("both", "postgres"):
            with postgres(*SERVER) as server:
                found["postgresql"] = on_database(str(server["url"]), sheet, readers)
        if options.database in ("both", "sqlite"):
            found["sqlite"] = on_database("", sheet, readers)
        found["bombs"] = bombs(Path(folder))
    figures = [found[name] for name in ("postgresql", "sqlite") if name in found]
    slowest = max(step["seconds"] for figure in figures for step in figure.values())
    largest = max(step["rss_mb"] for figure in figures for step in figure.values())
    found["goals"] = {
        "import_seconds": goal(GOALS["import_seconds"], slowest, at_most=True),
        "rss_mb": goal(GOALS["rss_mb"], largest, at_most=True),
        "bomb_seconds": goal(GOALS["bomb_seconds"], max(found["bombs"].values()), at_most=True),
    }
    show(found, as_json=options.json)


def make_sheet(rows: int, seed: int) -> str:
    """The CSV: every row a person with an address of their own, one in two hundred of them not fit to be written to."""
    chance = random.Random(seed)  # noqa: S311 - invented people, not secrets
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for number in range(rows):
        broken = number % 200 == 199
        writer.writerow(
            [
                chance.choice(["Ana", "Łukasz", "Zoë", "Ștefan", "Märta", "Jean-Paul"]),
                f"Sample{number}",
                "nobody" if broken else f"person{number}@office{number % 5000}.example",
                chance.choice(COUNTRIES),
                chance.choice(["", "", "en", "fr", "Deutsch"]),
                f"Organisation {number % 3000}",
                chance.choice(["Director", "Policy officer", ""]),
                chance.choice(["press", "stakeholder; training", ""]),
            ]
        )
    return out.getvalue()


def make_readers(rows: int, seed: int) -> str:
    """The CSV: every row a reader whom nobody knows, with day and place of the proof; one in two hundred has no day."""
    chance = random.Random(seed)  # noqa: S311 - invented people, not secrets
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(READER_HEADER)
    for number in range(rows):
        language, country = chance.choice(["", "en", "fr", "Deutsch"]), chance.choice(COUNTRIES)
        topic, day = chance.choice(["", TOPIC]), "" if number % 200 == 199 else "2026-03-01"
        address = f"reader{number}@home{number % 5000}.example"
        writer.writerow([address, f"Reader Sample{number}", language, country, topic, day, "Paper form, folder 12"])
    return out.getvalue()


def on_database(url: str, sheet: Path, readers: Path) -> dict[str, dict[str, Any]]:
    """Every step on one fresh database: people, then readers."""
    from desk.demo.database import temporary_database

    os.environ["DATABASE_URL"] = url
    people = ["import_contacts", str(sheet), "--mapping", "generic", "--json"]
    joining = ["import_subscribers", str(readers), "--list", LIST, "--by", COLLEAGUE, "--json"]
    with tempfile.TemporaryDirectory(dir=sheet.parent) as own, temporary_database(Path(own)) as fresh:
        os.environ["DATABASE_URL"] = fresh
        manage("migrate", "--verbosity", "0")
        manage("load_reference")
        manage("shell", "--verbosity", "0", "--command", PREPARE)
        found = {name: manage(*people, *more) for name, more in STEPS.items()}
        return found | {f"readers_{name}": manage(*joining, *more) for name, more in STEPS.items()}


def manage(*arguments: str) -> dict[str, Any]:
    """Run manage.py in a process of its own: its seconds, its peak memory in MB (2^20 octets), and what it answered.

    Raises SystemExit when it fails.
    """
    with tempfile.TemporaryFile() as out:
        started = time.monotonic()
        pid = os.posix_spawn(
            sys.executable,
            [sys.executable, "manage.py", *arguments],
            os.environ | {"LOG_LEVEL": "ERROR", "DEBUG": "0"},  # Debug mode keeps the text of every statement.
            file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), 1)],
        )
        _pid, status, usage = os.wait4(pid, 0)
        seconds = time.monotonic() - started
        if status:
            raise SystemExit(f"manage.py {arguments[0]} failed.")
        out.seek(0)
        answer = out.read()
    cpu = round(usage.ru_utime + usage.ru_stime, 1)
    found: dict[str, Any] = {
        "seconds": round(seconds, 1),
        "cpu_seconds": cpu,
        "rss_mb": round(usage.ru_maxrss / 1024, 1),
    }
    if "--json" in arguments:
        counts = json.loads(answer)
        found |= {name: counts[name] for name in KEPT if name in counts}
        found["problems"] = len(counts["problems"])
    return found


def bombs(folder: Path) -> dict[str, float]:
    """Seconds until each workbook is refused; SystemExit when one is not."""
    found = {}
    for name, parts in {
        "120_mb_of_zeros": {"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b" " * 120_000_000},
        "ratio_of_1000": {"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b"<row/>" * 500_000},
        "5000_parts": {f"xl/part{number}.xml": b"<x/>" for number in range(5000)},
    }.items():
        path = folder / f"{name}.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, content in parts.items():
                archive.writestr(part, content)
        found[name] = refuse(path)
    return found


def refuse(path: Path) -> float:
    """How many seconds reading a workbook takes until it is refused."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from contacts.imports.errors import ImportRefused
    from contacts.imports.tables import read_table

    started = time.monotonic()
    try:
        read_table(path.read_bytes(), path.name)
    except ImportRefused:
        return round(time.monotonic() - started, 2)
    raise SystemExit(f"{path.name} was not refused.")


if __name__ == "__main__":
    main()
