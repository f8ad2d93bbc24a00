"""The verdict, from two files alone: the sink's raw log and the ledger. Anybody can count again."""

import csv
import gzip
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, TextIO

ALLOWED = {"sent": {1}, "uncertain": {0, 1}}
FINAL = {"sent", "failed", "skipped", "cancelled", "uncertain"}


def judge(sink_log: Path, ledger: Path, *, calm: set[int] = frozenset(), bound: int | None = None) -> dict[str, Any]:
    """Compare every row of the ledger with what the sink took.

    `calm` are the campaigns without faults, `bound` how many rows may be uncertain. `violations` holds sentences, at
    most twenty of them; it is empty when everything holds.
    """
    with _open(sink_log) as file:
        taken = [line.rstrip("\n").split("\t") for line in file]
    copies = Counter(recipient for _at, _connection, recipient, _message_id, _digest in taken)
    ids: defaultdict[str, set[str]] = defaultdict(set)
    digests: defaultdict[str, set[str]] = defaultdict(set)
    for _at, _connection, recipient, message_id, digest in taken:
        ids[recipient].add(message_id)
        digests[recipient].add(digest[:16])
    found: Counter[str] = Counter()
    violations: list[str] = []
    with _open(ledger) as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        found[row["status"]] += 1
        number = copies.pop(row["recipient"], 0)
        found["copies"] += number
        found["lost"] += (row["status"] == "sent" and number == 0) or row["status"] not in FINAL
        found["second_copies"] += max(0, number - 1)
        found["uncertain_that_arrived"] += row["status"] == "uncertain" and number > 0
        found["unsubscribed"] += row["unsubscribed"] == "before"
        found["unsubscribed_mailed"] += row["unsubscribed"] == "before" and number > 0
        found["uncertain_without_faults"] += row["status"] == "uncertain" and int(row["campaign"]) in calm
        violations += [f"{row['recipient']}: {words}" for words in _complaints(row, number, ids, digests)]
    violations += [f"{recipient}: taken {number} times and not in the ledger" for recipient, number in copies.items()]
    if bound is not None and found["uncertain"] > bound:
        violations.append(f"{found['uncertain']} uncertain; at most {bound} may be")
    names = ["sent", "failed", "skipped", "cancelled", "uncertain", "copies", "lost", "second_copies", "unsubscribed"]
    names += ["unsubscribed_mailed", "uncertain_that_arrived", "uncertain_without_faults"]
    return {
        "recipients": len(rows),
        "campaigns": len({row["campaign"] for row in rows}),
        **{name: found[name] for name in names},
        "violations": violations[:20],
        "number_of_violations": len(violations),
    }


def _complaints(row: dict[str, str], number: int, ids: dict[str, set[str]], digests: dict[str, set[str]]) -> list[str]:
    status, recipient = row["status"], row["recipient"]
    found = []
    if status not in FINAL:
        found.append(f"ended as {status}")
    if number not in ALLOWED.get(status, {0}):
        found.append(f"{status} and {number} copies")
    if row["unsubscribed"] == "before" and number:
        found.append("unsubscribed and mailed")
    if number and ids[recipient] != {row["message_id"]}:
        found.append("another Message-ID than the ledger's")
    if number and status == "sent" and row["digest"] and digests[recipient] != {row["digest"]}:
        found.append("other bytes than the ledger's digest")
    return found


def recount(result: Path) -> dict[str, Any]:
    """The verdict of a committed run: `result` is its JSON; log and ledger lie beside it."""
    kept = json.loads(result.read_text(encoding="utf-8"))
    calm = set(kept["calm_campaigns"])
    return judge(
        result.parent / kept["sink_log"], result.parent / kept["ledger"], calm=calm, bound=kept["uncertain_bound"]
    )


def _open(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return open(path, encoding="utf-8")
