"""Comments on a statement: said, answered, settled; each a form that posts."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import requires
from advocacy import commenting
from advocacy.forms.review import CommentForm
from advocacy.models import ReviewComment, Statement
from advocacy.road import PublishingError
from advocacy.views.statements import detail_page, find


@require_POST
@requires("advocacy.edit")
def comment_add(request: HttpRequest, reference: str) -> HttpResponse:
    """Comment on a paragraph of the version in ?lang=, or on all of it."""
    statement = find(request, reference)
    language = request.GET.get("lang") or statement.source_language
    text = statement.texts.filter(language=language).first()
    if text is None:
        raise Http404
    form = CommentForm(request.POST, text=text)
    if not form.is_valid():
        sentence = _("Write the comment, at most 2,000 characters, and choose a paragraph that is there.")
        return detail_page(request, statement, error=sentence, status=422)
    user: Any = request.user
    try:
        commenting.comment(statement, actor=user, language=language, **form.cleaned_data)
    except PublishingError as error:
        return detail_page(request, statement, error=str(error), status=409)
    messages.success(request, _("Your comment stands below the text."))
    return _back(statement, language)


@require_POST
@requires("advocacy.edit")
def comment_answer(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Answer a comment, and settle it with the same step where that is asked."""
    thread = _thread(request, reference, pk)
    user: Any = request.user
    try:
        commenting.answer(thread, actor=user, words=request.POST.get("words", "")[: commenting.LONGEST + 1])
        if "settle" in request.POST:
            commenting.settle(thread, actor=user)
    except PublishingError as error:
        return detail_page(request, thread.statement, error=str(error), status=409)
    messages.success(request, _("Your answer stands below the comment."))
    return _back(thread.statement, thread.language)


@require_POST
@requires("advocacy.edit")
def comment_settle(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Settle a comment, or with `again` open it again."""
    thread = _thread(request, reference, pk)
    step = commenting.open_again if "again" in request.POST else commenting.settle
    try:
        step(thread, actor=request.user)  # type: ignore[arg-type]
    except PublishingError as error:
        return detail_page(request, thread.statement, error=str(error), status=409)
    return _back(thread.statement, thread.language)


def _thread(request: HttpRequest, reference: str, pk: int) -> ReviewComment:
    statement = find(request, reference)
    thread = ReviewComment.objects.filter(statement=statement, parent__isnull=True, pk=pk).first()
    if thread is None:
        raise Http404
    thread.statement = statement
    return thread


def _back(statement: Statement, language: str) -> HttpResponse:
    address = reverse("advocacy:statement_detail", args=[statement.reference])
    return redirect(f"{address}?lang={language}#comments")
