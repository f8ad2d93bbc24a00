"""The changes of an import in words a person reads: what stands there today, what the file says."""

from collections.abc import Iterable, Iterator, Set
from typing import Any

from django.utils.translation import gettext as _

from contacts.confidentiality import hidden_fields
from contacts.imports.guessing import LABELS
from contacts.imports.plan import Change, NewSeat
from contacts.languages import country_name, language_name
from contacts.models import Body, Membership

_SHORT = 120


def lines_of(change: Change, *, kept: bool = False, secret: Set[str] = frozenset()) -> Iterator[tuple[str, list[str]]]:
    """What changes of a person, each as (field, [what it is, before, after]); with `kept` what stays as corrected.

    A field that is secret of this person is shown neither before nor after, nor is one of the addresses `secret`. Read
    the people with `read_secrecy()` first.
    """
    hidden = () if change.is_new else hidden_fields(change.contact)
    fields = change.kept if kept else change.fields
    for name, (before, after) in fields.items():
        if name == "family_name_is_guessed":
            continue
        if name in hidden or (name == "email" and {before, after} & secret):
            yield name, [_label(name), _("secret"), _("secret")]
        else:
            yield name, [_label(name), _value(name, before), _value(name, after)]
    if kept:
        return
    for name, (before, after) in change.mandate_fields.items():
        yield name, [_label(name), _value(name, before), _value(name, after)]
    yield from _mandates(change)
    yield from _seats(change)
    if change.organisation:
        yield "organisation", [_label("organisation"), "", ", ".join(filter(None, [change.title, change.organisation]))]
    if change.new_tags:
        yield "tags", [_label("tags"), "", ", ".join(change.new_tags)]


def addresses_in(changes: Iterable[Change]) -> set[str]:
    """The e-mail addresses that changes take away or bring, to ask which of them are secret."""
    pairs = [shelf["email"] for change in changes for shelf in (change.fields, change.kept) if "email" in shelf]
    return {address for pair in pairs for address in pair if address}


def new_detail(change: Change, *, secret: Set[str] = frozenset()) -> str:
    """One line about somebody new: country, group, committees with roles, organisation."""
    country = change.fields.get("country", ("", ""))[1] or (change.mandate.country if change.mandate else "")
    seats = [_seat_words(seat) for seat in change.opened]
    post = ", ".join(filter(None, [change.title, change.organisation]))
    tags = ", ".join(change.new_tags)
    told = ", ".join(filter(None, [country_name(country) if country else "", *seats[:6], post, tags]))
    address = str(change.fields.get("email", ("", ""))[1])
    return told or (_("secret address") if address in secret else address)


def _label(name: str) -> str:
    if name == "started_on":
        return _("Mandate since")
    return str(LABELS.get(name, name))


def _value(name: str, value: Any) -> str:
    if name == "country" and value:
        return country_name(value)
    if name == "language" and value:
        return language_name(value)
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return str(value if value is not None else "")[:_SHORT]


def _mandates(change: Change) -> Iterator[tuple[str, list[str]]]:
    for mandate, on in change.ended:
        told = _("ended on %(day)s") % {"day": on.isoformat()}
        yield "mandate", [_("Mandate, term %(term)s") % {"term": mandate.term}, _("open"), told]
    if change.mandate_is_new and change.mandate is not None and not change.is_new:
        yield "mandate", [_("Mandate"), "", _("term %(term)s") % {"term": change.mandate.term}]


def _seats(change: Change) -> Iterator[tuple[str, list[str]]]:
    """One line a kind of body: the seats that end and those that begin."""
    closed, opened = [seat for seat, _on in change.closed], change.opened
    for kind, label in Body.Kind.choices:
        before = ", ".join(_old_seat_words(seat) for seat in closed if seat.body.kind == kind)
        after = ", ".join(_seat_words(seat) for seat in opened if seat.kind == kind)
        if before or after:
            yield kind, [str(label), before, after or _("no seat")]
    for seat, on in change.dated:
        yield "since", [_("%(body)s since") % {"body": seat.body}, "", on.isoformat()]


def _old_seat_words(seat: Membership) -> str:
    if seat.role == Membership.Role.MEMBER:
        return str(seat.body)
    return f"{seat.body} ({seat.get_role_display()})"


def _seat_words(seat: NewSeat) -> str:
    if seat.role == Membership.Role.MEMBER:
        return seat.code
    return f"{seat.code} ({Membership.Role(seat.role).label})"
