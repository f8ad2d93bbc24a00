"""Comparing mandates and seats: who arrived, returned or left, who changed group, party, committee or role."""

from datetime import date

from contacts.imports.plan import Change, NewSeat
from contacts.imports.records import Pull, Record, Seat
from contacts.imports.stored import Stored
from contacts.models import Body, Mandate, Membership
from contacts.reference import term_ends_on, term_on

# Coordinators are in no open data; a person enters them, and no list takes them away.
BY_HAND = {Membership.Role.COORDINATOR.value}


def is_newer(change: Change, fact: str, as_of: date) -> bool:
    """Whether a file of this day may overwrite a fact: nothing newer said something about it."""
    known = change.contact.facts_as_of.get(fact)
    return known is None or as_of.isoformat() >= known


def compare_mandate(change: Change, record: Record, stored: Stored, pull: Pull) -> None:
    """Find or open the mandate the record speaks of, then compare party, group and seats on it."""
    mandates = stored.mandates.get(change.contact.pk, [])
    current = next((mandate for mandate in mandates if mandate.ended_on is None), None)
    if current is not None:
        change.mandate = _go_on(change, current, record, pull, stored)
    elif mandates:
        change.mandate = _after_the_end(change, mandates[-1], record, pull, stored)
    else:
        _open(change, record, pull, stored)
    if change.mandate is None:
        return
    _compare_country_and_party(change, change.mandate, record, pull)
    _compare_group(change, record, stored, pull)
    for kind, seats in record.seats.items():
        _compare_seats(change, kind, seats, stored, pull)


def end_mandate(change: Change, mandate: Mandate, on: date, stored: Stored) -> None:
    """End a mandate and its open seats, none before it began."""
    change.ended.append((mandate, max(on, mandate.started_on or on)))
    for seat in _open_seats(stored, mandate):
        change.closed.append((seat, max(on, seat.started_on or on)))


def end_of(mandate: Mandate, as_of: date) -> date:
    """The day a mandate that a list no longer shows came to its end: with its term, or the day of the list."""
    last = term_ends_on(mandate.term)
    return min(last, as_of) if last else as_of


def _go_on(change: Change, current: Mandate, record: Record, pull: Pull, stored: Stored) -> Mandate | None:
    """The open mandate: it goes on, ends, or the person was elected again."""
    if not is_newer(change, "mandate", pull.as_of):
        return current if term_on(pull.as_of) == current.term else None
    change.stamps["mandate"] = pull.as_of.isoformat()
    if record.mandate_ended_on is not None and term_on(record.mandate_ended_on) == current.term:
        end_mandate(change, current, record.mandate_ended_on, stored)
        change.is_gone = True
        return None
    if term_on(pull.as_of) > current.term:
        end_mandate(change, current, end_of(current, pull.as_of), stored)
        return _new_mandate(change, record, pull, started_on=pull.as_of)
    if record.mandate_started_on and current.started_on is None and term_on(record.mandate_started_on) == current.term:
        change.mandate_fields["started_on"] = (None, record.mandate_started_on)
    return current


def _after_the_end(change: Change, last: Mandate, record: Record, pull: Pull, stored: Stored) -> Mandate | None:
    """Somebody who had left: back again, or an older file about the time before."""
    newest = stored.newest_list
    is_back = last.ended_on is not None and pull.as_of > last.ended_on and (newest is None or pull.as_of >= newest)
    if is_back and record.mandate_ended_on is None and is_newer(change, "mandate", pull.as_of):
        change.stamps["mandate"] = pull.as_of.isoformat()
        return _new_mandate(change, record, pull, started_on=pull.as_of)
    return last if term_on(pull.as_of) == last.term else None


def _open(change: Change, record: Record, pull: Pull, stored: Stored) -> None:
    """The first mandate of somebody unknown; ended at once where a newer list does not have them any more."""
    later = [day for day in stored.lists_on if day > pull.as_of]
    earlier = any(day < pull.as_of for day in stored.lists_on)
    mandate = _new_mandate(change, record, pull, started_on=pull.as_of if earlier else None)
    mandate.ended_on = record.mandate_ended_on or (end_of(mandate, later[0]) if later else None)
    change.stamps["mandate"] = pull.as_of.isoformat()
    change.mandate = mandate


