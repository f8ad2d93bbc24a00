"""Pages in front of the workspace: the root, an invitation, robots.txt."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import public
from accounts.invitations import VALID_DAYS, accept, user_of_token
from advocacy.languages import language_for
from desk.forms import FirstPasswordForm


@public
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Colleagues go to their desk, everybody else to the public site in their language."""
    if request.user.is_authenticated:
        return redirect("desk:home")
    chosen = request.COOKIES.get(settings.READER_COOKIE_NAME, "")
    language = language_for(chosen, request.headers.get("Accept-Language", ""))
    response = redirect("public:home", lang=language)
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    patch_cache_control(response, private=True, no_cache=True)
    return response


@public
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Search engines may read what is published and nothing of the workspace."""
    closed = "".join(f"Disallow: {path}\n" for path in ("/desk/", "/accounts/", "/invitation/", "/outbox/"))
    text = f"User-agent: *\n{closed}\nSitemap: {settings.SITE_URL}{reverse('sitemap')}\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the form and changes nothing, for scanners follow links; POST sets the first password."""
    user = user_of_token(token)
    if user is None:
        return render(request, "desk/invitation_over.html", {"days": VALID_DAYS}, status=410)
    form = FirstPasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not accept(user, form.cleaned_data["new_password1"]):
            return render(request, "desk/invitation_over.html", {"days": VALID_DAYS}, status=410)
        messages.success(request, _("Your password is saved. Sign in with it now."))
        return redirect("account_login")
    return render(request, "desk/invitation.html", {"form": form, "invited": user})
