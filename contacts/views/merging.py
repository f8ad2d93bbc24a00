"""Contacts → People → Twice here? Likely pairs, two people side by side, and making them one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.audit import record
from contacts.comparing import side_by_side, words_of
from contacts.duplicates import likely_pairs, not_the_same
from contacts.merging import FIELDS, Refused, merge, rows_of, why_not
from contacts.models import Contact
from contacts.models.people import ContactQuerySet

MOST_FOUND = 20


@requires("contacts.edit")
@require_safe
def duplicate_list(request: HttpRequest) -> HttpResponse:
    """Pairs of people who may be one."""
    pairs = likely_pairs(_seen(request))
    pks = {person.pk for pair in pairs for person in (pair.one, pair.other)}
    people = {person.pk: person for person in Contact.objects.filter(pk__in=pks).with_secrecy().with_seats()}
    rows = [(people[pair.one.pk], people[pair.other.pk], pair.why) for pair in pairs]
    return render(request, "contacts/duplicate_list.html", {"nav": "contacts", "tab": "people", "rows": rows})


@requires("contacts.edit")
@require_POST
def duplicate_dismiss(request: HttpRequest) -> HttpResponse:
    """Remembers that two people are two."""
    one, other = _two(request, request.POST)
    with transaction.atomic():
        if not_the_same(one, other, actor=request.user):
            record(request.user, "said of two contacts that they are not the same person", about=one)  # type: ignore[arg-type]
    messages.success(request, _("Remembered: they are two people."))
    return redirect("contacts:duplicate_list")


@requires("contacts.edit")
@require_safe
def twin_find(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Finds the other row of one person by name or address, to merge by hand."""
    person = get_object_or_404(_seen(request), public_id=public_id)
    words = request.GET.get("q", person.family_name or person.given_name).replace("\0", "").strip()[:200]
    found: list[Any] = []
    if words:
        people = _seen(request).living().search(words).exclude(pk=person.pk).with_seats()
        found = list(people[:MOST_FOUND])
    context = {"nav": "contacts", "tab": "people", "person": person, "words": words, "found": found}
    return render(request, "contacts/twin_find.html", context)


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def person_merge(request: HttpRequest) -> HttpResponse:
    """Two people side by side, what would move, and a choice for each field; a POST makes them one."""
    winner, loser = _two(request, request.GET)
    reason = why_not(winner, loser)
    if request.method == "POST" and not reason:
        chosen = {name: request.POST.get(name, "one") for name in FIELDS}
        try:
            merge(winner, loser, chosen, actor=request.user)  # type: ignore[arg-type]
        except Refused as error:
            reason = str(error)
        else:
            messages.success(request, _("They are one person now. Old links to the other row lead here."))
            return redirect("contacts:person_detail", winner.public_id)
    context = {
        "nav": "contacts",
        "tab": "people",
        "winner": winner,
        "loser": loser,
        "reason": reason,
        "fields": side_by_side(winner, loser),
        "moving": words_of(rows_of(loser)),
    }
    return render(request, "contacts/person_merge.html", context, status=409 if request.method == "POST" else 200)


def _seen(request: HttpRequest) -> ContactQuerySet:
    return Contact.objects.visible_to(request.user).living()


def _two(request: HttpRequest, given: Any) -> tuple[Contact, Contact]:
    """The two people that `one` and `other` name by their public ids. Raises Http404."""
    try:
        wanted = [UUID(given.get(name, "")) for name in ("one", "other")]
    except ValueError:
        raise Http404 from None
    people = {
        person.public_id: person for person in _seen(request).filter(public_id__in=wanted).with_secrecy().with_seats()
    }
    if len(people) != 2:
        raise Http404
    return people[wanted[0]], people[wanted[1]]
