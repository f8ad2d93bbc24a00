"""The report: progress while it sends, its recipients and figures, letters whose outcome is not known."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from accounts.access import requires
from mailing import breakdowns, lifecycle, papers, reports, signs
from mailing.dispatch import hours
from mailing.issue_reports import report_of
from mailing.lifecycle import LifecycleError
from mailing.models import Delivery, Mailing
from mailing.story import address_of, history_of, is_issue, nav_of
from mailing.timing import ends_at, slowed_sentences, timing_sentences, waiting_sentence
from mailing.views.finding import find, find_sent

PER_PAGE = 50
# htmx stops polling on this status.
STOP_POLLING = 286
BEGUN = ["sending", "paused", "finished", "cancelled"]


@requires("mailing.view")
def letter_report(request: HttpRequest, reference: str) -> HttpResponse:
    """What became of every letter. A letter that has not started opens where it stands."""
    mailing = find_sent(request, reference)
    if mailing.status not in BEGUN or mailing.frozen_at is None:
        if mailing.status == Mailing.Status.DRAFT and not request.user.has_perm("mailing.edit"):
            return redirect("mailing:letter_approve", reference=reference)
        if mailing.status != Mailing.Status.CANCELLED:
            return redirect(address_of(mailing))
    tab = request.GET.get("tab", "all")
    tab = tab if tab in reports.TABS else "all"
    now, answers = reports.progress_and_answers(mailing)
    tab = "all" if tab == "bounced" and not answers.bounced else tab
    tab = "all" if is_issue(mailing) and tab in ("replied", "no-reply") else tab
    context = {
        **_progress_context(mailing, now),
        "nav": nav_of(mailing),
        "tab": tab,
        "history": history_of(mailing),
        "answers": answers,
    }
    context["tabs"] = _tabs(mailing, context["now"], context["answers"])
    if mailing.kind == Mailing.Kind.NEWSLETTER:
        context["issue"] = report_of(mailing, now, answers)
    context |= _figures(request, mailing)
    pages = Paginator(reports.ledger(mailing, tab), PER_PAGE)
    # The tab's own figure, so that the rows need not be counted a second time.
    pages.count = next(count for name, _label, count in context["tabs"] if name == tab)
    context["page_obj"] = pages.get_page(request.GET.get("page"))
    context["uncertain"] = list(reports.uncertain(mailing)[:PER_PAGE]) if context["now"].uncertain else []
    return render(request, "mailing/report.html", context)


def _figures(request: HttpRequest, mailing: Mailing) -> dict[str, Any]:
    """The bars beside the recipients; of a large mailing only when asked, since every row is read for them."""
    by = request.GET.get("by", "")
    if by not in breakdowns.BY and (mailing.recipients or 0) > breakdowns.MOST_AT_ONCE:
        return {"figures": None}
    found = breakdowns.breakdowns(mailing)
    by = by if by in found else next(iter(found), "")
    return {
        "figures": breakdowns.bars(found[by]) if by else [],
        "by": by,
        "cuts": [(name, breakdowns.BY[name]) for name in found],
        "more": max(len(found[by]) - breakdowns.MOST_BARS, 0) if by else 0,
    }


def _progress_context(mailing: Mailing, now: reports.Progress) -> dict[str, Any]:
    moment = timezone.now()
    is_final, is_sending = reports.is_final(mailing, now), mailing.status == Mailing.Status.SENDING
    return {
        "mailing": mailing,
        "now": now,
        "is_final": is_final,
        "is_silent": reports.is_silent(mailing, now),
        "is_missed": mailing.status == Mailing.Status.PAUSED and hours.is_missed(mailing, moment),
        "timing": [] if is_final else timing_sentences(mailing),
        "waits": "" if is_final else waiting_sentence(mailing, moment),
        "ends": ends_at(mailing, moment, now.rest) if is_sending else None,
        # Who slows us down has letters of ours waiting for another try.
        "slowed": slowed_sentences(mailing, moment) if is_sending and now.delayed else [],
        "papers": papers.progress(mailing),
    }


def _tabs(mailing: Mailing, now: reports.Progress, answers: signs.Answers) -> list[tuple[str, str, int]]:
    left_out = (mailing.matched or 0) - (mailing.recipients or 0) + now.skipped
    found = [
        ("all", _("All"), now.total),
        ("replied", _("Replied"), answers.replied),
        ("no-reply", _("No reply"), answers.unanswered),
        ("problems", _("Problems"), now.failed + now.uncertain + now.delayed + answers.bounced_after),
        ("waiting", _("Waiting"), now.waiting + now.in_flight),
        ("left-out", _("Left out"), left_out),
    ]
    if answers.bounced:
        found.insert(4, ("bounced", _("Bounced"), answers.bounced))
    # Nobody is asked to answer an issue.
    return [row for row in found if not (is_issue(mailing) and row[0] in ("replied", "no-reply"))]


@requires("mailing.view")
def letter_progress(request: HttpRequest, reference: str) -> HttpResponse:
    """The part of the report that htmx asks for every two seconds; 286 ends the asking.

    At the end the whole page is read again, so that its lists and buttons are those of a finished mailing.
    """
    mailing = find_sent(request, reference)
    context = _progress_context(mailing, reports.progress(mailing))
    if context["is_final"] and request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRefresh()
    status = STOP_POLLING if context["is_final"] or mailing.status == Mailing.Status.PAUSED else 200
    return render(request, "mailing/_progress.html", context, status=status)


@require_POST
@requires("mailing.send")
def delivery_settle(request: HttpRequest, reference: str, public_id: UUID) -> HttpResponse:
    """A person decides about one letter whose outcome is not known."""
    mailing = find(request, reference)
    delivery = Delivery.objects.filter(mailing=mailing, public_id=public_id).first()
    if delivery is None:
        raise Http404
    try:
        lifecycle.settle(delivery, actor=request.user, decision=request.POST.get("decision", ""))  # type: ignore[arg-type]
        messages.success(request, _("Settled and written down."))
    except LifecycleError as error:
        messages.error(request, str(error))
    return redirect("mailing:letter_report", reference=reference)


@require_POST
@requires("mailing.send")
def letter_settle(request: HttpRequest, reference: str) -> HttpResponse:
    """A person decides alike about all the letters they saw whose outcome is not known; those stand in the form."""
    mailing = find(request, reference)
    seen = [public_id for text in request.POST.getlist("letter")[:PER_PAGE] if (public_id := _uuid(text))]
    rows = Delivery.objects.filter(mailing=mailing, public_id__in=seen).order_by("pk")
    try:
        count = lifecycle.settle_all(rows, actor=request.user, decision=request.POST.get("decision", ""))  # type: ignore[arg-type]
    except LifecycleError as error:
        messages.error(request, str(error))
    else:
        settled = ngettext("%(n)d letter is settled.", "%(n)d letters are settled.", count) % {"n": count}
        messages.success(request, settled)
    return redirect("mailing:letter_report", reference=reference)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
