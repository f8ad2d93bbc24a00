"""Contacts → one person: what is known, what passed between us, and what they asked of us."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.audit import record
from accounts.ids import id_in
from contacts.correcting import FIELDS, correct, forget_correction, tag
from contacts.forms.people import NoteForm
from contacts.forms.person import ADDRESS_TAKEN, PersonForm
from contacts.imported import import_rows_of
from contacts.models import Contact, ImportRun, Interaction
from contacts.portrait import OBJECTION, people_for_portrait, portrait
from contacts.registry import letter_to, person_sections
from contacts.suppression import NoAddress, lift, suppress


@requires("contacts.view")
@require_safe
def person_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Everything the desk knows about one person; ?show=letters narrows the timeline."""
    try:
        person = _person(request, public_id)
    except Http404:
        if (found := _merged_into(request, public_id)) is None:
            raise
        return redirect("contacts:person_detail", found.public_id)
    return _page(request, person, NoteForm())


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def person_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Corrects what is known about a person, and why it is kept."""
    person = _person(request, public_id)
    name = person.name
    form = PersonForm(request.POST or None, instance=person, user=request.user)  # type: ignore[arg-type]
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


@requires("contacts.view")
@require_safe
def person_imports(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The imports that made or changed this person, each with its row and what it set; no values."""
    person = _person(request, public_id)
    runs = ImportRun.objects.visible_to(request.user)
    context = {"nav": "contacts", "tab": "people", "person": person, "rows": import_rows_of(person, runs)}
    return render(request, "contacts/person_imports.html", context)


@requires("contacts.edit")
@require_POST
def correction_remove(request: HttpRequest, public_id: UUID, field: str) -> HttpResponse:
    """Takes a correction back: the next import may set the field again."""
    person = _person(request, public_id)
    if forget_correction(person, field, actor=request.user):  # type: ignore[arg-type]
        messages.success(request, _("Imports may set this again. What stands here stays until one does."))
    else:
        messages.warning(request, _("There was no correction to take back."))
    return redirect("contacts:person_detail", person.public_id)


@requires("contacts.edit")
@require_POST
def note_add(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Adds a note to a person."""
    person = _person(request, public_id)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, person, form, status=422)
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


def _page(request: HttpRequest, person: Any, note_form: NoteForm, *, status: int = 200) -> HttpResponse:
    """The page of a person; ?thrown=<id> offers to put an entry back that was just thrown away."""
    thrown = id_in(request.GET.get("thrown", ""))
    mine = Interaction.all_objects.filter(contact=person, deleted_at__isnull=False)
    context = portrait(person, show=request.GET.get("show", "")) | {
        "note_form": note_form,
        "thrown": mine.filter(pk=thrown).first() if thrown else None,
        "letter_url": letter_to(request.user, person),  # type: ignore[arg-type]
        "sections": [section for fill in person_sections for section in fill(request.user, person)],  # type: ignore[arg-type]
    }
    return render(request, "contacts/person_detail.html", context, status=status)


def _person(request: HttpRequest, public_id: UUID) -> Any:
    return get_object_or_404(people_for_portrait(request.user), public_id=public_id)


def _merged_into(request: HttpRequest, public_id: UUID) -> Contact | None:
    """The person that a row with this old link was merged into, for whoever may see them."""
    seen = Contact.objects.visible_to(request.user).living()
    return seen.filter(merges__shell__public_id=public_id).first()


def _corrected(request: HttpRequest, person: Contact, form: PersonForm) -> bool:
    try:
        with transaction.atomic():
            correct(person, form.changes(), actor=request.user)  # type: ignore[arg-type]
            tag(person, form.tag_names(), actor=request.user)  # type: ignore[arg-type]
    except IntegrityError:
        form.add_error("email", ADDRESS_TAKEN)
        return False
    return True
