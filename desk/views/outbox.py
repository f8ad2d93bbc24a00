"""The demo's outbox: every message that left the engine, as its recipient would see it."""

from collections.abc import Iterable
from dataclasses import replace
from email.utils import getaddresses
from html import escape
from pathlib import Path

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from contacts.confidentiality import secret_addresses
from desk.catcher import CaughtMail, caught_names, parse, read_bytes, summary, summary_of, text_of
from mailing.views.people import mail_preview

PER_PAGE = 50
TABS = ("shown", "text", "source")
# A page of source is for reading; the file holds the rest.
MOST_SOURCE = 200_000


@signed_in
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """The caught messages, newest first."""
    folder = _folder()
    page = Paginator(caught_names(folder), PER_PAGE).get_page(request.GET.get("page"))
    mails = [summary(folder, name) for name in page]
    hidden = _secrets(mails)
    mails = [_hide(mail, hidden) for mail in mails]
    return render(request, "desk/outbox.html", {"page_obj": page, "mails": mails})


@signed_in
@require_safe
def message(request: HttpRequest, name: str) -> HttpResponse:
    """One message: its head and, by ?tab=, its HTML in a frame, its text part, or its source."""
    content = _content(name)
    parsed = parse(content)
    html, text = text_of(parsed, "html"), text_of(parsed, "plain")
    tab = request.GET.get("tab", "")
    mail = summary_of(name, parsed)
    hidden = _secrets([mail])
    source = content[:MOST_SOURCE].decode("ascii", "replace")
    for address in hidden:
        source = source.replace(address, _("secret address"))
    context = {
        "mail": _hide(mail, hidden),
        "reply_to": str(parsed.get("Reply-To", "")),
        "tab": tab if tab in TABS else TABS[0],
        "has_html": bool(html),
        "text": text,
        "source": source,
        "is_cut": len(content) > MOST_SOURCE,
        "size": len(content),
    }
    return render(request, "desk/outbox_message.html", context)


@signed_in
@require_safe
@mail_preview
def body(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part alone, under the policy of mail previews; a message without one as its text."""
    parsed = parse(_content(name))
    html = text_of(parsed, "html")
    return HttpResponse(html or f"<!doctype html><pre>{escape(text_of(parsed, 'plain'))}</pre>")


def _secrets(mails: Iterable[CaughtMail]) -> set[str]:
    """Addresses among the recipients that nobody may read here: the message went there, and that is all."""
    return secret_addresses(address for _name, address in getaddresses([mail.to for mail in mails]))


def _hide(mail: CaughtMail, hidden: set[str]) -> CaughtMail:
    if not any(address in mail.to for address in hidden):
        return mail
    return replace(mail, to=_("secret address"))


def _folder() -> Path:
    """The catcher's folder; 404 outside the demo."""
    if not (settings.DEMO and settings.DEMO_CATCHER_DIR):
        raise Http404
    return Path(settings.DEMO_CATCHER_DIR)


def _content(name: str) -> bytes:
    content = read_bytes(_folder(), name)
    if content is None:
        raise Http404
    return content
