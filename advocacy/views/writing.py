"""Writing a language version: the editor, saving without loss, adding and removing languages."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import requires, signed_in
from advocacy.comparing import Comparison, compare
from advocacy.drafting import Conflict, Saved, add_language, remove_language, save_text
from advocacy.forms.statements import LanguageForm, TextForm, page_name
from advocacy.models import Statement, StatementText
from advocacy.paragraphs import paragraphs_of
from advocacy.publishing import PublishingError
from advocacy.richtext import editor_page, safe
from advocacy.story import road_of
from advocacy.translating import mark_behind, stale_parts
from advocacy.versions import save_over
from advocacy.views.statements import detail_page, find
from contacts.languages import language_name


def edit_address(statement: Statement, language: str) -> str:
    """The address of the editor for one language version."""
    return f"{reverse('advocacy:statement_edit', args=[statement.reference])}?lang={language}"


@editor_page
@requires("advocacy.edit")
def statement_edit(request: HttpRequest, reference: str) -> HttpResponse:
    """Write one language version (?lang=fr). A stale save keeps what was typed and shows the other text (409)."""
    statement = find(request, reference)
    text = _text_of(statement, request.GET.get("lang") or statement.source_language)
    if not statement.is_editable:
        sentence = _("What was published stays as it was. Make a new version to change it.")
        return detail_page(request, statement, error=sentence, status=409)
    form = TextForm(request.POST or None, text=text)
    if request.method != "POST":
        return _page(request, text, form)
    is_valid = form.is_valid()
    if request.htmx:  # type: ignore[attr-defined]
        return _autosave(request, text, form)
    if not is_valid:
        return _page(request, text, form, status=422)
    try:
        save = save_over if "over" in request.POST else save_text
        saved = save(text, form.words(), edition=form.cleaned_data["edition"], actor=request.user)  # type: ignore[arg-type]
    except Conflict as conflict:
        return _conflict_page(request, conflict.theirs, form)
    except PublishingError as error:
        return detail_page(request, find(request, reference), error=str(error), status=409)
    _say_saved(request, statement, saved)
    if "leave" in request.POST:
        return redirect("advocacy:statement_detail", reference=reference)
    return redirect(edit_address(statement, text.language))


def _text_of(statement: Statement, language: str) -> StatementText:
    text = statement.texts.select_related("changed_by").filter(language=language).first()
    if text is None:
        raise Http404
    text.statement = statement
    return text


def _page(
    request: HttpRequest, text: StatementText, form: TextForm, *, theirs: StatementText | None = None, status: int = 200
) -> HttpResponse:
    statement = text.statement
    texts = list(statement.texts.all())
    mark_behind(statement, texts)
    context = {
        "nav": "statements",
        "statement": statement,
        "text": text,
        "texts": texts,
        "form": form,
        "theirs": theirs,
        "their_body": safe(theirs.body) if theirs else "",
        "comparison": _difference(theirs, form) if theirs else None,
        "sources": form.fields["body"].widget.sources,
        "rows_behind": stale_parts(
            text, next((row for row in texts if row.language == statement.source_language), None)
        ),
        "steps": road_of(statement),
        "language_form": LanguageForm(taken={row.language for row in texts}),
        "versions": statement.versions.select_related("author")[:10],
    }
    return render(request, "advocacy/statement_edit.html", context, status=status)


def _conflict_page(request: HttpRequest, theirs: StatementText, form: TextForm) -> HttpResponse:
    """Both texts on one page. The form now stands on their edition, so the next save is a decision."""
    words = form.words()
    mine = {"title": words.title, "summary": words.summary, "body": words.body, "is_reviewed": words.is_reviewed}
    again = TextForm(text=theirs, initial={"edition": theirs.edition, "page": page_name(), **mine})
    return _page(request, theirs, again, theirs=theirs, status=409)


def _difference(theirs: StatementText, form: TextForm) -> Comparison:
    """What the words in the form change of the text that is saved now."""
    mine = [str(form.initial[name] or "") for name in ("title", "summary", "body")]
    return compare(paragraphs_of(theirs.title, theirs.summary, theirs.body), paragraphs_of(*mine))


def _say_saved(request: HttpRequest, statement: Statement, saved: Saved) -> None:
    at = time_format(timezone.localtime(saved.at), "H:i")
    if saved.reopened:
        sentence = _(
            "Saved %(time)s. Your edit sent %(reference)s back to draft: ask for review again when it is ready."
        )
        messages.warning(request, sentence % {"time": at, "reference": statement.reference})
    elif saved.changed:
        messages.success(request, _("Saved %(time)s.") % {"time": at})
    else:
        messages.info(request, _("Nothing had changed since %(time)s.") % {"time": at})


def _autosave(request: HttpRequest, text: StatementText, form: TextForm) -> HttpResponse:
    """Answer a save while somebody types: a line for the status, and the new edition. Drafts only."""
    context: dict[str, object] = {"edition": text.edition}
    if text.statement.status != Statement.Status.DRAFT:
        context["problem"] = _("Not saved: saving sends it back to draft. Press Save if you want that.")
    elif not form.is_valid():
        name = next(iter(form.errors))
        label = form.fields[name].label if name in form.fields else ""
        context["problem"] = _("Not saved. %(field)s: %(error)s") % {"field": label, "error": form.errors[name][0]}
    else:
        try:
            saved = save_text(text, form.words(), edition=form.cleaned_data["edition"], actor=request.user)  # type: ignore[arg-type]
            context = {"edition": saved.edition, "saved_at": saved.at}
        except Conflict as conflict:
            context["edition"] = form.cleaned_data["edition"]
            context["problem"] = _("Not saved: %(name)s changed this text too. Press Save to see both.") % {
                "name": conflict.theirs.changed_by or _("somebody")
            }
        except PublishingError as error:
            context["problem"] = str(error)
    response = render(request, "advocacy/_saved.html", context)
    response["X-Saved"] = "no" if "problem" in context else "yes"
    return response


@require_POST
@requires("advocacy.edit")
def language_add(request: HttpRequest, reference: str) -> HttpResponse:
    """Start a language version and open it in the editor."""
    statement = find(request, reference)
    form = LanguageForm(request.POST, taken=set(statement.texts.values_list("language", flat=True)))
    if not form.is_valid():
        sentence = _("Choose a language that this statement does not have yet.")
        return detail_page(request, statement, error=sentence, status=422)
    try:
        text = add_language(statement, form.cleaned_data["language"], actor=request.user)  # type: ignore[arg-type]
    except PublishingError as error:
        return detail_page(request, find(request, reference), error=str(error), status=409)
    return redirect(edit_address(statement, text.language))


@require_POST
@requires("advocacy.edit")
def language_remove(request: HttpRequest, reference: str, language: str) -> HttpResponse:
    """Take a language version out."""
    statement = find(request, reference)
    try:
        remove_language(statement, language, actor=request.user)  # type: ignore[arg-type]
    except PublishingError as error:
        return detail_page(request, find(request, reference), error=str(error), status=409)
    messages.success(request, _("The %(language)s version is removed.") % {"language": language_name(language)})
    return redirect("advocacy:statement_detail", reference=reference)


@signed_in
def upload_refused(request: HttpRequest) -> JsonResponse:
    """The address the editor would send pictures to. E-mail and statements carry none, so it takes none."""
    return JsonResponse({"error": {"message": _("Pictures cannot be put into a text.")}}, status=403)
