"""A text as a row of paragraphs: what two versions are compared by, and what a translation follows.

Works on the clean HTML that `advocacy.richtext.sanitise` gives. A heading, an item of a list and a row of a table are
paragraphs too; a rule is none.
"""

import hashlib
import re
from dataclasses import dataclass
from html.parser import HTMLParser

_BLOCKS = {"p", "h2", "h3", "h4", "li", "blockquote", "ul", "ol", "table", "thead", "tbody", "hr"}


@dataclass(frozen=True)
class Paragraph:
    """One paragraph. `kind` is title, summary, p, h2, h3, h4, li or row; `text` is plain, a link with its address."""

    kind: str
    text: str

    @property
    def digest(self) -> str:
        """What tells its wording: 16 hex characters of a SHA-256. Bold or a heading makes no other wording."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


def split(html: str) -> list[Paragraph]:
    """The paragraphs of clean HTML in order; empty ones are left out."""
    reader = _Reader()
    # A row that no sanitiser has seen may hold a marked section, at which Python's parser gives up.
    reader.feed(html.replace("<![", "&lt;!["))
    reader.close()
    reader.end()
    return reader.found


def paragraphs_of(title: str, summary: str, body: str) -> list[Paragraph]:
    """The paragraphs of a language version: its title, its summary where it has one, then its text."""
    head = [Paragraph("title", _even(title)), Paragraph("summary", _even(summary))]
    return [*(paragraph for paragraph in head if paragraph.text), *split(body)]


def _even(text: str) -> str:
    return " ".join(text.split())


class _Reader(HTMLParser):
    """Collects text until a block ends; inside a row of a table, until the row ends."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Paragraph] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.in_row = False
        self.link = ("", 0)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"td", "th"}:
            if any(word.strip() for word in self.words):
                self.words.append(" | ")
        elif tag == "br":
            self.words.append("\n")
        elif tag == "tr":
            self.end()
            self.in_row = True
        elif tag in _BLOCKS and not self.in_row:
            self.end()
            if tag != "hr":
                self.open.append(tag)
        elif tag in _BLOCKS:
            self.words.append(" ")
        elif tag == "a":
            self.link = (dict(attrs).get("href") or "", len(self.words))

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr":
            self.end(kind="row")
            self.in_row = False
        elif tag == "a":
            address, start = self.link
            if address and "".join(self.words[start:]).strip() != address.removeprefix("mailto:"):
                self.words.append(f" ({address})")
            self.link = ("", 0)
        elif tag in _BLOCKS and not self.in_row:
            self.end()
            if tag in self.open:
                del self.open[len(self.open) - 1 - self.open[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def end(self, kind: str = "") -> None:
        """Close the paragraph that was being read."""
        text = re.sub(r"[ \t\r\n\f\xa0]+", " ", "".join(self.words)).strip()
        self.words = []
        self.link = ("", 0)
        if text:
            self.found.append(Paragraph(kind or self._kind(), text))

    def _kind(self) -> str:
        inner = next((tag for tag in reversed(self.open) if tag in {"p", "li", "h2", "h3", "h4"}), "p")
        return "li" if inner == "p" and "li" in self.open else inner
