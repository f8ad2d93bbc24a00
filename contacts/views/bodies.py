"""Contacts → Bodies: groups, committees, delegations, national parliaments, intergroups, and who sits in them."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.ids import id_in
from contacts.colleagues import for_colleagues
from contacts.forms.bodies import BodyForm, SeatForm
from contacts.models import Body, Contact, Mandate, Membership
from contacts.seating import KINDS_BY_HAND, ROLES_BY_HAND, is_by_hand, leave_seat, save_body, take_seat

PER_PAGE = 100
MOST_FOUND = 20
# Roles as a page lists them, the weightiest first.
RANK = ["chair", "co_chair", "vice_chair", "bureau", "coordinator", "member", "substitute"]


@requires("contacts.view")
@require_safe
def body_list(request: HttpRequest) -> HttpResponse:
    """Bodies of one kind (?kind=group, committees without) with the number of their members."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in Body.Kind.values else Body.Kind.COMMITTEE
    seen = Contact.objects.visible_to(request.user).living()
    is_open = Q(memberships__ended_on=None, memberships__mandate__ended_on=None, memberships__mandate__contact__in=seen)
    rows = Body.objects.filter(kind=kind).annotate(
        members=Count("memberships__mandate", filter=is_open & ~Q(memberships__role="substitute"), distinct=True),
        substitutes=Count("memberships__mandate", filter=is_open & Q(memberships__role="substitute"), distinct=True),
    )
    page = Paginator(rows.order_by("ended_on", "code"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"nav": "contacts", "tab": "bodies", "page_obj": page, "kind": kind, "kinds": Body.Kind.choices}
    return render(request, "contacts/body_list.html", context)


@requires("contacts.view")
@require_safe
def body_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One body: its members by role and name, who sat there before, and its other names."""
    body = get_object_or_404(Body, pk=pk)
    seats = _seats(request, body)
    is_open = Q(ended_on=None, mandate__ended_on=None)
    by_role = dict(seats.filter(is_open).order_by().values_list("role").annotate(n=Count("pk")))
    role = request.GET.get("role", "")
    shown = seats.filter(is_open)
    if role in by_role:
        shown = shown.filter(role=role)
    past = seats.exclude(is_open).order_by("-ended_on", "-mandate__ended_on", "pk")
    labels = dict(Membership.Role.choices)
    context = {
        "nav": "contacts",
        "tab": "bodies",
        "body": body,
        "page_obj": Paginator(shown.order_by("mandate__contact__sort_key", "pk"), PER_PAGE).get_page(
            request.GET.get("page")
        ),
        "past": list(past[:PER_PAGE]),
        "past_count": past.count(),
        "role": role if role in by_role else "",
        "roles": [(code, labels[code], by_role[code]) for code in RANK if code in by_role],
        "number": sum(by_role.values()),
        "roles_by_hand": list(Membership.Role) if body.kind in KINDS_BY_HAND else ROLES_BY_HAND,
    }
    return render(request, "contacts/body_detail.html", context)


@requires("contacts.edit")
@for_colleagues
@require_http_methods(["GET", "POST"])
def body_create(request: HttpRequest) -> HttpResponse:
    """A new body, such as an intergroup."""
    return _edit(request, Body(kind=request.GET.get("kind", "")))


@requires("contacts.edit")
@for_colleagues
@require_http_methods(["GET", "POST"])
def body_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes a body's names and dates."""
    return _edit(request, get_object_or_404(Body, pk=pk))


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def seat_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Finds an MEP (?q=words) and gives them a seat with role and day."""
    body = get_object_or_404(Body, pk=pk)
    words = request.GET.get("q", "").replace("\0", "").strip()[:200]
    form = SeatForm(request.POST or None, initial={"role": "coordinator" if body.kind == "committee" else "member"})
    chosen = request.POST.get("person", "")
    if request.method == "POST" and form.is_valid():
        mandate = _mandate(request, chosen)
        if mandate is None:
            form.add_error(None, _("Choose whose seat it is."))
        else:
            data, name = form.cleaned_data, mandate.contact.name
            created = take_seat(mandate, body, role=data["role"], since=data["since"], actor=request.user)  # type: ignore[arg-type]
            sentence = _("%(name)s has the seat.") if created else _("%(name)s had this seat already.")
            messages.success(request, sentence % {"name": name})
            return redirect("contacts:body_detail", body.pk)
    found = _found(request, words) if words else []
    context = {"nav": "contacts", "tab": "bodies", "body": body, "form": form, "words": words}
    context |= {"found": found, "chosen": chosen}
    return render(request, "contacts/seat_create.html", context, status=422 if form.errors else 200)


@requires("contacts.edit")
@require_POST
def seat_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends a seat today."""
    seen = Contact.objects.visible_to(request.user).living()
    seats = Membership.objects.filter(mandate__contact__in=seen).select_related("body", "mandate__contact")
    seat = get_object_or_404(seats, pk=pk)
    if not is_by_hand(seat):
        messages.error(request, _("This seat comes from the Parliament's list, whose next import would set it again."))
    elif leave_seat(seat, on=timezone.localdate(), actor=request.user):  # type: ignore[arg-type]
        messages.success(request, _("The seat ended today."))
    return redirect("contacts:body_detail", seat.body_id)


def _seats(request: HttpRequest, body: Body) -> Any:
    seen = Contact.objects.visible_to(request.user).living()
    seats = body.memberships.filter(mandate__contact__in=seen)
    return seats.select_related("mandate__contact")


def _edit(request: HttpRequest, body: Body) -> HttpResponse:
    form = BodyForm(request.POST or None, instance=body)
    if request.method == "POST" and form.is_valid():
        try:
            row = save_body(body, form.cleaned_data, actor=request.user)  # type: ignore[arg-type]
        except IntegrityError:
            form.add_error("code", _("There is a body of this kind with this code already."))
        else:
            messages.success(request, _("%(code)s is saved.") % {"code": row.code})
            return redirect("contacts:body_detail", row.pk)
    context = {"nav": "contacts", "tab": "bodies", "form": form, "body": body}
    return render(request, "contacts/body_form.html", context, status=422 if form.errors else 200)


def _found(request: HttpRequest, words: str) -> list[Any]:
    people = Contact.objects.visible_to(request.user).living().search(words)
    return list(people.filter(mandates__ended_on=None, mandates__isnull=False).with_seats()[:MOST_FOUND])


def _mandate(request: HttpRequest, chosen: str) -> Mandate | None:
    """The open mandate of the contact with this id, if this colleague may see them."""
    seen = Contact.objects.visible_to(request.user).living()
    return Mandate.objects.open().filter(contact_id=id_in(chosen), contact__in=seen).select_related("contact").first()
