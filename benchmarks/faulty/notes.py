"""What a run writes down as it goes: append-only files in its folder, so that it can be interrupted and resumed."""

import csv
import json
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

LEDGER = ("campaign", "kind", "recipient", "message_id", "status", "digest", "unsubscribed")


class Notes:
    """The folder of a run. `settings` are kept from its first start: a resumed run has the same seed and database."""

    def __init__(self, folder: Path, **settings: object) -> None:
        """Make the folder, or go on with what is there."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        state = folder / "state.json"
        if not state.exists():
            state.write_text(json.dumps(settings))
        self.settings = json.loads(state.read_text())

    @property
    def sink_log(self) -> Path:
        """One line a message that the sink took."""
        return self.folder / "sink.log"

    @property
    def sink_faults(self) -> Path:
        """One line for each time the sink did not do the usual."""
        return self.folder / "sink-faults.log"

    @property
    def ledger(self) -> Path:
        """One line a recipient of every finished campaign."""
        return self.folder / "ledger.csv"

    def add(self, name: str, *words: object) -> None:
        """Append one line to NAME.log, after the time."""
        with open(self.folder / f"{name}.log", "a", encoding="utf-8") as file:
            file.write("\t".join([f"{time.time():.3f}", *map(str, words)]) + "\n")

    def lines(self, name: str) -> list[list[str]]:
        """The lines of NAME.log without their time."""
        path = self.folder / f"{name}.log"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        return [line.split("\t")[1:] for line in text.splitlines()]

    def kills(self, prefix: str = "") -> int:
        """How many processes were killed, of the kinds that begin so."""
        return sum(kind.startswith(prefix) for _campaign, kind, *_rest in self.lines("kills"))

    def add_ledger(self, rows: Iterable[Sequence[object]]) -> None:
        """Write a campaign's rows, all or none: a campaign stands there or is done again."""
        is_new = not self.ledger.exists()
        text = _Text()
        writer = csv.writer(text, lineterminator="\n")
        if is_new:
            writer.writerow(LEDGER)
        writer.writerows(rows)
        with open(self.ledger, "a", encoding="utf-8") as file:
            file.write("".join(text.parts))

    def campaigns_done(self) -> set[int]:
        """Numbers of the campaigns whose rows are written."""
        if not self.ledger.exists():
            return set()
        with open(self.ledger, encoding="utf-8") as file:
            return {int(row["campaign"]) for row in csv.DictReader(file)}


class _Text:
    """What csv writes to; one write to the file afterwards."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def write(self, text: str) -> None:
        """Keep it."""
        self.parts.append(text)
