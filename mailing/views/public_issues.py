"""The public archive of newsletters, their feed, and links that are counted. No session, no cookie, no script."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import public
from advocacy.feeds import FeedHead, atom
from advocacy.languages import interface_language, own_name
from advocacy.views.framing import frame, public_page, standing_frame
from contacts.models import ContactList
from contacts.open_lists import open_lists, text_of
from mailing import archive, counting_links
from mailing.models import Mailing, WebVersion
from mailing.web_text import shown

PER_PAGE = 20


@public_page
def issue_list(request: HttpRequest, lang: str) -> HttpResponse:
    """Every issue of every open list, newest first; ?list=<slug> narrows it to one."""
    lists = list(open_lists())
    asked = request.GET.get("list", "").strip()[:60]
    chosen = next((one for one in lists if one.slug == asked), None)
    if asked and chosen is None:
        raise Http404
    only = chosen or (lists[0] if len(lists) == 1 else None)
    rows = archive.public_issues().select_related("contact_list").prefetch_related("web_versions")
    rows = rows.filter(contact_list=chosen) if chosen else rows
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **frame(lang, "newsletter", "issue_list"),
        "page_obj": page,
        "entries": [entry for entry in (archive.entry_of(row, lang) for row in page.object_list) if entry],
        "lists": [(one.slug, text_of(one, lang)) for one in lists] if len(lists) > 1 else [],
        "chosen": chosen,
        "is_open": bool(lists),
        "head": text_of(only, lang) if only else None,
        "numbers": archive.numbers_of(only) if only else None,
        "fewest": archive.FEWEST,
        "subscribe": _subscribe(lang, only),
        "next_day": archive.next_day(only) if only else None,
    }
    return render(request, "public/issue_list.html", context)


def _subscribe(lang: str, only: ContactList | None) -> str:
    if only is None or not only.slug:
        return reverse("public:subscribe", kwargs={"lang": lang})
    return reverse("public:subscribe_list", kwargs={"lang": lang, "slug": only.slug})


@public_page
def issue_detail(request: HttpRequest, lang: str, reference: str) -> HttpResponse:
    """One issue as it was sent, corrections marked; 410 for one that was withdrawn, 404 for everything else."""
    mailing, gone = archive.issue_named(reference)
    if mailing is None or mailing.contact_list is None:
        raise Http404
    if gone is not None:
        context = {**standing_frame(lang, "newsletter"), "mailing": mailing, "gone": gone}
        return render(request, "public/issue_gone.html", context, status=410)
    texts = {row.language: row for row in mailing.web_versions.all()}
    first = mailing.source_language if mailing.source_language in texts else next(iter(texts))
    context = {
        **frame(lang, "newsletter", "issue_detail", languages=texts, first=first, reference=reference),
        "mailing": mailing,
        "versions": [(code, own_name(code)) for code in archive.in_order(texts, first)],
    }
    text = texts.get(lang)
    if text is None:
        context |= {"asked_language": own_name(lang), "canonical": ""}
        return render(request, "public/issue_other_language.html", context, status=404)
    response = render(request, "public/issue_detail.html", context | _reading(mailing, text, lang))
    response["Content-Language"] = text.language
    return response


def _reading(mailing: Any, text: Any, lang: str) -> dict[str, Any]:
    return {
        "text": text,
        "body": shown(text.html),
        "list_text": text_of(mailing.contact_list, lang),
        "readers": mailing.recipients if (mailing.recipients or 0) >= archive.FEWEST else None,
        "minutes": max(1, round(len(text.html.split()) / 220)),
        "corrections": list(text.corrections.all()) if text.pk else [],
        "others": archive.others(mailing, lang),
        "subscribe": _subscribe(lang, mailing.contact_list),
        "next_day": archive.next_day(mailing.contact_list),
    }


def page_before(request: HttpRequest, mailing: Mailing, text: WebVersion) -> HttpResponse:
    """The page of a version as everybody will read it, for colleagues before it is public; its day is today's."""
    lang = text.language
    mailing.started_at = mailing.started_at or timezone.now()
    with override(interface_language(lang)):
        around = frame(lang, "newsletter", "issue_detail", languages=[lang], reference=mailing.reference.lower())
        context = {**around, "mailing": mailing, "versions": [], **_reading(mailing, text, lang)}
        return render(request, "public/issue_detail.html", context)


@public_page
def feed_issues(request: HttpRequest, lang: str) -> HttpResponse:
    """The newest issues in one language."""
    if not open_lists().exists():
        raise Http404
    head = FeedHead(
        _("Newsletter"),
        reverse("feed_issues", kwargs={"lang": lang}),
        reverse("public:issue_list", kwargs={"lang": lang}),
        lang,
    )
    text, updated = atom(head, archive.feed_entries(lang), archive.taken_out(lang))
    response = HttpResponse(text, content_type="application/atom+xml; charset=utf-8")
    response["Content-Language"] = lang
    if updated.timestamp() > 0:
        response["Last-Modified"] = http_date(updated.timestamp())
    return response


@public
@never_cache
@require_safe
def counted_link(request: HttpRequest, short: str) -> HttpResponse:
    """Leads to the address this link had when its issue was sent, and counts that somebody followed it, not who."""
    address = counting_links.follow(short, count=counting_links.is_counted(request))
    if not address:
        raise Http404
    response = HttpResponseRedirect(address)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
