"""Step 4: a second person reads what would leave, and decides."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import requires
from accounts.roles import users_who_may
from advocacy.richtext import to_text
from mailing import arrivals, checklist, issue_kinds, lifecycle, previews, reviewing
from mailing.findings import Checklist
from mailing.forms import SubmitForm
from mailing.lifecycle import LifecycleError, Moved, NotAllowed
from mailing.models import Mailing
from mailing.reviewing import Changes
from mailing.story import address_of, history_of, list_of, nav_of, road_of
from mailing.sums import language_bars
from mailing.views.finding import find
from mailing.views.people import left_out_rows


@requires("mailing.view")
def letter_approve(request: HttpRequest, reference: str) -> HttpResponse:
    """For the author: ask a colleague. For the colleague: read what would leave, then decide."""
    return approve_page(request, find(request, reference))


def approve_page(
    request: HttpRequest, mailing: Mailing, *, form: SubmitForm | None = None, error: str = "", status: int = 200
) -> HttpResponse:
    """The page of step 4. Its digest is bound to what it shows."""
    found = checklist.run(mailing)
    digest = lifecycle.audience_digest_of(mailing, found.preview)
    user: Any = request.user
    is_draft = mailing.status == Mailing.Status.DRAFT
    others = {user.pk, mailing.author_id}
    approvers = [one for one in users_who_may("mailing.approve") if one.pk not in others] if is_draft else []
    context = {
        "nav": nav_of(mailing),
        "mailing": mailing,
        "error": error,
        "steps": road_of(mailing, "approve", people=found.preview.recipients, check=found.summary),
        "checklist": found,
        "preview": found.preview,
        "left_out": left_out_rows(found.preview),
        "bars": language_bars(found.preview),
        **_worth_reading(mailing, found),
        "digest": digest,
        "people": arrivals.sealed(mailing, found.preview) if mailing.status == Mailing.Status.IN_REVIEW else "",
        "arrivals": arrivals.since(mailing, request.POST.get("people", ""), found.preview) if status == 409 else None,
        "has_moved": mailing.status == Mailing.Status.IN_REVIEW and digest != mailing.review_digest,
        "form": form or SubmitForm(approvers=approvers),
        "approvers": approvers,
        "refusal": _refusal(mailing, user),
        "changes": _changes(mailing, user, found),
        "history": history_of(mailing),
    }
    return render(request, "mailing/approve.html", context, status=status)


def _worth_reading(mailing: Mailing, found: Checklist) -> dict[str, Any]:
    """Of an issue one message of each kind, whoever reads it; of a letter three that people get."""
    if mailing.has_blocks:
        return {"kinds": issue_kinds.kinds_of(mailing, found.preview, found.readers)}
    return {"proposed": previews.three_worth_reading(mailing, found.preview, found.readers)}


def _changes(mailing: Mailing, user: Any, found: Checklist) -> Changes | None:
    """While it waits: what changed since this person, or anybody, decided the last time."""
    if mailing.status != Mailing.Status.IN_REVIEW:
        return None
    return reviewing.since_last_read(mailing, user, [pk for pk, _key, _language in found.preview.recipient_keys])


def _refusal(mailing: Mailing, user: Any) -> str:
    """Why this person cannot decide, or nothing."""
    try:
        lifecycle.may_decide(mailing, user)
    except NotAllowed as reason:
        return str(reason)
    return ""


@requires("mailing.view")
def letter_review(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """What somebody read when they decided: texts, numbers, proposed letters, checklist. It stays as it was."""
    mailing = find(request, reference)
    review = mailing.reviews.filter(pk=pk).first()
    if review is None:
        raise Http404
    context = {
        "nav": nav_of(mailing),
        "mailing": mailing,
        "review": review,
        "sum": reviewing.sum_sentence(review),
        "texts": [(row[0], row[1], to_text(row[2]), row[3]) for row in review.parts.get("texts", [])],
        "shown": reviewing.shown(review),
    }
    return render(request, "mailing/review.html", context)


@require_POST
@requires("mailing.edit")
def letter_submit(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask a colleague for approval."""
    mailing = find(request, reference)
    others = [person for person in users_who_may("mailing.approve") if person.pk != request.user.pk]
    form = SubmitForm(request.POST, approvers=others)
    if not form.is_valid():
        return approve_page(request, mailing, form=form, status=422)
    approver, note = form.cleaned_data["approver"], form.cleaned_data["note"]
    try:
        lifecycle.submit(mailing, actor=request.user, approver=approver, note=note)  # type: ignore[arg-type]
    except LifecycleError as error:
        return approve_page(request, find(request, reference), form=form, error=str(error), status=status_of(error))
    messages.success(request, _("%(name)s has been asked and gets an e-mail.") % {"name": approver})
    return redirect("mailing:letter_approve", reference=reference)


def status_of(error: LifecycleError) -> int:
    """The HTTP status of a refused move."""
    return 403 if isinstance(error, NotAllowed) else 409 if isinstance(error, Moved) else 422


@require_POST
@requires("mailing.approve")
def letter_approval(request: HttpRequest, reference: str) -> HttpResponse:
    """Approve exactly what the page showed; refused (409) when text, people or sender have moved since."""
    mailing = find(request, reference)
    seen = request.POST.get("seen", "")
    count = int(seen[:9]) if seen.isascii() and seen.isdigit() else None
    try:
        lifecycle.approve(mailing, actor=request.user, digest=request.POST.get("digest", ""), seen=count)  # type: ignore[arg-type]
    except LifecycleError as error:
        return approve_page(request, find(request, reference), error=str(error), status=status_of(error))
    messages.success(
        request, _("You approved %(reference)s. It leaves when a colleague sends it.") % {"reference": reference}
    )
    return redirect(address_of(find(request, reference)))


@require_POST
@requires("mailing.approve")
def letter_changes(request: HttpRequest, reference: str) -> HttpResponse:
    """Send it back with a comment."""
    mailing = find(request, reference)
    try:
        lifecycle.ask_changes(mailing, actor=request.user, note=request.POST.get("note", ""))  # type: ignore[arg-type]
    except LifecycleError as error:
        return approve_page(request, find(request, reference), error=str(error), status=status_of(error))
    messages.success(request, _("It is with its author again, with your comment."))
    return redirect(list_of(mailing))


@require_POST
@requires("mailing.edit")
def letter_withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Take a letter that waits, is approved or is scheduled back to a draft."""
    mailing = find(request, reference)
    try:
        lifecycle.withdraw(mailing, actor=request.user, note=_("Taken back."))  # type: ignore[arg-type]
    except LifecycleError as error:
        messages.error(request, str(error))
        return redirect(address_of(find(request, reference)))
    messages.success(request, _("It is a draft again. Nothing was sent."))
    return redirect("mailing:letter_write", reference=reference)
