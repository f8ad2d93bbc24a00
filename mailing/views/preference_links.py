"""The public page that mails the link to a reader's settings: it answers alike for every address."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt

from accounts.access import public
from accounts.visitors import client_address
from advocacy.languages import interface_language, is_reading_language
from advocacy.views.framing import frame, public_page
from contacts.preference_links import send_link
from mailing.preference_forms import LinkForm


@public
@csrf_exempt
def ask(request: HttpRequest, lang: str) -> HttpResponseBase:
    """Asks for an address; its POST leads to "look into your inbox"."""
    return _asked(request, lang) if request.method == "POST" else _page(request, lang=lang)


@public_page
def sent(request: HttpRequest, lang: str) -> HttpResponse:
    """The same page for everybody, whatever became of it."""
    context = frame(lang, "newsletter", "preferences_sent") | {"sender": settings.DEFAULT_FROM_EMAIL}
    return render(request, "public/preferences_sent.html", context)


@public_page
def _page(request: HttpRequest, lang: str) -> HttpResponse:
    return _show(request, lang, LinkForm(auto_id="s-%s"))


def _asked(request: HttpRequest, lang: str) -> HttpResponse:
    if not is_reading_language(lang):
        raise Http404
    with override(interface_language(lang)):
        form = LinkForm(request.POST, auto_id="s-%s")
        if not form.is_valid():
            return _show(request, lang, form)
        if not form.cleaned_data["website"]:
            send_link(form.cleaned_data["email"], language=lang, ip=client_address(request))
    response = redirect("public:preferences_sent", lang=lang)
    # The browser asks for the next page with GET, whatever it sent before (RFC 9110, 15.4.4).
    response.status_code = 303
    response["Cache-Control"] = "no-store"
    return response


def _show(request: HttpRequest, lang: str, form: LinkForm) -> HttpResponse:
    context = frame(lang, "newsletter", "preferences_link") | {"form": form}
    response = render(request, "public/preferences_link.html", context, status=422 if form.errors else 200)
    if form.errors:
        # It shows the address that was typed.
        response["Cache-Control"] = "no-store, private"
    return response
