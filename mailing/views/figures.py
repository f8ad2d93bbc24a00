"""The figures of a mailing by group, country, committee and language, and its ledger as a file."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.access import requires
from mailing import breakdowns, ledger_files
from mailing.story import address_of
from mailing.views.finding import find


@requires("mailing.view")
@require_safe
def letter_figures(request: HttpRequest, reference: str) -> HttpResponse:
    """A table for each way of cutting the recipients; before the freeze there is nobody to count."""
    mailing = find(request, reference)
    if mailing.frozen_at is None:
        return redirect(address_of(mailing))
    found = breakdowns.breakdowns(mailing)
    cuts = [(name, breakdowns.BY[name], parts) for name, parts in found.items()]
    return render(request, "mailing/figures.html", {"nav": "letters", "mailing": mailing, "cuts": cuts})


@requires("mailing.view")
@require_safe
def letter_ledger(request: HttpRequest, reference: str, fmt: str = "csv") -> HttpResponseBase:
    """The whole ledger as a file; who took it is written down."""
    return ledger_files.download(request, find(request, reference), fmt)
