"""Suppressions as a file that only grows, kept outside the database: a restored backup lacks the newest of them.

One JSON object a line: digest, scope, reason, at (ISO 8601); `"lifted": true` where the address was taken off again.
The digests cannot be read back. Nothing is ever changed or taken out of the file, and merging adds only.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.addresses import ep_digest
from contacts.erasure import erase
from contacts.models import Contact, Mandate, Suppression, SuppressionLift

BATCH = 1000
Line = tuple[str, str, str, str, bool]


class BadFile(ValueError):
    """A line of the file is not one of ours; the message names it, and nothing was merged."""


@dataclass(frozen=True)
class Merged:
    """What a merge did."""

    added: int
    erased_again: int


def append_to(path: Path) -> int:
    """Add to the file what it lacks and give how many lines. Never changes what stands in it."""
    known = set(_read(path)) if path.exists() else set()
    new = [line for line in _stored() if line not in known]
    if new:
        with path.open("a", encoding="ascii") as file:
            for digest, scope, reason, at, is_lifted in new:
                line: dict[str, Any] = {"digest": digest, "scope": scope, "reason": reason, "at": at}
                file.write(json.dumps(line | ({"lifted": True} if is_lifted else {})) + "\n")
            file.flush()
            os.fsync(file.fileno())
    return len(new)


def merge_from(path: Path) -> Merged:
    """Add the suppressions that the database lacks, and erase again whoever was erased after the backup.

    What was lifted after it was put there stays lifted. Raises BadFile; OSError when the file cannot be read.
    """
    last: dict[tuple[str, str], Line] = {}
    # Of two lines about the same address the later one holds; a lift at the same moment comes after.
    for line in sorted(_read(path), key=lambda line: (datetime.fromisoformat(line[3]), line[4])):
        last[line[:2]] = line
    standing = {key: line for key, line in last.items() if not line[4]}
    with transaction.atomic():
        added = _add(standing)
        again = _erase_again({digest for (digest, _scope), line in standing.items() if line[2] == "erasure"})
    return Merged(added, again)


def _read(path: Path) -> Iterator[Line]:
    with path.open(encoding="ascii", errors="replace") as file:
        for number, text in enumerate(file, start=1):
            if not text.strip():
                continue
            try:
                row = json.loads(text)
                found = (row["digest"], row["scope"], Suppression.Reason(row["reason"]).value, row["at"])
                if len(row["digest"]) != 64 or datetime.fromisoformat(row["at"]).tzinfo is None:
                    raise ValueError
            except (ValueError, KeyError, TypeError) as error:
                raise BadFile(
                    _("Line %(number)s is not a suppression. Nothing was merged; use a whole file.")
                    % {"number": number}
                ) from error
            yield (*found, bool(row.get("lifted")))


def _stored() -> Iterator[Line]:
    names = ("email_digest", "scope", "reason", "at")
    for model, is_lifted in ((Suppression, False), (SuppressionLift, True)):
        for digest, scope, reason, at in model.objects.order_by("at", "pk").values_list(*names).iterator():
            yield digest, scope, reason, at.isoformat(), is_lifted


def _add(standing: dict[tuple[str, str], Line]) -> int:
    known = {(digest, scope): reason for digest, scope, reason in _reasons()}
    new = [line for key, line in standing.items() if key not in known]
    Suppression.objects.bulk_create(
        [Suppression(email_digest=digest, scope=scope, reason=reason) for digest, scope, reason, _at, _is in new],
        batch_size=BATCH,
        ignore_conflicts=True,
    )
    for digest, scope, reason, at, _is_lifted in new:
        # The moment of the file, so that the next export does not write the line again.
        row = Suppression.objects.filter(email_digest=digest, scope=scope, reason=reason)
        row.update(at=datetime.fromisoformat(at))
    stronger = [
        key for key, line in standing.items() if line[2] == "erasure" and known.get(key, "erasure") != "erasure"
    ]
    for digest, scope in stronger:
        Suppression.objects.filter(email_digest=digest, scope=scope).update(reason=Suppression.Reason.ERASURE)
    return len(new) + len(stronger)


def _reasons() -> Iterator[tuple[str, str, str]]:
    return Suppression.objects.values_list("email_digest", "scope", "reason").iterator()


def _erase_again(digests: set[str]) -> int:
    """People of the backup who were erased since: known by the hash of their address or of their number."""
    by_address = Contact.objects.living().exclude(email_digest="").values_list("pk", "email_digest")
    found = {pk for pk, digest in by_address.iterator() if digest in digests}
    members = Mandate.objects.filter(contact__erased_at__isnull=True).values_list("contact_id", "ep_id")
    found |= {contact_id for contact_id, ep_id in members if ep_digest(ep_id) in digests}
    return sum(erase(person, actor=None, reason="restored") for person in Contact.objects.filter(pk__in=found))
