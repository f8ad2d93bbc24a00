"""Receiving a file on a page, keeping its bytes for a while, and reading it again as often as it is needed."""

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.models import User
from contacts import syncing
from contacts.imports.errors import ImportRefused
from contacts.imports.europarl import parse_meps
from contacts.imports.mapping import Mapping, SeatList, check_mapping
from contacts.imports.reading import MAX_BYTES, day_in_name, decode, digest
from contacts.imports.records import Pull
from contacts.imports.spreadsheet import parse_sheet
from contacts.models import ImportFile, ImportRun
from contacts.models.runs import FILE_DAYS

# From so many bytes on a worker checks and applies the file, while the page shows how far it is.
LARGE = 1024 * 1024
ENCODINGS = {
    "windows-1252": gettext_lazy("Western Europe (Windows)"),
    "windows-1250": gettext_lazy("Central Europe (Windows)"),
    "windows-1253": gettext_lazy("Greek (Windows)"),
    "windows-1251": gettext_lazy("Cyrillic (Windows)"),
    "iso-8859-2": gettext_lazy("Central Europe (ISO 8859-2)"),
    "iso-8859-7": gettext_lazy("Greek (ISO 8859-7)"),
    "iso-8859-15": gettext_lazy("Western Europe (ISO 8859-15)"),
}


class FileGone(ImportRefused):
    """The bytes are no longer kept."""


def receive(data: bytes, file_name: str, *, actor: User, as_of: date | None = None) -> ImportRun:
    """Keep an uploaded file as a new run. Raises ImportRefused for what is empty or too large; parses nothing."""
    check_size(data)
    name = clean_file_name(file_name)
    with transaction.atomic():
        run = ImportRun(
            source="upload",
            file_name=name,
            file_digest=digest(data),
            as_of=as_of or day_in_name(name) or timezone.localdate(),
            status=ImportRun.Status.UPLOADED,
            options={"reader": reader_of(data)},
            by=actor,
        )
        run.save()
        ImportFile.objects.create(run=run, data=data)
        audit.record(actor, "uploaded a file to import", about=run, label=run.reference)
    return run


def replace(run: ImportRun, data: bytes, file_name: str, *, actor: User) -> None:
    """Put a repaired file in the place of the one that was uploaded; how it is read stays."""
    check_size(data)
    if reader_of(data) != run.options.get("reader"):
        raise ImportRefused(_("The repaired file is of another kind than the first one. Start a new import with it."))
    with transaction.atomic():
        is_there = ImportFile.objects.filter(run=run, run__status=run.status).update(
            data=data, preview={}, decisions={}, at=timezone.now()
        )
        if not is_there:
            raise FileGone(_("This import has ended meanwhile. Start a new one."))
        run.file_name, run.file_digest = clean_file_name(file_name), digest(data)
        ImportRun.objects.filter(pk=run.pk).update(file_name=run.file_name, file_digest=run.file_digest)
        audit.record(actor, "uploaded a repaired file", about=run, label=run.reference)


def check_size(data: bytes) -> None:
    """Raises ImportRefused for what is empty or too large."""
    if len(data) > MAX_BYTES:
        raise ImportRefused(_("The file is larger than 20 MB; more is not read. Split it and import the parts."))
    if not data.strip():
        raise ImportRefused(_("The file is empty."))


