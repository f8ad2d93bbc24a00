"""How an organisation belongs to the platform, and who works there: adding, changing, ending, removing."""

from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import requires
from contacts.forms.organisations import OVERLAPS, MembershipForm, PostForm
from contacts.models import Contact, Organisation, OrganisationMembership, Post
from contacts.organising import remove_membership, remove_post, save_membership, save_post
from contacts.views.organisations import find_organisation

MOST_FOUND = 20


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def membership_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Adds how an organisation belongs to the platform."""
    return _membership_form(request, OrganisationMembership(organisation=find_organisation(request, pk)))


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def membership_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes or ends it."""
    return _membership_form(request, _membership(request, pk))


@requires("contacts.edit")
@require_POST
def membership_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes one out that was entered by mistake."""
    membership = _membership(request, pk)
    remove_membership(membership, actor=request.user)  # type: ignore[arg-type]
    messages.success(request, _("Removed. It counts on no day any more."))
    return redirect("contacts:organisation_detail", membership.organisation_id)


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def post_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Adds who works at an organisation: ?q= finds the person, the form says the rest."""
    post = Post(organisation=find_organisation(request, pk))
    words = request.GET.get("q", "").replace("\0", "").strip()[:200]
    people = Contact.objects.visible_to(request.user).living()
    found = people.search(words)[:MOST_FOUND] if words else []
    # What is chosen is looked for among everybody; what is offered is what was found.
    form = PostForm(request.POST or None, instance=post, people=people)
    if "contact" in form.fields:
        form.fields["contact"].choices = [(person.pk, _line(person)) for person in found]  # type: ignore[attr-defined]
    return _post_form(request, form, {"words": words, "is_searched": bool(words), "has_found": bool(found)})


@requires("contacts.edit")
@require_http_methods(["GET", "POST"])
def post_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes or ends a post."""
    return _post_form(request, PostForm(request.POST or None, instance=_post(request, pk)), {})


@requires("contacts.edit")
@require_POST
def post_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a post out that was entered by mistake."""
    post = _post(request, pk)
    remove_post(post, actor=request.user)  # type: ignore[arg-type]
    messages.success(request, _("The post is removed."))
    return redirect("contacts:organisation_detail", post.organisation_id)


def _membership(request: HttpRequest, pk: int) -> OrganisationMembership:
    rows = OrganisationMembership.objects.select_related("organisation")
    return get_object_or_404(rows, pk=pk, organisation__in=Organisation.objects.visible_to(request.user))


def _post(request: HttpRequest, pk: int) -> Post:
    rows = Post.objects.select_related("organisation", "contact").filter(contact__erased_at__isnull=True)
    return get_object_or_404(rows, pk=pk, organisation__in=Organisation.objects.visible_to(request.user))


def _line(person: Contact) -> str:
    return f"{person} ({person.country})" if person.country else str(person)


def _membership_form(request: HttpRequest, membership: OrganisationMembership) -> HttpResponse:
    form = MembershipForm(request.POST or None, instance=membership)
    if form.is_valid():
        try:
            save_membership(membership, actor=request.user)  # type: ignore[arg-type]
        except IntegrityError:
            form.add_error(None, OVERLAPS)
        else:
            messages.success(request, _("Saved. The counts follow the dates."))
            return redirect("contacts:organisation_detail", membership.organisation_id)
    context = {"nav": "contacts", "form": form, "membership": membership, "organisation": membership.organisation}
    return render(request, "contacts/membership_form.html", context, status=422 if form.errors else 200)


def _post_form(request: HttpRequest, form: PostForm, more: dict[str, Any]) -> HttpResponse:
    post = form.instance
    if form.is_valid():
        save_post(post, actor=request.user)  # type: ignore[arg-type]
        messages.success(request, _("Saved."))
        return redirect("contacts:organisation_detail", post.organisation_id)
    context = {"nav": "contacts", "form": form, "post": post, "organisation": post.organisation} | more
    return render(request, "contacts/post_form.html", context, status=422 if form.errors else 200)
