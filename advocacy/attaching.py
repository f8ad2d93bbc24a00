"""Files of a statement: what may be attached, by its content and not by its name; kept apart from what is served.

The folder is MEDIA_ROOT, which no web server serves. A file leaves only through a view that asks who may read it, and
always as a download (see `download`).
"""

import hashlib
import io
import re
import zipfile
from typing import Any
from urllib.parse import quote

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from advocacy.models import Statement, StatementAttachment
from advocacy.road import PublishingError, reopen, require_editable

LARGEST = 15 * 1024 * 1024
MOST = 10
# The ending each kind of content gets, and the type it is sent with.
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "png": "image/png",
    "jpg": "image/jpeg",
}
_OFFICE = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
_OPEN_DOCUMENT = {TYPES["odt"].encode(): "odt", TYPES["ods"].encode(): "ods"}
# A program in a document, or a list of names that no document needs.
_MACROS = re.compile(r"vbaProject|\.bin$|activeX|^Basic/|^Scripts/|\.(?:exe|dll|js|vbs|jar)$", re.IGNORECASE)
_MOST_NAMES = 5000
# Of a PDF: what acts on opening, and the packed parts between.
_ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?)\b")
_STREAM = re.compile(rb"\bstream\r?\n.*?\bendstream\b", re.DOTALL)


def kind_of(content: bytes) -> str:
    """The ending that the content has, a key of TYPES. Raises PublishingError for anything else, and for macros."""
    if content.startswith(b"%PDF-"):
        return _pdf(content)
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if content.startswith(b"PK\x03\x04"):
        return _packed(content)
    raise PublishingError(
        _("This is none of the files that can be attached: PDF, DOCX, XLSX, PPTX, ODT, ODS, PNG or JPEG.")
    )


def _pdf(content: bytes) -> str:
    """A PDF that starts no program: what it does on opening is looked for in its plain part.

    Not in its streams: packed bytes hold "/JS" by chance, in a file of 15 MB as likely as not.
    """
    if _ACTIVE.search(_STREAM.sub(b"", content)):
        raise PublishingError(_("This PDF holds a script or another file. Print it to a new PDF and attach that."))
    return "pdf"


def _packed(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            first = archive.infolist()[0] if names else None
            is_plain = first is not None and first.filename == "mimetype" and first.file_size < 200
            mimetype = archive.read(first) if first is not None and is_plain else b""
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError) as error:
        raise PublishingError(_("This file is damaged. Save it again and attach that.")) from error
    if len(names) > _MOST_NAMES or any(_MACROS.search(name) for name in names):
        raise PublishingError(_("This document holds a program (a macro). Save it without, or as a PDF."))
    kind = _OPEN_DOCUMENT.get(mimetype.strip()) or next((_OFFICE[name] for name in names if name in _OFFICE), "")
    if not kind or (kind in {"docx", "xlsx", "pptx"} and "[Content_Types].xml" not in names):
        raise PublishingError(
            _("This is none of the files that can be attached: PDF, DOCX, XLSX, PPTX, ODT, ODS, PNG or JPEG.")
        )
    return kind


def clean_name(name: str, kind: str) -> str:
    """A name that any system can save: letters, digits, dots and dashes, with the ending of what the file is."""
    base = re.split(r"[/\\]", name)[-1]
    stem = base.rsplit(".", 1)[0] if "." in base else base
    stem = re.sub(r"[^\w-]", "", re.sub(r"\s+", "_", stem.strip()).replace(".", "-"))
    return f"{stem.strip('-_')[:80] or 'file'}.{kind}"


def attach(
    statement: Statement, *, actor: User, upload: UploadedFile, title: str, language: str = ""
) -> StatementAttachment:
    """Keep a file with the statement; that is an edit. Raises PublishingError with what is wrong and what to do."""
    require_editable(statement)
    if (upload.size or 0) > LARGEST:
        raise PublishingError(
            _("The file is larger than 15 MB. Make it smaller, or publish it elsewhere and link to it.")
        )
    content = upload.read()
    if not content:
        raise PublishingError(_("The file is empty."))
    kind = kind_of(content)
    row = StatementAttachment(
        statement=statement,
        title=title.strip()[:150],
        language=language,
        name=clean_name(upload.name or "", kind),
        kind=kind,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        added_by=actor,
    )
    if statement.attachments.count() >= MOST:
        raise PublishingError(_("There are ten files already. Remove one first."))
    row.file.save(row.name, ContentFile(content), save=False)
    try:
        with transaction.atomic():
            reopen(statement, actor=actor)
            row.save()
            sentence = f"attached a file to {statement.reference}"
            audit.record(actor, sentence, about=statement, label=statement.reference)
    except IntegrityError as error:
        row.file.delete(save=False)
        raise PublishingError(_("This file is attached already.")) from error
    except BaseException:
        row.file.delete(save=False)
        raise
    return row


def detach(attachment: StatementAttachment, *, actor: User) -> None:
    """Take a file away; that is an edit. The file itself goes once that is written down."""
    statement = attachment.statement
    require_editable(statement)
    with transaction.atomic():
        reopen(statement, actor=actor)
        sentence = f"removed a file from {statement.reference}"
        audit.record(actor, sentence, about=statement, label=statement.reference)
        storage, name = attachment.file.storage, str(attachment.file.name)
        attachment.delete()
        transaction.on_commit(lambda: storage.delete(name))


def copy_all(source: Statement, target: Statement, *, actor: User) -> None:
    """Give a new version the files of the old one, each with a copy of its own.

    Raises PublishingError where a file is missing on the disk.
    """
    for row in source.attachments.all():
        try:
            content = read(row)
        except FileNotFoundError as error:
            words = _("The file %(name)s is missing on this server. Put it back from a backup, then try again.")
            raise PublishingError(words % {"name": row.name}) from error
        copied = StatementAttachment(
            statement=target,
            title=row.title,
            language=row.language,
            name=row.name,
            kind=row.kind,
            size=row.size,
            sha256=row.sha256,
            added_by=actor,
        )
        copied.file.save(row.name, ContentFile(content), save=False)
        copied.save()


def read(attachment: StatementAttachment) -> bytes:
    """The bytes of a file."""
    with attachment.file.open("rb") as file:
        content: bytes = file.read()
    return content


def download(attachment: StatementAttachment) -> FileResponse:
    """The file as a download that no browser opens in our name: type by its content, sandboxed, never sniffed.

    Raises Http404 where the file itself is missing.
    """
    try:
        opened: Any = attachment.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(opened, content_type=TYPES[attachment.kind])
    ascii_name = re.sub(r"[^A-Za-z0-9._-]", "_", attachment.name)
    response["Content-Disposition"] = (
        f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(attachment.name)}"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-site"
    return response
