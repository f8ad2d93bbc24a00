"""Contacts → Lists: what people chose to get, who they are, and the proof of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, F, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.audit import record
from contacts.consent import ConsentRefused, end, import_with_proof, set_wording
from contacts.counting import PeoplePaginator
from contacts.exporting import download
from contacts.forms.lists import ListForm, ProofForm
from contacts.models import Contact, ContactList, Subscription

PER_PAGE = 50
STATUSES = Subscription.Status.values
SHOWN = {
    "active": gettext_lazy("Get it"),
    "pending": gettext_lazy("Asked, not confirmed"),
    "unsubscribed": gettext_lazy("Left"),
}


@requires("contacts.view")
@require_safe
def list_list(request: HttpRequest) -> HttpResponse:
    """Lists by name with their numbers."""
    page = Paginator(ContactList.objects.visible_to(request.user), PER_PAGE).get_page(request.GET.get("page"))
    numbers = _numbers([found.pk for found in page])
    rows = [(found, numbers.get(found.pk, {})) for found in page]
    context = {"nav": "contacts", "tab": "lists", "page_obj": page, "rows": rows}
    return render(request, "contacts/list_list.html", context)


@requires("contacts.view")
@require_safe
def list_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One list with what people agree to and its people, those of one status at a time."""
    return render(request, "contacts/list_detail.html", _facts(request, _list(request, pk)))


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def list_create(request: HttpRequest) -> HttpResponse:
    """A new list."""
    return _edit(request, ContactList())


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def list_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes a list's name, description and wording; a changed wording is a new version."""
    return _edit(request, _list(request, pk))


@requires("contacts.edit")
@require_POST
def list_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Adds somebody who consented elsewhere, with the proof."""
    found = _list(request, pk)
    form = ProofForm(request.POST, people=Contact.objects.visible_to(request.user))
    if form.is_valid():
        data = form.cleaned_data
        try:
            import_with_proof(
                form.person,  # type: ignore[arg-type] # clean_email found it
                found,
                source=data["source"],
                given_on=data["given_on"],
                actor=request.user,  # type: ignore[arg-type]
            )
        except ConsentRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Added. The proof is kept with the person."))
            return redirect("contacts:list_detail", found.pk)
    return render(request, "contacts/list_detail.html", _facts(request, found) | {"proof_form": form}, status=422)


@requires("contacts.edit")
@require_POST
def list_end(request: HttpRequest, pk: int, public_id: UUID) -> HttpResponse:
    """Ends somebody's subscription."""
    found = _list(request, pk)
    person = get_object_or_404(Contact.objects.visible_to(request.user).living(), public_id=public_id)
    if end(person, found, actor=request.user):  # type: ignore[arg-type]
        messages.success(request, _("The subscription has ended. Nothing more of this list is sent to this person."))
    else:
        messages.info(request, _("The subscription had ended already."))
    return redirect("contacts:list_detail", found.pk)


@requires("contacts.edit")
@require_safe
def list_export(request: HttpRequest, pk: int, fmt: str) -> HttpResponseBase:
    """The people of a list, those of one status, as a file."""
    found = _list(request, pk)
    return download(request, _people(request, found, _status(request)), f"list-{found.pk}", fmt)


def _list(request: HttpRequest, pk: int) -> Any:
    return get_object_or_404(ContactList.objects.visible_to(request.user), pk=pk)


def _status(request: HttpRequest) -> str:
    wanted = request.GET.get("status", "")
    return wanted if wanted in STATUSES else str(Subscription.Status.ACTIVE)


def _numbers(lists: list[int]) -> dict[int, dict[str, int]]:
    """Numbers of people by status for each list, in one query; erased people have no subscription."""
    by = {f"{status}": Count("pk", filter=Q(status=status)) for status in STATUSES}
    rows: Any = Subscription.objects.filter(contact_list__in=lists).order_by().values("contact_list").annotate(**by)
    return {row.pop("contact_list"): row for row in rows}


def _people(request: HttpRequest, found: ContactList, status: str) -> Any:
    people = Contact.objects.visible_to(request.user).living()
    return people.filter(subscriptions__contact_list=found, subscriptions__status=status)


def _facts(request: HttpRequest, found: ContactList) -> dict[str, Any]:
    status = _status(request)
    people = _people(request, found, status).annotate(
        asked_at=F("subscriptions__created_at"),
        confirmed_at=F("subscriptions__confirmed_at"),
        ended_at=F("subscriptions__unsubscribed_at"),
    )
    numbers = _numbers([found.pk]).get(found.pk, {})
    pages = PeoplePaginator(people, PER_PAGE)
    return {
        "nav": "contacts",
        "tab": "lists",
        "list": found,
        "status": status,
        "statuses": [(code, words, numbers.get(code, 0)) for code, words in SHOWN.items()],
        "page_obj": pages.get_page(request.GET.get("page")),
        "wordings": list(found.wordings.all()[:20]),
        "proof_form": ProofForm(people=Contact.objects.none()),
    }


def _edit(request: HttpRequest, found: ContactList) -> HttpResponse:
    is_new = found.pk is None
    form = ListForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            saved = form.save()
            set_wording(saved, form.cleaned_data["wording"], by=request.user)  # type: ignore[arg-type]
            done = "made a list" if is_new else "changed a list"
            record(request.user, done, about=saved, label=saved.name)  # type: ignore[arg-type]
        messages.success(request, _("The list is saved."))
        return redirect("contacts:list_detail", saved.pk)
    context = {"nav": "contacts", "tab": "lists", "form": form, "list": None if is_new else found}
    return render(request, "contacts/list_form.html", context, status=422 if form.errors else 200)
