"""Writing a plan: set by set, inside the caller's transaction."""

from collections.abc import Callable, Iterable
from itertools import chain

from django.db import connection
from django.utils import timezone

from contacts.imports.errors import ChangedMeanwhile
from contacts.imports.inserting import insert, insert_objects
from contacts.imports.plan import Change, Plan
from contacts.models import Body, Contact, Mandate, Membership, Organisation, Post, Tag
from contacts.names import sort_key
from contacts.reference import load_bodies

BATCH = 200
COUNTED = (Contact, Mandate, Membership, Body, Post)
# What a new contact is written with.
COLUMNS = [field.attname for field in Contact._meta.concrete_fields if field.name != "id"]
KEYS = {"email": ["email_key", "email_digest"], "given_name": ["sort_key"], "family_name": ["sort_key"]}


def write_plan(plan: Plan, note: Callable[[list[Change]], None] = lambda _changes: None) -> None:
    """Write every change. Call it inside a transaction; the plan was made in the same one.

    `note` is given the changes as they are written, in batches: those of a large sheet are not kept. Raises
    ChangedMeanwhile where somebody changed, merged or erased one of the people since they were compared.
    """
    load_bodies()
    organisations: dict[str, int] = {}
    for changes in chain([plan.changes], plan.rest(last=True)):
        _hold_still(changes)
        _end_mandates(changes)
        _close_and_date_seats(changes)
        _write_contacts(changes)
        _write_mandates(changes)
        _open_seats(changes)
        _add_posts(changes, organisations)
        _add_tags(changes)
        note(changes)
    count_rows()


def _hold_still(changes: list[Change]) -> None:
    """Lock the rows of the people who are known, each as it was compared.

    An import reads for seconds before it writes. Whoever is corrected or erased meanwhile would get their old name and
    address back from what it read.
    """
    known = {change.contact.pk: change.contact.changed_at for change in changes if _is_written(change)}
    pks = sorted(known)
    for start in range(0, len(pks), 500):
        part = pks[start : start + 500]
        rows = Contact.objects.select_for_update(of=("self",)).filter(pk__in=part).order_by("pk")
        if dict(rows.values_list("pk", "changed_at")) != {pk: known[pk] for pk in part}:
            raise ChangedMeanwhile


def _is_written(change: Change) -> bool:
    return not change.is_new and (change.kind != "unchanged" or bool(change.stamps))


def count_rows() -> None:
    """Tell the database's planner how many rows there are now.

    PostgreSQL looks by itself only a minute later. Until then it takes the tables for empty, and a segment over 700
    new people takes minutes instead of milliseconds. SQLite plans without such figures.
    """
    if connection.vendor == "postgresql":
        tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in COUNTED)
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {tables}")


def _end_mandates(changes: list[Change]) -> None:
    """Before a new mandate is opened: one contact has one open mandate."""
    ended = []
    for change in changes:
        for mandate, on in change.ended:
            mandate.ended_on = on
            ended.append(mandate)
    Mandate.objects.bulk_update(ended, ["ended_on"], batch_size=BATCH)


def _close_and_date_seats(changes: list[Change]) -> None:
    closed, dated = [], []
    for change in changes:
        for seat, on in change.closed:
            seat.ended_on = on
            closed.append(seat)
        for seat, on in change.dated:
            seat.started_on = on
            dated.append(seat)
    Membership.objects.bulk_update(closed, ["ended_on"], batch_size=BATCH)
    Membership.objects.bulk_update(dated, ["started_on"], batch_size=BATCH)


def _write_contacts(changes: list[Change]) -> None:
    now = timezone.now()
    new, old, names = [], [], set()
    for change in changes:
        contact = change.contact
        for name, (_before, after) in change.fields.items():
            setattr(contact, name, after)
        change.stamps_before = {fact: contact.facts_as_of.get(fact) for fact in change.stamps}
        stamps = {**contact.facts_as_of, **change.stamps}
        is_stamped = stamps != contact.facts_as_of
        contact.facts_as_of = stamps
        if change.is_new:
            contact.compute_keys()
            # Without a mandate yet; the database sees to it (contacts/country_now.py), and need not write it again.
            contact.country_now = contact.country
            contact.created_at = contact.changed_at = now
            new.append(contact)
        elif change.fields or is_stamped:
            if change.fields:
                contact.compute_keys()
                contact.changed_at = now
                names |= {"changed_at", *change.fields, *(key for name in change.fields for key in KEYS.get(name, []))}
            names.add("facts_as_of")
            old.append(contact)
    _free_addresses(changes)
    insert_objects(Contact, new, COLUMNS)
    if names:
        Contact.objects.bulk_update(old, sorted(names), batch_size=BATCH)


