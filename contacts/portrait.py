"""What one person's page shows: who they are, what passed between us, their whole history, and why we hold it."""

from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.confidentiality import has_secrets, hidden_fields, reachable
from contacts.correcting import FIELDS
from contacts.languages import country_name, effective_country, effective_language, language_name, shares_languages
from contacts.models import Contact, LegalBasis, Membership, Suppression
from contacts.models.people import ContactQuerySet
from contacts.registry import Entry, timeline_of
from contacts.remarks import remarks_of
from contacts.salutations import salutation_for

NOTES_SHOWN = 20
KINDS = ("letters", "replies", "meetings")
OBJECTION = Suppression.Reason.OBJECTION


def people_for_portrait(user: Any) -> ContactQuerySet:
    """People this user may see, with what `portrait` needs to know of each."""
    found: Any = Contact.objects.visible_to(user).living().with_secrecy()
    return found.annotate(shown_language=effective_language(), shown_country=effective_country())


def portrait(person: Any, *, show: str = "") -> dict[str, Any]:
    """The context of the page of a person read by `people_for_portrait`; `show` is one of KINDS or empty for all."""
    person.all_mandates = mandates = _mandates(person)
    seats = [seat for mandate in mandates for seat in mandate.memberships.all()]
    is_open = {seat.pk: seat.ended_on is None and seat.mandate.ended_on is None for seat in seats}
    mandate = next((mandate for mandate in mandates if mandate.ended_on is None), None)
    person.remarks = remarks = remarks_of(person)
    suppressed = remarks["suppression"][::-1]
    opening, _closing = salutation_for(person, person.shown_language)
    seats.sort(key=lambda seat: (seat.body.kind, seat.body.code))
    open_seats = [seat for seat in seats if is_open[seat.pk] and seat.body.kind != "group"]
    country = country_name(person.shown_country)
    return {
        "nav": "contacts",
        "tab": "people",
        "person": person,
        "mandate": mandate,
        "mandates": mandates,
        "group": next((seat for seat in seats if seat.body.kind == "group" and is_open[seat.pk]), None),
        "open_seats": open_seats,
        "past_seats": _newest_first(seat for seat in seats if not is_open[seat.pk]),
        "committees": list(dict.fromkeys(seat.body.code for seat in open_seats if seat.body.kind == "committee")),
        "posts": list(person.posts.select_related("organisation").order_by("-started_on", "-id")),
        "tags": [row.words for row in remarks["tag"]],
        "notes": remarks["note"][:NOTES_SHOWN],
        "corrections": [(row, str(FIELDS.get(row.words, row.words))) for row in remarks["correction"]],
        "country": country,
        "letter_language": language_name(person.shown_language),
        "language_is_guess": not person.language and shares_languages(person.shown_country),
        "opening": opening,
        "reach": reachable(person),
        "hidden": hidden_fields(person),
        "has_secrets": has_secrets(person),
        "why_kept": why_kept(person, holds_office=mandate is not None),
        "suppressions": suppressed,
        "objection": next((row for row in suppressed if row.words == OBJECTION and row.more == "all"), None),
        **_way(timeline_of(person), show),
    }


def why_kept(person: Contact, *, holds_office: bool) -> str:
    """The legal basis of holding a person's data, as a sentence for a reader who knows no articles."""
    if person.legal_basis == LegalBasis.CONSENT:
        return _("Kept because they agreed to it. They may take that back at any time.")
    if person.legal_basis == LegalBasis.AGREEMENT:
        return _("Kept because of an agreement with them or with where they work.")
    if holds_office:
        return _("Kept because they hold public office and we write about their work. They may object at any time.")
    return _("Kept because their work touches ours, which is a legitimate interest. They may object at any time.")


def _way(entries: list[Entry], show: str) -> dict[str, Any]:
    """The timeline: first what is planned, soonest on top, then what was, newest on top; and the tabs."""
    now = timezone.now()
    counts = {kind: sum(entry.kind == kind and entry.at <= now for entry in entries) for kind in KINDS}
    shown = [entry for entry in entries if show not in KINDS or entry.kind == show]
    since = min((entry.at for entry in entries if entry.kind in KINDS), default=None)
    labels = {"letters": _("Letters"), "replies": _("Replies"), "meetings": _("Meetings")}
    return {
        "planned": sorted((entry for entry in shown if entry.at > now), key=lambda entry: entry.at),
        "entries": [entry for entry in shown if entry.at <= now],
        "has_entries": bool(entries),
        "show": show if show in KINDS else "",
        "counts": counts,
        "kinds": [(kind, labels[kind], counts[kind]) for kind in KINDS],
        "since": timezone.localtime(since).year if since and since <= now else None,
    }


def _newest_first(seats: Any) -> list[Any]:
    return sorted(seats, key=lambda seat: str(seat.ended_on or seat.mandate.ended_on or ""), reverse=True)


def _mandates(person: Contact) -> list[Any]:
    seats = Membership.objects.select_related("body", "mandate").order_by("started_on", "id")
    return list(person.mandates.order_by("-term", "-id").prefetch_related(Prefetch("memberships", seats)))
