"""Your own settings."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.access import signed_in
from accounts.adapter import set_language
from accounts.audit import record
from desk.forms import YourSettingsForm


@signed_in
def yours(request: HttpRequest) -> HttpResponse:
    """Name and language; the password has its own page."""
    user: Any = request.user
    form = YourSettingsForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.instance.save(update_fields=["name", "language"])
            record(user, "changed their own settings", about=user, label=str(user))
        with override(user.language):
            messages.success(request, _("Your settings are saved."))
        response = redirect("desk:settings")
        set_language(response, user.language)
        return response
    return render(request, "desk/settings.html", {"nav": "settings", "tab": "yours", "form": form})
