"""The PDFs of a letter, one a recipient: made when it has started and before the first one leaves, kept as they left.

Made outside the engine, since setting one takes a process and a tenth of a second, which no window has; and all of them
before the first message, so that a text that cannot be set stops the letter before anybody got it. They stand in the
database because a worker on any host needs them. A mailing's papers are made by one worker at a time, some seconds at
once; a kill costs the batch in hand. See docs/papers.md.
"""

import hashlib
import logging
import time
from collections.abc import Sequence
from functools import partial

from django.db import transaction
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from advocacy.typesetting import PdfError
from mailing import audience, bell, lifecycle
from mailing.dispatch import clock
from mailing.models import Delivery, LetterPaper, Mailing
from mailing.paper_words import Press, Reader

logger = logging.getLogger(__name__)

# Seconds of one turn, of one batch in it, and for which a worker may be silent before another takes over.
BUDGET = 8.0
BATCH_SECONDS = 2.0
HELD_SECONDS = 60.0
FIRST_BATCH, LARGEST_BATCH = 4, 50


def prepare(mailing: Mailing) -> bool:
    """Make the PDFs that are missing, for at most about BUDGET seconds; whether all of them are there now.

    Does nothing for a mailing without PDFs and for one whose PDFs another worker makes. Rings when there is more to
    make. One that cannot be made pauses the mailing with the reason: nothing of it has left.
    """
    if not mailing.has_papers or mailing.papers_ready_at:
        return True
    if not _take(mailing.pk):
        return False
    try:
        is_done = _work(mailing, until=time.monotonic() + BUDGET)
    except PdfError as error:
        lifecycle.pause(mailing, note=_("The PDF of a letter cannot be made. %(why)s") % {"why": error})
        is_done = False
    finally:
        Mailing.objects.filter(pk=mailing.pk).update(papers_until=None)
    mailing.refresh_from_db(fields=["papers_ready_at", "status"])
    if not is_done and mailing.status == Mailing.Status.SENDING:
        transaction.on_commit(partial(bell.ring, mailing.pk))
    return is_done


def _take(mailing_id: int) -> bool:
    """Become the one who makes a mailing's PDFs: one UPDATE that only one of several can win."""
    free = Q(papers_until__isnull=True) | Q(papers_until__lt=clock.clock())
    rows = Mailing.objects.filter(free, pk=mailing_id, status=Mailing.Status.SENDING, papers_ready_at__isnull=True)
    return bool(rows.update(papers_until=clock.after(HELD_SECONDS)))


def missing(mailing: Mailing) -> QuerySet[Delivery]:
    """Letters that may still leave and have no PDF. Whoever was erased has no address and needs none."""
    made = LetterPaper.objects.filter(delivery=OuterRef("pk"))
    rows = Delivery.objects.filter(mailing=mailing, status=Delivery.Status.QUEUED, email__isnull=False)
    return rows.filter(~Exists(made)).order_by("pk")


def _work(mailing: Mailing, *, until: float) -> bool:
    """Batch after batch until the time is up; whether everything is there. Raises PdfError."""
    press, size = Press(mailing), FIRST_BATCH
    while batch := list(missing(mailing)[:size]):
        began = time.monotonic()
        _keep(batch, press.papers([Reader(row.language, row.context) for row in batch]))
        seconds = time.monotonic() - began
        size = max(1, min(int(len(batch) * BATCH_SECONDS / max(seconds, 0.01)), LARGEST_BATCH))
        held = Mailing.objects.filter(pk=mailing.pk, status=Mailing.Status.SENDING)
        # A sign of life as well: while thousands are made, nothing leaves and no worker is silent.
        alive = {"papers_until": clock.after(HELD_SECONDS), "last_activity_at": timezone.now()}
        if not held.update(**alive) or time.monotonic() >= until:
            break
    if missing(mailing).exists():
        return False
    Mailing.objects.filter(pk=mailing.pk).update(papers_ready_at=timezone.now())
    return True


def _keep(batch: Sequence[Delivery], papers: Sequence[bytes]) -> None:
    """Store what was made, except for those who were erased meanwhile: their rows are held, so that one comes first."""
    with transaction.atomic():
        rows = Delivery.objects.select_for_update().filter(pk__in=[row.pk for row in batch]).order_by("pk")
        living = set(rows.filter(email__isnull=False).values_list("pk", flat=True))
        LetterPaper.objects.bulk_create(
            [
                LetterPaper(delivery=row, content=paper, sha256=hashlib.sha256(paper).hexdigest())
                for row, paper in zip(batch, papers, strict=True)
                if row.pk in living
            ],
            ignore_conflicts=True,
        )


def papers_for(mailing: Mailing, readers: Sequence[Reader]) -> list[bytes]:
    """The PDFs of readers as they would be now; nothing is stored. Raises PdfError."""
    return Press(mailing).papers(readers)


def reader_at(mailing: Mailing, number: int) -> Reader | None:
    """Recipient `number` (from 1, in the order of the list), frozen or as they would be; None when there is none."""
    if number < 1 or (mailing.frozen_at and number > (mailing.recipients or 0)):
        return None
    if mailing.frozen_at:
        rows = Delivery.objects.filter(mailing=mailing, email__isnull=False).order_by("pk")
        row = rows.only("language", "context")[number - 1 : number].first()
        return Reader(row.language, row.context) if row else None
    readers = audience.survey(mailing)[1][number - 1 : number]
    return Reader(readers[0].language, readers[0].context) if readers else None


def paper_of(delivery: Delivery) -> bytes:
    """A recipient's PDF: the one that was sent, else as it would be made now. Raises PdfError."""
    stored = delivery.paper_bytes
    return stored or Press(delivery.mailing).papers([Reader(delivery.language, delivery.context)])[0]


def made_again(delivery: Delivery) -> bytes:
    """The same PDF made anew from what was frozen: bit by bit the stored one while texts, letterhead and typst are."""
    return Press(delivery.mailing).papers([Reader(delivery.language, delivery.context)])[0]


def made_so_far() -> Case:
    """For a query set of mailings: how many PDFs one has while they are being made; null before and after."""
    found = LetterPaper.objects.filter(delivery__mailing=OuterRef("pk")).order_by().values("delivery__mailing")
    made = Coalesce(Subquery(found.annotate(made=Count("pk")).values("made")), 0)
    is_making = When(Q(status=Mailing.Status.SENDING, papers_ready_at=None) & ~Q(paper=Mailing.PaperAs.NONE), then=made)
    return Case(is_making, default=None)


def progress(mailing: Mailing) -> str:
    """What the page of a letter says while its PDFs are made; "" before and after. `mailing` has `made_so_far`."""
    made: int | None = getattr(mailing, "papers_made", None)
    if made is None:
        return ""
    return _("%(made)d of %(all)d PDFs are made.") % {"made": made, "all": mailing.recipients or 0}


def forget(deliveries: QuerySet[Delivery]) -> None:
    """Delete the PDFs of somebody who is being erased. Call it after their deliveries were emptied: a PDF that is
    stored at this moment waits for that, or was stored before."""
    LetterPaper.objects.filter(delivery__in=deliveries.values("pk")).delete()
