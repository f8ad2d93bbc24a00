"""Contacts → one person → what passed between us: recording a meeting, changing it, throwing it away."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import requires
from contacts import commitments, recording
from contacts.forms.interactions import KINDS, InteractionForm
from contacts.models import Contact, Interaction


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def interaction_create(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Records a meeting, a call, an event or a commitment (?kind= chooses which)."""
    person = get_object_or_404(Contact.objects.visible_to(request.user).living(), public_id=public_id)
    wanted = request.GET.get("kind", "")
    form = InteractionForm(request.POST or None, initial={"kind": wanted} if wanted in dict(KINDS) else None)
    if request.method == "POST" and form.is_valid():
        recording.write_down(person, form.cleaned_data, actor=request.user)  # type: ignore[arg-type]
        messages.success(request, _("It stands in the timeline now."))
        return redirect("contacts:person_detail", person.public_id)
    return _page(request, person, form)


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def interaction_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes one's own entry."""
    entry = _entry(request, pk)
    form = InteractionForm(request.POST or None, instance=entry)
    if request.method == "POST" and form.is_valid():
        _try(recording.change, entry, form.cleaned_data, actor=request.user)
        messages.success(request, _("The entry is changed."))
        return redirect("contacts:person_detail", entry.contact.public_id)
    return _page(request, entry.contact, form)


@requires("contacts.edit")
@require_POST
def interaction_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts one's own entry into the bin, and shows how to put it back."""
    entry = _entry(request, pk)
    _try(recording.throw_away, entry, actor=request.user)
    messages.success(request, _("The entry is thrown away. You can put it back for 30 days."))
    return redirect(f"{reverse('contacts:person_detail', args=[entry.contact.public_id])}?thrown={entry.pk}")


@requires("contacts.edit")
@require_POST
def interaction_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes one's own entry out of the bin."""
    entry = _entry(request, pk)
    if _try(recording.put_back, entry, actor=request.user):
        messages.success(request, _("The entry is back."))
    return redirect("contacts:person_detail", entry.contact.public_id)


@requires("contacts.edit")
@require_POST
def interaction_done(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes that one has come back to an entry, or with `undo` that there is something left to do."""
    entry, undo = _entry(request, pk), bool(request.POST.get("undo"))
    if _try(commitments.mark_done, entry, actor=request.user, is_done=not undo):
        said = _("It comes back on its day.") if undo else _("Done. It does not come back to your first page.")
        messages.success(request, said)
    return redirect("contacts:person_detail", entry.contact.public_id)


def _entry(request: HttpRequest, pk: int) -> Interaction:
    """An entry, in the bin or not, of somebody this person may see."""
    seen = Contact.objects.visible_to(request.user).living()
    entry = get_object_or_404(Interaction.all_objects.filter(contact__in=seen).select_related("contact"), pk=pk)
    if not recording.may_change(entry, request.user):  # type: ignore[arg-type]
        raise PermissionDenied
    return entry


def _try(act: Any, *args: Any, **kwargs: Any) -> Any:
    """Do it, or answer 403 when the entry is somebody else's."""
    try:
        return act(*args, **kwargs)
    except recording.NotYours as error:
        raise PermissionDenied from error


def _page(request: HttpRequest, person: Contact, form: InteractionForm) -> HttpResponse:
    context = {"nav": "contacts", "tab": "people", "person": person, "form": form, "entry": form.instance}
    status = 422 if form.errors else 200
    return render(request, "contacts/interaction_form.html", context, status=status)
