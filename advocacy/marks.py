"""The two marks of a source in a text: `[[source: short-name]]` cites a figure of the evidence library,
`[[note: words]]` is a source note.

They are plain characters, so they outlive every editor, sanitiser and mail program, and people can write them by hand.
`advocacy.citing` makes numbers and a list of sources of them.
"""

import re
from collections.abc import Callable

# A note may hold a link or words in italics, never a block or another mark. Tags are matched first and passed over, so
# that brackets inside an address are no mark.
_MARK = re.compile(
    r"<[^>]*>|\[\[\s*(?:(?P<is_source>source)\s*:\s*(?P<slug>[a-zA-Z0-9_-]{1,80})\s*"
    r"|note\s*:(?P<note>(?:(?!\[\[|\]\])(?:[^<>]|</?(?:a|em|strong|b|i|u|span|sup|sub)(?:\s[^<>]*)?>)){1,2000}?))\]\]",
    re.I,
)


def rewrite(html: str, write: Callable[[str, str], str]) -> str:
    """Clean HTML with `write(slug, note)` in the place of each mark; one of both is empty."""

    def each(match: re.Match[str]) -> str:
        if match[0].startswith("<"):
            return match[0]
        return write(match["slug"].lower(), "") if match["is_source"] else write("", match["note"])

    return _MARK.sub(each, html) if "[[" in html else html


def source_mark(slug: str) -> str:
    """How a text cites the figure with this short name."""
    return f"[[source: {slug}]]"


def note_mark(words: str) -> str:
    """How a text holds a source note; brackets that would end it are taken out of `words` (clean inline HTML)."""
    return f"[[note: {' '.join(words.replace('[[', '[').replace(']]', ']').split())}]]"


def spelled(html: str) -> str:
    """The marks in clean HTML, each in its one spelling; a note without a word goes."""

    def write(slug: str, note: str) -> str:
        if slug:
            return source_mark(slug)
        words = re.sub(r"&nbsp;|\xa0", " ", note)
        return note_mark(words) if re.sub(r"<[^>]*>", "", words).strip() else ""

    return rewrite(html, write)


def slugs_in(html: str) -> list[str]:
    """The short names of the figures a text cites, each once, in order."""
    found: dict[str, None] = {}
    rewrite(html, lambda slug, _note: found.setdefault(slug) or "")
    return [slug for slug in found if slug]
