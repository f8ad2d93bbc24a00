"""Settings → Salutations: how letters open and close, and which rows somebody has checked."""

from itertools import groupby

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.audit import record
from contacts.colleagues import for_colleagues
from contacts.forms.salutations import SalutationForm
from contacts.languages import language_name
from contacts.models import Salutation


@requires("contacts.edit")
@for_colleagues
@require_safe
def salutation_list(request: HttpRequest) -> HttpResponse:
    """The whole table by language."""
    rows = list(Salutation.objects.order_by("language", "gender"))
    by_language = [
        (code, language_name(code), list(some)) for code, some in groupby(rows, key=lambda row: row.language)
    ]
    by_language.sort(key=lambda entry: entry[1])
    context = {
        "nav": "contacts",
        "tab": "salutations",
        "by_language": by_language,
        "unchecked": sum(not row.is_checked for row in rows),
    }
    return render(request, "contacts/salutation_list.html", context)


@requires("contacts.edit")
@for_colleagues
@require_http_methods(["GET", "POST"])
def salutation_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes one row, or marks it as checked."""
    row = get_object_or_404(Salutation, pk=pk)
    form = SalutationForm(request.POST or None, instance=row)
    words = _("%(language)s, %(gender)s") % {
        "language": language_name(row.language),
        "gender": row.get_gender_display().lower(),
    }
    if request.method == "POST" and form.is_valid():
        if form.has_changed():
            with transaction.atomic():
                form.save()
                record(request.user, "changed a salutation", about=row, label=f"{row.language} {row.gender}")  # type: ignore[arg-type]
        messages.success(request, _("The salutation is saved. Letters that are approved already keep theirs."))
        return redirect("contacts:salutation_list")
    context = {"nav": "contacts", "tab": "salutations", "form": form, "salutation": row, "words": words}
    return render(request, "contacts/salutation_edit.html", context)
