"""Contacts → one person: what is known, what passed between us, and what they asked of us."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.audit import record
from contacts.correcting import FIELDS, correct, tag
from contacts.forms.people import ADDRESS_TAKEN, NoteForm, PersonForm
from contacts.languages import country_name, effective_country, effective_language, language_name, shares_languages
from contacts.models import Contact, Membership, Organisation, Suppression
from contacts.registry import timeline_of
from contacts.salutations import salutation_for
from contacts.suppression import NoAddress, lift, suppress, suppressions_of

NOTES_SHOWN = 20
OBJECTION = Suppression.Reason.OBJECTION


@requires("contacts.view")
@require_safe
def person_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Everything the desk knows about one person."""
    person = _person(request, public_id)
    return render(request, "contacts/person_detail.html", _facts(person) | {"note_form": NoteForm()})


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def person_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Corrects name, gender, language, address and tags."""
    person = _person(request, public_id)
    name = person.name
    form = PersonForm(request.POST or None, instance=person, email_is_secret=person.email_is_secret)
    if request.method == "POST" and form.is_valid() and _corrected(request, person, form):
        messages.success(request, _("Saved. Imports leave what you corrected alone."))
        return redirect("contacts:person_detail", person.public_id)
    context = {
        "nav": "contacts",
        "form": form,
        "person": person,
        "name": name,
        "corrected": [FIELDS.get(field, field) for field in person.corrections.values_list("field", flat=True)],
    }
    return render(request, "contacts/person_edit.html", context)


@requires("contacts.edit")
@require_POST
def note_add(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Adds a note to a person."""
    person = _person(request, public_id)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return render(request, "contacts/person_detail.html", _facts(person) | {"note_form": form}, status=422)
    with transaction.atomic():
        form.instance.contact = person
        form.instance.author = request.user
        form.save()
        record(request.user, "wrote a note about a contact", about=person)  # type: ignore[arg-type]
    messages.success(request, _("The note is saved."))
    return redirect("contacts:person_detail", person.public_id)


@requires("contacts.edit")
@require_POST
def person_stop(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Nobody writes to this person any more: an objection, for every kind of message."""
    person = _person(request, public_id)
    try:
        suppress(person, reason=OBJECTION, actor=request.user)  # type: ignore[arg-type]
    except NoAddress as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Nothing more is sent to this address. You can undo this on this page."))
    return redirect("contacts:person_detail", person.public_id)


@requires("contacts.edit")
@require_POST
def person_resume(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Takes the objection back. A complaint or a mailbox that is gone stays."""
    person = _person(request, public_id)
    try:
        lifted = lift(person, actor=request.user)  # type: ignore[arg-type]
    except NoAddress:
        lifted = False
    if lifted:
        messages.success(request, _("This person may be written to again."))
    else:
        messages.warning(request, _("There was no objection to take back."))
    return redirect("contacts:person_detail", person.public_id)


def _person(request: HttpRequest, public_id: UUID) -> Any:
    digest = OuterRef("email_digest")
    same_address = Organisation.objects.filter(is_confidential=True, email__iexact=OuterRef("email")).exclude(email="")
    people = Contact.objects.visible_to(request.user).living()
    people = people.annotate(
        shown_language=effective_language(),
        shown_country=effective_country(),
        is_suppressed=Exists(Suppression.objects.filter(email_digest=digest).exclude(email_digest="")),
        email_is_secret=Exists(same_address),
    )
    return get_object_or_404(people, public_id=public_id)


def _facts(person: Any) -> dict[str, Any]:
    """The context of a person's page; at most eight queries and what the timeline asks."""
    person.all_mandates = mandates = _mandates(person)
    seats = [seat for mandate in mandates for seat in mandate.memberships.all()]
    seats.sort(key=lambda seat: (seat.body.kind, seat.body.code))
    is_open = {seat.pk: seat.ended_on is None and seat.mandate.ended_on is None for seat in seats}
    posts = list(person.posts.select_related("organisation").order_by("-started_on", "-id"))
    suppressed = suppressions_of(person) if person.is_suppressed else []
    opening, _closing = salutation_for(person, person.shown_language)
    return {
        "nav": "contacts",
        "tab": "people",
        "person": person,
        "mandate": next((mandate for mandate in mandates if mandate.ended_on is None), None),
        "past_mandates": [mandate for mandate in mandates if mandate.ended_on],
        "group": next((seat for seat in seats if seat.body.kind == "group" and is_open[seat.pk]), None),
        "open_seats": [seat for seat in seats if is_open[seat.pk] and seat.body.kind != "group"],
        "past_seats": [seat for seat in seats if not is_open[seat.pk]],
        "posts": posts,
        "tags": list(person.tags.all()),
        "notes": list(person.notes.select_related("author")[:NOTES_SHOWN]),
        "country": country_name(person.shown_country),
        "letter_language": language_name(person.shown_language),
        "language_is_guess": not person.language and shares_languages(person.shown_country),
        "opening": opening,
        "suppressions": suppressed,
        "objection": next((row for row in suppressed if row.reason == OBJECTION and row.scope == "all"), None),
        "entries": timeline_of(person),
    }


def _mandates(person: Contact) -> list[Any]:
    seats = Prefetch("memberships", Membership.objects.select_related("body"))
    return list(person.mandates.order_by("-term", "-id").prefetch_related(seats))


def _corrected(request: HttpRequest, person: Contact, form: PersonForm) -> bool:
    data = form.cleaned_data
    names = [found.name for found in data["tags"]] + ([data["new_tag"]] if data["new_tag"] else [])
    try:
        with transaction.atomic():
            correct(person, {name: data[name] for name in FIELDS if name in data}, actor=request.user)  # type: ignore[arg-type]
            tag(person, names, actor=request.user)  # type: ignore[arg-type]
    except IntegrityError:
        form.add_error("email", ADDRESS_TAKEN)
        return False
    return True
