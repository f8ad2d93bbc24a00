"""Joining a list: the form on our site and in frames of others, "check your inbox", and the page that confirms.

Nothing here reads or sets a cookie, and no script is needed. So no CSRF token is asked for either: whoever makes a
reader's browser send this form gets a confirmation mailed, which they could by sending it themselves.
"""

from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import override
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt

from accounts.access import public
from accounts.visitors import client_address
from advocacy.languages import interface_language, is_reading_language, own_name
from advocacy.views.framing import frame, link_page, public_page, standing_frame
from contacts.models import ContactList, SignUp, Subscription
from contacts.open_lists import open_lists, text_of
from contacts.preferences import link_for
from contacts.signing_up import LinkRefused, asked_with, confirm, ends_at, sign_up, subscription_of
from mailing.subscribe_forms import ConfirmForm, SubscribeForm
from mailing.unsubscribe import masked

_EMBED_POLICY = {
    "default-src": [NONE],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],
    "base-uri": [NONE],
    "form-action": [SELF],
    "frame-ancestors": ["*"],
}
Source = Subscription.Source


@public
@csrf_exempt
def subscribe(request: HttpRequest, lang: str, slug: str = "") -> HttpResponseBase:
    """The form of a list; without `slug` that of the only one, or a choice. Its POST leads to "check your inbox"."""
    if request.method == "POST":
        source = Source.EMBED if request.POST.get("from") == "embed" else Source.PAGE
        return _asked(request, lang, slug, source=source)
    return _form_page(request, lang=lang, slug=slug)


def _subscribe_embed(request: HttpRequest, lang: str, slug: str) -> HttpResponseBase:
    """The same form for a frame on somebody else's page."""
    if request.method == "POST":
        return _asked(request, lang, slug, source=Source.EMBED, is_embed=True)
    return _embed_page(request, lang=lang, slug=slug)


_framed: Any = csrf_exempt(_subscribe_embed)
subscribe_embed = public(xframe_options_exempt(csp(_EMBED_POLICY)(_framed)))


@public_page
def _form_page(request: HttpRequest, lang: str, slug: str) -> HttpResponse:
    lists = list(open_lists())
    if slug or len(lists) == 1:
        return _show(request, lang, _find(lists, slug))
    found = [(row, text_of(row, lang)) for row in lists]
    context = frame(lang, "newsletter", "subscribe") | {"lists": found}
    return render(request, "public/subscribe_choice.html", context)


@public_page
def _embed_page(request: HttpRequest, lang: str, slug: str) -> HttpResponse:
    return _show(request, lang, _find(list(open_lists()), slug), is_embed=True)


@public_page
def subscribe_sent(request: HttpRequest, lang: str) -> HttpResponse:
    """ "Check your inbox": the same page for everybody, whatever became of it."""
    context = frame(lang, "newsletter", "subscribe_sent") | _sent()
    return render(request, "public/subscribe_sent.html", context)


@public_page
def _sent_in_frame(request: HttpRequest, lang: str) -> HttpResponse:
    return render(request, "public/subscribe_sent_embed.html", {"lang": lang, **_sent()})


subscribe_sent_embed: Any = xframe_options_exempt(csp(_EMBED_POLICY)(_sent_in_frame))


def _sent() -> dict[str, Any]:
    return {"sender": settings.DEFAULT_FROM_EMAIL, "days": settings.KEEP_UNCONFIRMED_DAYS}


def _find(lists: list[ContactList], slug: str) -> ContactList:
    for row in lists:
        if not slug or row.slug == slug:
            return row
    raise Http404


def _asked(request: HttpRequest, lang: str, slug: str, *, source: str, is_embed: bool = False) -> HttpResponse:
    """Take the form: the same answer for every address, and for machines that filled in the field nobody sees."""
    if not is_reading_language(lang):
        raise Http404
    with override(interface_language(lang)):
        contact_list = _find(list(open_lists()), slug)
        form = SubscribeForm(request.POST, contact_list=contact_list, lang=lang)
        if not form.is_valid():
            return _show(request, lang, contact_list, form=form, is_embed=is_embed)
        given = form.cleaned_data
        if not given["website"]:
            sign_up(
                contact_list,
                given["email"],
                language=given["language"],
                source=source,
                topics=form.chosen(),
                ip=client_address(request),
                shown=given["shown"],
            )
    response = redirect("public:subscribe_sent_embed" if is_embed else "public:subscribe_sent", lang=lang)
    # The browser asks for the next page with GET, whatever it sent before (RFC 9110, 15.4.4).
    response.status_code = 303
    response["Cache-Control"] = "no-store"
    return response


def _show(
    request: HttpRequest,
    lang: str,
    contact_list: ContactList,
    *,
    form: SubscribeForm | None = None,
    is_embed: bool = False,
) -> HttpResponse:
    form = form or SubscribeForm(contact_list=contact_list, lang=lang)
    context = {
        **frame(lang, "newsletter", "subscribe_list", slug=contact_list.slug),
        "contact_list": contact_list,
        "text": text_of(contact_list, lang),
        "form": form,
    }
    name = "public/subscribe_embed.html" if is_embed else "public/subscribe.html"
    response = render(request, name, context, status=422 if form.errors else 200)
    if form.errors:
        # It shows the address that was typed.
        response["Cache-Control"] = "no-store, private"
    return response


@link_page
def confirm_subscription(request: HttpRequest, token: str) -> HttpResponse:
    """What the link in the confirmation mail opens. GET and HEAD change nothing; POST subscribes, once."""
    try:
        row = asked_with(token)
        with override(interface_language(row.language)):
            return _confirmed(request, row, token) if request.method == "POST" else _confirmation(request, row)
    except LinkRefused as refused:
        lang = interface_language(request.GET.get("lang", "") or settings.LANGUAGE_CODE)
        with override(lang):
            context = standing_frame(lang, "newsletter") | {"why": refused.why}
            return render(request, "public/confirm_refused.html", context, status=refused.status)


def _confirmation(request: HttpRequest, row: SignUp, form: ConfirmForm | None = None) -> HttpResponse:
    if row.confirmed_at:
        subscription = subscription_of(row)
        if subscription is None:
            raise LinkRefused("used")
        return _done(request, row, subscription)
    form = form or ConfirmForm(contact_list=row.contact_list, lang=row.language, initial={"topics": row.topics})
    context = {
        **standing_frame(interface_language(row.language), "newsletter"),
        "form": form,
        "text": text_of(row.contact_list, row.language),
        "address": masked(row.email),
        "chosen": own_name(row.language),
        "until": date_format(localtime(ends_at(row.asked_at)), "j F"),
    }
    return render(request, "public/confirm.html", context, status=422 if form.errors else 200)


def _confirmed(request: HttpRequest, row: SignUp, token: str) -> HttpResponse:
    form = ConfirmForm(request.POST, contact_list=row.contact_list, lang=row.language)
    if not form.is_valid():
        return _confirmation(request, row, form)
    subscription = confirm(token, topics=form.chosen(), shown=form.cleaned_data["shown"])
    return _done(request, row, subscription)


def _done(request: HttpRequest, row: SignUp, subscription: Subscription) -> HttpResponse:
    context = {
        **standing_frame(interface_language(row.language), "newsletter"),
        "text": text_of(row.contact_list, row.language),
        "settings_url": link_for(subscription),
    }
    return render(request, "public/confirmed.html", context)
