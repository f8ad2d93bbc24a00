"""Files of statements: added, read and removed by colleagues; read by everybody once the statement is published."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import public, requires
from advocacy import attaching
from advocacy.forms.review import FileForm
from advocacy.models import Statement, StatementAttachment
from advocacy.road import PublishingError
from advocacy.views.statements import detail_page, find

# As for the page of a statement: a text that is withdrawn must be gone soon, and its files with it.
MAX_AGE = 60


@require_POST
@requires("advocacy.edit")
def file_add(request: HttpRequest, reference: str) -> HttpResponse:
    """Attach a file."""
    statement = find(request, reference)
    languages = list(statement.texts.values_list("language", flat=True))
    form = FileForm(request.POST, request.FILES, languages=languages)
    if not form.is_valid():
        told = " ".join(f"{form.fields[name].label}: {found[0]}" for name, found in form.errors.items())
        return detail_page(request, statement, error=_("Not attached. %(what)s") % {"what": told}, status=422)
    user: Any = request.user
    try:
        attaching.attach(statement, actor=user, **form.cleaned_data)
    except PublishingError as error:
        return detail_page(request, find(request, reference), error=str(error), status=409)
    messages.success(request, _("The file is attached."))
    return redirect("advocacy:statement_detail", reference=reference)


@require_POST
@requires("advocacy.edit")
def file_remove(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Take a file away."""
    statement = find(request, reference)
    try:
        attaching.detach(_file(statement, pk), actor=request.user)  # type: ignore[arg-type]
    except PublishingError as error:
        return detail_page(request, find(request, reference), error=str(error), status=409)
    messages.success(request, _("The file is removed."))
    return redirect("advocacy:statement_detail", reference=reference)


@requires("advocacy.view")
def file_read(request: HttpRequest, reference: str, pk: int) -> HttpResponseBase:
    """A file for a colleague, whatever state its statement is in."""
    response = attaching.download(_file(find(request, reference), pk))
    patch_cache_control(response, private=True, no_store=True)
    return response


@public
@require_safe
def public_file(request: HttpRequest, lang: str, slug: str, pk: int) -> HttpResponseBase:
    """A file of a published statement; of any other there is none."""
    statement = Statement.objects.published().filter(slug=slug).first()
    if statement is None:
        raise Http404
    response = attaching.download(_file(statement, pk))
    patch_cache_control(response, public=True, max_age=MAX_AGE)
    return response


def _file(statement: Statement, pk: int) -> StatementAttachment:
    found = StatementAttachment.objects.filter(statement=statement, pk=pk).first()
    if found is None:
        raise Http404
    found.statement = statement
    return found
