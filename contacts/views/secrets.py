"""Seeing a secret address on purpose: a POST with a reason, an answer that no cache keeps."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import requires
from contacts.confidentiality import ReasonRefused, has_secrets, reveal
from contacts.forms.secrets import ReasonForm
from contacts.models import Contact, Organisation


@requires("contacts.reveal")
@require_http_methods(["GET", "POST"])
def organisation_secret(request: HttpRequest, pk: int) -> HttpResponse:
    """The secret address of an organisation."""
    row = get_object_or_404(Organisation.objects.visible_to(request.user), pk=pk)
    return _secret(request, row, reverse("contacts:organisation_detail", args=[pk]))


@requires("contacts.reveal")
@require_http_methods(["GET", "POST"])
def person_secret(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The secret address of a person."""
    people = Contact.objects.visible_to(request.user).living().with_secrecy()
    row = get_object_or_404(people, public_id=public_id)
    return _secret(request, row, reverse("contacts:person_detail", args=[public_id]))


def _secret(request: HttpRequest, row: Organisation | Contact, back: str) -> HttpResponse:
    """Asks for the reason until there is one, then shows the address and writes that down."""
    if not has_secrets(row):
        return redirect(back)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"nav": "contacts", "row": row, "back": back, "form": form}
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            context |= {"known": reveal(row, user=request.user, reason=reason), "reason": reason}  # type: ignore[arg-type]
        except ReasonRefused as error:
            form.add_error("reason", str(error))
            form.data = {}  # What was typed may be the address: it is not sent back.
    response = render(request, "contacts/secret.html", context, status=422 if form.errors else 200)
    response["Cache-Control"] = "no-store"
    return response
