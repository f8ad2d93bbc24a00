"""The history of a statement: earlier texts, the comparison of two, restore points, going back to one."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import requires
from advocacy.citing import with_sources
from advocacy.models import Statement
from advocacy.publishing import PublishingError
from advocacy.versions import NOW, Snapshot, history_of, keep_point, restore, snapshot, what_changed
from advocacy.views.statements import find


@requires("advocacy.view")
def statement_history(request: HttpRequest, reference: str) -> HttpResponse:
    """Every kept moment of a statement; two can be chosen and compared, the present one given a name."""
    return _history(request, find(request, reference))


def _history(request: HttpRequest, statement: Statement, *, error: str = "", status: int = 200) -> HttpResponse:
    context = {
        "nav": "statements",
        "statement": statement,
        "title": _title(statement),
        "moments": history_of(statement),
        "error": error,
        "name": request.POST.get("name", "")[:120],
        "may_edit": request.user.has_perm("advocacy.edit"),
    }
    return render(request, "advocacy/statement_history.html", context, status=status)


def _title(statement: Statement) -> str:
    source = next((row for row in statement.texts.all() if row.language == statement.source_language), None)
    return source.title if source else statement.reference


def _moment(statement: Statement, key: str) -> Snapshot:
    found = snapshot(statement, key)
    if found is None:
        raise Http404
    return found


def _language(request: HttpRequest, statement: Statement, *moments: Snapshot) -> tuple[str, list[str]]:
    """The language asked for, where one of the moments has it, and all languages they have, the source first."""
    codes = {code for moment in moments for code in moment.texts}
    ordered = sorted(codes, key=lambda code: (code != statement.source_language, code))
    asked = request.GET.get("lang", "")
    return (asked if asked in codes else (ordered[0] if ordered else statement.source_language)), ordered


@requires("advocacy.view")
def version_detail(request: HttpRequest, reference: str, key: str) -> HttpResponse:
    """One earlier text, and what has changed since."""
    statement = find(request, reference)
    moment = _moment(statement, key)
    language, languages = _language(request, statement, moment)
    now = _moment(statement, NOW)
    body, sources = with_sources(moment.words(language)["body"], language, at=moment.at)
    context: dict[str, Any] = {
        "nav": "statements",
        "statement": statement,
        "moment": moment,
        "language": language,
        "languages": languages,
        "words": moment.words(language),
        "body": body,
        "sources": sources,
        "comparison": what_changed(moment, now, language),
        "may_edit": request.user.has_perm("advocacy.edit"),
    }
    return render(request, "advocacy/version_detail.html", context)


@requires("advocacy.view")
def version_compare(request: HttpRequest, reference: str) -> HttpResponse:
    """What differs between two moments (?from=v3&to=now&lang=fr). Without both, the history asks to choose two."""
    statement = find(request, reference)
    keys = request.GET.get("from", ""), request.GET.get("to", "") or NOW
    moments = [snapshot(statement, key) for key in keys]
    old, new = moments
    if old is None or new is None:
        sentence = _("Choose two texts to compare: an older one and a newer one.")
        return _history(request, statement, error=sentence, status=422 if request.GET else 200)
    language, languages = _language(request, statement, old, new)
    context = {
        "nav": "statements",
        "statement": statement,
        "old": old,
        "new": new,
        "language": language,
        "languages": languages,
        "comparison": what_changed(old, new, language),
    }
    return render(request, "advocacy/version_compare.html", context)


@require_POST
@requires("advocacy.edit")
def restore_point_create(request: HttpRequest, reference: str) -> HttpResponse:
    """Give the texts as they are now a name."""
    statement = find(request, reference)
    try:
        point = keep_point(statement, name=request.POST.get("name", ""), actor=request.user)  # type: ignore[arg-type]
    except PublishingError as error:
        return _history(request, statement, error=str(error), status=422)
    messages.success(request, _("Kept as “%(name)s”.") % {"name": point.name})
    return redirect("advocacy:statement_history", reference=reference)


@require_POST
@requires("advocacy.edit")
def version_restore(request: HttpRequest, reference: str, key: str) -> HttpResponse:
    """Go back to an earlier text, in one language or, without `language`, in all it has."""
    statement = find(request, reference)
    moment = _moment(statement, key)
    language = request.POST.get("language", "")
    languages = [language] if language else list(moment.texts)
    try:
        changed = restore(statement, moment, languages=languages, actor=request.user)  # type: ignore[arg-type]
    except PublishingError as error:
        return _history(request, find(request, reference), error=str(error), status=409)
    if changed:
        told = ngettext(
            "The text is “%(name)s” again, in %(count)d language. What was there before is kept below.",
            "The texts are “%(name)s” again, in %(count)d languages. What was there before is kept below.",
            len(changed),
        )
        messages.success(request, told % {"name": moment.name, "count": len(changed)})
    else:
        messages.info(request, _("The text is the same already. Nothing was changed."))
    return redirect("advocacy:statement_history", reference=reference)
