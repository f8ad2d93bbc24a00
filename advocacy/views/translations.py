"""A translation beside its source: which paragraphs are behind, and saying that they are still right."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import requires
from advocacy.models import Statement, StatementText
from advocacy.translating import AcceptError, accept, rows_of, source_of
from advocacy.views.statements import find


@requires("advocacy.view")
def translation_detail(request: HttpRequest, reference: str, language: str) -> HttpResponse:
    """Both texts in two columns, paragraph by paragraph."""
    statement = find(request, reference)
    return _page(request, statement, _translation(statement, language))


def _translation(statement: Statement, language: str) -> StatementText:
    text: StatementText | None = statement.texts.select_related("changed_by").filter(language=language).first()
    if text is None or language == statement.source_language:
        raise Http404
    text.statement = statement
    return text


def _page(
    request: HttpRequest, statement: Statement, text: StatementText, *, error: str = "", status: int = 200
) -> HttpResponse:
    source = source_of(statement)
    rows = rows_of(text, source)
    context = {
        "nav": "statements",
        "statement": statement,
        "text": text,
        "source": source,
        "rows": rows,
        "behind": [row for row in rows if row.is_behind],
        "error": error,
        "may_accept": request.user.has_perm("advocacy.edit") and statement.is_editable,
    }
    return render(request, "advocacy/translation_detail.html", context, status=status)


@require_POST
@requires("advocacy.edit")
def translation_accept(request: HttpRequest, reference: str, language: str) -> HttpResponse:
    """Say that one paragraph (`part`, repeated for several) is still right, or all that were shown (`all`)."""
    statement = find(request, reference)
    text = _translation(statement, language)
    try:
        count = accept(text, actor=request.user, keys=request.POST.getlist("part"))  # type: ignore[arg-type]
    except AcceptError as error:
        statement = find(request, reference)
        return _page(request, statement, _translation(statement, language), error=str(error), status=409)
    told = ngettext("%(count)d paragraph is accepted.", "%(count)d paragraphs are accepted.", count)
    messages.success(request, told % {"count": count}) if count else messages.info(request, _("Nothing was behind."))
    return redirect("advocacy:translation_detail", reference=reference, language=language)
