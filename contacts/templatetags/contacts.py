"""Words about contacts in templates."""

from typing import Any

from django import template
from django.utils.html import format_html

from contacts import languages

register = template.Library()


@register.filter
def country_name(code: str) -> str:
    """Ireland for IE, in the reader's language."""
    return languages.country_name(code) if code else ""


@register.filter
def language_name(code: str) -> str:
    """French for fr, in the reader's language."""
    return languages.language_name(code) if code else ""


@register.filter
def committee_seats(person: Any) -> list[Any]:
    """Open committee seats of a contact read with_seats()."""
    seats = [seat for mandate in person.open_mandates for seat in mandate.open_seats]
    return [seat for seat in seats if seat.body.kind == "committee"]


@register.filter
def group_of(person: Any) -> str:
    """Political groups of a contact read with_seats(), as people write them."""
    seats = [seat for mandate in person.open_mandates for seat in mandate.open_seats]
    return ", ".join(dict.fromkeys(str(seat.body) for seat in seats if seat.body.kind == "group"))


@register.filter
def breakable(address: str) -> str:
    """An address that may break after the @-sign."""
    local, at, domain = address.rpartition("@")
    return format_html("{}{}<wbr>{}", local, at, domain) if at else address


@register.filter
def initials(person: Any) -> str:
    """AB for Aoife Brennan."""
    return "".join(name[:1] for name in (person.given_name, person.family_name)).upper()
