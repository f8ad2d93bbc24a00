"""Letters that certainly did not arrive: try them again, correct an address."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import requires
from mailing import readdressing, retrying
from mailing.lifecycle import LifecycleError
from mailing.models import Delivery, Mailing
from mailing.readdressing import AddressForm
from mailing.story import nav_of
from mailing.views.exact import found
from mailing.views.finding import find


@require_POST
@requires("mailing.send")
def letter_retry(request: HttpRequest, reference: str) -> HttpResponse:
    """Try every letter again that failed for a passing reason."""
    mailing = find(request, reference)
    try:
        count = retrying.retry_passing(mailing, actor=request.user)  # type: ignore[arg-type]
    except LifecycleError as error:
        messages.error(request, str(error))
    else:
        sentence = ngettext("%(n)d letter is tried again.", "%(n)d letters are tried again.", count) % {"n": count}
        messages.success(request, f"{sentence} {_waits(mailing)}".strip())
    return redirect("mailing:letter_report", reference=reference)


@require_POST
@requires("mailing.send")
def delivery_retry(request: HttpRequest, reference: str, public_id: UUID) -> HttpResponse:
    """Try one letter again that failed."""
    delivery = found(request, reference, public_id)
    try:
        retrying.retry(delivery, actor=request.user)  # type: ignore[arg-type]
    except LifecycleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{_('This letter is tried again.')} {_waits(delivery.mailing)}".strip())
    return redirect("mailing:delivery_letter", reference=reference, public_id=public_id)


@requires("mailing.send")
def delivery_address(request: HttpRequest, reference: str, public_id: UUID) -> HttpResponse:
    """Correct the address of somebody whose letter came back and, if wanted, send it again to the new one."""
    delivery = found(request, reference, public_id)
    data = request.POST if request.method == "POST" else None
    form = AddressForm(data, delivery=delivery, user=request.user)  # type: ignore[arg-type]
    blocked = form.why_not()
    why_not = retrying.why_not_again(delivery)
    if data is not None and not blocked and form.is_valid():
        done = _readdress(request, delivery, form)
        if done:
            return redirect("mailing:delivery_letter", reference=reference, public_id=public_id)
    known = form.contact.email if form.contact else ""
    context = {
        "nav": nav_of(delivery.mailing),
        "mailing": delivery.mailing,
        "delivery": delivery,
        "form": form,
        "blocked": blocked,
        "why_not": why_not,
        "is_stopped": delivery.mailing.status == Mailing.Status.CANCELLED,
        "went_to": "" if form.is_secret or delivery.is_secret else delivery.email,
        "is_newer": bool(known and delivery.email and known != delivery.email and not form.is_secret),
    }
    return render(request, "mailing/address.html", context, status=422 if form.errors else 200)


def _readdress(request: HttpRequest, delivery: Delivery, form: AddressForm) -> bool:
    """Do what the button said; False, with the reason in the form, when it cannot be done."""
    address, actor = form.cleaned_data["email"], request.user
    try:
        if "send" in request.POST:
            mailing = readdressing.send_to(delivery, address, actor=actor)  # type: ignore[arg-type]
            sentence = _("The address is corrected and this letter leaves again.")
            messages.success(request, f"{sentence} {_waits(mailing)}".strip())
        elif form.contact and readdressing.correct_address(form.contact, address, actor=actor):  # type: ignore[arg-type]
            messages.success(request, _("The address is corrected. This letter is not sent again."))
        else:
            messages.info(request, _("Nothing had changed: that is the address we have."))
    except LifecycleError as error:
        form.add_error(None, str(error))
        return False
    return True


def _waits(mailing: Mailing) -> str:
    """Why it does not leave at once."""
    status = Mailing.objects.values_list("status", flat=True).get(pk=mailing.pk)
    return _("Sending is paused: it leaves when somebody resumes.") if status == Mailing.Status.PAUSED else ""
