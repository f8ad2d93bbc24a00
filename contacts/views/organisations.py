"""Contacts → Organisations: the platform's members and everybody else's employers."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from contacts.colleagues import for_colleagues
from contacts.confidentiality import has_secrets, reachable
from contacts.forms.organisations import NAME_TAKEN, OrganisationFilterForm, OrganisationForm
from contacts.languages import country_name
from contacts.models import Organisation, OrganisationMembership, Post
from contacts.organising import InUse, delete_organisation, save_organisation, uses_of

PER_PAGE = 50


@requires("contacts.view")
@require_safe
def organisation_list(request: HttpRequest) -> HttpResponse:
    """Organisations by name and filters, with the counts of members for a day (?on=YYYY-MM-DD, today without)."""
    form = OrganisationFilterForm(request.GET or None)
    day = form.day()
    seen = Organisation.objects.visible_to(request.user)
    kind = OrganisationMembership.Kind
    members = Count("pk", filter=Q(pk__in=Organisation.objects.belonging_on(day, kind.MEMBER)))
    associates = Count("pk", filter=Q(pk__in=Organisation.objects.belonging_on(day, kind.ASSOCIATE)))
    belonging = Organisation.objects.belonging_on(day, kind.MEMBER, kind.ASSOCIATE)
    in_countries = Count("country", filter=Q(pk__in=belonging) & ~Q(country=""), distinct=True)
    chosen = form.chosen()
    page = Paginator(form.narrow(seen).ids_by_name(chosen.get("q") or ""), PER_PAGE).get_page(request.GET.get("page"))
    memberships = Prefetch("memberships", OrganisationMembership.objects.on(day).order_by("id"), to_attr="on_the_day")
    rows = seen.prefetch_related(memberships, "stakeholder_types").in_bulk(list(page.object_list))
    context = {
        "nav": "contacts",
        "tab": "organisations",
        "form": form,
        "page_obj": page,
        "rows": [rows[pk] for pk in page.object_list if pk in rows],
        "is_filtered": any(chosen.get(name) for name in ("q", "kind", "type", "country", "belongs")),
        "day": day,
        "counts": seen.aggregate(members=members, associates=associates, countries=in_countries),
    }
    return render(request, "contacts/organisation_list.html", context)


@requires("contacts.view")
@require_safe
def national_contacts(request: HttpRequest) -> HttpResponse:
    """Whom one asks in which country: the posts that say so, by country."""
    seen = Organisation.objects.visible_to(request.user)
    posts = Post.objects.filter(organisation__in=seen, ended_on__isnull=True, contact__erased_at__isnull=True)
    posts = posts.exclude(national_contact_for="").select_related("contact", "organisation")
    rows = sorted(posts, key=lambda post: (country_name(post.national_contact_for), post.contact.sort_key, post.pk))
    return render(request, "contacts/national_contacts.html", {"nav": "contacts", "tab": "organisations", "rows": rows})


@requires("contacts.view")
@require_safe
def organisation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One organisation: how it belongs to the platform, how to reach it unless that is secret, who works there."""
    organisation = find_organisation(request, pk)
    posts = Post.objects.filter(organisation=organisation, contact__erased_at__isnull=True)
    posts = posts.select_related("contact").order_by("contact__sort_key", "id")
    context = {
        "nav": "contacts",
        "tab": "organisations",
        "organisation": organisation,
        "country": country_name(organisation.country) if organisation.country else "",
        "types": list(organisation.stakeholder_types.all()),
        "reach": reachable(organisation),
        "has_secrets": has_secrets(organisation),
        "memberships": list(organisation.memberships.order_by("started_on", "id")),
        "posts_page": Paginator(posts.filter(ended_on__isnull=True), PER_PAGE).get_page(request.GET.get("page")),
        "past_posts": list(posts.filter(ended_on__isnull=False)[:PER_PAGE]),
    }
    return render(request, "contacts/organisation_detail.html", context)


@requires("contacts.edit")
@for_colleagues
@require_http_methods(["GET", "POST"])
def organisation_create(request: HttpRequest) -> HttpResponse:
    """Adds an organisation."""
    return _organisation_form(request, Organisation())


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def organisation_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes an organisation."""
    return _organisation_form(request, find_organisation(request, pk))


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def organisation_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks, and deletes an organisation that nothing refers to; else says what does."""
    organisation = find_organisation(request, pk)
    if request.method == "POST":
        try:
            delete_organisation(organisation, actor=request.user)  # type: ignore[arg-type]
        except InUse as error:
            messages.error(request, str(error))
            return redirect("contacts:organisation_delete", pk)
        messages.success(request, _("%(name)s is deleted.") % {"name": organisation.name})
        return redirect("contacts:organisation_list")
    context = {"nav": "contacts", "organisation": organisation, "uses": uses_of(organisation)}
    return render(request, "contacts/organisation_delete.html", context)


def find_organisation(request: HttpRequest, pk: int) -> Organisation:
    """An organisation this person may see. Raises Http404."""
    return get_object_or_404(Organisation.objects.visible_to(request.user), pk=pk)


def _organisation_form(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    name, is_new = organisation.name, organisation.pk is None
    form = OrganisationForm(request.POST or None, instance=organisation, user=request.user)  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid() and _saved(request, organisation, form):
        messages.success(request, _("The organisation is added.") if is_new else _("Saved."))
        return redirect("contacts:organisation_detail", organisation.pk)
    if form.errors:
        form.forget_secrets()
    context: dict[str, Any] = {"nav": "contacts", "form": form, "organisation": organisation, "name": name}
    context |= {"is_new": is_new, "was_secret": form.was_secret}
    return render(request, "contacts/organisation_form.html", context, status=422 if form.errors else 200)


def _saved(request: HttpRequest, organisation: Organisation, form: OrganisationForm) -> bool:
    try:
        save_organisation(organisation, form.values(), types=form.types, actor=request.user)  # type: ignore[arg-type]
    except IntegrityError:
        form.add_error("name", NAME_TAKEN)
        return False
    return True
