"""Comparing a pull with what is stored: one Change a person, and the problems a person should look at.

The rules: the key is the Parliament's number, else the address, never the name. A source that lacks a fact says
nothing about it. A file older than what is stored fills gaps and changes nothing. What a person corrected stays.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from itertools import islice

from django.db.models.base import ModelState
from django.utils.translation import gettext as _

from contacts.addresses import ep_digest
from contacts.imports.addressing import Addresses, check_addresses, settle_addresses
from contacts.imports.errors import Problem
from contacts.imports.holding import why_held
from contacts.imports.mandates import compare_mandate, end_mandate, end_of, is_newer
from contacts.imports.plan import Change, Plan
from contacts.imports.records import Pull, Record
from contacts.imports.stored import Stored, load_by_key, load_stored
from contacts.models import Contact
from contacts.names import same_letters

# So many people known by their address are kept in a plan; of more, only their number.
KEPT = 5_000
BATCH = 1_000
Progress = Callable[[Iterable[Record]], Iterable[Record]]
# The fields of a contact that are compared one by one; the name is compared as a whole.
PLAIN_FIELDS = ("email", "gender", "language", "country", "phone", "postal_address")


def compare(pull: Pull, *, join: bool = False, progress: Progress = iter) -> Plan:
    """What importing the pull would do. Reads the database, writes nothing.

    With `join`, unknown people are listed instead of made, and so are those of the list that the pull lacks.
    """
    stored = load_stored(pull)
    in_file = {record.ep_id for record in pull.records if record.ep_id}
    addresses = check_addresses(pull, stored)
    plan = Plan(pull)
    records = _once_each(pull)
    by_address = [record for record in records if record.ep_id is None]
    if len(by_address) > KEPT:
        records = [record for record in records if record.ep_id is not None]
        batches = partial(_batches, pull=pull, stored=stored, addresses=addresses, join=join)
        _count_rest(plan, by_address, batches, progress)
        progress = iter
    for changes in _batches(progress(records), pull, stored, addresses, join=join):
        plan.changes.extend(changes)
    if pull.is_complete and not join and (stored.newest_list is None or pull.as_of >= stored.newest_list):
        plan.changes.extend(_gone(in_file, pull, stored))
    settle_addresses(plan, stored)
    plan.problems = pull.problems + plan.problems
    if join:
        plan.problems.extend(_without_data(in_file, pull, stored))
    plan.hold_reason = why_held(plan, stored)
    return plan


def _batches(  # noqa: PLR0913 - a file, what is stored, and how much is asked
    records: Iterable[Record],
    pull: Pull,
    stored: Stored,
    addresses: Addresses,
    *,
    join: bool,
    only_counting: bool = False,
) -> Iterator[list[Change]]:
    """The changes of the records, so many records at a time.

    With `only_counting` one change stands for everybody who is new: what they get is worked out when it is written.
    """
    rows, anybody = iter(records), Change(_pattern(pull.source), is_new=True) if only_counting else None
    while batch := list(islice(rows, BATCH)):
        load_by_key(stored, [record.email_key for record in batch if record.email_key and record.ep_id is None])
        found = []
        for record in batch:
            if not _is_usable(record, pull, stored, addresses, join=join):
                continue
            contact = _known(record, stored)
            found.append(anybody if anybody and not contact else _compare_person(record, contact, pull, stored))
        yield found


def _count_rest(
    plan: Plan,
    records: list[Record],
    batches: Callable[..., Iterator[list[Change]]],
    progress: Progress,
) -> None:
    """Count the changes of a large sheet's people without keeping them: they depend on nobody else in the file.

    When they are written they are compared once more, batch by batch; what there is to tell about them is told once.
    """
    touched = False
    for changes in batches(progress(records), only_counting=True):
        for change in changes:
            touched = (
                touched
                or change.kind != "unchanged"
                or bool(change.stamps.items() - change.contact.facts_as_of.items())
            )
            plan.counted[change.kind] = plan.counted.get(change.kind, 0) + 1
            plan.counted_known += bool(not change.is_new and change.contact.email)

    def rest(*, last: bool = False) -> Iterator[list[Change]]:
        told, plan.pull.problems = plan.pull.problems, []
        if last:
            plan.pull.records = []
        try:
            yield from batches(_let_go(records) if last else records)
        finally:
            plan.pull.problems = told

    if touched:
        plan.rest = rest


def _let_go(records: list[Record]) -> Iterator[Record]:
    """The records, each out of memory when it was looked at."""
    records.reverse()
    while records:
        yield records.pop()


def _once_each(pull: Pull) -> list[Record]:
    """The records without those that repeat a member's number."""
    rows: dict[int, int] = {}
    found = []
    for record in pull.records:
        if record.ep_id is not None and record.ep_id in rows:
            problem = _("The row repeats the member of row %(row)s, so it was left out.") % {"row": rows[record.ep_id]}
            pull.problems.append(Problem(record.row, pull.column("ep_id"), problem, "repeated", str(record.ep_id)))
            continue
        if record.ep_id is not None:
            rows[record.ep_id] = record.row
        found.append(record)
    return found


