"""What the check page shows of an import, worked out once and kept with the file until somebody decides."""

import hashlib
from itertools import chain
from typing import Any

from django.db import transaction
from django.utils import timezone

from contacts import registry
from contacts.addresses import email_digest
from contacts.confidentiality import read_secrecy, secret_addresses
from contacts.imports import vocabulary
from contacts.imports.changes import compare
from contacts.imports.errors import Problem
from contacts.imports.plan import Change, Plan
from contacts.imports.records import Pull
from contacts.imports.telling import addresses_in, lines_of, new_detail
from contacts.imports.uploading import read
from contacts.languages import country_name
from contacts.models import Contact, ImportFile, ImportRun, PersonCorrection, RememberedName, Suppression
from contacts.names import sort_key

SHOWN = 200
CHUNK = 500
# Worth a look, but nothing of the row was left out for it.
REMARKS = {"outside", "no_data", "other_name"}


def check(run: ImportRun) -> dict[str, Any]:
    """Read the file, compare it with what is stored, keep what the check page shows, and say "to be checked".

    Changes nothing else. Raises ImportRefused with the reason, WrongStatus when the run has moved on.
    """
    pull = read(run)
    preview = preview_of(compare(pull, join=bool(run.options.get("join"))))
    with transaction.atomic():
        ImportFile.objects.filter(run=run).update(preview=preview, decisions={})
        kept = {"counts": preview["counts"], "hold_reason": preview["hold_reason"][:300]}
        ImportRun.objects.filter(pk=run.pk).update(source=pull.source, checked_at=timezone.now(), **kept)
        run.source, run.counts, run.hold_reason = pull.source, kept["counts"], kept["hold_reason"]
        if run.status in (ImportRun.Status.UPLOADED, ImportRun.Status.MAPPED):
            run.move_to(ImportRun.Status.CHECKED, actor=None)
    return preview


def preview_of(plan: Plan) -> dict[str, Any]:
    """Everything the check page shows, as JSON; names and values, so it is thrown away with the file."""
    changes = Shown()
    summary = hashlib.blake2b(digest_size=16)
    for change in chain(plan.changes, chain.from_iterable(plan.rest())):
        summary.update(repr(facts_of(change)).encode())
        changes.add(change)
    errors = [problem for problem in plan.problems if problem.kind not in REMARKS]
    counts = {**plan.would, "kept": changes.kept, "errors": len(errors), "rows": len(plan.pull.records)}
    return {
        "counts": counts,
        "digest": summary.hexdigest(),
        "hold_reason": plan.hold_reason,
        "suppressed": suppressed_among(plan.pull),
        "questions": [_question(found) for found in vocabulary.unknown_labels(plan.pull)[:SHOWN]],
        "problems": [_problem(problem) for problem in _not_asked(errors, plan.pull)[:SHOWN]],
        "remarks": [_problem(problem) for problem in plan.problems if problem.kind in REMARKS][:SHOWN],
        "changed": _changed(changes.changed),
        "new": _new(changes.new),
        "gone": [_person(change) for change in changes.gone],
        "letters": [_letter(use) for use in registry.letters_of(changes.touched)],
    }


def facts_of(change: Change) -> tuple[Any, ...]:
    """What a change does, in a form that is the same whenever it is worked out from the same file and database."""
    return (
        change.row,
        change.kind,
        change.contact.pk,
        sorted(change.fields.items()),
        sorted(change.kept.items()),
        change.mandate.pk if change.mandate else None,
        sorted(change.mandate_fields.items(), key=str),
        [(mandate.pk, on) for mandate, on in change.ended],
        [(seat.kind, seat.code, seat.role, seat.started_on) for seat in change.opened],
        [(seat.pk, on) for seat, on in [*change.closed, *change.dated]],
        change.organisation,
        change.title,
        change.new_tags,
    )


class Shown:
    """The first changes of each kind, to be shown, and the ids of everybody touched."""

    def __init__(self) -> None:
        self.changed: list[Change] = []
        self.new: list[Change] = []
        self.gone: list[Change] = []
        self.touched: set[int] = set()
        self.kept = 0

    def add(self, change: Change) -> None:
        """Put a change where it belongs; what is neither changed nor kept back is only counted."""
        self.kept += bool(change.kept)
        if change.kind != "unchanged" and change.contact.pk:
            self.touched.add(change.contact.pk)
        if change.kind == "new":
            shelf = self.new
        elif is_missing(change):
            shelf = self.gone
        elif change.kind != "unchanged" or change.kept:
            shelf = self.changed
        else:
            return
        if len(shelf) < SHOWN:
            shelf.append(change)


