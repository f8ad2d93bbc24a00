"""The text of an issue as its public page shows it: the same words, without anything that is one reader's own.

Its HTML is made by our own templates of parts that were sanitised. What a correction puts in is text or an address of
the web, never markup.
"""

import re
from html import escape, unescape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from advocacy.richtext import sanitise
from mailing import merge
from mailing.models import Mailing

# Tags, and what stands between them.
_PIECES = re.compile(r"<[^>]*>|[^<]+")
_HREF = re.compile(r"""(\bhref=")([^"]*)(")""")
_ADDRESS = re.compile(r"https://[^\s<>\"']{3,500}")


class NotFound(ValueError):
    """The words to be replaced do not stand in the text once; the message says what to do."""


def web_html(mailing: Mailing, language: str) -> str:
    """Clean HTML of an issue in a language: its blocks, those of all topics, each with the topic's name."""
    # It knows the path of a mailing, which begins issues with this: imported late against a circle.
    from mailing.issues.assembling import assembled
    from mailing.issues.material import topic_ids

    blocks = assembled(mailing, language, frozenset(topic_ids(mailing)), where="web").html
    # One that was written before there were blocks has a text of its own.
    content = next((row for row in mailing.contents.all() if row.language == language), None)
    if content is None or not content.body:
        return blocks
    filled, _text = merge.fill_body(content.body, _values(mailing, language))
    return f'<div class="p-doc-text">{sanitise(filled)}</div>{blocks}'


def web_title(mailing: Mailing, subject: str, language: str) -> str:
    """The subject without anything of one reader."""
    return merge.tidy(merge.fill(subject, _values(mailing, language), html=False))


def _values(mailing: Mailing, language: str) -> dict[str, str]:
    """The letter's own fields; those of the reader are empty or neutral."""
    found = merge.values_for(mailing, {}, language)
    return {name: value for name, value in found.items() if name in merge.FIELDS}


def shown(html: str) -> SafeString:
    """A web version, to be printed in a page: made by us when it was frozen, and by `replaced`."""
    return mark_safe(html)  # noqa: S308 - see the head of this module


def replaced(html: str, old: str, new: str) -> str:
    """The text with `old` words replaced by `new` ones, which must stand in it exactly once, between two tags.

    An address (https://…) is looked for among the links. Raises NotFound with a sentence.
    """
    old = " ".join(old.split())
    if _ADDRESS.fullmatch(old):
        return _linked(html, old, new.strip())
    pattern = re.compile(r"\s+".join(re.escape(word) for word in old.split()))
    found, parts = 0, []
    for piece in _PIECES.findall(html):
        text = unescape(piece)
        if piece.startswith("<") or not pattern.search(text):
            parts.append(piece)
            continue
        found += len(pattern.findall(text))
        parts.append(escape(pattern.sub(lambda _hit: new, text), quote=False))
    if not found:
        raise NotFound(_("These words do not stand in the text. Copy fewer of them, without words in bold or links."))
    if found > 1:
        raise NotFound(_("These words stand in the text %(n)d times. Copy more of those around them.") % {"n": found})
    return "".join(parts)


def _linked(html: str, old: str, new: str) -> str:
    if not _ADDRESS.fullmatch(new):
        raise NotFound(_("An address is replaced by an address. Begin it with https://."))
    found = [hit for hit in _HREF.finditer(html) if unescape(hit[2]) == old]
    if not found:
        raise NotFound(_("No link of the text leads to this address. Copy it from the page."))
    return _HREF.sub(lambda hit: hit[1] + (escape(new) if unescape(hit[2]) == old else hit[2]) + hit[3], html)
