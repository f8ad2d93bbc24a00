"""Freezing an audience into the ledger: seconds, memory of the process that asks, and beside it bulk_create.

Both write the same rows into the same table, each in a process of its own on the same database. The first is the
product's approval of a newsletter; the second is what Django offers, in slices of 2,000 rows.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from typing import Any

from benchmarks.rig.servers import postgres
from benchmarks.rig.usage import load as load_average
from benchmarks.rig.usage import memory_mb
from benchmarks.stage import fresh_database, show

SLICE = 2_000
# What a server of 2 GB is usually given; PostgreSQL starts with 128 MB and a checkpoint at every GB written.
SERVER = ("shared_buffers=512MB", "max_wal_size=4GB")
GOALS = {"freeze_seconds": 20.0, "rss_mb": 100.0, "bulk_create_ratio": 5.0}


def main() -> None:
    """Load people, freeze them, write some of them again with bulk_create, and print one result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--bulk", type=int, default=50_000, help="rows of bulk_create; the rates are compared")
    parser.add_argument("--database", choices=["postgres", "sqlite"], default="postgres")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--part", choices=["freeze", "bulk"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        print(json.dumps(PARTS[options.part](options)))
    elif options.database == "sqlite":
        os.environ.pop("DATABASE_URL", None)
        run(options, "a file")
    else:
        with postgres(*SERVER) as server:
            os.environ["DATABASE_URL"] = str(server["url"])
            run(options, str(server["server"]))


def run(options: argparse.Namespace, server: str) -> None:
    """Everything on one fresh database."""
    with fresh_database() as vendor:
        started = time.perf_counter()
        prepare(options.people)
        loaded = time.perf_counter() - started
        freeze, bulk = part("freeze", options), part("bulk", options)
    # Rows a second of each.
    ratio = (freeze["people"] / freeze["freeze_seconds"]) / (bulk["rows"] / bulk["seconds"])
    found = {
        "benchmark": "enqueue",
        "database": vendor,
        "server": server,
        "load_seconds": round(loaded, 1),
        **freeze,
        "bulk_create_rows": bulk["rows"],
        "bulk_create_seconds": bulk["seconds"],
        "bulk_create_ratio": round(ratio, 2),
        "load_average": load_average(),
        "goals": GOALS,
    }
    show(found, as_json=options.json)


def part(name: str, options: argparse.Namespace) -> dict[str, Any]:
    """Run one part in a fresh process, whose memory is then its own, and give what it printed."""
    command = [sys.executable, "-m", "benchmarks.enqueue", "--part", name]
    command += ["--people", str(options.people), "--bulk", str(options.bulk)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def prepare(people: int) -> None:
    """People, and a newsletter to all of them that waits for approval."""
    from django.core.management import call_command
    from django.utils import timezone

    from accounts.models import User
    from benchmarks.rig.people import load, subscribe_everybody
    from mailing.models import AudienceRule, Mailing, MailingContent, Sender

    call_command("load_reference", verbosity=0, stdout=sys.stderr)
    load(people)
    author, approver = (
        User.objects.create(email=f"{role}@bench.example", role="administrator", is_active=True)
        for role in ("author", "approver")
    )
    mailing = Mailing.objects.create(
        reference="BENCH-1",
        title="Newsletter",
        kind=Mailing.Kind.NEWSLETTER,
        contact_list=subscribe_everybody(),
        sender=Sender.objects.create(name="Platform", from_email="news@bench.example"),
        author=author,
        submitted_by=author,
        submitted_at=timezone.now(),
        asked_approver=approver,
        status=Mailing.Status.IN_REVIEW,
    )
    body = "<p>{{ salutation }}</p><p>Text.</p><p>{{ closing }}</p>"
    for language in ("en", "fr", "de"):
        MailingContent.objects.create(mailing=mailing, language=language, subject="Text", body=body, is_reviewed=True)
    AudienceRule.objects.create(mailing=mailing, criteria={"all": []})


def set_up() -> Any:
    """Django in a part's process, with the newsletter."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    from mailing.models import Mailing

    return Mailing.objects.get(reference="BENCH-1")


def freeze_part(options: argparse.Namespace) -> dict[str, Any]:
    """Approve, and start: the freeze, its chunks and everything around them, in one transaction."""
    mailing = set_up()
    from datetime import timedelta

    from django.utils import timezone

    from accounts.models import User
    from mailing import approving, audience, recounting, running
    from mailing.dispatch import store
    from mailing.models import Mailing

    seconds: dict[str, float] = {}
    audience.make_chunks = timed(store.make_chunks, "chunk_seconds", seconds)
    audience.write_deliveries = timed(audience.write_deliveries, "freeze_seconds", seconds)
    approver = User.objects.get(email="approver@bench.example")
    counted = timed(audience.count, "count_seconds", seconds)
    matched, recipients = counted(mailing)
    mailing.matched, mailing.recipients = matched, recipients
    mailing.save(update_fields=["matched", "recipients"])
    digest, _preview = approving.reading_digest(mailing)
    before, _peak = memory_mb(os.getpid())
    approve = timed(approving.approve, "approve_seconds", seconds)
    approved = approve(mailing, actor=approver, digest=digest, seen=recipients)
    running.schedule(approved, actor=approver)
    Mailing.objects.update(scheduled_at=timezone.now() - timedelta(seconds=1))
    begun = timed(recounting.begin, "start_seconds", seconds)(mailing.pk)
    _now, peak = memory_mb(os.getpid())
    approved.refresh_from_db()
    assert begun  # noqa: S101 - of something wrong nothing is measured
    assert approved.matched == options.people  # noqa: S101
    return {
        "people": options.people,
        "recipients": approved.recipients,
        **{name: round(value, 2) for name, value in seconds.items()},
        "rss_mb": peak,
        "rss_growth_mb": round(max(peak - before, 0.0), 1),
    }


def bulk_part(options: argparse.Namespace) -> dict[str, Any]:
    """The same rows by bulk_create into a mailing of its own, from values that are ready in memory."""
    mailing = set_up()
    import uuid

    from django.db import transaction

    from mailing.models import Delivery, Mailing

    other = Mailing.objects.create(reference="BENCH-2", title="The same", kind=mailing.kind, sender=mailing.sender)
    names = ["contact_id", "email", "email_key", "email_digest", "language", "context", "status", "skip_reason"]
    rows = list(Delivery.objects.filter(mailing=mailing).order_by("pk").values(*names, "queued_at")[: options.bulk])
    started = time.perf_counter()
    with transaction.atomic():
        for lo in range(0, len(rows), SLICE):
            Delivery.objects.bulk_create(
                [Delivery(public_id=uuid.uuid4(), mailing=other, **row) for row in rows[lo : lo + SLICE]]
            )
    return {"rows": len(rows), "seconds": round(time.perf_counter() - started, 2)}


def timed(function: Any, name: str, seconds: dict[str, float]) -> Any:
    """The same function, which leaves its wall time under `name`."""

    def call(*arguments: Any, **named: Any) -> Any:
        started = time.perf_counter()
        try:
            return function(*arguments, **named)
        finally:
            seconds[name] = time.perf_counter() - started

    return call


PARTS = {"freeze": freeze_part, "bulk": bulk_part}

if __name__ == "__main__":
    main()
