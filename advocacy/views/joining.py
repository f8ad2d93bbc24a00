"""Calls that others lead: the list and the page of one in the workspace, and what the public reads of them."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from advocacy import joining
from advocacy.forms.joining import CallForm, DecisionForm
from advocacy.forms.signing import OrganisationNames
from advocacy.joining import JoiningError
from advocacy.models import JoinedCall
from advocacy.views.framing import frame, public_page
from contacts.models import Organisation
from contacts.organising import save_organisation

PER_PAGE = 25
TONES = {"open": "warn", "joined": "ok", "declined": ""}


def _find(request: HttpRequest, reference: str) -> JoinedCall:
    rows = JoinedCall.objects.visible_to(request.user).defer("file")
    found: JoinedCall | None = (
        rows.select_related("lead", "owner", "asked_by", "decided_by").filter(reference=reference).first()
    )
    if found is None:
        raise Http404
    return found


@requires("advocacy.view")
@require_safe
def call_list(request: HttpRequest) -> HttpResponse:
    """All calls of others that one may see, the newest first."""
    rows = JoinedCall.objects.visible_to(request.user).defer("file").select_related("lead").order_by("-id")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "nav": "statements",
        "page_obj": page,
        "rows": [{"call": call, "tone": TONES[call.decision]} for call in page.object_list],
    }
    return render(request, "advocacy/call_list.html", context)


@requires("advocacy.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def call_create(request: HttpRequest) -> HttpResponse:
    """Take down a call."""
    known = OrganisationNames(request.user)
    form = CallForm(request.POST or None, request.FILES or None, known=known)
    if request.method == "POST" and form.is_valid():
        call = _added(request, form)
        if call is not None:
            done = _("%(reference)s is taken down. A colleague decides whether we join.")
            messages.success(request, done % {"reference": call.reference})
            return redirect("advocacy:call_detail", call.reference)
    context = {"nav": "statements", "form": form, "names": known.names()}
    return render(request, "advocacy/call_create.html", context, status=422 if form.errors else 200)


def _added(request: HttpRequest, form: CallForm) -> JoinedCall | None:
    try:
        with transaction.atomic():
            lead = form.cleaned_data["found"]
            if lead is None:
                organisation = Organisation()
                values = {"name": form.cleaned_data["lead"]}
                save_organisation(organisation, values, types=list, actor=request.user)  # type: ignore[arg-type]
                lead = Organisation.objects.get(pk=organisation.pk)
            return joining.add_call(form.asked(lead), actor=request.user)  # type: ignore[arg-type]
    except IntegrityError:
        form.add_error("lead", _("An organisation of this name was just added. Send the form again."))
        return None


@requires("advocacy.view")
@require_safe
def call_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """One call: its text, who asked, what was decided and why."""
    return _page(request, _find(request, reference))


def _page(
    request: HttpRequest, call: JoinedCall, *, error: str = "", form: DecisionForm | None = None, status: int = 200
) -> HttpResponse:
    seen = joining.digest_of_call(call)
    context = {
        "nav": "statements",
        "call": call,
        "tone": TONES[call.decision],
        "error": error,
        "form": form or DecisionForm(initial={"seen": seen}),
        "may_edit": request.user.has_perm("advocacy.edit"),
        "may_decide": request.user.has_perm("advocacy.approve") and call.asked_by_id != request.user.pk,
        "deciders": joining.deciders(call) if call.decision == "open" else [],
    }
    return render(request, "advocacy/call_detail.html", context, status=status)


@requires("advocacy.view")
@require_safe
def call_file(request: HttpRequest, reference: str) -> HttpResponse:
    """The text as it came, to be saved."""
    return _download(_find(request, reference))


def _download(call: JoinedCall) -> HttpResponse:
    if not call.file_name or call.file is None:
        raise Http404
    response = HttpResponse(bytes(call.file), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{call.reference}.pdf"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_POST
@requires("advocacy.approve")
def call_decide(request: HttpRequest, reference: str) -> HttpResponse:
    """Decide as a second person."""
    call = _find(request, reference)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, call, form=form, status=422)
    data = form.cleaned_data
    try:
        joining.decide(call, data["decision"], reason=data["reason"], seen=data["seen"], actor=request.user)  # type: ignore[arg-type]
    except JoiningError as error:
        return _page(request, _find(request, reference), error=str(error), status=409)
    messages.success(request, _("Your decision is kept."))
    return redirect("advocacy:call_detail", reference)


@require_POST
@requires("advocacy.edit")
def call_publish(request: HttpRequest, reference: str) -> HttpResponse:
    """Tell the public that we joined, or take that back."""
    call = _find(request, reference)
    step = joining.take_down if request.POST.get("action") == "take_down" else joining.publish_call
    try:
        step(call, actor=request.user)  # type: ignore[arg-type]
    except JoiningError as error:
        return _page(request, call, error=str(error), status=409)
    messages.success(request, _("It is public.") if call.published_at else _("It is off the public pages."))
    return redirect("advocacy:call_detail", reference)


@public_page
def public_list(request: HttpRequest, lang: str) -> HttpResponse:
    """The calls of others that we joined, the newest first."""
    page = Paginator(joining.published_calls(lang), PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {**frame(lang, "statements", "call_list"), "page_obj": page}
    return render(request, "public/call_list.html", context)


def _published(slug: str) -> JoinedCall:
    rows = JoinedCall.objects.published().defer("file").select_related("lead", "owner")
    found: JoinedCall | None = rows.filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


@public_page
def public_detail(request: HttpRequest, lang: str, slug: str) -> HttpResponse:
    """One call that we joined."""
    call = _published(slug)
    context = {**frame(lang, "statements", "call_detail", slug=slug), "call": call}
    return render(request, "public/call_detail.html", context)


@public_page
def public_file(request: HttpRequest, lang: str, slug: str) -> HttpResponse:
    """The text of a call that we joined, as it came."""
    return _download(_published(slug))
