"""Bodies and seats set by hand: what no open data set has, such as coordinators and intergroups."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from accounts.audit import record
from accounts.models import User
from contacts.models import Body, Mandate, Membership

ROLES_BY_HAND = {Membership.Role.COORDINATOR.value}
KINDS_BY_HAND = {Body.Kind.INTERGROUP.value, Body.Kind.NATIONAL_PARLIAMENT.value}
BODY_FIELDS = ("kind", "code", "name", "short_name", "aliases", "started_on", "ended_on")


@transaction.atomic
def save_body(body: Body, values: dict[str, Any], *, actor: User) -> Body:
    """Make a body or change one. Raises IntegrityError when the kind has another body of that code."""
    is_new = body.pk is None
    for name in BODY_FIELDS:
        if name in values:
            setattr(body, name, values[name])
    body.save()
    record(actor, "added a body" if is_new else "changed a body", about=body, label=body.code)
    return body


def is_by_hand(seat: Membership) -> bool:
    """Whether no list of the Parliament has such a seat, so that a person sets and ends it."""
    return seat.role in ROLES_BY_HAND or seat.body.kind in KINDS_BY_HAND


@transaction.atomic
def take_seat(mandate: Mandate, body: Body, *, role: str, since: dt.date | None, actor: User) -> bool:
    """Give the person of an open mandate a seat. False when they have it already."""
    _row, created = Membership.objects.get_or_create(
        mandate=mandate, body=body, role=role, ended_on=None, defaults={"started_on": since}
    )
    if created:
        record(actor, f"gave a contact a seat in {body.code} by hand", about=mandate.contact)
    return created


@transaction.atomic
def leave_seat(seat: Membership, *, on: dt.date, actor: User) -> bool:
    """End an open seat on a day, none before it began. True when it was open."""
    open_now = Membership.objects.filter(pk=seat.pk, ended_on=None)
    ended = open_now.filter(Q(started_on=None) | Q(started_on__lte=on)).update(ended_on=on)
    ended = ended or open_now.update(ended_on=F("started_on"))
    if ended:
        record(actor, f"ended a contact's seat in {seat.body.code} by hand", about=seat.mandate.contact)
    return bool(ended)
