"""Corrections of an issue after it was sent: of its web version alone, with a note that readers see.

The mail that left stays as it was. Who corrects says which edition they read: two at once do not overwrite each other.
"""

import hashlib
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from mailing.models import Correction, Mailing, WebVersion, Withdrawal
from mailing.states import LifecycleError
from mailing.web_text import replaced


class Overtaken(LifecycleError):
    """Somebody corrected the same version in the meantime (HTTP 409)."""


@dataclass(frozen=True)
class Change:
    """What a colleague typed: title and line below it, words to be replaced ("" for none) and by what, and the note."""

    subject: str
    preheader: str
    old: str
    new: str
    note: str


def digest_of(version: WebVersion) -> str:
    """SHA-256 of what the public reads of it."""
    words = "\0".join([version.subject, version.preheader, version.html])
    return hashlib.sha256(words.encode()).hexdigest()


def correct(version: WebVersion, change: Change, *, edition: int, actor: User) -> Correction:
    """Correct one web version, once; `edition` is the one that the colleague read.

    Raises web_text.NotFound where the words do not stand in it, LifecycleError when nothing would change or nothing
    says what did, Overtaken when somebody else was first.
    """
    note = " ".join(change.note.split())
    if not note:
        raise LifecycleError(_("Say what was changed: readers see it below the text."))
    with transaction.atomic():
        row = WebVersion.objects.select_for_update(of=("self",)).select_related("mailing").get(pk=version.pk)
        if row.edition != edition:
            raise Overtaken(_("A colleague has corrected this text in the meantime."))
        before = digest_of(row)
        row.subject, row.preheader = change.subject.strip()[:200], change.preheader.strip()[:200]
        if change.old.strip():
            row.html = replaced(row.html, change.old, change.new)
        after = digest_of(row)
        if after == before:
            raise LifecycleError(_("Nothing was changed. Correct the title, the line below it or words of the text."))
        values = {"subject": row.subject, "preheader": row.preheader, "html": row.html, "changed_at": timezone.now()}
        if not WebVersion.objects.filter(pk=row.pk, edition=edition).update(edition=F("edition") + 1, **values):
            raise Overtaken(_("A colleague has corrected this text in the meantime."))
        found = Correction.objects.create(
            web_version=row, note=note[:300], before_digest=before, after_digest=after, by=actor
        )
        mailing = row.mailing
        sentence = f"corrected the web version of {mailing.reference} ({row.language})"
        record(actor, sentence, about=mailing, label=mailing.reference)
    return found


def withdraw(mailing: Mailing, *, note: str, actor: User) -> Withdrawal:
    """Take an issue out of the public archive; its page says so, with the note. Raises LifecycleError."""
    note = " ".join(note.split())
    if not note:
        raise LifecycleError(_("Say why: readers who come to the page see it."))
    try:
        with transaction.atomic():
            found = Withdrawal.objects.create(mailing=mailing, note=note[:300], by=actor)
            record(actor, f"withdrew {mailing.reference} from the archive", about=mailing, label=mailing.reference)
    except IntegrityError as error:
        raise LifecycleError(_("It is withdrawn already.")) from error
    return found


def put_back(mailing: Mailing, *, actor: User) -> bool:
    """Show an issue in the archive again. False when it is there already."""
    with transaction.atomic():
        rows = Withdrawal.objects.filter(mailing=mailing, put_back_at__isnull=True)
        if not rows.update(put_back_at=timezone.now(), put_back_by=actor):
            return False
        record(actor, f"put {mailing.reference} back into the archive", about=mailing, label=mailing.reference)
    return True
