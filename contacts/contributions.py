"""What this room adds to the search and to a person's timeline."""

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.registry import Hit
from contacts.languages import country_name
from contacts.models import Body, Contact, Interaction, Mandate, Organisation
from contacts.registry import Entry
from contacts.remarks import remarks_of

MOST_HITS = 20
ICONS = {"meeting": "meet", "call": "phone", "letter": "mail", "commitment": "check", "event": "people"}


def search_people(user: User, words: str) -> Iterable[Hit]:
    """People whose name or address holds every word."""
    if not user.has_perm("contacts.view"):
        return
    found = Contact.objects.visible_to(user).living().search(words).with_seats()
    for person in found[:MOST_HITS]:
        yield Hit(
            title=str(person),
            detail=person_line(person),
            url=reverse("contacts:person_detail", args=[person.public_id]),
            kind=_("People"),
        )


def search_organisations(user: User, words: str) -> Iterable[Hit]:
    """Organisations by name; where one works is not searched."""
    if not user.has_perm("contacts.view"):
        return
    seen = Organisation.objects.visible_to(user)
    ids = seen.ids_by_name(words)[:MOST_HITS]
    found = seen.in_bulk(ids)
    for organisation in [found[pk] for pk in ids if pk in found]:
        place = country_name(organisation.country)
        yield Hit(
            title=organisation.name,
            detail=", ".join(filter(None, [str(organisation.get_kind_display()), place])),
            url=reverse("contacts:organisation_detail", args=[organisation.pk]),
            kind=_("Organisations"),
        )


def person_line(person: Contact) -> str:
    """One line about a contact read with_seats(): "MEP, Ireland, Greens/EFA, LIBE and FEMM" or the posts."""
    mandates = person.open_mandates  # type: ignore[attr-defined]
    if not mandates:
        posts = [str(post) for post in person.open_posts]  # type: ignore[attr-defined]
        return "; ".join(posts) or country_name(person.country)
    seats = mandates[0].open_seats
    codes = dict.fromkeys(seat.body.code for seat in seats if seat.body.kind == "committee")
    groups = [str(seat.body) for seat in seats if seat.body.kind == "group"]
    return ", ".join(filter(None, [_("MEP"), country_name(mandates[0].country), *groups, *codes]))


def meetings(contact: Contact) -> Iterable[Entry]:
    """Recorded contacts with a person: meetings, calls, commitments."""
    labels = dict(Interaction.Kind.choices)
    for row in _remarks(contact):
        said = [_("With %(names)s.") % {"names": row.more.rstrip(".")} if row.more else "", row.words]
        said.append(_("Comes back on %(day)s.") % {"day": date_format(row.due, "j M Y")} if row.due else "")
        said.append(_("Recorded by %(name)s.") % {"name": row.by} if row.by else "")
        yield Entry(
            at=row.at,
            title=str(labels.get(row.sort, row.sort)),
            detail=" ".join(filter(None, said)),
            icon=ICONS.get(row.sort, "info"),
            kind={"letter": "letters", "other": ""}.get(row.sort, "meetings"),
            edit_url=reverse("contacts:interaction_edit", args=[row.pk]),
            by=row.by_pk,
        )


def terms(contact: Contact) -> Iterable[Entry]:
    """When a mandate began and ended, and when the person changed group."""
    for mandate in _mandates(contact):
        if mandate.started_on:
            yield Entry(at=_midnight(mandate.started_on), title=_("Mandate began."))
        if mandate.ended_on:
            yield Entry(at=_midnight(mandate.ended_on), title=_("Mandate ended."))
        for seat in _group_changes(mandate):
            title = _("Moved to the group %(group)s.") % {"group": seat.body}
            yield Entry(at=_midnight(seat.started_on), title=title)


def _group_changes(mandate: Mandate) -> Iterator[Any]:
    """Seats with which the person came to another political group on the same mandate, with a day."""
    seats = [seat for seat in mandate.memberships.all() if seat.body.kind == Body.Kind.GROUP]
    seats.sort(key=lambda seat: (seat.started_on or dt.date.min, seat.pk))
    for before, seat in pairwise(seats):
        if seat.body_id != before.body_id and seat.started_on:
            yield seat


def _remarks(contact: Contact) -> list[Any]:
    if not hasattr(contact, "remarks"):
        contact.remarks = remarks_of(contact)  # type: ignore[attr-defined]
    return list(contact.remarks["meeting"])  # type: ignore[attr-defined]


def _mandates(contact: Contact) -> list[Mandate]:
    if hasattr(contact, "all_mandates"):
        return list(contact.all_mandates)
    return list(contact.mandates.prefetch_related("memberships__body"))


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
