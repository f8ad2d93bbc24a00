"""Settings → Team: who works here, what they may do, and invitations."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import requires
from accounts.models import User
from accounts.team import TeamError, change_role, deactivate, reactivate
from desk.forms import InviteForm, RoleForm
from desk.inviting import invite, invite_again


@requires("accounts.manage")
def team(request: HttpRequest) -> HttpResponse:
    """Everybody with their role and state, and the form that invites one more."""
    return _page(request, InviteForm())


@requires("accounts.manage")
@require_POST
def invitations(request: HttpRequest) -> HttpResponse:
    """Invite somebody."""
    form = InviteForm(request.POST)
    actor: Any = request.user
    if form.is_valid():
        try:
            user = invite(
                form.cleaned_data["email"],
                name=form.cleaned_data["name"],
                role=form.cleaned_data["role"],
                actor=actor,
            )
        except TeamError as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, _("%(name)s is invited. The link is on its way.") % {"name": user})
            return redirect("desk:team")
    return _page(request, form, status=422)


@requires("accounts.manage")
def colleague(request: HttpRequest, pk: int) -> HttpResponse:
    """One colleague; POST gives another role."""
    user = get_object_or_404(User, pk=pk)
    actor: Any = request.user
    form = RoleForm(request.POST or None, initial={"role": user.role})
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                change_role(user, form.cleaned_data["role"], actor=actor)
            except TeamError as error:
                form.add_error("role", str(error))
            else:
                messages.success(request, _("The role of %(name)s is saved.") % {"name": user})
                return redirect("desk:team")
        status = 422
    context = {"nav": "settings", "tab": "team", "colleague": user, "form": form}
    return render(request, "desk/colleague.html", context, status=status)


@requires("accounts.manage")
@require_POST
def invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the link again."""
    return _act(request, pk, invite_again, _("A new link is on its way to %(name)s."))


@requires("accounts.manage")
@require_POST
def closing(request: HttpRequest, pk: int) -> HttpResponse:
    """Close the account."""
    return _act(request, pk, deactivate, _("The account of %(name)s is closed, and they are signed out everywhere."))


@requires("accounts.manage")
@require_POST
def opening(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the account again."""
    return _act(request, pk, reactivate, _("The account of %(name)s is open again."))


def _act(request: HttpRequest, pk: int, act: Any, done: str) -> HttpResponse:
    """Do it and say so, or say why not; back to the list either way."""
    user = get_object_or_404(User, pk=pk)
    try:
        act(user, actor=request.user)
    except TeamError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done % {"name": user})
    return redirect("desk:team")


def _page(request: HttpRequest, form: InviteForm, *, status: int = 200) -> HttpResponse:
    colleagues = User.objects.order_by("-is_active", "name", "pk")
    context = {"nav": "settings", "tab": "team", "colleagues": colleagues, "form": form}
    return render(request, "desk/team.html", context, status=status)
