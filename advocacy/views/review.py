"""The steps of a statement: each one a form that posts, and a page that says what came of it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import requires
from advocacy import publishing, safety, timing
from advocacy.drafting import change_details, new_version
from advocacy.forms.review import DetailsForm, SafetyForm, ScheduleForm
from advocacy.forms.statements import ReviewForm
from advocacy.models import Statement
from advocacy.road import PublishingError
from advocacy.views.statements import detail_page, find


def _take(
    request: HttpRequest, statement: Statement, step: Callable[..., Any], done: str, **arguments: Any
) -> HttpResponse:
    """Take a step and show the page again; a refused one answers 409 with the reason on top."""
    try:
        step(statement, actor=request.user, **arguments)
    except PublishingError as error:
        return detail_page(request, find(request, statement.reference), error=str(error), status=409)
    messages.success(request, done % {"reference": statement.reference})
    return redirect("advocacy:statement_detail", reference=statement.reference)


@require_POST
@requires("advocacy.edit")
def statement_review(request: HttpRequest, reference: str) -> HttpResponse:
    """Send for review."""
    statement = find(request, reference)
    form = ReviewForm(request.POST, approvers=publishing.approvers(statement, but=request.user))  # type: ignore[arg-type]
    if not form.is_valid():
        sentence = _("Choose who should read it from the list, and keep the note under 500 characters.")
        return detail_page(request, statement, error=sentence, status=422)
    done = _("%(reference)s waits for review. You get an e-mail when somebody has decided.")
    return _take(request, statement, publishing.submit, done, **form.cleaned_data)


@require_POST
@requires("advocacy.approve")
def statement_approve(request: HttpRequest, reference: str) -> HttpResponse:
    """Approve the words that the page showed."""
    seen = request.POST.get("seen", "")[:64] or "nothing"
    statement = find(request, reference)
    return _take(request, statement, publishing.approve, _("You approved %(reference)s."), seen=seen)


@require_POST
@requires("advocacy.approve")
def statement_ask_changes(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for changes, with a comment."""
    note = request.POST.get("note", "")[:500]
    done = _("You asked for changes to %(reference)s. The writer gets your comment by e-mail.")
    return _take(request, find(request, reference), publishing.ask_changes, done, note=note)


@require_POST
@requires("advocacy.edit")
def statement_publish(request: HttpRequest, reference: str) -> HttpResponse:
    """Put it on the public pages."""
    return _take(request, find(request, reference), publishing.publish, _("%(reference)s is published."))


@require_POST
@requires("advocacy.edit")
def statement_schedule(request: HttpRequest, reference: str) -> HttpResponse:
    """Publish it at a time."""
    statement = find(request, reference)
    form = ScheduleForm(request.POST)
    if not form.is_valid():
        sentence = _("Say on which day and at what hour it is published, such as 18 October 2026, 09:00.")
        return detail_page(request, statement, error=sentence, status=422)
    done = _("%(reference)s is published at the time you set. You can take it back until then.")
    return _take(request, statement, timing.schedule, done, at=form.cleaned_data["at"])


@require_POST
@requires("advocacy.edit")
def statement_unschedule(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the time back."""
    done = _("%(reference)s is not published by itself any more. It stays approved.")
    return _take(request, find(request, reference), timing.unschedule, done)


@requires("advocacy.edit")
def statement_details(request: HttpRequest, reference: str) -> HttpResponse:
    """The facts that its kind asks for, beside the text."""
    statement = find(request, reference)
    form = DetailsForm(request.POST or None, statement=statement)
    if request.method == "POST" and form.is_valid():
        until = form.cleaned_data.get("embargo_until")
        done = _("The facts of %(reference)s are saved.")
        return _take(request, statement, change_details, done, details=form.facts(), embargo_until=until)
    context = {"nav": "statements", "statement": statement, "form": form}
    return render(request, "advocacy/statement_details.html", context, status=422 if form.errors else 200)


@require_POST
@requires("advocacy.edit")
def statement_safety(request: HttpRequest, reference: str) -> HttpResponse:
    """Say why what the safety check found may stay."""
    statement = find(request, reference)
    form = SafetyForm(request.POST)
    if not form.is_valid():
        return detail_page(request, statement, error=_("Choose why it may stay."), status=422)
    seen = request.POST.get("seen", "")[:64]
    if safety.confirm(statement, actor=request.user, ground=form.cleaned_data["ground"], seen=seen) is None:  # type: ignore[arg-type]
        sentence = _("The text has changed since you opened this page. Read it again.")
        return detail_page(request, statement, error=sentence, status=409)
    messages.success(request, _("Your answer is kept. It holds for these words; an edit asks again."))
    return redirect("advocacy:statement_detail", reference=reference)


@require_POST
@requires("advocacy.approve")
def statement_withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Take it off the public pages."""
    note = request.POST.get("note", "")[:500]
    return _take(request, find(request, reference), publishing.withdraw, _("%(reference)s is withdrawn."), note=note)


@require_POST
@requires("advocacy.edit")
def statement_new_version(request: HttpRequest, reference: str) -> HttpResponse:
    """Start a draft with the texts of a published statement."""
    statement = find(request, reference)
    try:
        copy = new_version(statement, actor=request.user)  # type: ignore[arg-type]
    except PublishingError as error:
        return detail_page(request, statement, error=str(error), status=409)
    messages.success(request, _("%(reference)s is started. The published text stays.") % {"reference": copy.reference})
    return redirect("advocacy:statement_edit", reference=copy.reference)
