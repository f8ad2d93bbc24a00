"""A reader's own settings, behind the link in every mail: shown by GET, changed by POST.

The token is the only authority: no cookie is read or set, no CSRF token is asked for, and GET and HEAD change nothing,
for scanners open every link. Every address works as long as there is a subscription.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from advocacy.languages import interface_language
from advocacy.views.framing import link_page, standing_frame
from contacts import preference_links, preferences
from contacts.confidentiality import shown_address
from contacts.models import Subscription
from contacts.open_lists import text_of
from mailing.archive import next_day
from mailing.preference_forms import PreferencesForm
from mailing.unsubscribe import masked

# What the page says was done, after the redirect of a POST.
DONE = {"saved", "paused", "resumed"}


def _token_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Open to whoever holds a token of a reader, in the language of their list; others get a sentence and 404."""

    @wraps(view)
    def page(request: HttpRequest, token: str) -> HttpResponse:
        subscription = preferences.subscription_with(token)
        if subscription is None:
            lang = settings.LANGUAGE_CODE
            return render(request, "public/preferences_unknown.html", _frame(lang), status=404)
        with override(_language_of(subscription)):
            return view(request, subscription, token)

    return link_page(page)


@_token_page
def settings_page(request: HttpRequest, subscription: Subscription, token: str) -> HttpResponse:
    """Languages, country, lists and topics; their POST saves and leads back here."""
    rows = preferences.lists_of(subscription) if request.method == "POST" else []
    if not rows:
        return _show(request, subscription, token)
    form = _form(subscription, rows, preferences.is_reader_alone(subscription.contact), request.POST)
    if not form.is_valid():
        return _show(request, subscription, token, form=form)
    preferences.save(subscription, form.wishes())
    return _done(token, "saved")


@_token_page
def pause(request: HttpRequest, subscription: Subscription, token: str) -> HttpResponse:
    """POST stops everything for three months. GET shows the settings."""
    if request.method != "POST":
        return _show(request, subscription, token)
    return _done(token, "paused" if preferences.pause_everything(subscription) else "")


@_token_page
def resume(request: HttpRequest, subscription: Subscription, token: str) -> HttpResponse:
    """POST ends a pause. GET shows the settings."""
    if request.method != "POST":
        return _show(request, subscription, token)
    preferences.resume_everything(subscription)
    return _done(token, "resumed")


@_token_page
def data(request: HttpRequest, subscription: Subscription, token: str) -> HttpResponse:
    """POST gives everything we hold as a file. GET shows the settings."""
    if request.method != "POST":
        return _show(request, subscription, token)
    try:
        found = preference_links.data_of(subscription)
    except preference_links.FileRefused as refused:
        return _show(request, subscription, token, refused=refused.why)
    response = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@_token_page
def leave(request: HttpRequest, subscription: Subscription, token: str) -> HttpResponse:
    """Asks, and by POST takes the reader off this list. 200, no redirect."""
    if request.method == "POST":
        preferences.leave(subscription)
    has_left = preferences.has_left(subscription)
    template = "public/unsubscribed.html" if has_left else "public/unsubscribe.html"
    return render(request, template, _leaving(subscription, token))


@_token_page
def undo(request: HttpRequest, subscription: Subscription, token: str) -> HttpResponse:
    """POST takes it back; GET shows how things stand."""
    if request.method == "POST":
        preferences.come_back(subscription)
    has_left = preferences.has_left(subscription)
    template = "public/unsubscribed.html" if has_left else "public/unsubscribe.html"
    context = _leaving(subscription, token) | {"is_back": request.method == "POST" and not has_left}
    return render(request, template, context)


@_token_page
def erase(request: HttpRequest, subscription: Subscription, token: str) -> HttpResponse:
    """Asks whether it is meant, and by POST erases the reader."""
    context = _leaving(subscription, token)
    if request.method == "POST" and preference_links.erase_reader(subscription):
        return render(request, "public/preferences_erased.html", context)
    context["is_alone"] = preferences.is_reader_alone(subscription.contact)
    status = 409 if request.method == "POST" else 200
    return render(request, "public/preferences_erase.html", context, status=status)


def _show(
    request: HttpRequest,
    subscription: Subscription,
    token: str,
    *,
    form: PreferencesForm | None = None,
    refused: str = "",
) -> HttpResponse:
    rows = form.rows if form is not None else preferences.lists_of(subscription)
    own = next((row for row in rows if row.pk == subscription.pk), None)
    if own is not None:
        # The same list, with its words.
        subscription.contact_list = own.contact_list
    paused = max((row.paused_until for row in rows if row.paused_until), default=None)
    if paused is not None and paused <= timezone.localdate():
        paused = None
    is_alone = preferences.is_reader_alone(subscription.contact)
    done = request.GET.get("done", "")
    context = _leaving(subscription, token) | {
        "form": form or (_form(subscription, rows, is_alone) if rows else None),
        "is_on": own is not None,
        "has_left": preferences.has_left(subscription),
        "paused_until": paused,
        "pause_end": preferences.in_months(timezone.localdate(), preferences.PAUSE_MONTHS),
        "next_day": None if paused else next_day(subscription.contact_list),
        "is_alone": is_alone,
        "done": done if done in DONE else "",
        "refused": refused,
    }
    status = 422 if form is not None else {"often": 429, "colleague": 409}.get(refused, 200)
    return render(request, "public/preferences.html", context, status=status)


def _form(subscription: Subscription, rows: list[Subscription], is_alone: bool, given: Any = None) -> PreferencesForm:
    contact = subscription.contact
    return PreferencesForm(
        given,
        rows=rows,
        lang=_language_of(subscription),
        has_country=is_alone,
        initial={
            "language": subscription.language or contact.language or settings.LANGUAGE_CODE,
            "country": contact.country,
        },
    )


def _done(token: str, done: str) -> HttpResponse:
    """Back to the page, so that loading it again repeats nothing."""
    address = reverse("preferences", args=[token]) + (f"?done={done}" if done else "")
    return HttpResponse(status=303, headers={"Location": address})


def _leaving(subscription: Subscription, token: str) -> dict[str, Any]:
    """What every page here shows: whose settings, of which list, and the other addresses."""
    contact, lang = subscription.contact, _language_of(subscription)
    return _frame(lang) | {
        "address": masked(shown_address(contact.email, contact)),
        "list_name": text_of(subscription.contact_list, lang).name,
        "contact_list": subscription.contact_list,
        "token": token,
        "settings_url": reverse("preferences", args=[token]),
        "leave_url": reverse("preferences_leave", args=[token]),
        "undo_url": reverse("preferences_undo", args=[token]),
        "erase_url": reverse("preferences_erase", args=[token]),
    }


def _language_of(subscription: Subscription) -> str:
    return interface_language(subscription.language or subscription.contact.language or settings.LANGUAGE_CODE)


def _frame(lang: str) -> dict[str, Any]:
    return standing_frame(lang, "newsletter")
