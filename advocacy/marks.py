"""The two marks of a source in a text: `[[source: short-name]]` cites a figure of the evidence library,
`[[note: words]]` is a source note.

They are plain characters, so they outlive every editor, sanitiser and mail program, and people can write them by hand.
`advocacy.citing` makes numbers and a list of sources of them.
"""

import re

# A note may hold a link or words in italics, never a block or another mark.
MARK = re.compile(
    r"\[\[\s*(?:(?P<is_source>source)\s*:\s*(?P<slug>[a-zA-Z0-9_-]{1,80})\s*"
    r"|note\s*:(?P<note>(?:(?!\[\[|\]\])(?:[^<>]|</?(?:a|em|strong|b|i|u|span|sup|sub)(?:\s[^<>]*)?>)){1,2000}?))\]\]",
    re.I,
)


def source_mark(slug: str) -> str:
    """How a text cites the figure with this short name."""
    return f"[[source: {slug}]]"


def note_mark(words: str) -> str:
    """How a text holds a source note; brackets that would end it are taken out of `words` (clean inline HTML)."""
    return f"[[note: {' '.join(words.replace('[[', '[').replace(']]', ']').split())}]]"


def spelled(html: str) -> str:
    """The marks in clean HTML, each in its one spelling; a note without a word goes."""

    def write(match: re.Match[str]) -> str:
        if match["is_source"]:
            return source_mark(match["slug"].lower())
        words = re.sub(r"&nbsp;|\xa0", " ", match["note"])
        return note_mark(words) if re.sub(r"<[^>]*>", "", words).strip() else ""

    return MARK.sub(write, html)


def slugs_in(html: str) -> list[str]:
    """The short names of the figures a text cites, each once, in order."""
    return list(dict.fromkeys(match["slug"].lower() for match in MARK.finditer(html) if match["is_source"]))
