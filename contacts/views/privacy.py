"""Everything held about one person, their erasure, and the page of what the desk holds about anybody."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.audit import record
from contacts.counting import words_for
from contacts.erasure import erase
from contacts.forms.privacy import ErasureForm
from contacts.informing import not_informed
from contacts.models import Contact, Merge
from contacts.personal_data import everything_about, export
from contacts.processing import register_of_processing
from contacts.retention import rules

SHOWN = 20


@requires("contacts.privacy")
@require_http_methods(["GET", "POST"])
def everything(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What there is about a person, table by table; by POST the whole of it as a file, told to the audit trail."""
    person = _person(request, public_id)
    if request.method == "GET":
        found = everything_about(person)
        sections = [(section["what"], len(section["rows"])) for section in found["sections"]]
        return render(request, "contacts/everything.html", {"nav": "contacts", "person": person, "sections": sections})
    found = export(person, actor=request.user)  # type: ignore[arg-type]
    name = f"everything-{person.public_id}"
    if request.POST.get("format") == "html":
        text = render_to_string("contacts/everything_document.html", {"found": found})
        response: HttpResponse = HttpResponse(text, content_type="text/html; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}.html"'
        return response
    response = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return response


@requires("contacts.privacy")
@require_http_methods(["GET", "POST"])
def person_erase(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Asks why and whether it is meant, then erases a person."""
    person = _person(request, public_id)
    form = ErasureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if erase(person, actor=request.user, reason=form.cleaned_data["reason"]):  # type: ignore[arg-type]
            messages.success(request, _("The person is erased. No import brings them back."))
            return redirect("contacts:person_list")
        merged = Merge.objects.filter(shell=person).select_related("into").first()
        if merged is None:
            messages.info(request, _("Somebody erased this person in the meantime."))
            return redirect("contacts:person_list")
        messages.error(request, _("Somebody made this row one with another in the meantime. Nobody was erased yet."))
        return redirect("contacts:person_detail", merged.into.public_id)
    context = {"nav": "contacts", "person": person, "form": form}
    return render(request, "contacts/person_erase.html", context, status=422 if form.errors else 200)


@requires("contacts.edit")
@require_POST
def person_informed(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Writes down that somebody told the person that we hold their data (GDPR Article 14)."""
    person = _person(request, public_id)
    with transaction.atomic():
        changed = Contact.objects.filter(pk=person.pk, informed_at__isnull=True).update(informed_at=timezone.now())
        if changed:
            record(request.user, "wrote down that a contact was informed", about=person)  # type: ignore[arg-type]
    if changed:
        messages.success(request, _("Written down: the person knows that we hold their data."))
    else:
        messages.info(request, _("This was written down already."))
    return redirect("contacts:person_detail", person.public_id)


@requires("contacts.privacy")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Settings → Privacy: who was not informed, how long things are kept, and the register of processing."""
    waiting = not_informed().visible_to(request.user)
    found, first = waiting.glance(SHOWN)
    people = Contact.objects.in_bulk(first)
    context = {
        "nav": "settings",
        "tab": "privacy",
        "waiting": words_for(found) if found else "",
        "waiting_people": [people[pk] for pk in first if pk in people],
        "rules": rules(),
        "register": register_of_processing(),
    }
    return render(request, "contacts/privacy.html", context)


def _person(request: HttpRequest, public_id: UUID) -> Any:
    return get_object_or_404(Contact.objects.visible_to(request.user).living(), public_id=public_id)
