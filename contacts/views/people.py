"""Contacts → People: the list, its filters and its export."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.audit import record
from accounts.exports import csv_download
from contacts.addresses import email_key
from contacts.counting import PeoplePaginator
from contacts.criteria import resolve, why_empty
from contacts.forms.people import PersonFilterForm
from contacts.languages import effective_country, effective_language
from contacts.models import Organisation
from contacts.models.people import ContactQuerySet

PER_PAGE = 50
COLUMNS = ("given_name", "family_name", "email", "gender", "country", "language", "group", "seats", "posts", "tags")


@requires("contacts.view")
@require_safe
def person_list(request: HttpRequest) -> HttpResponse:
    """People by name, PER_PAGE on a page, by words and filters."""
    form = PersonFilterForm(request.GET or None)
    people = _people(request, form)
    page = PeoplePaginator(people.with_seats(), PER_PAGE).get_page(request.GET.get("page"))
    active = form.active()
    context = {
        "nav": "contacts",
        "tab": "people",
        "form": form,
        "page_obj": page,
        "active": [(_without(request, name), label, words) for name, label, words in active],
        "reason": "" if page.paginator.count else _reason(form, active),
    }
    return render(request, "contacts/person_list.html", context)


@requires("contacts.edit")
@require_safe
def person_export(request: HttpRequest) -> HttpResponseBase:
    """The same people as a CSV file, all of them; ?bom=0 leaves the byte order mark out."""
    people = _people(request, PersonFilterForm(request.GET or None))
    return export(request, people, "contacts.csv")


def export(request: HttpRequest, people: ContactQuerySet, filename: str) -> HttpResponseBase:
    """A CSV download of these people, told to the audit trail by its size."""
    with transaction.atomic():
        record(request.user, f"downloaded a list of {people.count()} contacts")  # type: ignore[arg-type]
    return csv_download(filename, COLUMNS, _rows(people), bom=request.GET.get("bom") != "0")


def _without(request: HttpRequest, name: str) -> str:
    """The query string without one filter, so that it can be removed by a link."""
    left = request.GET.copy()
    for gone in (name, "page"):
        left.pop(gone, None)
    return f"?{left.urlencode()}" if left else ""


def _people(request: HttpRequest, form: PersonFilterForm) -> ContactQuerySet:
    if form.is_bound:
        form.is_valid()
    found = resolve(form.criteria()).visible_to(request.user)
    if form.is_bound and form.cleaned_data.get("q"):
        found = found.search(form.cleaned_data["q"])
    return found.annotate(shown_language=effective_language(), shown_country=effective_country())


def _reason(form: PersonFilterForm, active: list[tuple[str, str, str]]) -> str:
    """Why nobody is shown, and what to remove."""
    if not active:
        return ""
    words = form.cleaned_data.get("q") if form.is_bound else ""
    if words:
        return _("Nobody here has “%(words)s” in the name or address.") % {"words": words}
    return why_empty(form.criteria())


def _rows(people: ContactQuerySet) -> Iterator[list[Any]]:
    """One row a person. An address that is also a confidential organisation's is left out."""
    secret = secret_addresses()
    person: Any  # with what with_seats() and _people() add to a contact
    for person in people.with_seats().prefetch_related("tags").iterator(chunk_size=500):
        seats = [seat for mandate in person.open_mandates for seat in mandate.open_seats]
        yield [
            person.given_name,
            person.family_name,
            "" if person.email_key in secret else person.email,
            person.gender,
            person.shown_country,
            person.shown_language,
            " ".join(seat.body.code for seat in seats if seat.body.kind == "group"),
            " ".join(f"{seat.body.code}:{seat.role}" for seat in seats if seat.body.kind == "committee"),
            "; ".join(str(post) for post in person.open_posts),
            "; ".join(sorted(found.name for found in person.tags.all())),
        ]


def secret_addresses() -> set[str]:
    """Address keys of confidential organisations: never printed and never exported, whoever carries them."""
    confidential = Organisation.objects.filter(is_confidential=True).exclude(email="")
    return {email_key(address) for address in confidential.values_list("email", flat=True)}
