"""How a list grew, and those whose issues came back."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.exports import csv_download
from contacts.models import ContactList, Subscription
from mailing import endings
from mailing.growth import growth_of

PER_PAGE = 50


def _list(request: HttpRequest, pk: int) -> ContactList:
    found: ContactList = get_object_or_404(ContactList.objects.visible_to(request.user), pk=pk)
    return found


@requires("contacts.view")
@require_safe
def list_growth(request: HttpRequest, pk: int) -> HttpResponse:
    """Who joined by which way and who left why, month by month, and those who fell silent."""
    found = _list(request, pk)
    growth = growth_of(found)
    context = {
        "nav": "contacts",
        "tab": "lists",
        "list": found,
        "growth": growth,
        "rows": list(growth.rows()),
        "page_obj": Paginator(endings.silent_ones(found), PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "mailing/list_growth.html", context)


@requires("contacts.view")
@require_safe
def list_growth_csv(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The same numbers as a file; no person is in it."""
    growth = growth_of(_list(request, pk))
    head = ["month", *(f"joined: {words}" for _code, words in growth.sources)]
    head += [*(f"left: {words}" for _code, words in growth.reasons), "net"]
    rows: list[list[Any]] = [[f"{month.day:%Y-%m}", *came, *went, month.net] for month, came, went in growth.rows()]
    return csv_download(f"growth-{pk}", head, rows)


@require_POST
@requires("contacts.edit")
def list_bring_back(request: HttpRequest, pk: int, subscription: int) -> HttpResponse:
    """Has the issues sent again to somebody who fell silent."""
    found = Subscription.objects.filter(pk=subscription, contact_list=_list(request, pk)).first()
    if found is None:
        raise Http404
    if endings.bring_back(found, actor=request.user):  # type: ignore[arg-type]
        messages.success(request, _("Brought back. The next issue goes to them again."))
    else:
        messages.info(request, _("There is nothing to bring back: it has changed in the meantime."))
    return redirect("newsletters:list_growth", pk)
