"""The report: progress while it sends, the ledger, letters whose outcome is not known."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from accounts.access import requires
from accounts.audit import record
from contacts.confidentiality import shown_address
from mailing import lifecycle, merge, reports, signs
from mailing.dispatch import hours
from mailing.lifecycle import LifecycleError
from mailing.models import Delivery, Mailing
from mailing.story import address_of, history_of
from mailing.timing import slowed_sentences, timing_sentences, waiting_sentence
from mailing.views.finding import find

PER_PAGE = 50
# htmx stops polling on this status.
STOP_POLLING = 286
BEGUN = ["sending", "paused", "finished", "cancelled"]


@requires("mailing.view")
def letter_report(request: HttpRequest, reference: str) -> HttpResponse:
    """What became of every letter. A letter that has not started opens where it stands."""
    mailing = find(request, reference)
    if mailing.status not in BEGUN or mailing.frozen_at is None:
        if mailing.status == Mailing.Status.DRAFT and not request.user.has_perm("mailing.edit"):
            return redirect("mailing:letter_approve", reference=reference)
        if mailing.status != Mailing.Status.CANCELLED:
            return redirect(address_of(mailing))
    tab = request.GET.get("tab", "all")
    tab = tab if tab in reports.TABS else "all"
    context = {
        **_progress_context(mailing),
        "nav": "letters",
        "tab": tab,
        "history": history_of(mailing),
        "answers": signs.answers(mailing),
    }
    context["tabs"] = _tabs(mailing, context["now"], context["answers"])
    pages = Paginator(reports.ledger(mailing, tab), PER_PAGE)
    # The tab's own figure, so that the rows need not be counted a second time.
    pages.count = next(count for name, _label, count in context["tabs"] if name == tab)
    context["page_obj"] = pages.get_page(request.GET.get("page"))
    context["uncertain"] = list(reports.uncertain(mailing)[:PER_PAGE]) if context["now"].uncertain else []
    return render(request, "mailing/report.html", context)


def _progress_context(mailing: Mailing) -> dict[str, Any]:
    now, moment = reports.progress(mailing), timezone.now()
    is_final, is_sending = reports.is_final(mailing, now), mailing.status == Mailing.Status.SENDING
    return {
        "mailing": mailing,
        "now": now,
        "is_final": is_final,
        "is_silent": reports.is_silent(mailing, now),
        "is_missed": mailing.status == Mailing.Status.PAUSED and hours.is_missed(mailing, moment),
        "timing": [] if is_final else timing_sentences(mailing),
        "waits": "" if is_final else waiting_sentence(mailing, moment),
        # Who slows us down has letters of ours waiting for another try.
        "slowed": slowed_sentences(mailing, moment) if is_sending and now.delayed else [],
    }


def _tabs(mailing: Mailing, now: reports.Progress, answers: signs.Answers) -> list[tuple[str, str, int]]:
    left_out = (mailing.matched or 0) - (mailing.recipients or 0) + now.skipped
    return [
        ("all", _("All"), now.total),
        ("replied", _("Replied"), answers.replied),
        ("problems", _("Problems"), now.failed + now.uncertain + now.delayed + answers.bounced_after),
        ("waiting", _("Waiting"), now.waiting + now.in_flight),
        ("left-out", _("Left out"), left_out),
    ]


@requires("mailing.view")
def letter_progress(request: HttpRequest, reference: str) -> HttpResponse:
    """The part of the report that htmx asks for every two seconds; 286 ends the asking.

    At the end the whole page is read again, so that its lists and buttons are those of a finished mailing.
    """
    mailing = (
        Mailing.objects.visible_to(request.user)
        .select_related("sender", "submitted_by", "approver")
        .filter(reference=reference)
        .first()
    )
    if mailing is None:
        raise Http404
    context = _progress_context(mailing)
    if context["is_final"] and request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRefresh()
    status = STOP_POLLING if context["is_final"] or mailing.status == Mailing.Status.PAUSED else 200
    return render(request, "mailing/_progress.html", context, status=status)


@requires("mailing.view")
def letter_ledger(request: HttpRequest, reference: str) -> StreamingHttpResponse:
    """The whole ledger as CSV; who took it is written down."""
    mailing = find(request, reference)
    record(request.user, f"exported the ledger of {mailing.reference}", about=mailing, label=mailing.reference)  # type: ignore[arg-type]
    response = StreamingHttpResponse(reports.csv_rows(mailing), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{mailing.reference}-ledger.csv"'
    return response


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


@requires("mailing.view")
def delivery_letter(request: HttpRequest, reference: str, public_id: UUID) -> HttpResponse:
    """One recipient's letter as it was frozen, with what became of it."""
    mailing = find(request, reference)
    delivery = Delivery.objects.filter(mailing=mailing, public_id=public_id).select_related("contact").first()
    if delivery is None or delivery.status == Delivery.Status.SKIPPED:
        raise Http404
    content = next((found for found in mailing.contents.all() if found.language == delivery.language), None)
    try:
        rendered = merge.render(content, delivery.context, delivery.language) if content else None
    except merge.MergeError:
        rendered = None
    before = Delivery.objects.filter(mailing=mailing, pk__lt=delivery.pk)
    frozen = before.exclude(status=Delivery.Status.SKIPPED, skipped_at__isnull=True)
    context = {
        "nav": "letters",
        "mailing": mailing,
        "delivery": delivery,
        "address": shown_address(delivery.email, delivery.contact),
        "rendered": rendered,
        "number": frozen.count() + 1,
        "timeline": signs.timeline_of(delivery),
        "attempts": ngettext("%(n)d attempt", "%(n)d attempts", delivery.attempts) % {"n": delivery.attempts},
    }
    return render(request, "mailing/delivery.html", context)
