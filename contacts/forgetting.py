"""Taking one person out of what is stored as text or JSON, where no foreign key leads to them."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Set
from typing import Any

from django.db.models import JSONField, Q

from contacts.models import Contact, ImportFile, ImportRun, RawAnswer
from contacts.personal_data import addresses_of, plural_of, row_of, shells_of
from transport.models import SystemMail, SystemMailFile

# Encodings in which an uploaded sheet may hold a name, and how much of a packed one is read.
ENCODINGS = ("utf-8", "cp1252", "utf-16")
MOST_UNPACKED = 64 * 1024 * 1024


def forget_system_mail(addresses: Set[str]) -> int:
    """Empty the system's own mails to these addresses; what has not left does not leave any more. Give how many."""
    found = Q(pk__in=[])
    for address in addresses:
        found |= Q(to__iexact=address)
    mails = SystemMail.objects.filter(found)
    mails.filter(status=SystemMail.Status.QUEUED).update(status=SystemMail.Status.FAILED, last_error="Erased.")
    SystemMailFile.objects.filter(mail__in=mails).delete()
    return mails.update(to="", context={})


def forget_in_import_runs(contacts: Set[int], texts: Set[str]) -> int:
    """Take a person's changes and every text that names them out of all import runs; give how many were changed.

    What is no longer there cannot be undone: so no undo brings the person back.
    """
    changed = 0
    columns = [field.name for field in ImportRun._meta.concrete_fields if isinstance(field, JSONField)]
    for run in ImportRun.objects.order_by("pk").iterator(chunk_size=20):
        before = {name: getattr(run, name) for name in columns}
        after = {name: without(value, texts, contacts=contacts) for name, value in before.items()}
        if after != before:
            ImportRun.objects.filter(pk=run.pk).update(**after)
            changed += 1
    return changed


def without(value: Any, texts: Set[str], *, contacts: Set[int] = frozenset()) -> Any:
    """A JSON value in which each text that holds one of `texts` (in small letters) is empty.

    In a list, an object whose `contact` is one of `contacts` is left out as a whole.
    """
    if isinstance(value, dict):
        return {key: without(item, texts, contacts=contacts) for key, item in value.items()}
    if isinstance(value, list):
        kept = [item for item in value if not _is_about(item, contacts)]
        return [without(item, texts, contacts=contacts) for item in kept]
    if isinstance(value, str):
        folded = value.casefold()
        return "" if any(text in folded for text in texts) else value
    return value


def _is_about(item: Any, contacts: Set[int]) -> bool:
    return isinstance(item, dict) and item.get("contact") in contacts


def forget_raw_answers(names: Set[str], ep_ids: Iterable[int]) -> int:
    """Throw away the Parliament's stored answers that speak of this person; give how many."""
    marks = {str(ep_id).encode() for ep_id in ep_ids} | {name.encode() for name in names}
    if not marks:
        return 0
    found = []
    for answer in RawAnswer.objects.order_by("pk").iterator(chunk_size=50):
        text = answer.content().decode("utf-8", "replace").casefold().encode() + answer.url.encode()
        if any(mark in text for mark in marks):
            found.append(answer.pk)
    RawAnswer.objects.filter(pk__in=found).delete()
    return len(found)


def uploads_with(texts: Set[str]) -> list[ImportFile]:
    """Uploaded files, kept for some days, that hold one of these texts (small letters); their bytes are not read again.

    A workbook is unpacked; one that cannot be counts as holding it.
    """
    found = []
    for file in ImportFile.objects.select_related("run").order_by("pk").iterator(chunk_size=1):
        if texts and _holds(bytes(file.data), texts):
            file.data = b""
            found.append(file)
    return found


def forget_uploads(texts: Set[str]) -> int:
    """Throw away uploaded files that hold one of these texts; they can be uploaded again. Give how many."""
    return ImportFile.objects.filter(pk__in=[file.pk for file in uploads_with(texts)]).delete()[0]


def _holds(data: bytes, texts: Set[str]) -> bool:
    parts = [data]
    if data.startswith(b"PK"):
        try:
            parts = _unpacked(data)
        except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, NotImplementedError):
            return True
    for part in parts:
        for encoding in ENCODINGS:
            folded = part.decode(encoding, "replace").casefold()
            if any(text in folded for text in texts):
                return True
    return False


def _unpacked(data: bytes) -> list[bytes]:
    """The parts of a packed file. Raises ValueError for one that is too large."""
    parts, left = [], MOST_UNPACKED
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            with archive.open(name) as part:
                parts.append(part.read(left + 1))
            left -= len(parts[-1])
            if left < 0:
                raise ValueError("too large")
    return parts


def names_person(text: str, contact: Contact) -> bool:
    """Whether a text holds the person's address or a word of their name, so that it could not be kept for ever."""
    folded = text.casefold()
    words = {word.strip(".,;:()'\"") for word in folded.replace("/", " ").split()}
    names = {part for part in f"{contact.given_name} {contact.family_name}".casefold().split() if len(part) > 2}
    return bool(words & names) or (bool(contact.email) and contact.email.casefold() in folded)


def system_mail_of(contact: Contact) -> Iterable[dict[str, Any]]:
    """Mails of the system to the person's addresses, as a section of "everything we hold"."""
    found = Q(pk__in=[])
    for address in addresses_of(contact):
        found |= Q(to__iexact=address)
    rows = [row_of(mail) for mail in SystemMail.objects.filter(found).order_by("pk")]
    yield {"what": plural_of(SystemMail), "model": SystemMail._meta.label, "rows": rows}


def import_changes_of(contact: Contact) -> Iterable[dict[str, Any]]:
    """What imports changed of the person and still remember, as a section of "everything we hold"."""
    pks = {contact.pk, *(shell.pk for shell in shells_of(contact))}
    rows = []
    for run in ImportRun.objects.order_by("pk").iterator(chunk_size=20):
        for change in run.changes:
            if _is_about(change, pks):
                told = {key: value for key, value in change.items() if key != "contact"}
                rows.append({"source": run.source, "at": run.at.isoformat(), "change": told})
    yield {"what": plural_of(ImportRun), "model": ImportRun._meta.label, "rows": rows}


def uploads_of(contact: Contact) -> Iterable[dict[str, Any]]:
    """Names of uploaded files that hold one of the person's addresses, as a section of "everything we hold"."""
    found = uploads_with(addresses_of(contact))
    rows = [{"file": file.run.file_name, "at": file.at.isoformat(), "import": file.run.reference} for file in found]
    yield {"what": plural_of(ImportFile), "model": ImportFile._meta.label, "rows": rows}
