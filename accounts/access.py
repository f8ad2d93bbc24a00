"""Closed by default: every view says who may open it, and one that says nothing opens to nobody."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from accounts.sessions import is_over

View = Callable[..., HttpResponseBase]

# allauth's own views, by URL name: we cannot decorate them where they are defined.
ALLAUTH_PUBLIC = {
    "account_login",
    "account_logout",
    "account_signup",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}
ALLAUTH_SIGNED_IN = {"account_change_password", "account_set_password", "account_reauthenticate"}


def requires(permission: str) -> Callable[[View], View]:
    """Open the view to signed-in people whose role carries `permission` (see accounts.roles)."""

    def mark(view: View) -> View:
        view.access = permission  # type: ignore[attr-defined]
        return view

    return mark


def signed_in(view: View) -> View:
    """Open the view to everybody who is signed in."""
    view.access = "signed in"  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Open the view to the world."""
    view.access = "public"  # type: ignore[attr-defined]
    view.login_required = False  # type: ignore[attr-defined]
    return view


def access_of(view: Any, url_name: str | None) -> str:
    """What a resolved view asks for: a permission, "signed in", "public" or "" (opens to nobody)."""
    if url_name in ALLAUTH_PUBLIC:
        return "public"
    if url_name in ALLAUTH_SIGNED_IN:
        return "signed in"
    return getattr(view, "access", "")


class AccessMiddleware(LoginRequiredMiddleware):
    """Sends strangers to the sign-in page and refuses (403) whoever lacks the view's permission."""

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """Decide before the view runs."""
        match = request.resolver_match
        access = access_of(view_func, match.url_name if match else None)
        if access == "public":
            return None
        if request.user.is_authenticated and is_over(request):
            logout(request)
        response = super().process_view(request, view_func, view_args, view_kwargs)
        if response is not None:
            return response
        if access != "signed in" and not (access and request.user.has_perm(access)):
            raise PermissionDenied
        return None