def is_missing(change: Change) -> bool:
    """Whether the file lacks this person, rather than saying that their mandate has ended."""
    return change.is_gone and change.row is None


def suppressed_among(pull: Pull) -> int:
    """How many addresses of the file are on the do-not-write list; an import changes nothing about that."""
    digests = sorted({email_digest(record.email_key) for record in pull.records if record.email_key})
    found = 0
    for start in range(0, len(digests), CHUNK):
        part = digests[start : start + CHUNK]
        found += Suppression.objects.filter(email_digest__in=part).values("email_digest").distinct().count()
    return found


def _not_asked(errors: list[Problem], pull: Pull) -> list[Problem]:
    """The problems without those that one question answers for all rows."""
    sentences = {label for _kind, label in pull.unknown}
    return [
        error for error in errors if not (error.kind == "unknown_word" and (error.value or "").strip() in sentences)
    ]


def _question(found: Any) -> dict[str, Any]:
    """A word that a person is asked about once."""
    choices = vocabulary.choices(found.kind)
    return {
        "kind": found.kind,
        "what": str(RememberedName.Kind(found.kind).label),
        "label": found.label,
        "row": found.row,
        "count": found.count,
        "suggestion": found.suggestion,
        "suggested": _name_of(found.kind, found.suggestion, choices),
    }


def _name_of(kind: str, code: str, choices: dict[str, str]) -> str:
    """How a button calls a code: committees and groups by their code, others by their name."""
    return code if kind in ("committee", "group") else str(choices.get(code, code))


def _problem(problem: Problem) -> dict[str, Any]:
    found = problem.as_json()
    is_told = problem.value and problem.value[:20] in problem.problem
    return {**found, "value": "" if is_told else found.get("value", "")}


def _person(change: Change) -> dict[str, Any]:
    contact = change.contact
    where = country_name(contact.country_now or contact.country)
    return {"contact": contact.pk, "public_id": str(contact.public_id), "name": str(contact), "detail": where}


def _changed(changes: list[Change]) -> list[dict[str, Any]]:
    pks = [change.contact.pk for change in changes if change.kept]
    corrections = PersonCorrection.objects.filter(contact__in=pks).values_list("contact_id", "field", "at")
    since = {(pk, field): timezone.localtime(at).date().isoformat() for pk, field, at in corrections}
    read_secrecy(change.contact for change in changes)
    secret = secret_addresses(addresses_in(changes))
    told = []
    for change in changes:
        stays = lines_of(change, kept=True, secret=secret)
        kept = [[*line, since.get((change.contact.pk, name), "")] for name, line in stays]
        lines = [line for _name, line in lines_of(change, secret=secret)]
        told.append({**_person(change), "row": change.row, "lines": lines, "kept": kept})
    return told


def _new(changes: list[Change]) -> list[dict[str, Any]]:
    alike = _alike(changes)
    secret = secret_addresses(addresses_in(changes))
    return [
        {
            "row": change.row,
            "name": f"{change.fields.get('given_name', ('', ''))[1]} {change.fields.get('family_name', ('', ''))[1]}",
            "detail": new_detail(change, secret=secret),
            "alike": alike.get(_key(change)),
        }
        for change in changes
    ]


def _key(change: Change) -> str:
    given, family = (change.fields.get(name, ("", ""))[1] for name in ("given_name", "family_name"))
    return sort_key(f"{family} {given}")


def _alike(changes: list[Change]) -> dict[str, dict[str, str]]:
    """For a new person's name somebody who is stored under the same one."""
    keys = [key for change in changes if (key := _key(change)).strip()]
    found = Contact.objects.living().filter(sort_key__in=keys)
    return {contact.sort_key: {"public_id": str(contact.public_id), "name": str(contact)} for contact in found}


def _letter(use: registry.Use) -> dict[str, str]:
    return {"title": use.title, "reference": use.reference, "url": use.url}


def rows_shown(preview: dict[str, Any], *shelves: str) -> set[int]:
    """The rows a person could tick on the page."""
    return {found["row"] for shelf in shelves for found in preview.get(shelf, []) if found["row"] is not None}
