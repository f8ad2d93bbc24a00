"""The reply desk: the list, one answer, sorting it, its letter, its colleague, its files; adding one by hand."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.exports import csv_download
from accounts.ids import id_in
from accounts.models import User
from mailing import enclosed, pasting, reply_page
from mailing import replies as desk
from mailing.models import Delivery, Mailing, Reply
from mailing.reply_forms import PasteForm
from mailing.reply_page import TABS

PER_PAGE = 25
PEOPLE = ("mail", "delivery", "mailing__campaign", "mailing__sender", "contact", "sorted_by", "assigned_to", "position")


def find(request: HttpRequest, pk: int) -> Reply:
    """The answer of this number, if the person may see it; else 404."""
    found = Reply.objects.visible_to(request.user).select_related(*PEOPLE).defer("mail__raw").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@requires("mailing.view")
@require_safe
def reply_list(request: HttpRequest) -> HttpResponse:
    """Answers to sort, newest first, with the first one open."""
    return _page(request, None)


@requires("mailing.view")
@require_safe
def reply_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The same page with this answer open."""
    return _page(request, find(request, pk))


def _page(request: HttpRequest, reply: Reply | None) -> HttpResponse:
    user: Any = request.user
    counts = reply_page.numbers(user)
    tab = _tab(request)
    pages = Paginator(reply_page.rows_of(user, tab), PER_PAGE)
    pages.count = counts[tab.replace("-", "_")]
    page = pages.get_page(request.GET.get("page"))
    rows = list(page.object_list)
    if reply is None and rows:
        reply = find(request, rows[0].pk)
    words = request.GET.get("q", "").replace("\0", "").strip()[:100]
    context = {
        "nav": "replies",
        "today": timezone.localdate(),
        "tab": tab,
        "counts": counts,
        "page_obj": page,
        "rows": reply_page.listed(rows),
        "open": reply_page.shown(reply, user) if reply else None,
        "letters": _letters(reply, user, words) if reply else [],
        "words": words,
        "undo": _undo(request),
        "query": f"?show={tab}" + (f"&page={page.number}" if page.number > 1 else ""),
    }
    return render(request, "mailing/reply_list.html", context)


def _tab(request: HttpRequest) -> str:
    tab = request.GET.get("show", TABS[0])
    return tab if tab in TABS else TABS[0]


def _letters(reply: Reply, user: User, words: str) -> list[tuple[Delivery, str]]:
    """Letters to choose from, for an answer that stands with none or whose letter is looked for."""
    if (reply.delivery_id is not None and not words) or reply.sort == Reply.Sort.NOT_OURS:
        return []
    return [(row, desk.why_likely(reply, row)) for row in desk.letters_for(reply, user, words)]


def _undo(request: HttpRequest) -> Reply | None:
    """The answer that was sorted a moment ago, so that one press takes that back."""
    pk = id_in(request.GET.get("sorted", ""))
    return Reply.objects.visible_to(request.user).exclude(sort="").filter(pk=pk).first() if pk else None


@require_POST
@requires("mailing.edit")
def reply_sort(request: HttpRequest, pk: int) -> HttpResponse:
    """One press sorts an answer and opens the next."""
    reply = find(request, pk)
    following = _next(request, reply)
    try:
        desk.sort(reply, request.POST.get("sort", ""), actor=request.user, seen=request.POST.get("seen"))  # type: ignore[arg-type]
    except desk.ReplyError as error:
        messages.error(request, str(error))
        return redirect(_address(request, reply))
    return redirect(f"{_address(request, following)}&sorted={pk}")


def _next(request: HttpRequest, reply: Reply) -> Reply | None:
    """The answer below this one in its list, or the first one; None after the last."""
    rows = reply_page.rows_of(request.user, _tab(request)).exclude(pk=reply.pk).select_related(None)  # type: ignore[arg-type]
    older = Q(received_at__lt=reply.received_at) | Q(received_at=reply.received_at, pk__lt=reply.pk)
    found: Reply | None = rows.filter(older).first() or rows.first()
    return found


def _address(request: HttpRequest, reply: Reply | None) -> str:
    page = reverse("replies:detail", args=[reply.pk]) if reply else reverse("replies:list")
    return f"{page}?show={_tab(request)}"


