"""Contacts → Lists → Do not write: addresses that get nothing, kept as hashes nobody can read back."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.audit import record
from contacts.colleagues import for_colleagues
from contacts.forms.lists import AddressForm, SuppressForm
from contacts.models import ContactList, Suppression
from contacts.suppression import digest_of, lift, suppress

OBJECTION = Suppression.Reason.OBJECTION


@requires("contacts.edit")
@for_colleagues
@require_safe
def suppression_page(request: HttpRequest) -> HttpResponse:
    """How many addresses there are and why; forms to look for one and to put one there."""
    return render(request, "contacts/suppression_page.html", _facts())


@requires("contacts.edit")
@for_colleagues
@require_POST
def suppression_look(request: HttpRequest) -> HttpResponse:
    """Whether an address is on the list and why. Nothing else is told about it, and the trail keeps who looked."""
    form = AddressForm(request.POST, prefix="look")
    if not form.is_valid():
        return render(request, "contacts/suppression_page.html", _facts(look=form), status=422)
    with transaction.atomic():
        rows = list(Suppression.objects.filter(email_digest=digest_of(form.cleaned_data["email"])).order_by("scope"))
        record(request.user, "looked whether an address is on the do-not-write list")  # type: ignore[arg-type]
    names = {f"list:{found.pk}": found.name for found in ContactList.objects.visible_to(request.user)}
    found = [(row, _scope(row.scope, names)) for row in rows]
    can_lift = any(row.reason == OBJECTION for row in rows)
    context = {"looked": True, "found": found, "can_lift": can_lift, "address": form.cleaned_data["email"]}
    return render(request, "contacts/suppression_page.html", _facts(look=form) | context)


@requires("contacts.edit")
@for_colleagues
@require_POST
def suppression_add(request: HttpRequest) -> HttpResponse:
    """Puts an address there by hand. Only its hash is stored."""
    form = SuppressForm(request.POST, prefix="add")
    if not form.is_valid():
        return render(request, "contacts/suppression_page.html", _facts(add=form), status=422)
    data = form.cleaned_data
    if suppress(data["email"], reason=data["reason"], actor=request.user):  # type: ignore[arg-type]
        messages.success(request, _("Nothing more is sent to this address."))
    else:
        messages.info(request, _("The address was there already."))
    return redirect("contacts:suppression_page")


@requires("contacts.edit")
@for_colleagues
@require_POST
def suppression_lift(request: HttpRequest) -> HttpResponse:
    """Takes an address off again where its owner objected; a complaint, an erasure or a dead mailbox stays."""
    form = AddressForm(request.POST, prefix="look")
    if not form.is_valid():
        return render(request, "contacts/suppression_page.html", _facts(look=form), status=422)
    address = form.cleaned_data["email"]
    with transaction.atomic():
        rows = Suppression.objects.filter(email_digest=digest_of(address), reason=OBJECTION)
        scopes = list(rows.values_list("scope", flat=True))
        lifted = [lift(address, scope=scope, actor=request.user) for scope in scopes]  # type: ignore[arg-type]
    if any(lifted):
        messages.success(request, _("The objection is lifted. The address may be written to again."))
    else:
        messages.warning(request, _("There was no objection to lift. Complaints, erasures and dead mailboxes stay."))
    return redirect("contacts:suppression_page")


def _facts(*, look: AddressForm | None = None, add: SuppressForm | None = None) -> dict[str, Any]:
    by_reason = dict(Suppression.objects.order_by().values_list("reason").annotate(number=Count("pk")))
    return {
        "nav": "contacts",
        "tab": "lists",
        "numbers": [(label, by_reason.get(code, 0)) for code, label in Suppression.Reason.choices],
        "look_form": look or AddressForm(prefix="look"),
        "add_form": add or SuppressForm(prefix="add"),
    }


def _scope(scope: str, names: dict[str, str]) -> str:
    if scope == "all":
        return _("gets nothing")
    if scope == "letters":
        return _("gets no letters")
    return _("does not get %(list)s") % {"list": names.get(scope, _("a list"))}
