"""Files of a letter: what may go along, by its content and not by its name (as for statements: advocacy.attaching).

Every reader gets them inside the message, so they are few and small. They are part of what a colleague approves: adding
or removing one is an edit.
"""

import hashlib

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import User
from advocacy import attaching
from advocacy.models import Statement, StatementAttachment
from advocacy.road import PublishingError
from mailing import pictures
from mailing.lifecycle import LifecycleError, record_edit
from mailing.models import Attachment, Mailing
from mailing.states import locked

# Many servers refuse messages above 10 MB, and on the way a file grows by a third.
LARGEST = 5 * 1024 * 1024
LARGEST_TOGETHER = 6 * 1024 * 1024
MOST = 5


def attach(mailing: Mailing, *, actor: User, upload: UploadedFile, title: str, language: str = "") -> Attachment:
    """Let a file go with a letter, for readers of one language or ("") of every. Raises LifecycleError with the reason.

    Pictures are made anew without the notes in them (place, camera).
    """
    if (upload.size or 0) > LARGEST:
        raise LifecycleError(_("The file is larger than 5 MB. Make it smaller, or publish it and link to it."))
    content = upload.read()
    if not content:
        raise LifecycleError(_("The file is empty."))
    with transaction.atomic():
        record_edit(mailing, actor=actor, what="attached a file")
        return _keep(mailing, content, name=upload.name or "", title=title, language=language, actor=actor)


def take(mailing: Mailing, file: StatementAttachment, *, actor: User) -> Attachment:
    """Let a file of the letter's statement go along: as it is now, whatever becomes of the statement's.

    Raises LifecycleError.
    """
    if file.statement_id != mailing.statement_id:
        raise LifecycleError(_("That file does not belong to the statement of this letter."))
    if file.size > LARGEST:
        raise LifecycleError(
            _("“%(title)s” is larger than 5 MB. Link to the statement instead.") % {"title": file.title}
        )
    try:
        content = attaching.read(file)
    except OSError as error:
        raise LifecycleError(_("“%(title)s” cannot be read now. Upload it here.") % {"title": file.title}) from error
    with transaction.atomic():
        record_edit(mailing, actor=actor, what="attached a file of the statement")
        return _keep(mailing, content, name=file.name, title=file.title, language=file.language, actor=actor)


def take_all(mailing: Mailing, statement: Statement, *, actor: User) -> list[str]:
    """Give a letter that is just being made the files of its statement; the titles of those that stay behind.

    Call it in the transaction that makes the letter. A file stays behind that is too large or cannot be read.
    """
    left = []
    for file in statement.attachments.all():
        try:
            if file.size > LARGEST:
                raise LifecycleError
            content = attaching.read(file)
            _keep(mailing, content, name=file.name, title=file.title, language=file.language, actor=actor)
        except (LifecycleError, OSError):
            left.append(file.title)
    return left


def copy_all(source: Mailing, target: Mailing, *, actor: User) -> None:
    """Give a letter made from another one the same files. Call it in the transaction that makes the letter."""
    Attachment.objects.bulk_create(
        Attachment(
            mailing=target,
            title=file.title,
            language=file.language,
            name=file.name,
            kind=file.kind,
            media_type=file.media_type,
            size=file.size,
            sha256=file.sha256,
            content=file.content,
            added_by=actor,
        )
        for file in source.attachments.all()
    )


def detach(file: Attachment, *, actor: User) -> None:
    """Take a file out of a letter. Raises LifecycleError once sending has started."""
    with transaction.atomic():
        record_edit(file.mailing, actor=actor, what="took a file out")
        file.delete()


def choose_paper(mailing: Mailing, paper: str, *, actor: User) -> bool:
    """Say how each recipient gets the letter on letterhead; whether that changed anything. Raises LifecycleError."""
    with transaction.atomic():
        if locked(mailing).paper == paper:
            return False
        record_edit(mailing, actor=actor, what="changed how its PDF goes along")
        Mailing.objects.filter(pk=mailing.pk).update(paper=paper)
    mailing.paper = paper
    return True


def _keep(  # noqa: PLR0913 - a file has these parts
    mailing: Mailing, content: bytes, *, name: str, title: str, language: str, actor: User
) -> Attachment:
    """Store a file with a letter whose row the caller's transaction holds, or has just made."""
    try:
        kind = attaching.kind_of(content)
        content = pictures.clean(content, kind) if kind in pictures.FORMATS else content
    except (PublishingError, pictures.PictureError) as error:
        raise LifecycleError(str(error)) from error
    others = Attachment.objects.filter(mailing=mailing)
    digest = hashlib.sha256(content).hexdigest()
    if others.filter(sha256=digest).exists():
        raise LifecycleError(_("This file is attached already."))
    if others.count() >= MOST:
        raise LifecycleError(_("There are five files already. Remove one first."))
    together = others.aggregate(size=Sum("size"))["size"] or 0
    if together + len(content) > LARGEST_TOGETHER:
        raise LifecycleError(_("Together the files would be larger than 6 MB, which many mail servers refuse."))
    return Attachment.objects.create(
        mailing=mailing,
        title=title.strip()[:150],
        language=language,
        name=_free_name(mailing, attaching.clean_name(name, kind), set(others.values_list("name", flat=True))),
        kind=kind,
        media_type=attaching.TYPES[kind],
        size=len(content),
        sha256=digest,
        content=content,
        added_by=actor,
    )


def _free_name(mailing: Mailing, name: str, taken: set[str]) -> str:
    """The name, or with a number where another file of the letter has it; the letter's own PDF has its reference."""
    stem, _dot, kind = name.rpartition(".")
    names = [name, *(f"{stem[:76]}-{number}.{kind}" for number in range(2, MOST + 3))]
    lowered = {one.casefold() for one in taken} | {f"{mailing.reference}.pdf".casefold()}
    return next(one for one in names if one.casefold() not in lowered)
