"""The confirmation after a time was chosen: what leaves when, what happens next, and undo while it is held."""

from datetime import date, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from accounts.access import requires
from mailing import working_days
from mailing.models import Mailing, Review
from mailing.story import address_of, nav_of
from mailing.timing import ends_at, timing_sentences
from mailing.views.finding import find_sent


@requires("mailing.view")
def letter_sent(request: HttpRequest, reference: str) -> HttpResponse:
    """The confirmation: reference, count, when, who approved, what happens next, undo while it is held."""
    mailing = find_sent(request, reference)
    if mailing.status != Mailing.Status.SCHEDULED:
        started = address_of(mailing)
        return HttpResponseClientRedirect(started) if request.htmx else redirect(started)  # type: ignore[attr-defined]
    left = int((mailing.scheduled_at - timezone.now()).total_seconds()) if mailing.scheduled_at else 0
    start = mailing.scheduled_at or timezone.now()
    ends = ends_at(mailing, start, mailing.recipients or 0)
    context = {
        "nav": nav_of(mailing),
        "mailing": mailing,
        "left": max(left, 0),
        "is_soon": left <= 15 * 60,
        "hold": settings.SEND_HOLD_SECONDS,
        "used": min(max(settings.SEND_HOLD_SECONDS - left, 0), settings.SEND_HOLD_SECONDS),
        # Often while it is held, so that the seconds are true and the report follows the first letter.
        "refresh": 2 if left <= settings.SEND_HOLD_SECONDS else 30,
        "timing": timing_sentences(mailing),
        "ends": ends,
        "own": _in_their_own_language(mailing),
        "asked_again_on": _asked_again_on(mailing, ends or start),
        "scheduled_by": mailing.transitions.filter(to_status=Mailing.Status.SCHEDULED).last(),
    }
    return render(request, "mailing/sent.html", context)


def _in_their_own_language(mailing: Mailing) -> int | None:
    """How many get it in the language they read, as the approver saw it; None where that was not kept."""
    kept = Review.objects.filter(mailing=mailing, version=mailing.version, decision=Review.Decision.APPROVED)
    people = kept.order_by("-id").values_list("people", flat=True).first()
    if people is None:
        return None
    return sum(count for wanted, given, count in people.get("languages", []) if wanted == given)


def _asked_again_on(mailing: Mailing, last: datetime) -> date | None:
    """From when on those who have not answered may be asked again, if the last letter leaves at `last`."""
    if mailing.kind != Mailing.Kind.LETTER or not settings.FOLLOW_UP_DAYS:
        return None
    day = timezone.localtime(last, working_days.BRUSSELS).date()
    off = working_days.days_off(day, day + working_days.FURTHEST)
    return working_days.after(day, settings.FOLLOW_UP_DAYS, off)