def _free_addresses(changes: Iterable[Change]) -> None:
    """Two people may swap addresses; a unique key is checked row by row, so the old keys step aside first."""
    moving = [change.contact.pk for change in changes if not change.is_new and change.fields.get("email", ("", ""))[0]]
    for start in range(0, len(moving), 500):
        Contact.objects.filter(pk__in=moving[start : start + 500]).update(email_key=None)


def _write_mandates(changes: list[Change]) -> None:
    new, old = [], []
    for change in changes:
        mandate = change.mandate
        if mandate is None:
            continue
        for name, (_before, after) in change.mandate_fields.items():
            setattr(mandate, name, after)
        if change.mandate_is_new:
            mandate.contact = change.contact
            new.append(mandate)
        elif change.mandate_fields:
            old.append(mandate)
    Mandate.objects.bulk_create(new, batch_size=500)
    Mandate.objects.bulk_update(old, ["country", "national_party", "started_on"], batch_size=BATCH)


def _open_seats(changes: list[Change]) -> None:
    bodies = {(body.kind, body.code): body for body in Body.objects.all()}
    wanted = {(seat.kind, seat.code) for change in changes for seat in change.opened}
    made = Body.objects.bulk_create(
        [Body(kind=kind, code=code, name=code, short_name=code) for kind, code in sorted(wanted - bodies.keys())]
    )
    bodies |= {(body.kind, body.code): body for body in made}
    Membership.objects.bulk_create(
        [
            Membership(
                mandate=change.mandate,
                body=bodies[seat.kind, seat.code],
                role=seat.role,
                started_on=seat.started_on,
                ended_on=seat.ended_on,
            )
            for change in changes
            for seat in change.opened
        ],
        batch_size=500,
    )


def _add_posts(changes: list[Change], known: dict[str, int]) -> None:
    """Open posts; `known` has the ids of the organisations by name, and learns those that are made."""
    wanted = {change.organisation for change in changes if change.organisation}
    if not wanted:
        return
    if not known:
        known.update(Organisation.objects.values_list("name", "pk"))
    first = {change.organisation: change for change in reversed(changes) if change.organisation not in known}
    made = [_organisation(name, first[name]) for name in sorted(wanted - known.keys())]
    for organisation in Organisation.objects.bulk_create(made, batch_size=500):
        known[organisation.name] = organisation.pk
    _add_bodies(changes)
    insert(
        Post,
        ["contact_id", "organisation_id", "title", "started_on"],
        [
            (change.contact.pk, known[change.organisation], change.title or "", change.since)
            for change in changes
            if change.organisation
        ],
    )


def _organisation(name: str, change: Change) -> Organisation:
    """An organisation that only a sheet knows so far; a parliament is an institution of its country."""
    if change.body_kind:
        return Organisation(name=name, kind=Organisation.Kind.INSTITUTION, country=change.contact.country)
    return Organisation(name=name, kind=Organisation.Kind.OTHER)


def _add_bodies(changes: list[Change]) -> None:
    """Bodies outside the European Parliament that are new, under a code made of their name."""
    wanted = {(change.body_kind, change.organisation) for change in changes if change.body_kind and change.organisation}
    if not wanted:
        return
    known = set(Body.objects.values_list("kind", "name"))
    codes = set(Body.objects.values_list("kind", "code"))
    for kind, name in sorted(wanted - known):
        start = sort_key(name).upper().replace(" ", "-")[:24] or "BODY"
        code = next(code for code in (start, *(f"{start}-{n}" for n in range(2, 100_000))) if (kind, code) not in codes)
        codes.add((kind, code))
        Body.objects.create(kind=kind, code=code, name=name, short_name=name[:60])


def _add_tags(changes: list[Change]) -> None:
    wanted = {tag for change in changes for tag in change.new_tags}
    if not wanted:
        return
    known = dict(Tag.objects.values_list("name", "pk"))
    for tag in Tag.objects.bulk_create([Tag(name=name) for name in sorted(wanted - known.keys())]):
        known[tag.name] = tag.pk
    through = Contact.tags.through
    given = {
        is_new: [
            (change.contact.pk, known[name])
            for change in changes
            if change.is_new == is_new
            for name in change.new_tags
        ]
        for is_new in (True, False)
    }
    insert(through, ["contact_id", "tag_id"], given[True])
    # Somebody we know may be given the same tag on a page at this moment.
    rows = [through(contact_id=contact, tag_id=tag) for contact, tag in given[False]]
    through.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
