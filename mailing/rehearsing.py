"""Every message of a mailing as a file, before it leaves: made as the engine makes it, sent to nobody, kept nowhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from advocacy.typesetting import PdfError
from mailing import audience
from mailing.dispatch.rendering import Renderer, RenderError, message_bytes
from mailing.models import Delivery, Mailing
from mailing.paper_words import Reader
from mailing.papers import papers_for

# So many PDFs are set at once.
BATCH = 25


class CannotRehearse(Exception):
    """Nothing can be written; the message says why."""


@dataclass(frozen=True)
class Made:
    """One message: its number in the order of the list, its language, its bytes; or why it cannot be made."""

    number: int
    language: str
    message: bytes = b""
    problem: str = ""


def rehearse(mailing: Mailing) -> Iterator[Made]:
    """Make the message of every recipient, in the order in which they leave. Nothing is changed and nothing is sent.

    Before the freeze the audience is frozen in a transaction that is rolled back, so that people, languages and values
    are those an approval would give now; afterwards they are those that were approved.
    """
    papers: dict[int, bytes] = {}
    # Without what only a run needs: stored skeletons and stored PDFs.
    renderer = Renderer(mailing, paper_of=lambda row: papers.get(row.pk))
    rows = _recipients(mailing)
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        papers = _papers(mailing, batch)
        for number, delivery in enumerate(batch, start=start + 1):
            delivery.mailing = mailing
            try:
                message = message_bytes(delivery) if mailing.started_at else renderer.message_without_skeleton(delivery)
            except RenderError as error:
                yield Made(number, delivery.language, problem=str(error))
            else:
                yield Made(number, delivery.language, message)


def _papers(mailing: Mailing, rows: list[Delivery]) -> dict[int, bytes]:
    """The PDFs that go with these letters, made for now; those of a mailing that has started are stored."""
    if mailing.started_at or not mailing.attaches_papers:
        return {}
    try:
        made = papers_for(mailing, [Reader(row.language, row.context) for row in rows])
    except PdfError as error:
        raise CannotRehearse(f"The PDF of a letter cannot be made. {error}") from error
    return dict(zip([row.pk for row in rows], made, strict=True))


def _recipients(mailing: Mailing) -> list[Delivery]:
    """The rows that get a message, in memory."""
    rows = Delivery.objects.filter(mailing=mailing).exclude(status=Delivery.Status.SKIPPED, skipped_at__isnull=True)
    if mailing.frozen_at:
        return list(rows.order_by("pk"))
    before = mailing.frozen_at, mailing.matched, mailing.recipients
    with transaction.atomic():
        audience.freeze(mailing)
        found = list(rows.order_by("pk"))
        transaction.set_rollback(True)
    mailing.frozen_at, mailing.matched, mailing.recipients = before
    return found


def write(mailing: Mailing, folder: Path) -> tuple[int, list[Made]]:
    """Write 0001-en.eml, 0002-fr.eml … into a new or empty folder; gives how many, and those that cannot be made.

    No name and no address stands in a file's name. Raises CannotRehearse for a folder with files in it and for a
    mailing that nobody gets.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CannotRehearse(f"{folder} is not an empty folder. Name a new one.")
    written, broken = 0, []
    for made in rehearse(mailing):
        if made.problem:
            broken.append(made)
            continue
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{made.number:04}-{made.language}.eml").write_bytes(made.message)
        written += 1
    if not written and not broken:
        raise CannotRehearse(f"Nobody gets {mailing.reference}. Choose people first.")
    return written, broken
