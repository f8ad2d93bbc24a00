"""Importing people with proof of consent to a list: what it would do, and doing it in one transaction, set by set.

Nobody who left, objected or complained comes back by it: only they themselves can. Who is on the list stays as is.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from contacts.addresses import email_digest
from contacts.consent import announce_many, scope_of
from contacts.imports import uploading
from contacts.imports.applying import count_rows
from contacts.imports.deciding import OutOfDate
from contacts.imports.errors import ChangedMeanwhile, ImportRefused, Problem
from contacts.imports.running import take_turn
from contacts.imports.subscriber_sheet import Reader, Sheet, problem_as_json, read_sheet
from contacts.imports.tables import read_table
from contacts.models import (
    ConsentRecord,
    ConsentWording,
    Contact,
    ContactList,
    ImportFile,
    ImportRun,
    LegalBasis,
    Subscription,
    Suppression,
)

READER = "subscribers"
CHUNK = 500
SHOWN = 200
Status = Subscription.Status


@dataclass(slots=True)
class Comparison:
    """What the rows of a sheet would do, and why some do nothing."""

    sheet: Sheet
    new: list[Reader] = field(default_factory=list)
    # People we know who join; with their ids, and whether they had asked and not confirmed.
    known: list[tuple[Reader, int, bool]] = field(default_factory=list)
    unchanged: int = 0
    blocked: list[Problem] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """The figures, under the names that every import has."""
        return {
            "new": len(self.new),
            "changed": len(self.known),
            "unchanged": self.unchanged,
            "gone": 0,
            "errors": len(self.sheet.refused) + len(self.blocked),
            "rows": self.sheet.rows,
            "blocked": len(self.blocked),
        }

    def digest(self) -> str:
        """The same whenever it is worked out from the same file and database."""
        summary = hashlib.blake2b(digest_size=16)
        for reader in self.new:
            summary.update(repr(reader).encode())
        for entry in self.known:
            summary.update(repr(entry).encode())
        return summary.hexdigest()


def receive(data: bytes, file_name: str, *, contact_list: ContactList, actor: User) -> ImportRun:
    """Keep an uploaded file as a new run that adds people to a list. Raises ImportRefused for what is empty or none."""
    if uploading.reader_of(data) != "sheet":
        raise ImportRefused(_("This is no sheet. Save it as .csv or .xlsx, with one person a row."))
    with transaction.atomic():
        run = uploading.receive(data, file_name, actor=actor)
        run.options |= {"reader": READER, "list": contact_list.pk}
        ImportRun.objects.filter(pk=run.pk).update(options=run.options)
    return run


def list_of(run: ImportRun) -> ContactList:
    """The list a run adds people to. Raises ImportRefused when it is no longer there."""
    found = ContactList.objects.filter(pk=run.options.get("list")).first()
    if found is None:
        raise ImportRefused(_("The list of this import is no longer there."))
    return found


def compare(run: ImportRun) -> Comparison:
    """What the import would do now. Raises ImportRefused with the reason when the file cannot be read."""
    contact_list, options = list_of(run), run.options
    table = read_table(uploading.data_of(run), run.file_name, options.get("encoding", ""), options.get("sheet", ""))
    found = Comparison(read_sheet(table, options.get("columns", {}), contact_list))
    # As large as what was made of it.
    del table
    for part in _parts(found.sheet.readers):
        _compare(part, contact_list, found)
    return found


def _parts(rows: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


def _compare(readers: list[Reader], contact_list: ContactList, found: Comparison) -> None:
    """One part of the rows: three queries."""
    people = dict(
        Contact.objects.living().filter(email_key__in=[one.key for one in readers]).values_list("email_key", "pk")
    )
    digests = {email_digest(one.key): one.key for one in readers}
    blocking = Suppression.objects.of(scope_of(contact_list)).filter(email_digest__in=digests)
    blocked = {digests[digest] for digest in blocking.values_list("email_digest", flat=True)}
    states = dict(
        Subscription.objects.filter(contact_list=contact_list, contact__in=people.values()).values_list(
            "contact_id", "status"
        )
    )
    for one in readers:
        pk = people.get(one.key)
        state = states.get(pk) if pk else None
        if one.key in blocked:
            told = _("Asked us not to write, complained, or cannot be reached. Only they themselves can come back.")
            found.blocked.append(Problem(one.row, "", told, "blocked"))
        elif state == Status.UNSUBSCRIBED:
            told = _("Left the list. Only they themselves can come back.")
            found.blocked.append(Problem(one.row, "", told, "blocked"))
        elif state == Status.ACTIVE:
            found.unchanged += 1
        elif pk is None:
            found.new.append(one)
        else:
            found.known.append((one, pk, state == Status.PENDING))


def check(run: ImportRun) -> dict[str, Any]:
    """Compare, and keep what the check page shows. Raises ImportRefused, WrongStatus."""
    return keep(run, compare(run))


def keep(run: ImportRun, found: Comparison) -> dict[str, Any]:
    """Keep what the check page shows of a comparison, and say "to be checked". Raises WrongStatus."""
    told = sorted([*found.sheet.refused, *found.blocked], key=lambda problem: problem.row or 0)
    preview = {
        "counts": found.counts(),
        "digest": found.digest(),
        "problems": [problem_as_json(problem) for problem in told[:SHOWN]],
        "remarks": [problem_as_json(problem) for problem in found.sheet.remarks[:SHOWN]],
        "new": [_shown(one) for one in found.new[:SHOWN]],
        "known": [_shown(one) for one, _pk, _asked in found.known[:SHOWN]],
    }
    with transaction.atomic():
        ImportFile.objects.filter(run=run).update(preview=preview, decisions={})
        run.counts = preview["counts"]
        ImportRun.objects.filter(pk=run.pk).update(counts=run.counts, source=READER, checked_at=timezone.now())
        if run.status in (ImportRun.Status.UPLOADED, ImportRun.Status.MAPPED):
            run.move_to(ImportRun.Status.CHECKED, actor=None)
    return preview


def _shown(one: Reader) -> dict[str, Any]:
    name = " ".join(filter(None, (one.given_name, one.family_name)))
    return {"row": one.row, "name": name or one.email, "detail": f"{one.given_on.isoformat()} · {one.proof}"}


def apply(run: ImportRun, digest: str, *, actor: User) -> None:
    """Add everybody whom the check showed, with their proof, in one transaction with a line in the audit trail.

    Raises OutOfDate when the file or the database no longer gives what was read, ImportRefused or WrongStatus with the
    reason. Whatever is raised, nothing was changed.
    """
    try:
        with transaction.atomic():
            take_turn()
            contact_list = list_of(run)
            found = compare(run)
            if found.digest() != digest:
                raise OutOfDate
            _write(run, contact_list, found, actor)
    except IntegrityError as error:
        # Somebody signed up or was added at the same moment.
        raise ChangedMeanwhile from error


def _write(run: ImportRun, contact_list: ContactList, found: Comparison, actor: User) -> None:
    now = timezone.now()
    _hold_known(contact_list, [pk for _one, pk, _asked in found.known])
    made = [pk for part in _parts(found.new) for pk in _make_people(part, run)]
    joining = [*zip(found.new, made, strict=True), *((one, pk) for one, pk, asked in found.known if not asked)]
    by_contact = _activate(contact_list, found, now)
    for part in _parts(joining):
        rows = [_subscription(contact_list, one, pk, now) for one, pk in part]
        by_contact |= {row.contact_id: row.pk for row in Subscription.objects.bulk_create(rows)}
    everybody = [*joining, *((one, pk) for one, pk, asked in found.known if asked)]
    through = Subscription.topics.through
    wordings = {language: contact_list.wording_in(language) for language in {one.language for one, _pk in everybody}}
    for part in _parts(everybody):
        chosen = [through(subscription_id=by_contact[pk], topic_id=topic) for one, pk in part for topic in one.topics]
        through.objects.bulk_create(chosen, ignore_conflicts=True)
        ConsentRecord.objects.bulk_create([_proof(contact_list, one, pk, wordings[one.language]) for one, pk in part])
        announce_many("subscription.confirmed", [pk for _one, pk in part], contact_list)
    asked_before = {pk for _one, pk, asked in found.known if asked}
    new = set(made)
    changes = [
        {
            "row": one.row,
            "contact": pk,
            "kind": "new" if pk in new else "changed",
            "asked": pk in asked_before,
            "language": one.language,
            "topics": sorted(one.topics),
        }
        for one, pk in everybody
    ]
    counts = found.counts()
    told = [problem_as_json(problem) for problem in (*found.sheet.refused, *found.blocked)]
    ImportRun.objects.filter(pk=run.pk).update(changes=changes, counts=counts, problems=told[:CHUNK])
    run.changes, run.counts = changes, counts
    ImportFile.objects.filter(run=run).delete()
    note = f"added {len(everybody)} people to {contact_list.name}, with proof of consent ({len(new)} of them new)"
    run.move_to(ImportRun.Status.APPLIED, actor=actor, note=note)
    count_rows()


def _hold_known(contact_list: ContactList, known: list[int]) -> None:
    """Hold the rows of people we know: who leaves comes before this, which is refused then, or ends it afterwards."""
    for part in _parts(sorted(known)):
        rows = Contact.objects.living().filter(pk__in=part).order_by("pk").select_for_update(of=("self",))
        digests = list(rows.values_list("email_digest", flat=True))
        blocking = Suppression.objects.of(scope_of(contact_list)).filter(email_digest__in=digests)
        if len(digests) != len(part) or blocking.exists():
            raise ChangedMeanwhile


def _make_people(readers: list[Reader], run: ImportRun) -> list[int]:
    """New contacts on the basis of their consent; their ids in the order of the rows."""
    people = []
    for one in readers:
        person = Contact(
            given_name=one.given_name,
            family_name=one.family_name,
            email=one.email,
            language=one.language,
            country=one.country,
            legal_basis=LegalBasis.CONSENT,
            source=run.reference,
        )
        person.compute_keys()
        person.country_now = person.country
        people.append(person)
    return [person.pk for person in Contact.objects.bulk_create(people)]


def _subscription(contact_list: ContactList, one: Reader, pk: int, now: Any) -> Subscription:
    return Subscription(
        contact_id=pk,
        contact_list=contact_list,
        status=Status.ACTIVE,
        confirmed_at=now,
        language=one.language,
        source=Subscription.Source.IMPORT,
    )


def _activate(contact_list: ContactList, found: Comparison, now: Any) -> dict[int, int]:
    """Those who had asked and not confirmed. Raises ChangedMeanwhile where one of them confirmed or left just now."""
    asked = {pk: one for one, pk, was_asked in found.known if was_asked}
    ids: dict[int, int] = {}
    for language in sorted({one.language for one in asked.values()}):
        pks = [pk for pk, one in asked.items() if one.language == language]
        rows = Subscription.objects.filter(contact_list=contact_list, contact__in=pks)
        done = rows.filter(status=Status.PENDING).update(
            status=Status.ACTIVE, confirmed_at=now, language=language, source=Subscription.Source.IMPORT
        )
        if done != len(pks):
            raise ChangedMeanwhile
        ids |= dict(rows.values_list("contact_id", "pk"))
    return ids


def _proof(contact_list: ContactList, one: Reader, pk: int, wording: ConsentWording | None) -> ConsentRecord:
    return ConsentRecord(
        contact_id=pk,
        email_digest=email_digest(one.key),
        contact_list=contact_list,
        action=ConsentRecord.Action.IMPORTED,
        wording=wording.text if wording else contact_list.name,
        wording_version=wording.version if wording else None,
        wording_language=wording.language if wording else "",
        source=one.proof[:200],
        given_on=one.given_on,
    )
