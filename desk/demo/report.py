"""The report of `demo --once`: the walk itself, the table it prints, and the files it leaves."""

import shutil
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from desk.demo import walk
from desk.demo.accounts import make_accounts
from desk.demo.newsletter import walk_the_newsletter
from desk.demo.proof import Check, prove, read_messages
from mailing.ledger_files import csv_rows
from mailing.models import Delivery, Mailing

COLUMNS = ["recipients", "sent", "queued", "failed", "cancelled", "uncertain", "skipped"]
WORDS = {"sent": "accepted", "queued": "waiting", "failed": "not sent", "uncertain": "not known", "skipped": "left out"}


def walk_the_path(committees: list[str], *, say: Callable[[str], object]) -> Mailing:
    """Import, segment, statement, letter, approval by a second account, dispatch; gives the finished mailing."""
    people = make_accounts()
    officer, approver = people["officer"], people["approver"]
    say("Import: the full list (XML) and the table of seats (CSV).")
    listed, joined = walk.import_people()
    say(f"  {listed['new']} people are new; {joined['changed']} of them gained address, gender and seats.")
    segment = walk.make_segment("Full members of LIBE, FEMM or EMPL", committees, actor=officer)
    say("Statement: written in three languages, approved by a second account.")
    statement = walk.write_statement(actor=officer)
    walk.approve_statement(statement, writer=officer, approver=approver)
    mailing = walk.write_letter(statement, segment, actor=officer)
    walk.approve_letter(mailing, writer=officer, approver=approver)
    mailing.refresh_from_db()
    say(f"Letter: {mailing.reference}, approved by a second account for {mailing.recipients} people.")
    say("Dispatch: a worker process hands every letter to the catcher over SMTP.")
    return walk.send_and_wait(mailing, actor=officer)


def prove_all(mailing: Mailing, committees: list[str], messages: Path, *, say: Callable[[str], object]) -> list[Check]:
    """The checks of the letter; then the path of a newsletter with the same statement, and its checks."""
    checks = prove(mailing, committees, read_messages(messages))
    people = make_accounts()
    officer, approver = people["officer"], people["approver"]
    assert mailing.statement is not None  # noqa: S101 - walk_the_path made it of one; tells mypy
    return checks + walk_the_newsletter(mailing.statement, officer=officer, approver=approver, folder=messages, say=say)


def as_object(mailing: Mailing, checks: list[Check], *, seconds: float) -> dict[str, Any]:
    """Everything the report says, for a program."""
    table: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COLUMNS, 0))
    rows = Delivery.objects.filter(mailing=mailing).values_list("language", "status", "skipped_at")
    for language, status, skipped_at in rows:
        table[language][status] += 1
        if status != Delivery.Status.SKIPPED or skipped_at:
            table[language]["recipients"] += 1
    total = {column: sum(row[column] for row in table.values()) for column in COLUMNS}
    return {
        "ok": all(check.ok for check in checks),
        "reference": mailing.reference,
        "status": mailing.status,
        "matched": mailing.matched,
        **total,
        "by_language": dict(sorted(table.items())),
        "checks": [asdict(check) for check in checks],
        "seconds": round(seconds, 1),
    }


def as_text(found: dict[str, Any]) -> str:
    """The same as a table for a person."""
    heads = ["language", *(WORDS.get(column, column) for column in COLUMNS)]
    lines = [f"\n{found['reference']}: {found['status']}\n", "  ".join(f"{head:>10}" for head in heads)]
    for name, row in [*found["by_language"].items(), ("all", found)]:
        lines.append("  ".join(f"{value:>10}" for value in [name, *(row[column] for column in COLUMNS)]))
    lines.append("")
    lines += [
        f"  {'ok    ' if check['ok'] else 'FAILED'}  {check['name']}: {check['seen']}" for check in found["checks"]
    ]
    verdict = (
        "The ledger adds up, and every letter and issue arrived exactly once." if found["ok"] else "Something is wrong."
    )
    return "\n".join([*lines, "", f"{verdict} ({found['seconds']} s)"])


def leave_files(mailing: Mailing, messages: Path, out: Path) -> None:
    """Leave every caught message as .eml and the ledger as ledger.csv in `out`."""
    out.mkdir(parents=True, exist_ok=True)
    for path in sorted(messages.rglob("*.eml")):
        shutil.copyfile(path, out / path.name)
    with (out / "ledger.csv").open("w", encoding="utf-8", newline="") as file:
        file.writelines(csv_rows(mailing))