@require_POST
@requires("mailing.edit")
def reply_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a sorting back; the answer stands among those to sort again."""
    reply = desk.undo(find(request, pk), actor=request.user)  # type: ignore[arg-type]
    messages.success(request, _("Taken back. It is to be sorted again."))
    return redirect(_address(request, reply))


@require_POST
@requires("mailing.edit")
def reply_assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an answer to a colleague, whose first page then shows it; an empty choice gives it to nobody."""
    reply = find(request, pk)
    wanted = id_in(request.POST.get("colleague", ""))
    colleague = User.objects.filter(pk=wanted, is_active=True).first() if wanted else None
    try:
        desk.assign(reply, colleague, actor=request.user)  # type: ignore[arg-type]
    except desk.ReplyError as error:
        messages.error(request, str(error))
    else:
        said = _("%(name)s takes care of it.") % {"name": colleague} if colleague else _("Nobody has it on their list.")
        messages.success(request, said)
    return redirect(_address(request, reply))


@require_POST
@requires("mailing.edit")
def reply_match(request: HttpRequest, pk: int) -> HttpResponse:
    """ "Which letter is this?": the one chosen, or none of ours."""
    reply, chosen = find(request, pk), request.POST.get("letter", "")
    if chosen == "none":
        desk.sort(reply, Reply.Sort.NOT_OURS, actor=request.user)  # type: ignore[arg-type]
        messages.success(request, _("It is set aside, and nothing is deleted."))
        return redirect(f"{_address(request, _next(request, reply))}&sorted={pk}")
    delivery = _letter(request, chosen)
    if delivery is None:
        messages.error(request, _("Choose the letter it answers, or say that it answers none."))
    else:
        desk.put_with(reply, delivery, actor=request.user)  # type: ignore[arg-type]
        messages.success(request, _("It stands with %(letter)s now.") % {"letter": delivery.mailing.reference})
    return redirect(_address(request, reply))


def _letter(request: HttpRequest, public_id: str) -> Delivery | None:
    """A letter that left, of a mailing one may see."""
    try:
        wanted = UUID(public_id)
    except ValueError:
        return None
    rows = Delivery.objects.filter(mailing__in=Mailing.objects.visible_to(request.user)).exclude(status="skipped")
    return rows.select_related("mailing", "contact").filter(public_id=wanted).first()


@require_POST
@requires("mailing.edit")
def reply_detach(request: HttpRequest, pk: int) -> HttpResponse:
    """It is not about this letter: the answer stands with none, and the page asks which it is."""
    reply = desk.take_away(find(request, pk), actor=request.user)  # type: ignore[arg-type]
    return redirect(_address(request, reply))


@requires("mailing.view")
@require_safe
def reply_file(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A file that came with an answer, as a download."""
    reply = find(request, pk)
    files = enclosed.files_of(reply) if reply.files else []
    if not 1 <= number <= len(files):
        raise Http404
    return enclosed.download(files[number - 1])


@requires("mailing.edit")
@require_http_methods(["GET", "POST"])
def reply_add(request: HttpRequest) -> HttpResponse:
    """Add an answer that came some other way; ?letter=<a letter's public id> says what it is about."""
    letter = _letter(request, request.GET.get("letter", ""))
    initial = {"name": letter.contact.name if letter and letter.contact else ""}
    form = PasteForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            reply = pasting.paste(actor=request.user, letter=letter, **form.cleaned_data)  # type: ignore[arg-type]
        except desk.ReplyError as error:
            form.add_error("text", str(error))
        else:
            messages.success(request, _("The answer is kept. Now say what it is."))
            return redirect("replies:detail", reply.pk)
    context = {"nav": "replies", "form": form, "letter": letter}
    return render(request, "mailing/reply_add.html", context, status=422 if form.errors else 200)


@requires("mailing.view")
@require_safe
def reply_csv(request: HttpRequest) -> HttpResponseBase:
    """The sorted answers as a table: letter, when, what they say; without names, addresses and words."""
    rows = Reply.objects.visible_to(request.user).filter(is_auto=False).select_related("mailing").order_by("pk")
    head = ("letter", "received_at", "sort", "sorted_at")
    lines = (
        [
            row.mailing.reference if row.mailing else "",
            row.received_at.isoformat(timespec="seconds"),
            row.sort,
            row.sorted_at.isoformat(timespec="seconds") if row.sorted_at else "",
        ]
        for row in rows.defer("text").iterator(chunk_size=2000)
    )
    return csv_download("replies.csv", head, lines)