def _known(record: Record, stored: Stored) -> Contact | None:
    """The contact a record speaks of: by the member's number, else by the address."""
    if record.ep_id is not None:
        return stored.by_ep_id.get(record.ep_id)
    return stored.by_key.get(record.email_key or "")


def _is_usable(record: Record, pull: Pull, stored: Stored, addresses: Addresses, *, join: bool) -> bool:
    """Whether a record speaks of somebody we know, or of somebody new who can be made; tells why not."""
    contact = _known(record, stored)
    if record.ep_id is None and record.email_key is None:
        if record.row not in addresses.left_out:
            _tell(pull, record, "email", "missing", _("The row has no address to know the person by."))
        return False
    if contact.erased_at is not None if contact is not None else _number_is_erased(record, stored):
        _tell(pull, record, "ep_id", "erased", _("This person was erased; the row was left out."))
        return False
    if contact is None and join:
        problem = _("This person is not in the list, so nothing was taken over.")
        _tell(pull, record, "ep_id" if record.ep_id else "email", "unknown_id", problem)
        return False
    return contact is not None or (record.row not in addresses.erased_rows and _can_be_made(record, pull))


def _number_is_erased(record: Record, stored: Stored) -> bool:
    erased = stored.erased_digests
    return record.ep_id is not None and bool(erased) and ep_digest(record.ep_id) in erased


def _can_be_made(record: Record, pull: Pull) -> bool:
    """Whether the row says enough to make a new contact; tells what it lacks."""
    needed = [("name", record.family_name)]
    if record.ep_id is not None:
        needed.append(("country", record.country))
    for name, value in needed:
        if not value:
            _tell(pull, record, name, "missing", _("A new person needs this; the row was left out."))
            return False
    return True


def _compare_person(record: Record, contact: Contact | None, pull: Pull, stored: Stored) -> Change:
    change = Change(contact or _blank(pull.source), record.row, is_new=contact is None)
    corrected = stored.corrections.get(change.contact.pk, set()) if contact else set()
    # A sheet that knows a member by the address alone says nothing about who the member is.
    is_member = record.ep_id is None and change.contact.pk in stored.mandates
    if is_member:
        _tell_other_name(change, record, pull)
    else:
        _compare_name(change, record, corrected, pull)
    for name in PLAIN_FIELDS:
        if not (is_member and name == "country"):
            _compare_field(change, name, record, pull, corrected)
    if record.ep_id is not None:
        compare_mandate(change, record, stored, pull)
    else:
        _compare_post_and_tags(change, record, stored)
    return change


@lru_cache(maxsize=8)
def _pattern(source: str) -> Contact:
    return Contact(source=source)


