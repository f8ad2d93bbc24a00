"""Every message of a mailing as a file, before it leaves: made as the engine makes it, sent to nobody, kept nowhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from mailing import audience
from mailing.dispatch.rendering import Renderer, RenderError, message_bytes
from mailing.models import Delivery, Mailing


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
    # As it would leave, without what only a run needs: a stored skeleton.
    renderer = Renderer(mailing)
    for number, delivery in enumerate(_recipients(mailing), start=1):
        delivery.mailing = mailing
        try:
            message = message_bytes(delivery) if mailing.started_at else renderer.message_without_skeleton(delivery)
        except RenderError as error:
            yield Made(number, delivery.language, problem=str(error))
        else:
            yield Made(number, delivery.language, message)


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
