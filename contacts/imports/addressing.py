"""E-mail addresses of a pull: each is checked, belongs to one person, and brings nobody back who was erased."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from contacts.addresses import AddressError, clean_address, email_digest, email_key, looks_like_another
from contacts.imports.errors import Problem, UnknownWord
from contacts.imports.plan import Change, Plan
from contacts.imports.records import Pull, Record
from contacts.imports.remembering import remembered, remembering
from contacts.imports.stored import Stored
from contacts.names import sort_key


@dataclass
class Addresses:
    """Rows whose address was taken out of them, and those of them whose address was erased."""

    left_out: set[int] = field(default_factory=set)
    erased_rows: set[int] = field(default_factory=set)


def check_addresses(pull: Pull, stored: Stored) -> Addresses:
    """Clean every address of the pull. What is wrong is told in `pull.problems` and taken out of its record."""
    found = Addresses()
    by_key: dict[str, list[Record]] = {}
    with remembering():
        for record in pull.records:
            if record.email is not None:
                pull.rows_with_address.add(record.row)
                record.email_key = _clean(record, pull)
                if record.email_key is None:
                    record.email = None
                    found.left_out.add(record.row)
                else:
                    by_key.setdefault(record.email_key, []).append(record)
    for key, records in by_key.items():
        if stored.erased_digests and email_digest(key) in stored.erased_digests:
            for record in records:
                problem = _("This address was erased at its owner's request; it is not taken over again.")
                _leave_out(record, pull, found, "erased", problem)
                found.erased_rows.add(record.row)
        elif len(records) > 1:
            _one_owner(key, records, pull, stored, found)
    if stored.merged_digests:
        _follow_merges(by_key, pull, stored, found)
    return found


def _clean(record: Record, pull: Pull) -> str | None:
    text = (record.email or "").strip()
    column = pull.column("email")
    if text.count("@") > 1 or any(sign in text for sign in ",; \n\t|"):
        problem = _("The cell holds more than one address or other text; no address was taken over.")
        pull.problems.append(Problem(record.row, column, problem, "bad_address", text[:200]))
        return None
    try:
        record.email = clean_address(text)
    except AddressError as error:
        problem = _("This is not an address one can write to: %(reason)s") % {"reason": error}
        pull.problems.append(Problem(record.row, column, problem, "bad_address", text[:200]))
        return None
    key = email_key(record.email)
    if looks_like_another(record.email) and remembered("address", email_digest(key)) is None:
        problem = _(
            "The domain is made of letters that look like others; it waits until somebody says that it is right."
        )
        pull.tell_unknown(record.row, column, UnknownWord(problem, kind="address", label=record.email), record.email)
        return None
    if record.ep_id is not None and pull.office_domain and key.rpartition("@")[2] != pull.office_domain:
        problem = _("The address lies outside %(domain)s; it was taken over, but look at it.")
        pull.problems.append(
            Problem(record.row, column, problem % {"domain": pull.office_domain}, "outside", record.email)
        )
    return key


def _one_owner(key: str, records: list[Record], pull: Pull, stored: Stored, found: Addresses) -> None:
    """One address in several rows: it stays with whom it is stored; else nobody gets it. A repeated row is dropped."""
    if all(record.ep_id is None for record in records) and len({_name_key(record) for record in records}) == 1:
        for record in records[1:]:
            problem = _("The row repeats the address of row %(row)s, so it was left out.") % {"row": records[0].row}
            _leave_out(record, pull, found, "repeated", problem)
        return
    owner = stored.owner_of_key.get(key)
    keeper = next((r for r in records if r.ep_id and owner and _contact_id(stored, r.ep_id) == owner), None)
    for record in records:
        if record is keeper:
            continue
        others = ", ".join(str(other.row) for other in records if other is not record)
        problem = _("The same address stands in row %(rows)s for another person; this row does not get it.")
        _leave_out(record, pull, found, "shared_address", problem % {"rows": others})


def _follow_merges(by_key: dict[str, list[Record]], pull: Pull, stored: Stored, found: Addresses) -> None:
    """A row with the old address of somebody merged into another speaks of that other, who keeps their own address."""
    moved = {}
    for key, records in by_key.items():
        record = next((record for record in records if record.email_key and record.ep_id is None), None)
        if record is not None and key not in stored.owner_of_key:
            owner = stored.merged_digests.get(email_digest(key))
            if owner is not None:
                moved[key] = (owner, record)
    if not moved:
        return
    rows = {owner: record.row for record in pull.records if (owner := _owner(record, stored)) is not None}
    for key, (owner, record) in moved.items():
        if owner in rows:
            problem = _("The row has an old address of the person of row %(row)s, so it was left out.")
            _leave_out(record, pull, found, "repeated", problem % {"row": rows[owner]})
            continue
        rows[owner] = record.row
        stored.owner_of_key[key] = owner
        record.email = None


def _owner(record: Record, stored: Stored) -> int | None:
    """The contact that a row speaks of, where it is known."""
    if record.ep_id is not None:
        return _contact_id(stored, record.ep_id)
    return stored.owner_of_key.get(record.email_key or "")


def _contact_id(stored: Stored, ep_id: int) -> int | None:
    contact = stored.by_ep_id.get(ep_id)
    return contact.pk if contact else None


def _name_key(record: Record) -> str:
    return sort_key(f"{record.family_name or ''} {record.given_name or ''}")


def _leave_out(record: Record, pull: Pull, found: Addresses, kind: str, problem: str) -> None:
    pull.problems.append(Problem(record.row, pull.column("email"), problem, kind, record.email))
    found.left_out.add(record.row)
    record.email = record.email_key = None


def settle_addresses(plan: Plan, stored: Stored) -> None:
    """Refuse an address that stays with another contact after everything else is done.

    Two people may swap addresses; so a key counts as free when its owner gets another address in the same pull.
    """
    claims = {change.contact.pk: change for change in plan.changes if "email" in change.fields and not change.is_new}
    while True:
        refused = [
            change
            for change in plan.changes
            if "email" in change.fields and _is_taken(change, claims, stored.owner_of_key)
        ]
        if not refused:
            return
        for change in refused:
            address = change.fields.pop("email")[1]
            change.stamps.pop("email", None)
            claims.pop(change.contact.pk, None)
            if change.is_new:
                change.contact.email = ""
            problem = _("The address belongs to another contact already; this row does not get it.")
            plan.problems.append(Problem(change.row, plan.pull.column("email"), problem, "shared_address", address))


def _is_taken(change: Change, claims: dict[int, Change], owner_of_key: dict[str, int]) -> bool:
    owner = owner_of_key.get(email_key(change.fields["email"][1]))
    return owner is not None and owner != change.contact.pk and owner not in claims
