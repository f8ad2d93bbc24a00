"""The paper letters are printed on: postal address and logo, and how it looks."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.access import requires
from advocacy.pdf_store import one_at_a_time
from advocacy.typesetting import PdfError
from contacts.models import Organisation
from mailing.letterheads import letterhead_of, save_letterhead
from mailing.lifecycle import LifecycleError
from mailing.paper_forms import LetterheadForm
from mailing.paper_words import specimen


@requires("accounts.manage")
def letterhead(request: HttpRequest) -> HttpResponse:
    """Address and logo."""
    platform = Organisation.objects.platform()
    form = LetterheadForm(request.POST or None, request.FILES or None, initial={"address": platform.postal_address})
    if request.method == "POST" and form.is_valid():
        user: Any = request.user
        try:
            withdrawn = save_letterhead(platform, actor=user, **form.cleaned_data)
        except LifecycleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            if withdrawn:
                sentence = ngettext(
                    "%(n)d letter that waited is a draft again and needs a new approval.",
                    "%(n)d letters that waited are drafts again and need a new approval.",
                    withdrawn,
                )
                messages.warning(request, sentence % {"n": withdrawn})
            return redirect("mailing:letterhead")
    context = {
        "nav": "settings",
        "form": form,
        "organisation": platform,
        "has_logo": bool(letterhead_of(platform).logo_kind),
    }
    return render(request, "mailing/letterhead.html", context, status=422 if form.errors else 200)


@require_safe
@requires("accounts.manage")
def letterhead_specimen(request: HttpRequest) -> HttpResponse:
    """A page on letterhead without a letter."""
    try:
        with one_at_a_time():
            content = specimen(Organisation.objects.platform())
    except PdfError as error:
        messages.error(request, str(error))
        return redirect("mailing:letterhead")
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="letterhead.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