def clean_file_name(name: str) -> str:
    """A file's name as one line of at most 120 characters, without its folder."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in base if letter.isprintable())[-120:] or "file.csv"


def reader_of(data: bytes) -> str:
    """`members` for XML and JSON lists of members, else `sheet`."""
    start = data[:200].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe\r\n\t ")
    return "members" if start[:1] in (b"<", b"{", b"[") else "sheet"


def keep_for_release(pull: Pull, data: bytes, options: dict[str, Any]) -> None:
    """Keep the bytes of a pull that a command left held, so that it can be looked at and released on a page."""
    held = ImportRun.objects.filter(status="held", source=pull.source, file_digest=pull.digest).first()
    if held is not None and len(data) <= MAX_BYTES:
        ImportRun.objects.filter(pk=held.pk).update(options=options)
        ImportFile.objects.get_or_create(run=held, defaults={"data": data})


def mapping_options(mapping: Mapping, **more: Any) -> dict[str, Any]:
    """How a command read a sheet, as one keeps it."""
    return {"reader": "sheet", "shipped": asdict(mapping), **more}


def read(run: ImportRun) -> Pull:
    """The records of a run's file. Raises ImportRefused with the reason, FileGone when it is no longer kept."""
    if run.source == syncing.SOURCE and run.options.get("reader") is None:
        return syncing.read_pull(run.file_name.removeprefix("open-data-api_"))
    data = data_of(run)
    options = run.options
    encoding = options.get("encoding", "")
    if options.get("reader") == "members":
        return parse_meps(data, file_name=run.file_name, as_of=run.as_of, encoding=encoding)
    return parse_sheet(
        data,
        file_name=run.file_name,
        mapping=mapping_of(run),
        as_of=run.as_of,
        encoding=encoding,
        sheet=options.get("sheet", ""),
    )


def mapping_of(run: ImportRun) -> Mapping:
    """The mapping a run is read with: what a person chose, or a command's. Raises ImportRefused when there is none."""
    options = run.options
    if "shipped" in options:
        kept = dict(options["shipped"])
        return Mapping(**{**kept, "lists": [SeatList(**item) for item in kept["lists"]]})
    return check_mapping(options.get("mapping"), "upload")


def data_of(run: ImportRun) -> bytes:
    """The uploaded bytes. Raises FileGone."""
    data = ImportFile.objects.filter(run=run).values_list("data", flat=True).first()
    if data is None:
        raise FileGone(_("The file is no longer kept: files wait for 7 days. Upload it again as a new import."))
    return bytes(data)


def needs_encoding(run: ImportRun, data: bytes) -> bool:
    """Whether the text is not Unicode and nobody has said what it is."""
    if run.options.get("encoding") or data.startswith(b"PK\x03\x04"):
        return False
    try:
        decode(data)
    except ImportRefused:
        return not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"))
    return False


def encoding_previews(data: bytes) -> list[tuple[str, str, list[str]]]:
    """For each encoding in which the bytes are text: its code, its name, and up to four lines with letters that differ.

    Encodings that give the same lines are told once.
    """
    telling = [line[:300] for line in data.splitlines()[:20_000] if any(byte > 127 for byte in line)][:4]
    found: list[tuple[str, str, list[str]]] = []
    for code, name in ENCODINGS.items():
        try:
            data.decode(code)
            lines = ["".join(c if c.isprintable() else "�" for c in line.decode(code)) for line in telling]
        except UnicodeError:
            continue
        if all(lines != shown for _code, _name, shown in found):
            found.append((code, str(name), lines))
    return found


def is_large(run: ImportRun) -> bool:
    """Whether a worker takes care of it, so that no request takes long."""
    found = ImportFile.objects.filter(run=run).annotate(size=Length("data")).values_list("size", flat=True).first()
    return (found or 0) > LARGE


def discard(run: ImportRun, *, actor: User) -> None:
    """Give an import up: nothing was changed, the file is thrown away."""
    with transaction.atomic():
        run.move_to(ImportRun.Status.DISCARDED, actor=actor, note="gave up an import; nothing was changed")
        ImportFile.objects.filter(run=run).delete()


def throw_away_old() -> int:
    """Discard uploads nobody finished in FILE_DAYS and throw their files away; give how many files. Rung by beat.

    A held pull stays held, without its file. Runs that an older worker made during an update get their reference here.
    """
    ImportRun.objects.give_references()
    old = ImportFile.objects.filter(at__lt=timezone.now() - timedelta(days=FILE_DAYS))
    waiting = ("uploaded", "mapped", "checked")
    with transaction.atomic():
        pks = list(old.values_list("pk", flat=True))
        ImportRun.objects.filter(file__in=pks, status__in=waiting).update(
            status=ImportRun.Status.DISCARDED, discarded_at=timezone.now()
        )
        if pks:
            audit.record(None, f"threw away {len(pks)} uploaded files after {FILE_DAYS} days")
        return ImportFile.objects.filter(pk__in=pks).delete()[0]