def _blank(source: str) -> Contact:
    """A new contact. Copied from one that was made once: making one from its fields takes longer than comparing it."""
    contact = Contact.__new__(Contact)
    contact.__dict__.update(_pattern(source).__dict__)
    contact._state = ModelState()
    contact.public_id, contact.facts_as_of = uuid.uuid4(), {}
    return contact


def _compare_name(change: Change, record: Record, corrected: set[str], pull: Pull) -> None:
    contact = change.contact
    if record.family_name is None:
        return
    given, family = record.given_name or contact.given_name, record.family_name
    same = same_letters(given, contact.given_name) and same_letters(family, contact.family_name)
    newer = is_newer(change, "name", pull.as_of)
    # A spelling in natural case is worth more than one worked out from capitals, whatever their dates.
    is_better = same and contact.family_name_is_guessed and not record.family_name_is_guessed
    if newer:
        change.stamps["name"] = pull.as_of.isoformat()
    if is_better or (not same and (newer or not contact.family_name)):
        _set(change, "given_name", given, corrected)
        _set(change, "family_name", family, corrected)
        if "family_name" not in corrected:
            _set(change, "family_name_is_guessed", record.family_name_is_guessed, corrected)


def _tell_other_name(change: Change, record: Record, pull: Pull) -> None:
    if record.family_name and not same_letters(record.family_name, change.contact.family_name):
        problem = _("The address belongs to a member of another name; the name was not taken over.")
        _tell(pull, record, "name", "other_name", problem)


def _compare_field(change: Change, name: str, record: Record, pull: Pull, corrected: set[str]) -> None:
    value, before = getattr(record, name), getattr(change.contact, name)
    if not value:
        return
    if is_newer(change, name, pull.as_of) or before in {"", "X"}:
        is_same_address = name == "email" and record.email_key == change.contact.email_key
        if name not in corrected:
            change.stamps[name] = pull.as_of.isoformat()
        if before != value and not is_same_address:
            (change.kept if name in corrected else change.fields)[name] = (before, value)


def _set(change: Change, name: str, value: object, corrected: set[str]) -> None:
    before = getattr(change.contact, name)
    if before != value:
        (change.kept if name in corrected else change.fields)[name] = (before, value)


def _compare_post_and_tags(change: Change, record: Record, stored: Stored) -> None:
    """Posts and tags are only added: a sheet that lacks one says nothing about it."""
    pk = change.contact.pk
    if record.organisation and record.organisation not in stored.posts.get(pk, ()):
        change.organisation, change.title = record.organisation, record.title or ""
        change.body_kind, change.since = record.body_kind, record.since
    have = stored.tags.get(pk, set()) if pk else set()
    change.new_tags = [tag for tag in dict.fromkeys(record.tags) if tag not in have]


def _gone(in_file: set[int], pull: Pull, stored: Stored) -> list[Change]:
    """Sitting members whom the complete list lacks: their mandate ends."""
    found = []
    for mandate in stored.open_mandates():
        change = Change(mandate.contact, is_gone=True)
        if mandate.ep_id not in in_file and is_newer(change, "mandate", pull.as_of):
            end_mandate(change, mandate, end_of(mandate, pull.as_of), stored)
            change.stamps["mandate"] = pull.as_of.isoformat()
            found.append(change)
    return found


def _without_data(in_file: set[int], pull: Pull, stored: Stored) -> list[Problem]:
    missing = sorted(mandate.ep_id for mandate in stored.open_mandates() if mandate.ep_id not in in_file)
    problem = _("This member is in the list but not in this file: left without data.")
    return [Problem(None, pull.column("ep_id"), problem, "no_data", str(ep_id)) for ep_id in missing]


def _tell(pull: Pull, record: Record, name: str, kind: str, problem: str) -> None:
    value = str(record.ep_id) if record.ep_id else None
    pull.problems.append(Problem(record.row, pull.column(name), problem, kind, value))
