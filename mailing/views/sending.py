"""Step 5 and after: when it leaves, the confirmation with undo, pause, resume, stop the rest."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import requires
from mailing import domain_health, issue_readers, lifecycle, parliament, recounting, reports
from mailing.lifecycle import LifecycleError
from mailing.models import Delivery, Mailing
from mailing.planning import PlanForm, languages_sentence
from mailing.scheduling import first_values
from mailing.states import EDITABLE
from mailing.story import address_of, is_issue, list_of, nav_of, road_of
from mailing.timing import zone_word
from mailing.views.finding import find


@requires("mailing.send")
def letter_send(request: HttpRequest, reference: str) -> HttpResponse:
    """Choose now or later; the button says what happens."""
    mailing = find(request, reference)
    if mailing.status != Mailing.Status.APPROVED:
        if mailing.approver_id is None:
            messages.info(request, _("A colleague has to approve it before it can be sent."))
        return redirect(address_of(mailing) if mailing.approver_id else request.path.replace("/send/", "/approve/"))
    form = PlanForm(request.POST or None, initial=first_values(), mailing=mailing)
    if request.method == "POST" and form.is_valid():
        try:
            plan: dict[str, Any] = {"at": form.at(), "timing": form.timing(), "first": form.first_delivery()}
            lifecycle.schedule(mailing, actor=request.user, **plan)  # type: ignore[arg-type]
        except LifecycleError as error:
            form.add_error(None, str(error))
        else:
            return redirect("mailing:letter_sent", reference=reference)
    context = {
        "nav": nav_of(mailing),
        "mailing": mailing,
        "steps": road_of(mailing, "send"),
        "form": form,
        "when": form["when"].value(),
        "zone": zone_word(settings.TIME_ZONE),
        "sender_pace": mailing.sender.pace_per_minute,
        "hold": settings.SEND_HOLD_SECONDS,
        "languages": languages_sentence(_languages(mailing)),
        "number": recounting.expected(mailing),
        "asks": recounting.moved_words(mailing, mailing.recounted or 0) if recounting.is_asking(mailing) else "",
        "domain": domain_health.panel_of(mailing.sender),
        "recess": parliament.recess_sentence(form.recess) if form.recess else "",
    }
    return render(request, "mailing/send.html", context, status=422 if form.errors else 200)


def _languages(mailing: Mailing) -> dict[str, int]:
    """Language → number of those who get it in that; of an issue as it would be now."""
    if is_issue(mailing):
        found: dict[str, int] = {}
        for _wanted, given, count in issue_readers.summary(mailing).by_language:
            found[given] = found.get(given, 0) + count
        return found
    rows = Delivery.objects.filter(mailing=mailing).exclude(status=Delivery.Status.SKIPPED).order_by()
    return dict(rows.values_list("language").annotate(letters=Count("pk")))


@require_POST
@requires("mailing.send")
def letter_undo(request: HttpRequest, reference: str) -> HttpResponse:
    """Take it back before the first letter leaves."""
    mailing = find(request, reference)
    try:
        lifecycle.undo(mailing, actor=request.user)  # type: ignore[arg-type]
    except LifecycleError as error:
        messages.error(request, str(error))
        return redirect(address_of(find(request, reference)))
    messages.success(request, _("Undone: nothing has left. It is a draft again and needs a new approval."))
    return redirect("mailing:letter_write", reference=reference)


@require_POST
@requires("mailing.send")
def letter_pause(request: HttpRequest, reference: str) -> HttpResponse:
    """Stop taking new letters until somebody resumes."""
    mailing = find(request, reference)
    note = _("Paused by %(name)s.") % {"name": request.user}
    if lifecycle.pause(mailing, request.user, note):  # type: ignore[arg-type]
        messages.success(request, _("Paused. Letters already on their way still arrive; the rest waits."))
    else:
        messages.info(request, _("It is not sending any more."))
    return redirect("mailing:letter_report", reference=reference)


@require_POST
@requires("mailing.send")
def letter_resume(request: HttpRequest, reference: str) -> HttpResponse:
    """Go on where it stopped; after its latest time only when the form says that this is meant."""
    mailing = find(request, reference)
    try:
        lifecycle.resume(mailing, actor=request.user, is_late_meant=request.POST.get("late") == "yes")  # type: ignore[arg-type]
        messages.success(request, _("It goes on where it stopped. Nobody is missed or written to twice."))
    except LifecycleError as error:
        messages.error(request, str(error))
    return redirect("mailing:letter_report", reference=reference)


@requires("mailing.send")
def letter_stop(request: HttpRequest, reference: str) -> HttpResponse:
    """A page that states the numbers; its button stops the rest."""
    mailing = find(request, reference)
    if request.method == "POST":
        try:
            stopped = lifecycle.stop_the_rest(mailing, actor=request.user)  # type: ignore[arg-type]
            messages.success(request, _("Stopped: %(numbers)s") % {"numbers": stopped.sentence})
        except LifecycleError as error:
            messages.error(request, str(error))
        return redirect("mailing:letter_report", reference=reference)
    now = reports.progress(mailing)
    if mailing.frozen_at is None or reports.is_final(mailing, now):
        messages.info(request, _("There is nothing left to stop."))
        return redirect(address_of(mailing))
    left = now.accepted + now.uncertain + now.in_flight
    context = {"nav": nav_of(mailing), "mailing": mailing, "left": left, "rest": now.waiting + now.delayed}
    return render(request, "mailing/stop.html", context)


@requires("mailing.send")
def letter_cancel(request: HttpRequest, reference: str) -> HttpResponse:
    """Give a letter up before it starts: a page that says so, and its button."""
    mailing = find(request, reference)
    if request.method == "POST":
        try:
            lifecycle.cancel(mailing, actor=request.user)  # type: ignore[arg-type]
            messages.success(request, _("%(reference)s is given up. Nothing was sent.") % {"reference": reference})
        except LifecycleError as error:
            messages.error(request, str(error))
        return redirect(list_of(mailing))
    if mailing.status not in EDITABLE:
        messages.info(request, _("It has started. You can stop the rest instead."))
        return redirect(address_of(mailing))
    return render(
        request, "mailing/cancel.html", {"nav": nav_of(mailing), "mailing": mailing, "back": address_of(mailing)}
    )
