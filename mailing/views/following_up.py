"""Following up a letter: who has not answered, and a draft to exactly those; and the days nobody works."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import requires
from accounts.audit import record
from mailing import follow_ups
from mailing.follow_up_forms import HolidayForm
from mailing.lifecycle import LifecycleError
from mailing.models import Holiday, Mailing
from mailing.views.finding import find


@requires("mailing.edit")
@require_http_methods(["GET", "POST"])
def letter_followup(request: HttpRequest, reference: str) -> HttpResponse:
    """Who has answered and who has not; its POST drafts the follow-up and opens it."""
    mailing, user = find(request, reference), request.user
    if request.method == "GET":
        return _page(request, mailing)
    try:
        found = follow_ups.draft(mailing, actor=user, is_second=bool(request.POST.get("second")))  # type: ignore[arg-type]
    except LifecycleError as error:
        return _page(request, mailing, problem=str(error))
    sentence = _("%(reference)s is drafted. Read the text in every language, then check the audience.")
    messages.success(request, sentence % {"reference": found.reference})
    return redirect("mailing:letter_write", reference=found.reference)


@require_POST
@requires("mailing.edit")
def letter_followup_decline(request: HttpRequest, reference: str) -> HttpResponse:
    """Ends the reminders about one letter, or with `undo` begins them again."""
    mailing = find(request, reference)
    is_declined = not request.POST.get("undo")
    follow_ups.decline(mailing, actor=request.user, is_declined=is_declined)  # type: ignore[arg-type]
    said = _("You are not reminded of it any more.") if is_declined else _("You are reminded of it again.")
    messages.success(request, said)
    return redirect("mailing:letter_followup", reference=reference)


def _page(request: HttpRequest, mailing: Mailing, *, problem: str = "") -> HttpResponse:
    followed = mailing.follow_ups.exclude(status=Mailing.Status.CANCELLED)
    context: dict[str, Any] = {
        "nav": "letters",
        "mailing": mailing,
        "silence": follow_ups.silence_of(mailing),
        "followed": list(followed.order_by("id")),
        "problem": problem,
    }
    return render(request, "mailing/follow_up.html", context, status=409 if problem else 200)


@requires("mailing.view")
@require_http_methods(["GET", "POST"])
def holiday_list(request: HttpRequest) -> HttpResponse:
    """The days beside weekends and recess on which no answer is waited for; whoever may write letters adds one."""
    may_edit = request.user.has_perm("mailing.edit")
    form = HolidayForm(request.POST or None)
    if request.method == "POST" and may_edit and form.is_valid():
        found = form.save()
        record(request.user, f"added the holiday {found.day}", about=found, label=str(found.day))  # type: ignore[arg-type]
        messages.success(request, _("The day is kept. Working days are counted without it from now on."))
        return redirect("mailing:holiday_list")
    context = {"nav": "letters", "form": form, "holidays": Holiday.objects.all(), "may_edit": may_edit}
    return render(request, "mailing/holiday_list.html", context, status=422 if form.errors else 200)


@require_POST
@requires("mailing.edit")
def holiday_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a day out again."""
    found = get_object_or_404(Holiday, pk=pk)
    record(request.user, f"took out the holiday {found.day}", about=found, label=str(found.day))  # type: ignore[arg-type]
    found.delete()
    messages.success(request, _("The day is a working day again."))
    return redirect("mailing:holiday_list")
