"""Words about contacts in templates."""

import datetime as dt
from typing import Any

from babel.lists import format_list
from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import get_language, gettext, gettext_lazy, to_locale

from contacts import confidentiality, languages
from contacts.contributions import person_line
from contacts.models import Contact, Organisation

register = template.Library()
SOURCES = {
    "europarl-full-list": gettext_lazy("the Parliament's full list"),
    "europarl-api": gettext_lazy("the Parliament's open data"),
    "europarl-api-current": gettext_lazy("the Parliament's open data"),
    "europarl-api-detail": gettext_lazy("the Parliament's open data"),
    "europarl-api-list": gettext_lazy("the Parliament's open data"),
    "europarl-monthly": gettext_lazy("the Parliament's monthly data"),
    "upload": gettext_lazy("a file that was uploaded"),
}


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
def source_words(source: str) -> str:
    """Where a person's data come from: our codes in words, anything else as it was written."""
    if source.startswith("sheet-"):
        return gettext("a spreadsheet")
    return str(SOURCES.get(source, source))


@register.filter
def iso_day(text: str) -> dt.date | None:
    """The day that JSON holds as 2026-11-22; None where it is none."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


@register.filter
def initials(person: Any) -> str:
    """AB for Aoife Brennan."""
    return "".join(name[:1] for name in (person.given_name, person.family_name)).upper()


@register.inclusion_tag("contacts/_secret.html", takes_context=True)
def secret_card(context: Any, row: Organisation | Contact) -> dict[str, Any]:
    """The card in place of a secret address: who may see it, on purpose, and who saw it last. One query."""
    is_organisation = isinstance(row, Organisation)
    if is_organisation:
        url = reverse("contacts:organisation_secret", args=[row.pk])
    else:
        url = reverse("contacts:person_secret", args=[row.public_id])  # type: ignore[union-attr]
    return {
        "url": url,
        "may": context["request"].user.has_perm(confidentiality.PERMISSION),
        "seen": confidentiality.last_seen(row),
        "is_organisation": is_organisation,
        "mark": f"{row._meta.model_name}-{row.pk}",
        "longest": confidentiality.LONGEST_REASON,
        "csrf_token": context.get("csrf_token"),
    }


@register.filter
def has_secrets(row: Organisation | Contact) -> bool:
    """Whether an address of this organisation or person is kept secret."""
    return confidentiality.has_secrets(row)


@register.filter
def one_line(person: Any) -> str:
    """One line about a contact read with_seats(): mandate, group and committees, or the posts."""
    return person_line(person)


_TERMS = {
    6: gettext_lazy("Sixth"),
    7: gettext_lazy("Seventh"),
    8: gettext_lazy("Eighth"),
    9: gettext_lazy("Ninth"),
    10: gettext_lazy("Tenth"),
    11: gettext_lazy("Eleventh"),
    12: gettext_lazy("Twelfth"),
}


@register.filter
def term_name(term: int) -> str:
    """ "Tenth" for a term of the Parliament, its number where we have no word."""
    return str(_TERMS.get(term, term))


@register.filter
def listed(words: Any) -> str:
    """ "LIBE and FEMM", "LIBE, FEMM and EMPL" for a list of words, in the reader's language (CLDR)."""
    return format_list([str(word) for word in words], locale=to_locale(get_language() or "en"))


@register.filter
def shown_email(person: Any) -> str:
    """The address of a contact read with_secrecy(), empty where it is secret."""
    return confidentiality.reachable(person)["email"]


@register.filter
def day_of_timeline(at: dt.datetime) -> str:
    """ "2 Nov" of this year, "2 Nov 2024" of another, with the time of day for today."""
    at, now = timezone.localtime(at), timezone.localtime()
    if at.date() == now.date():
        return gettext("Today %(time)s") % {"time": date_format(at, "H:i")}
    return date_format(at, "j M" if at.year == now.year else "j M Y")
