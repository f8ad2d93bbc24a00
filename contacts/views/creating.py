"""Contacts → People → Add somebody by hand."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import requires
from accounts.ids import id_in
from contacts.creating import create_person
from contacts.duplicates import lookalikes
from contacts.forms.person import ADDRESS_TAKEN, NewPersonForm
from contacts.models import Contact, Organisation
from contacts.models.organisations import is_colleague


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def person_create(request: HttpRequest) -> HttpResponse:
    """Asks for a person; shows who is nearest already before a second one is made. ?organisation=<id> fills that in."""
    form = NewPersonForm(request.POST or None, user=request.user, initial=_initial(request))  # type: ignore[arg-type]
    near: list[Contact] = []
    if request.method == "POST" and not is_colleague(request.user):
        raise PermissionDenied
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if "sure" not in request.POST:
            people = Contact.objects.visible_to(request.user)
            near = lookalikes(people, data["given_name"], data["family_name"])
        if not near and (person := _created(request, form)) is not None:
            messages.success(request, _("%(name)s is added.") % {"name": person.name})
            return redirect("contacts:person_detail", person.public_id)
    context = {"nav": "contacts", "tab": "people", "form": form, "near": near}
    return render(request, "contacts/person_create.html", context, status=422 if form.errors else 200)


def _created(request: HttpRequest, form: NewPersonForm) -> Contact | None:
    """The new person, or None with the error in the form when somebody took the address in the meantime."""
    data = form.cleaned_data
    post = {"organisation": data["organisation"], "title": data["title"]}
    try:
        return create_person(form.values(), actor=request.user, tags=form.tag_names(), **post)  # type: ignore[arg-type]
    except IntegrityError:
        form.add_error("email", ADDRESS_TAKEN)
        return None


def _initial(request: HttpRequest) -> dict[str, str]:
    wanted = id_in(request.GET.get("organisation", ""))
    row = Organisation.objects.visible_to(request.user).filter(pk=wanted).first() if wanted else None
    return {"organisation": row.name, "country": row.country} if row else {}
