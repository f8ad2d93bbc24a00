"""All letters of a mailing in one PDF: what left, on letterhead, each with pages of its own."""

from typing import NamedTuple

from django.db.models import QuerySet

from mailing.models import Delivery, Mailing
from mailing.paper_words import Press, Reader

# Letters in one file: about three seconds of setting and some megabytes.
MOST = 200


class Piece(NamedTuple):
    """One file of a mailing's letters: from the number `first` to the number `last`, counted from 1."""

    number: int
    first: int
    last: int


def left(mailing: Mailing) -> QuerySet[Delivery]:
    """The letters that a mail server accepted, in the order of the ledger; without those of people who were erased."""
    return Delivery.objects.filter(mailing=mailing, status=Delivery.Status.SENT, email__isnull=False).order_by("pk")


def pieces(mailing: Mailing) -> list[Piece]:
    """The files that hold them all; none before the first letter left."""
    total = left(mailing).count()
    starts = range(0, total, MOST)
    return [Piece(number, start + 1, min(start + MOST, total)) for number, start in enumerate(starts, start=1)]


def bundle(mailing: Mailing, piece: Piece) -> bytes:
    """One file of letters, from what was frozen. Raises PdfError."""
    rows = left(mailing).only("language", "context")[piece.first - 1 : piece.last]
    return Press(mailing).bundle([Reader(row.language, row.context) for row in rows])
