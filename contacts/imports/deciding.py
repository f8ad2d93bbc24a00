"""Applying an import that a person has read: exactly what they read, less what they unticked, or nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import User
from contacts.addresses import email_key
from contacts.imports.applying import write_plan
from contacts.imports.changes import compare
from contacts.imports.checking import REMARKS, is_missing, preview_of
from contacts.imports.entries import ChangeSet
from contacts.imports.errors import ChangedMeanwhile
from contacts.imports.plan import Change, Plan
from contacts.imports.running import take_turn
from contacts.imports.uploading import read
from contacts.models import Body, Contact, ImportFile, ImportRun, Organisation, PersonCorrection, Tag


class OutOfDate(Exception):
    """What was read is no longer what would happen."""


class NotAllowed(Exception):
    """The import is held, and this person may not release it."""


@dataclass
class Decisions:
    """What a person chose on the check page: rows left out, rows whose corrections give way, and those not in the file.

    `gone` is "leave" or "end". `digest` is that of the change set they read.
    """

    digest: str
    skip: set[int] = field(default_factory=set)
    override: set[int] = field(default_factory=set)
    gone: str = "leave"

    def as_json(self) -> dict[str, Any]:
        """To be kept while a worker applies the import."""
        return {
            "digest": self.digest,
            "skip": sorted(self.skip),
            "override": sorted(self.override),
            "gone": self.gone,
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Decisions":
        """The choices that were kept."""
        return cls(kept["digest"], set(kept["skip"]), set(kept["override"]), kept["gone"])


def confirm(run: ImportRun, decisions: Decisions, *, actor: User) -> None:
    """Apply the import in one transaction, with the record of what it changed and a line in the audit trail.

    Raises OutOfDate when the file or the database no longer gives what was read, NotAllowed for a held one,
    ImportRefused or WrongStatus with the reason. Whatever is raised, nothing was changed.
    """
    try:
        with transaction.atomic():
            take_turn()
            plan = compare(read(run), join=bool(run.options.get("join")))
            if preview_of(plan)["digest"] != decisions.digest:
                raise OutOfDate
            if plan.hold_reason and not actor.has_perm("contacts.release_import"):
                raise NotAllowed
            _write(run, plan, decisions, actor)
    except IntegrityError as error:
        raise ChangedMeanwhile from error


def _write(run: ImportRun, plan: Plan, decisions: Decisions, actor: User) -> None:
    held = bool(plan.hold_reason)
    counts = {"new": 0, "changed": 0, "gone": 0, "unchanged": plan.would["unchanged"]}
    change_set = ChangeSet()
    overridden: list[tuple[int, str]] = []
    _choose(plan, decisions, overridden)
    last = {model: _last(model) for model in (Organisation, Tag, Body)}

    def note(changes: list[Change]) -> None:
        for change in changes:
            if change.kind in counts and change.kind != "unchanged":
                counts[change.kind] += 1
        change_set.add(changes)

    write_plan(plan, note)
    for pk, name in overridden:
        PersonCorrection.objects.filter(contact=pk, field=name).delete()
    made = {
        model._meta.model_name: list(model._default_manager.filter(pk__gt=pk).values_list("pk", flat=True))
        for model, pk in last.items()
    }
    figures = {**counts, "held": 0, "left_out": len(decisions.skip), "errors": _errors(plan)}
    ImportRun.objects.filter(pk=run.pk).update(
        source=plan.pull.source,
        counts=figures,
        problems=[problem.as_json(with_value=False) for problem in plan.problems],
        outcome={"made": {name: pks for name, pks in made.items() if pks}},
    )
    change_set.save(run)
    verb = "released and applied" if held else "applied"
    told = ", ".join(f"{counts[kind]} {kind}" for kind in ("new", "changed", "gone"))
    run.move_to(ImportRun.Status.APPLIED, actor=actor, note=f"{verb} an import: {told}")
    ImportFile.objects.filter(run=run).delete()


def _errors(plan: Plan) -> int:
    return sum(problem.kind not in REMARKS for problem in plan.problems)


def _last(model: Any) -> int:
    return model._default_manager.order_by("-pk").values_list("pk", flat=True).first() or 0


def _choose(plan: Plan, decisions: Decisions, overridden: list[tuple[int, str]]) -> None:
    """Take out of the plan what the person left out, and let corrections give way where they ticked so."""
    kept_keys: set[str] = set()
    rest = plan.rest

    def chosen(changes: list[Change]) -> list[Change]:
        found = []
        for change in changes:
            if is_missing(change) and decisions.gone != "end":
                continue
            if change.row is not None and change.row in decisions.skip:
                if change.contact.email_key:
                    kept_keys.add(change.contact.email_key)
                if change.row not in decisions.override:
                    continue
                _only_kept(change)
            if change.row is not None and change.row in decisions.override and change.kept:
                overridden.extend((change.contact.pk, name) for name in change.kept)
                change.fields |= change.kept
            found.append(change)
        return found

    def rest_chosen(*, last: bool = False) -> Iterator[list[Change]]:
        for changes in rest(last=last):
            yield chosen(changes)

    plan.changes = chosen(plan.changes)
    _free(plan.changes, kept_keys)
    plan.rest = rest_chosen


def _only_kept(change: Change) -> None:
    """Of a row that is left out only what was ticked beside it is taken."""
    change.fields, change.mandate_fields, change.stamps, change.new_tags = {}, {}, {}, []
    change.mandate, change.mandate_is_new, change.organisation, change.is_gone = None, False, None, False
    change.ended, change.opened, change.closed, change.dated = [], [], [], []


def _free(changes: list[Change], kept_keys: set[str]) -> None:
    """An address that stays with somebody whose row was left out goes to nobody else, nor does one they correct to."""
    while True:
        blocked = [
            change
            for change in changes
            if "email" in change.fields and (email_key(change.fields["email"][1]) or "") in kept_keys
        ]
        if not blocked:
            break
        for change in blocked:
            change.fields.pop("email")
            change.stamps.pop("email", None)
            if change.is_new:
                change.contact.email = ""
            elif change.contact.email_key:
                kept_keys.add(change.contact.email_key)
    wanted = {email_key(change.kept["email"][1]): change for change in changes if "email" in change.kept}
    taken = Contact.objects.filter(email_key__in=[key for key in wanted if key]).values_list("email_key", "pk")
    for key, pk in taken:
        change = wanted[key or ""]
        if pk != change.contact.pk:
            change.fields.pop("email", None)
