"""Taking an import back: everything it changed, unless somebody changed it since."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from contacts.addresses import email_key
from contacts.imports.applying import KEYS, count_rows
from contacts.imports.running import take_turn
from contacts.models import Body, Contact, ImportRun, Mandate, Membership, Organisation, Post, Tag
from contacts.models.runs import WrongStatus

CHUNK = 500
SHOWN = 200
# What an import itself gives to a new person; rows of any other table mean that something happened to them since.
OWN = {"contacts.Mandate", "contacts.Post", "contacts.Contact_tags"}


def take_back(run: ImportRun, *, actor: User) -> dict[str, Any]:
    """Undo an applied import in one transaction; doing it again changes nothing.

    Gives {"back": people restored, "removed": new people removed, "stayed": [{contact, what}, …]}: what somebody
    changed since stays. Raises WrongStatus when the run is not applied any more or its 30 days are over.
    """
    if not run.can_be_taken_back:
        raise WrongStatus(run.status)
    with transaction.atomic():
        take_turn()
        undo = Undo(run)
        for start in range(0, len(run.changes), CHUNK):
            undo.take_back(run.changes[start : start + CHUNK])
        undo.remove_made()
        outcome = {**run.outcome, "back": undo.back, "removed": undo.removed, "stayed": undo.stayed[:SHOWN]}
        outcome["stayed_count"] = len(undo.stayed)
        ImportRun.objects.filter(pk=run.pk).update(outcome=outcome)
        note = f"took an import back: {undo.back} restored, {undo.removed} removed, {len(undo.stayed)} changed since"
        run.move_to(ImportRun.Status.REVERTED, actor=actor, note=note)
        run.outcome = outcome
        count_rows()
    return outcome


class Undo:
    """One undoing: reads the rows of each batch of changes, puts back what still stands as the import left it."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run
        self.back = self.removed = 0
        self.stayed: list[dict[str, Any]] = []

    def take_back(self, entries: list[dict[str, Any]]) -> None:
        """Undo a batch: what was opened goes first, so that what was closed can open again."""
        pks = [entry["contact"] for entry in entries]
        # Whoever corrects or erases one of them meanwhile waits, or is waited for.
        rows = Contact.objects.living().filter(pk__in=pks).order_by("pk").select_for_update(of=("self",))
        people = {contact.pk: contact for contact in rows}
        entries = [entry for entry in entries if entry["contact"] in people]
        new = [entry for entry in entries if entry["kind"] == "new"]
        old = [entry for entry in entries if entry["kind"] != "new"]
        self._remove_people(new, people)
        self._remove_opened(old)
        self._remove_posts_and_tags(old)
        self._remove_mandates(old)
        self._reopen(old)
        self._restore_mandates(old)
        self._restore_people(old, people)

    def stays(self, contact: int, what: str) -> None:
        """Put down that something was changed since, and so stays."""
        self.stayed.append({"contact": contact, "what": what})

    def _remove_people(self, entries: list[dict[str, Any]], people: dict[int, Contact]) -> None:
        """New people to whom nothing happened since."""
        pks = {entry["contact"] for entry in entries}
        lived = used(pks) | {pk for pk in pks if self._is_changed(people[pk])}
        rows: Any = ((Mandate, "mandate"), (Post, "organisation"), (Contact.tags.through, "tags"))
        for model, name in rows:
            several: dict[int, int] = {}
            for pk in model._default_manager.filter(contact__in=pks).values_list("contact_id", flat=True):
                several[pk] = several.get(pk, 0) + 1
            given = {e["contact"]: len(e[name]) if name == "tags" and name in e else int(name in e) for e in entries}
            lived |= {pk for pk, count in several.items() if count > given[pk]}
        seats = {entry["mandate"]: len(entry.get("opened", [])) for entry in entries if "mandate" in entry}
        held: dict[int, int] = {}
        for pk in Membership.objects.filter(mandate__in=seats).values_list("mandate_id", flat=True):
            held[pk] = held.get(pk, 0) + 1
        lived |= {e["contact"] for e in entries if "mandate" in e and held.get(e["mandate"], 0) > seats[e["mandate"]]}
        for pk in sorted(lived):
            self.stays(pk, "new")
        gone = sorted(pks - lived)
        Contact.objects.filter(pk__in=gone).delete()
        self.removed += len(gone)

    def _is_changed(self, contact: Contact) -> bool:
        """Whether a person or a later import said something about somebody this import made."""
        day = self.run.as_of.isoformat()
        applied = self.run.applied_at or self.run.at
        return contact.changed_at > applied or any(stamp != day for stamp in contact.facts_as_of.values())

    def _remove_opened(self, entries: Iterable[dict[str, Any]]) -> None:
        mandates = [entry["mandate"] for entry in entries if "opened" in entry and "mandate" in entry]
        seats: dict[tuple[Any, ...], Membership] = {}
        for seat in Membership.objects.filter(mandate__in=mandates).select_related("body"):
            key = (
                seat.mandate_id,
                seat.body.kind,
                seat.body.code,
                seat.role,
                _iso(seat.started_on),
                _iso(seat.ended_on),
            )
            seats[key] = seat
        gone = []
        for entry in entries:
            for kind, code, role, *dates in entry.get("opened", []):
                opened = seats.get((entry.get("mandate"), kind, code, role, *(dates or [None, None])))
                if opened is None:
                    self.stays(entry["contact"], kind)
                else:
                    gone.append(opened.pk)
        Membership.objects.filter(pk__in=gone).delete()

    def _remove_posts_and_tags(self, entries: Iterable[dict[str, Any]]) -> None:
        for entry in entries:
            if "organisation" in entry:
                posts = Post.objects.filter(
                    contact=entry["contact"],
                    organisation__name=entry["organisation"],
                    title=entry.get("title", ""),
                    started_on=_day("started_on", entry.get("since")),
                    ended_on__isnull=True,
                )
                pk = posts.order_by("-pk").values_list("pk", flat=True).first()
                if pk is None:
                    self.stays(entry["contact"], "organisation")
                else:
                    Post.objects.filter(pk=pk).delete()
            if "tags" in entry:
                Contact.tags.through.objects.filter(contact=entry["contact"], tag__name__in=entry["tags"]).delete()

    def _remove_mandates(self, entries: Iterable[dict[str, Any]]) -> None:
        """Mandates this import opened for people we knew, when no seat of somebody else's hand hangs on them."""
        for entry in entries:
            if entry.get("mandate_is_new"):
                if Membership.objects.filter(mandate=entry["mandate"]).exists():
                    self.stays(entry["contact"], "mandate")
                else:
                    Mandate.objects.filter(pk=entry["mandate"]).delete()

    def _reopen(self, entries: Iterable[dict[str, Any]]) -> None:
        """Mandates and seats that the import ended, unless a newer one has taken their place."""
        for entry in entries:
            for pk, on in entry.get("ended", []):
                taken = Mandate.objects.filter(contact=entry["contact"], ended_on__isnull=True).exists()
                rows = Mandate.objects.filter(pk=pk, ended_on=date.fromisoformat(on))
                if taken or not rows.update(ended_on=None):
                    self.stays(entry["contact"], "mandate")
            for pk, on in entry.get("closed", []):
                self._reopen_seat(entry["contact"], pk, date.fromisoformat(on))
            for pk, on in entry.get("dated", []):
                if not Membership.objects.filter(pk=pk, started_on=date.fromisoformat(on)).update(started_on=None):
                    self.stays(entry["contact"], "since")

    def _reopen_seat(self, contact: int, pk: int, on: date) -> None:
        seat = Membership.objects.filter(pk=pk, ended_on=on, mandate__ended_on__isnull=True).first()
        same = seat and Membership.objects.filter(
            mandate=seat.mandate_id, body=seat.body_id, role=seat.role, ended_on__isnull=True
        )
        if seat is None or (same and same.exists()):
            self.stays(contact, "seat")
        else:
            Membership.objects.filter(pk=pk).update(ended_on=None)

    def _restore_mandates(self, entries: Iterable[dict[str, Any]]) -> None:
        for entry in entries:
            for name, (before, after) in entry.get("mandate_fields", {}).items():
                if entry.get("mandate_is_new"):
                    continue
                rows = Mandate.objects.filter(pk=entry["mandate"], **{name: _day(name, after)})
                if not rows.update(**{name: _day(name, before)}):
                    self.stays(entry["contact"], name)

    def _restore_people(self, entries: list[dict[str, Any]], people: dict[int, Contact]) -> None:
        """Fields that still stand as the import left them, and the days its source spoke for."""
        names: set[str] = set()
        changed = []
        moving = [entry for entry in entries if "email" in entry.get("fields", {})]
        free = self._free_addresses(moving, people)
        for entry in entries:
            contact = people[entry["contact"]]
            for name, (before, after) in entry.get("fields", {}).items():
                if getattr(contact, name) != after or (name == "email" and contact.pk not in free):
                    self.stays(contact.pk, name)
                    continue
                setattr(contact, name, before)
                names |= {name, *KEYS.get(name, [])}
            stamps = dict(contact.facts_as_of)
            for fact, day in entry.get("facts_before", {}).items():
                if stamps.get(fact) == entry["facts_as_of"].get(fact):
                    stamps.pop(fact, None)
                    stamps |= {fact: day} if day else {}
            contact.facts_as_of = stamps
            contact.compute_keys()
            changed.append(contact)
        if changed:
            Contact.objects.bulk_update(changed, sorted(names | {"facts_as_of"}), batch_size=200)
        self.back += len(changed)

    def _free_addresses(self, moving: list[dict[str, Any]], people: dict[int, Contact]) -> set[int]:
        """Whose address can go back: nobody outside this batch has it now. Their present keys step aside."""
        ours = {entry["contact"] for entry in moving if people[entry["contact"]].email == entry["fields"]["email"][1]}
        wanted = {entry["contact"]: email_key(entry["fields"]["email"][0] or "") for entry in moving}
        owners = dict(
            Contact.objects.filter(email_key__in=[key for key in wanted.values() if key]).values_list("email_key", "pk")
        )
        while True:
            free = {pk for pk in ours if owners.get(wanted[pk]) in {None, pk} or owners[wanted[pk]] in ours}
            if free == ours:
                break
            ours = free
        Contact.objects.filter(pk__in=ours).update(email_key=None)
        return ours

    def remove_made(self) -> None:
        """Organisations, tags and bodies that this import made and nobody uses."""
        made = self.run.outcome.get("made", {})
        words = {
            "organisation": {entry.get("organisation") for entry in self.run.changes},
            "tag": {tag for entry in self.run.changes for tag in entry.get("tags", [])},
            "body": {seat[1] for entry in self.run.changes for seat in entry.get("opened", [])},
        }
        for model, name, field in (
            (Organisation, "organisation", "name"),
            (Tag, "tag", "name"),
            (Body, "body", "code"),
        ):
            pks = made.get(name, [])
            for start in range(0, len(pks), CHUNK):
                rows = model._default_manager.filter(pk__in=pks[start : start + CHUNK])
                ours = {pk for pk, word in rows.values_list("pk", field) if word in words[name]}
                model._default_manager.filter(pk__in=ours - used(ours, model=model, own=set())).delete()


def used(pks: set[int], *, model: Any = Contact, own: set[str] = OWN) -> set[int]:
    """Those of the rows that a row of any table points to, but for the tables an import fills itself."""
    found: set[int] = set()
    for other, name in _pointing_to(model):
        if other._meta.label not in own:
            rows = other._base_manager.filter(Q(**{f"{name}__in": sorted(pks)}))
            found |= set(rows.values_list(f"{name}_id", flat=True))
    return found


def _pointing_to(model: Any) -> Iterator[tuple[Any, str]]:
    """Every table with a column that names a row of the model, those of many-to-many fields as well."""
    for relation in model._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one):
            yield relation.related_model, relation.field.name


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name == "started_on" and value else value
