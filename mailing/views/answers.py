"""Answering somebody from the reply desk, and settling an answer whose outcome is not known."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import requires
from mailing import answering, reply_page
from mailing.models import Answer, Reply
from mailing.replies import ReplyError
from mailing.views.replies import find


@requires("mailing.send")
@require_http_methods(["GET", "POST"])
def answer_write(request: HttpRequest, pk: int) -> HttpResponse:
    """Write to one person; it leaves at once, and only once even when the form is sent twice."""
    reply = find(request, pk)
    problem, text = answering.why_not(reply), request.POST.get("text", "")
    subject = request.POST.get("subject", "").strip()[:300] or answering.subject_for(reply)
    token = _token(request)
    if request.method == "POST" and not problem:
        try:
            answering.answer(reply, text, actor=request.user, token=token, subject=subject)  # type: ignore[arg-type]
        except ReplyError as error:
            problem = str(error)
        else:
            messages.success(request, _("Your answer is on its way. What becomes of it stands below the message."))
            return redirect("replies:detail", pk)
    context = {
        "nav": "replies",
        "open": reply_page.shown(reply, request.user),  # type: ignore[arg-type]
        "problem": problem,
        "text": text,
        "subject": subject,
        "token": token,
        "sender": reply.mailing.sender if reply.mailing else None,
    }
    return render(request, "mailing/reply_answer.html", context, status=422 if problem else 200)


def _token(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("token", ""))
    except ValueError:
        return uuid4()


@require_POST
@requires("mailing.send")
def answer_settle(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A person decides about an answer whose outcome is not known, or that was not sent."""
    seen = Reply.objects.visible_to(request.user)
    row = Answer.objects.filter(public_id=public_id, reply__in=seen).first()
    if row is None:
        raise Http404
    try:
        answering.settle(row, request.POST.get("decision", ""), actor=request.user)  # type: ignore[arg-type]
        messages.success(request, _("Settled and written down."))
    except ReplyError as error:
        messages.error(request, str(error))
    return redirect("replies:detail", row.reply_id)