def _new_mandate(change: Change, record: Record, pull: Pull, *, started_on: date | None) -> Mandate:
    change.mandate_is_new = True
    assert record.ep_id is not None  # noqa: S101 - compare_mandate is called for rows with a number only
    started_on = record.mandate_started_on or started_on
    return Mandate(
        ep_id=record.ep_id,
        term=term_on(record.mandate_started_on or record.mandate_ended_on or pull.as_of),
        country=record.country or change.contact.country,
        national_party=record.national_party or "",
        started_on=started_on,
    )


def _compare_country_and_party(change: Change, mandate: Mandate, record: Record, pull: Pull) -> None:
    for name, fact in (("country", "mandate_country"), ("national_party", "national_party")):
        value = getattr(record, name)
        if not value:
            continue
        newer = is_newer(change, fact, pull.as_of)
        before = getattr(mandate, name)
        if newer:
            change.stamps[fact] = pull.as_of.isoformat()
        if before != value and (newer or not before):
            change.mandate_fields[name] = (before, value)


def _compare_group(change: Change, record: Record, stored: Stored, pull: Pull) -> None:
    if record.group is None:
        return
    # A member sits in one group: the seat of a chair or of the bureau is a seat of the group too.
    have = [seat for seat in _seats(change, stored) if seat.body.kind == Body.Kind.GROUP]
    is_open = [seat for seat in have if seat.ended_on is None]
    newer = is_newer(change, "group", pull.as_of)
    if have and not newer:
        return
    change.stamps["group"] = max(pull.as_of.isoformat(), change.contact.facts_as_of.get("group", ""))
    same = [seat for seat in is_open if seat.body.code == record.group]
    if same:
        for seat in same:
            if record.group_since and seat.started_on is None and seat.role == Membership.Role.MEMBER:
                change.dated.append((seat, record.group_since))
        return
    for seat in is_open:
        change.closed.append((seat, max(pull.as_of, seat.started_on or pull.as_of)))
    since = record.group_since or (pull.as_of if have else None)
    _open_seat(change, NewSeat(Body.Kind.GROUP.value, record.group, Membership.Role.MEMBER.value, since))


def _compare_seats(change: Change, kind: str, seats: list[Seat], stored: Stored, pull: Pull) -> None:
    have = [seat for seat in _seats(change, stored) if seat.body.kind == kind and seat.role not in BY_HAND]
    if have and not is_newer(change, kind, pull.as_of):
        return
    was_known = kind in change.contact.facts_as_of and bool(have)
    change.stamps[kind] = max(pull.as_of.isoformat(), change.contact.facts_as_of.get(kind, ""))
    is_open = {(seat.body.code, seat.role): seat for seat in have if seat.ended_on is None}
    wanted = {(seat.code, seat.role): seat for seat in seats}
    for key, seat in wanted.items():
        known = is_open.get(key)
        if known is None:
            since = seat.started_on or (pull.as_of if was_known else None)
            _open_seat(change, NewSeat(kind, seat.code, seat.role, since))
        elif known.started_on is None and seat.started_on is not None:
            change.dated.append((known, seat.started_on))
    covered = pull.covers.get(kind)
    for key, known in is_open.items():
        if key not in wanted and (covered is None or key[0] in covered):
            change.closed.append((known, max(pull.as_of, known.started_on or pull.as_of)))


def _open_seat(change: Change, seat: NewSeat) -> None:
    """Open a seat; on a mandate that has ended it ended with it."""
    ended_on = change.mandate.ended_on if change.mandate else None
    if ended_on is not None:
        ended_on = max(ended_on, seat.started_on or ended_on)
    change.opened.append(NewSeat(seat.kind, seat.code, seat.role, seat.started_on, ended_on))


def _seats(change: Change, stored: Stored) -> list[Membership]:
    mandate = change.mandate
    return stored.memberships.get(mandate.pk, []) if mandate and mandate.pk else []


def _open_seats(stored: Stored, mandate: Mandate) -> list[Membership]:
    return [seat for seat in stored.memberships.get(mandate.pk, []) if seat.ended_on is None]
