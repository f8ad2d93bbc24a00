"""How often the links of an issue were followed, counted without any person; only where the list says so.

Each link then has one short address, the same for every reader: no token, no cookie, no address of a computer, no time
finer than the day. It answers with the address that was frozen when sending started, and with no other. Which links
are counted is settled at that moment, so that nothing that is switched afterwards changes what was approved.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape
from secrets import token_urlsafe

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from mailing.models import CountedLink, LinkDay, Mailing

_LINK = re.compile(r"""<a\s[^>]*?\bhref\s*=\s*"([^"]*)\"""", re.IGNORECASE)
_HREF = re.compile(r"""(<a\s[^>]*?\bhref\s*=\s*")([^"]*)(")""", re.IGNORECASE)
_SHORT = re.compile(r"[A-Za-z0-9_-]{1,12}", re.ASCII)
LONGEST = 2000
# Programs that fetch a page before somebody asks for it say so in one of these.
_AHEAD = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


def will_count(mailing: Mailing) -> bool:
    """Whether the issue counts how often its links are followed: once started what was settled then, else its list."""
    if mailing.kind != Mailing.Kind.NEWSLETTER or mailing.contact_list is None:
        return False
    if mailing.started_at is not None:
        return CountedLink.objects.filter(mailing=mailing).exists()
    return bool(mailing.contact_list.counts_clicks)


def links_in(html: str) -> list[str]:
    """The addresses of other pages that a text leads to, each once, in their order."""
    found = [unescape(address).strip() for address in _LINK.findall(html)]
    kept = [one for one in found if one.startswith(("https://", "http://")) and len(one) <= LONGEST]
    return list(dict.fromkeys(kept))


def settle(mailing: Mailing, texts: Iterable[str]) -> int:
    """Give every link of these texts its short address, where the list counts; give how many there are.

    In the transaction that starts the issue. Doing it again changes nothing.
    """
    if mailing.contact_list is None or not mailing.contact_list.counts_clicks:
        return 0
    rows = [CountedLink(mailing=mailing, short=token_urlsafe(8)[:11], url=url) for url in _links_of(texts)]
    CountedLink.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def how_many(mailing: Mailing, texts: Iterable[str]) -> int:
    """How many links an issue counts: those of these texts, as `settle` would take them, or those settled since."""
    if mailing.started_at is not None:
        return CountedLink.objects.filter(mailing=mailing).count()
    return len(_links_of(texts))


def _links_of(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(address for html in texts for address in links_in(html)))


def addresses_of(mailing: Mailing) -> dict[str, str]:
    """Each link of an issue that counts, and the whole short address that stands for it; {} where nothing is counted.

    One query. The letter's own links (leaving, preferences, the web version) are never in it.
    """
    rows = CountedLink.objects.filter(mailing=mailing).values_list("url", "short")
    return {url: settings.SITE_URL + reverse("counted_link", args=[short]) for url, short in rows}


def counted_html(html: str, addresses: dict[str, str]) -> str:
    """The text with its links led over the short addresses; the very same text where there are none."""
    if not addresses:
        return html
    return _HREF.sub(
        lambda hit: hit[1] + escape(addresses.get(unescape(hit[2]).strip(), unescape(hit[2]))) + hit[3], html
    )


def counted_text(text: str, addresses: dict[str, str]) -> str:
    """The same for the plain text, in which an address stands by itself."""
    for url in sorted(addresses, key=len, reverse=True):
        text = re.sub(rf"(?<!\S)([(<]?){re.escape(url)}(?=[)>.,;:!?]*(?:\s|$))", rf"\g<1>{addresses[url]}", text)
    return text


def is_counted(request: HttpRequest) -> bool:
    """Whether a request is somebody who follows a link: no HEAD, and nothing that is fetched ahead of time."""
    if request.method != "GET":
        return False
    return not any(
        request.headers.get(name, "").lower().startswith(("prefetch", "preview", "prerender")) for name in _AHEAD
    )


def follow(short: str, *, count: bool) -> str:
    """Where a short address leads, counted for today if `count`; "" for one that is none of ours."""
    link = CountedLink.objects.filter(short=short).first() if _SHORT.fullmatch(short) else None
    if link is None:
        return ""
    if count:
        with transaction.atomic():
            day = timezone.localdate()
            LinkDay.objects.bulk_create([LinkDay(link=link, day=day)], ignore_conflicts=True)
            LinkDay.objects.filter(link=link, day=day).update(count=F("count") + 1)
    return link.url


@dataclass(frozen=True)
class Followed:
    """A link of an issue and how often it was followed."""

    url: str
    count: int


def followed(mailing: Mailing) -> list[Followed]:
    """Each counted link with its number, the most followed first. One query."""
    rows = CountedLink.objects.filter(mailing=mailing).annotate(total=Sum("days__count", default=0))
    return [Followed(row.url, row.total) for row in rows.order_by("-total", "pk")]
