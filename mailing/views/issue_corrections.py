"""After an issue was sent: its web version corrected, the issue taken out of the public archive and put back."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import requires
from contacts.languages import language_name
from mailing import archive
from mailing.correction_forms import CorrectionForm, WithdrawForm
from mailing.corrections import Overtaken, correct, put_back, withdraw
from mailing.models import Mailing, WebVersion, Withdrawal
from mailing.states import LifecycleError
from mailing.views.finding import find_sent
from mailing.web_text import NotFound, shown


def _find(request: HttpRequest, reference: str) -> tuple[Mailing, list[WebVersion]]:
    """An issue that has begun to leave, with its web versions; else 404."""
    mailing = find_sent(request, reference)
    versions = list(mailing.web_versions.prefetch_related("corrections__by"))
    if mailing.kind != Mailing.Kind.NEWSLETTER or not versions:
        raise Http404
    return mailing, versions


@requires("mailing.send")
@require_http_methods(["GET", "POST"])
def issue_correction(request: HttpRequest, reference: str) -> HttpResponse:
    """The web version of one language (?lang=) and its form; 409 when a colleague was first, keeping what was typed."""
    mailing, versions = _find(request, reference)
    asked = request.GET.get("lang", mailing.source_language)
    version = next((row for row in versions if row.language == asked), versions[0])
    form = CorrectionForm(request.POST or None, version=version)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                correct(version, form.change(), edition=form.cleaned_data["edition"], actor=request.user)  # type: ignore[arg-type]
            except Overtaken as error:
                status = 409
                form.add_error(None, str(error))
            except (NotFound, LifecycleError) as error:
                form.add_error("old" if isinstance(error, NotFound) else None, str(error))
            else:
                messages.success(
                    request, _("Corrected. The note stands below the text; the mail stays as it was sent.")
                )
                return redirect(f"{reverse('newsletters:issue_correction', args=[reference])}?lang={version.language}")
    context = _context(mailing, versions, version) | {"form": form, "is_overtaken": status == 409}
    if status == 409:
        # Sent again, it is about the text as it stands now, which the page shows.
        form.data = {**request.POST.dict(), "edition": str(version.edition)}
    return render(request, "mailing/issue_correction.html", context, status=status)


def _context(mailing: Mailing, versions: list[WebVersion], version: WebVersion) -> dict[str, Any]:
    return {
        "nav": "newsletters",
        "mailing": mailing,
        "version": version,
        "body": shown(version.html),
        "corrections": list(version.corrections.all()),
        "languages": [(row.language, language_name(row.language)) for row in versions],
        "withdrawal": Withdrawal.objects.filter(mailing=mailing, put_back_at__isnull=True).first(),
        "withdraw_form": WithdrawForm(),
        "public_path": archive.path_of(mailing, version.language),
    }


@require_POST
@requires("mailing.send")
def issue_withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Takes the issue out of the archive."""
    mailing, versions = _find(request, reference)
    form = WithdrawForm(request.POST)
    if form.is_valid():
        try:
            withdraw(mailing, note=form.cleaned_data["reason"], actor=request.user)  # type: ignore[arg-type]
        except LifecycleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("It is out of the archive. Its page says why."))
            return redirect("newsletters:issue_correction", reference)
    version = next((row for row in versions if row.language == mailing.source_language), versions[0])
    context = _context(mailing, versions, version) | {"form": CorrectionForm(version=version), "withdraw_form": form}
    return render(request, "mailing/issue_correction.html", context, status=422)


@require_POST
@requires("mailing.send")
def issue_put_back(request: HttpRequest, reference: str) -> HttpResponse:
    """Shows the issue in the archive again."""
    mailing, _versions = _find(request, reference)
    if put_back(mailing, actor=request.user):  # type: ignore[arg-type]
        messages.success(request, _("It stands in the archive again."))
    return redirect("newsletters:issue_correction", reference)
