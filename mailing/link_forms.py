"""The links and pictures of a letter, looked at by their form: nothing is fetched (DESIGN 9)."""

import ipaddress
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.addresses import AddressError, clean_address
from contacts.languages import language_name
from mailing.alternatives import wordings_in
from mailing.findings import Item, Subject

# Where a link leads cannot be seen, so spam filters distrust all of them (RELIABILITY 4.9).
SHORTENERS = {
    *("bit.ly", "buff.ly", "cutt.ly", "goo.gl", "is.gd", "lnkd.in", "ow.ly", "rb.gy", "rebrand.ly", "shorturl.at"),
    *("t.co", "t.ly", "tiny.cc", "tinyurl.com", "v.gd"),
}
FOLLOWING = re.compile(r"utm_\w+|fbclid|gclid|mc_eid|mc_cid|msclkid", re.IGNORECASE)
FIELD = re.compile(r"\{\{[^{}]*\}\}")
HOST_IN_WORDS = re.compile(r"(?:https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,})(?:/\S*)?", re.IGNORECASE)


class _Reader(HTMLParser):
    """Collects links with their words, and pictures with what stands for them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[tuple[str, str]] = []
        self.pictures: list[str | None] = []
        self._address: str | None = None
        self._words: list[str] = []
        # A row that no sanitiser has seen may hold a marked section, at which Python's parser gives up.
        self.feed(html.replace("<![", "&lt;!["))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "a" and "href" in found:
            self._address, self._words = (found["href"] or "").strip(), []
        elif tag == "img":
            self.pictures.append(found.get("alt"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._address is not None:
            self.links.append((self._address, " ".join("".join(self._words).split())))
            self._address = None

    def handle_data(self, data: str) -> None:
        if self._address is not None:
            self._words.append(data)


def links_in(html: str) -> list[tuple[str, str]]:
    """Every link of a text: its address and its words."""
    return _Reader(html).links


def links_line(subject: Subject) -> Iterator[Item]:
    """A link that cannot work blocks; one that follows readers is worth a look."""
    total, sound = 0, True
    for language, content in subject.contents.items():
        if not content.is_reviewed:
            continue
        for address, words in _Reader(content.body + wordings_in(subject.mailing, language)).links:
            if FIELD.fullmatch(address):
                continue
            total += 1
            tone, reason = problem_of(address, words)
            if not reason:
                continue
            sound = False
            title = _("A link in the %(language)s text is not in order") % {"language": language_name(language)}
            detail = f"{words[:60] or address[:60]}: {reason}"
            yield Item("link", tone, title, detail, subject.write(language), _("Fix the link"))
    if total and sound:
        title = ngettext("%(n)d link, in good form", "%(n)d links, all in good form", total) % {"n": total}
        yield Item("link", "ok", title, _("Links are looked at, not opened."))


def pictures_line(subject: Subject) -> Iterator[Item]:
    """A picture without words for it says nothing to whoever sees none."""
    for language, content in subject.contents.items():
        body = content.body + wordings_in(subject.mailing, language)
        silent = sum(not (alt or "").strip() for alt in _Reader(body).pictures)
        if silent and content.is_reviewed:
            title = ngettext(
                "%(n)d picture in the %(language)s text has no words for those who do not see it",
                "%(n)d pictures in the %(language)s text have no words for those who do not see them",
                silent,
            )
            values = {"n": silent, "language": language_name(language)}
            yield Item("picture", "warn", title % values, "", subject.write(language), _("Describe it"))


def problem_of(address: str, words: str = "") -> tuple[str, str]:
    """("bad" or "warn", why) of one link by its form; ("", "") of one in order."""
    if any(character.isspace() or ord(character) < 32 for character in address):
        return "bad", _("it has a space in it.")
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").lower().rstrip(".")
    except ValueError:
        return "bad", _("it is no address.")
    if parts.scheme == "mailto":
        return _problem_of_mailbox(parts.path)
    if parts.scheme != "https":
        return "bad", _("it does not begin with https://.")
    if parts.username or parts.password:
        return "bad", _("a name or a password stands in it.")
    if "." not in host or _is_number(host) or host.endswith(".local"):
        return "bad", _("“%(host)s” is no host that others can reach.") % {"host": host or address[:40]}
    if host.removeprefix("www.") in SHORTENERS:
        return "bad", _("it is shortened, so nobody sees where it leads. Use the address itself.")
    if any(FOLLOWING.fullmatch(name) for name, _value in parse_qsl(parts.query, keep_blank_values=True)):
        return "warn", _("it follows who clicks (utm_… and the like). Take that part out.")
    shown = HOST_IN_WORDS.fullmatch(words)
    if shown and _base(shown[1]) != _base(host):
        return "warn", _("it shows one address and leads to %(host)s.") % {"host": host}
    return "", ""


def _problem_of_mailbox(path: str) -> tuple[str, str]:
    try:
        clean_address(path)
    except AddressError as error:
        return "bad", str(error)
    return "", ""


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _base(host: str) -> str:
    return host.lower().removeprefix("www.")
