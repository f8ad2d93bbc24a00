"""What this room adds to the search and to a person's timeline."""

import datetime as dt
from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.registry import Hit
from contacts.languages import country_name
from contacts.models import Contact, Interaction, Mandate, Organisation
from contacts.registry import Entry

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
    for row in Interaction.objects.filter(contact=contact).select_related("by"):
        by = _("Recorded by %(name)s.") % {"name": row.by} if row.by else ""
        yield Entry(
            at=row.at,
            title=str(row.get_kind_display()),
            detail=f"{row.note} {by}".strip(),
            icon=ICONS.get(row.kind, "info"),
        )


def terms(contact: Contact) -> Iterable[Entry]:
    """When a mandate began and ended."""
    for mandate in _mandates(contact):
        if mandate.started_on:
            yield Entry(at=_midnight(mandate.started_on), title=_("Mandate began."))
        if mandate.ended_on:
            yield Entry(at=_midnight(mandate.ended_on), title=_("Mandate ended."))


def _mandates(contact: Contact) -> list[Mandate]:
    return getattr(contact, "all_mandates", None) or list(contact.mandates.all())


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
