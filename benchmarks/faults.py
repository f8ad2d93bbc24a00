"""At least 20,000 letters and newsletters while workers are killed a thousand times: who got how many copies?

    python3 dev.py bench faults --kills 1000 [--people 20000] [--celery-kills 100] [--seed N] [--state DIR] [--json]
    python3 dev.py bench faults --recount benchmarks/results/faults-….json

Campaigns of some 1,000 people follow each other, letters and newsletters in turn. The first two meet no fault and must
leave nothing uncertain. In all others processes that hold a lease get SIGKILL at random moments, some die at fail
points, mailings are paused and resumed, people leave, and the mail server (a process of its own) refuses, defers and
hangs up on a few per cent. Most workers are plain loops with a lease of 2 s, forked from a process that has Django
loaded, so that a new one costs some 50 ms and not two seconds (tests/faults/zygote.py); every fourth campaign is sent
by Celery, whose child or parent is killed, until there were enough of those.

Everything is written into --state as it happens. A run that is interrupted goes on with the same command, in the middle
of a campaign; the interruption is one more fault. The verdict compares two files, the sink's log and the ledger; at the
end both and the result lie in benchmarks/results/, and --recount reads the verdict from them again.
"""

import argparse
import gzip
import json
import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from benchmarks.faulty.notes import Notes
from benchmarks.faulty.verdict import judge, recount
from benchmarks.stage import show

RESULTS = Path(__file__).parent / "results"
CALM = {0, 1}
SETTINGS = {
    "ALLOW_FAILPOINTS": "1",
    "DEBUG": "0",
    "LEASE_SECONDS": "2",
    "RETRY_FIRST_SECONDS": "1",
    "LOG_LEVEL": "ERROR",
    "DJANGO_SETTINGS_MODULE": "config.settings",
}


def main() -> None:
    """Run, go on with, or count again; the status is 1 when anything was violated."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=1000, help="how many kills there must be at least")
    parser.add_argument("--celery-kills", type=int, default=100, help="how many of them under Celery")
    parser.add_argument("--people", type=int, default=20_000, help="how many recipients there must be at least")
    parser.add_argument("--size", type=int, default=1000, help="recipients of one campaign")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--state", type=Path, default=Path("var/bench-faults"), help="the folder of the run")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the result is written")
    parser.add_argument("--recount", type=Path, metavar="FILE", help="only count a result's files again")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = recount(options.recount) if options.recount else run(options)
    show({"benchmark": "faults", **found}, as_json=options.json)
    sys.exit(1 if found["violations"] else 0)


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Campaign after campaign until there were enough kills and people; gives the result and keeps its files."""
    name = f"demarche_faults_{options.seed}"
    notes = Notes(options.state.resolve(), seed=options.seed, database=name, started=time.time())
    with database(notes) as vendor:
        from benchmarks.faulty.campaign import Campaign
        from benchmarks.faulty.crew import Crew
        from tests.faults.sink import Sink
        from tests.faults.zygote import Zygote

        zygote, seed = Zygote(**SETTINGS), int(notes.settings["seed"])
        number, most = 0, 1
        with Sink(notes.sink_log, faults=notes.sink_faults, seed=seed) as sink:
            while not is_enough(notes, options):
                if number in notes.campaigns_done():
                    number += 1
                    continue
                is_celery = number % 4 == 3 and notes.kills("celery") < options.celery_kills
                dice = random.Random(f"{seed}:{number}:crew")  # noqa: S311 - chance for a test
                crew = Crew(zygote, notes, smtp_port=sink.port, is_celery=is_celery, dice=dice)
                kind = "newsletter" if number // 2 % 2 else "letter"
                kind = ("letter", "newsletter")[number] if number in CALM else kind
                Campaign(number, kind, crew, sink, notes).run(options.size, kills=kills_of(number, options))
                most = max(most, crew.most_connections)
                tell(number, kind, is_celery, notes)
        zygote.close()
        found = result(notes, vendor, most)
    keep(notes, found, options.out)
    return found


