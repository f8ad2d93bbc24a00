"""Leaving a list, or objecting to letters, by the link in the mail.

GET and HEAD change nothing, for scanners open every link; POST acts.

The token is the only authority: no cookie is read or set, and no CSRF token is asked for, since mail programs post
here too (RFC 8058). The body of the request is not looked at, so every form of it is welcome.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import override

from advocacy.languages import interface_language
from advocacy.views.framing import link_page
from contacts.confidentiality import shown_address
from contacts.open_lists import text_of
from mailing import unsubscribe
from mailing.models import Delivery, Mailing


def _token_page(view: Callable[[HttpRequest, Delivery], HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Open to whoever holds a token of ours, in the language of its mail; others get a sentence and 404."""

    @wraps(view)
    def page(request: HttpRequest, token: str) -> HttpResponse:
        delivery = unsubscribe.delivery_of(token)
        if delivery is None:
            return render(request, "public/unsubscribe_unknown.html", _frame(settings.LANGUAGE_CODE), status=404)
        with override(interface_language(delivery.language)):
            return view(request, delivery)

    return link_page(page)


@_token_page
def leave(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    """The page with the button; its POST, or a mail program's, takes the recipient off the list. 200, no redirect."""
    if request.method == "POST":
        unsubscribe.leave(delivery, source="link")
    has_left = request.method == "POST" or unsubscribe.has_left(delivery)
    return render(request, _template(delivery, has_left=has_left), _context(request, delivery))


@_token_page
def undo(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    """POST takes it back; GET shows how things stand, as the other address does."""
    if request.method == "POST":
        unsubscribe.come_back(delivery, source="link")
    has_left = unsubscribe.has_left(delivery)
    context = _context(request, delivery) | {"is_back": request.method == "POST" and not has_left}
    return render(request, _template(delivery, has_left=has_left), context)


def _template(delivery: Delivery, *, has_left: bool) -> str:
    """Nobody subscribed to a letter: its page speaks of an objection."""
    if delivery.mailing.kind == Mailing.Kind.LETTER:
        return "public/objected.html" if has_left else "public/object.html"
    return "public/unsubscribed.html" if has_left else "public/unsubscribe.html"


def _context(request: HttpRequest, delivery: Delivery) -> dict[str, Any]:
    mailing = delivery.mailing
    token = unsubscribe.token_for(delivery.public_id)
    match = request.resolver_match
    # Whoever came by the address in an older mail stays there.
    ending = "_long" if match and (match.url_name or "").endswith("_long") else ""
    has_settings = unsubscribe.subscription_of(delivery) is not None
    return _frame(interface_language(delivery.language)) | {
        "token": token,
        "address": unsubscribe.masked(shown_address(delivery.email, delivery.contact)),
        "organisation": mailing.owner.name,
        "list_name": _list_name(delivery),
        "leave_url": reverse(f"leaving:unsubscribe{ending}", args=[token]),
        "undo_url": reverse(f"leaving:undo{ending}", args=[token]),
        "settings_url": reverse("preferences", args=[token]) if has_settings else "",
        "erase_url": reverse("preferences_erase", args=[token]) if has_settings else "",
    }


def _list_name(delivery: Delivery) -> str:
    contact_list = delivery.mailing.contact_list
    return text_of(contact_list, delivery.language).name if contact_list else ""


def _frame(lang: str) -> dict[str, Any]:
    """What templates/public/base.html needs around the page."""
    return {"lang": lang, "register_id": settings.TRANSPARENCY_REGISTER_ID}
