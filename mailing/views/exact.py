"""One recipient's letter: the exact message, and what became of it."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.audit import record
from contacts.confidentiality import secret_mail
from mailing import as_sent, retrying, signs
from mailing.dispatch.rendering import message_id
from mailing.models import Delivery, Mailing
from mailing.story import nav_of
from mailing.views.finding import find_sent
from mailing.views.people import mail_preview


def found(request: HttpRequest, reference: str, public_id: UUID) -> Any:
    """The row of the ledger a page is about, if the person may see its mailing; else 404. Nobody left out has one.

    `is_secret` says whether its address must not be shown.
    """
    mailing = find_sent(request, reference)
    rows = Delivery.objects.filter(mailing=mailing, public_id=public_id).annotate(is_secret=secret_mail())
    delivery: Any = rows.select_related("contact").first()
    if delivery is None or delivery.status == Delivery.Status.SKIPPED:
        raise Http404
    delivery.mailing = mailing
    return delivery


@requires("mailing.view")
def delivery_letter(request: HttpRequest, reference: str, public_id: UUID) -> HttpResponse:
    """One recipient's message as it left, compared with the ledger, with what became of it and what can be done."""
    delivery = found(request, reference, public_id)
    return render(request, "mailing/delivery.html", _context(request, delivery))


def _context(request: HttpRequest, delivery: Any) -> dict[str, Any]:
    attempts = ngettext("%(n)d attempt", "%(n)d attempts", delivery.attempts) % {"n": delivery.attempts}
    is_open = delivery.mailing.status in (Mailing.Status.SENDING, Mailing.Status.PAUSED, Mailing.Status.FINISHED)
    status, is_back = Delivery.Status, delivery.bounced_at is not None
    # Asked only where something might be done: most letters arrived.
    is_missing = delivery.status == status.FAILED or (delivery.status == status.SENT and is_back)
    why_not = retrying.why_not_again(delivery) if is_missing else ""
    may = is_missing and is_open and request.user.has_perm("mailing.send")
    address = "" if delivery.is_secret else delivery.email
    return {
        "nav": nav_of(delivery.mailing),
        "mailing": delivery.mailing,
        "delivery": delivery,
        "address": address,
        "message": as_sent.message_of(delivery),
        "message_id": message_id(delivery, delivery.mailing.sender.domain),
        "as_text": request.GET.get("format") == "text",
        "timeline": signs.timeline_of(delivery),
        "attempts": attempts,
        "may_retry": may and not why_not and delivery.status == status.FAILED,
        "may_readdress": may and delivery.email is not None,
        "why_not": why_not,
        # A file with the whole message names the address.
        "may_take": bool(address) and request.user.has_perm("mailing.send"),
    }


@mail_preview
@requires("mailing.view")
@require_safe
def delivery_message(request: HttpRequest, reference: str, public_id: UUID) -> HttpResponse:
    """The HTML of the message as it left, for the frame on its page."""
    message = as_sent.message_of(found(request, reference, public_id))
    if not message.html:
        raise Http404
    return HttpResponse(message.html)


@requires("mailing.send")
@require_safe
def delivery_file(request: HttpRequest, reference: str, public_id: UUID) -> HttpResponse:
    """The message byte for byte as a file; who took it is written down. None for a secret address."""
    delivery = found(request, reference, public_id)
    message = as_sent.message_of(delivery)
    if not message.raw or delivery.is_secret:
        raise Http404
    mailing = delivery.mailing
    record(request.user, f"took one message of {mailing.reference} as a file", about=mailing, label=mailing.reference)  # type: ignore[arg-type]
    response = HttpResponse(message.raw, content_type="message/rfc822")
    response["Content-Disposition"] = f'attachment; filename="{mailing.reference}-{delivery.public_id}.eml"'
    return response