def kills_of(number: int, options: argparse.Namespace) -> int:
    """How many kills a campaign is to have, so that all of them together are enough."""
    campaigns = max(1, -(-options.people // options.size) - len(CALM))
    # A tenth more: some kills find nobody at work.
    return 0 if number in CALM else max(1, -(-options.kills * 11 // (10 * campaigns)))


def is_enough(notes: Notes, options: argparse.Namespace) -> bool:
    """Whether there were enough people, kills and kills under Celery."""
    people = sum(int(size) for _number, _kind, size, *_rest in notes.lines("campaigns"))
    return (
        people >= options.people
        and notes.kills() >= options.kills
        and notes.kills("celery") >= options.celery_kills
        and notes.campaigns_done() >= CALM
    )


def tell(number: int, kind: str, is_celery: bool, notes: Notes) -> None:
    """One line on standard error for a finished campaign."""
    by = "Celery" if is_celery else "loops"
    wrong = len(notes.lines("violations"))
    print(f"campaign {number} ({kind}, {by}): {notes.kills()} kills so far, {wrong} violations", file=sys.stderr)


def result(notes: Notes, vendor: str, most_connections: int) -> dict[str, Any]:
    """Everything that the run found, with the bounds that it allows to claim (rule of three, 95 %)."""
    kills = notes.lines("kills")
    drops = sum(line[0] == "dot" and line[2].startswith("drop") for line in notes.lines("sink-faults"))
    bound = sum(max(1, int(connections)) for *_rest, connections in kills) + drops
    found = judge(notes.sink_log, notes.ledger, calm=CALM, bound=bound)
    kinds = [kind for _campaign, kind, *_rest in kills]
    noted = [" ".join(line) for line in notes.lines("violations")]
    if found["uncertain_without_faults"]:
        noted.append("uncertain rows in a campaign without faults")
    samples = sum(int(line[4]) for line in notes.lines("campaigns"))
    return {
        "database": vendor,
        "seed": notes.settings["seed"],
        "hours": round((time.time() - float(notes.settings["started"])) / 3600, 2),
        "kills": len(kills),
        "kills_by_kind": {kind: kinds.count(kind) for kind in sorted(set(kinds))},
        "most_connections_of_a_worker": most_connections,
        "answers_lost_after_the_dot": drops,
        "uncertain_bound": bound,
        "ledger_samples": samples,
        "crashes_not_meant": len(notes.lines("crashes")),
        "calm_campaigns": sorted(CALM),
        **found,
        "violations": noted[:20] + found["violations"],
        "less_than_per_kill": round(3 / max(1, len(kills)), 6),
        "less_than_per_recipient": round(3 / max(1, found["recipients"]), 6),
    }


def keep(notes: Notes, found: dict[str, Any], folder: Path) -> None:
    """Write the result, the sink's log and the ledger where they can be committed and counted again."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"faults-{found['database']}-{time.strftime('%Y-%m-%d')}-{found['seed']}"
    for source, suffix in ((notes.sink_log, "sink.log.gz"), (notes.ledger, "ledger.csv.gz")):
        # No time and no name in the archive: the same run gives the same bytes.
        (folder / f"{name}-{suffix}").write_bytes(gzip.compress(source.read_bytes(), mtime=0))
    found |= {"sink_log": f"{name}-sink.log.gz", "ledger": f"{name}-ledger.csv.gz"}
    (folder / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n")


@contextmanager
def database(notes: Notes) -> Iterator[str]:
    """Set Django up on the run's own database, made at its first start and dropped when it is over; gives its kind."""
    given = os.environ.get("DATABASE_URL", "")
    url = f"sqlite:///{notes.folder / 'db.sqlite3'}"
    is_server = given.startswith(("postgres://", "postgresql://", "psql://"))
    if is_server:
        url = urlunsplit(urlsplit(given)._replace(path=f"/{notes.settings['database']}"))
        _on_server(given, f'CREATE DATABASE "{notes.settings["database"]}"')
    os.environ.update(SETTINGS, DATABASE_URL=url, JOURNAL_DIR=str(notes.folder / "journal"))
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    yield connection.vendor
    connection.close()
    if is_server:
        _on_server(given, f'DROP DATABASE IF EXISTS "{notes.settings["database"]}" WITH (FORCE)')


def _on_server(url: str, statement: str) -> None:
    import psycopg

    server = urlunsplit(urlsplit(url)._replace(scheme="postgresql", path="/postgres"))
    try:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(statement.encode())
    except psycopg.errors.DuplicateDatabase:
        return  # a run that goes on


if __name__ == "__main__":
    main()
