"""The plain text part of a message, made from the clean HTML that `advocacy.richtext.sanitise` gives."""

import re
from html.parser import HTMLParser

WIDTH = 72
_RULE = "-" * 10
# A merge field is one word for the wrapper: a line break inside it would be shown to the reader.
# Braces that close nowhere are words like any other.
_WORD = re.compile(r"\{\{.*?\}\}[^ \t\r\n\f]*|(?:(?!\{\{)[^ \t\r\n\f])+(?:\{\{.*?\}\}[^ \t\r\n\f]*)*|\{\{[^ \t\r\n\f]*")
_HEADINGS = {"h2", "h3", "h4"}


class _Block:
    """One paragraph: its words, and a link that stands on its own line."""

    def __init__(self) -> None:
        self.lines: list[str] = [""]

    def add(self, text: str) -> None:
        self.lines[-1] += text

    def break_line(self) -> None:
        self.lines.append("")

    def add_alone(self, text: str) -> None:
        """Put `text` on a line of its own; what follows directly (a full stop) stays beside it."""
        if self.lines[-1].strip():
            self.lines.append("")
        self.lines[-1] = "\0" + text

    def wrapped(self, width: int) -> list[str]:
        out: list[str] = []
        for line in self.lines:
            alone = line.startswith("\0")
            words = _WORD.findall(line.lstrip("\0"))
            out.extend([" ".join(words)] if alone else _fill(words, width))
        while out and not out[-1]:
            out.pop()
        while out and not out[0]:
            out.pop(0)
        return out


def _fill(words: list[str], width: int) -> list[str]:
    lines = [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return lines


class _Writer(HTMLParser):
    """Walks clean HTML and collects blocks, each with the prefix of its list item or quotation."""

    def __init__(self, width: int) -> None:
        super().__init__(convert_charrefs=True)
        self.width = width
        self.blocks: list[tuple[str, list[str], bool]] = []
        self.block = _Block()
        self.indents: list[str] = []
        self.marker = ""
        self.counters: list[int | None] = []
        self.link: tuple[str, str] | None = None
        self.in_row = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in {"p", "blockquote", "ul", "ol", "table"} or tag in _HEADINGS:
            self.close_block()
        if tag == "br":
            self.block.break_line()
        elif tag == "hr":
            self.close_block()
            self.block.add(_RULE)
            self.close_block()
        elif tag == "blockquote":
            self.indents.append("> ")
        elif tag in {"ul", "ol"}:
            self.counters.append(_start(values.get("start")) if tag == "ol" else None)
        elif tag == "li":
            self.open_item()
        elif tag == "tr":
            self.close_block()
            self.in_row = False
        elif tag in {"td", "th"}:
            self.block.add(" | " if self.in_row else "")
            self.in_row = True
        elif tag == "a":
            self.link = (values.get("href") or "", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self.close_link()
        elif tag in {"p", "tr"} or tag in _HEADINGS:
            self.close_block()
        elif tag == "li":
            self.close_block()
            if self.indents:
                self.indents.pop()
        elif tag in {"ul", "ol"}:
            self.close_block()
            if self.counters:
                self.counters.pop()
        elif tag == "blockquote":
            self.close_block()
            if self.indents:
                self.indents.pop()

    def handle_data(self, data: str) -> None:
        text = re.sub(r"[ \t\r\n\f\0]+", " ", data)
        if self.link is not None:
            self.link = (self.link[0], self.link[1] + text)
        elif self.block.lines[-1].startswith("\0"):
            glued, space, rest = text.partition(" ")
            self.block.add(glued)
            if space:
                self.block.break_line()
                self.block.add(rest)
        else:
            self.block.add(text)

    def open_item(self) -> None:
        self.close_block()
        count = self.counters[-1] if self.counters else None
        self.marker = "- " if count is None else f"{count}. "
        if count is not None:
            self.counters[-1] = count + 1
        self.indents.append(" " * len(self.marker))

    def close_link(self) -> None:
        if self.link is None:
            return
        href, text = self.link
        self.link = None
        shown = " ".join(text.split())
        address = href.removeprefix("mailto:")
        if not href or shown == address:
            self.block.add(text)
        elif not shown:
            self.block.add_alone(address)
        else:
            self.block.add_alone(f"{shown} ({address})")

    def close_block(self) -> None:
        self.close_link()
        prefix = "".join(self.indents)
        lines = self.block.wrapped(max(self.width - len(prefix), 20))
        self.block = _Block()
        if not lines:
            return
        first = prefix
        if self.marker:
            first = prefix[: -len(self.marker)] + self.marker if prefix.endswith(" " * len(self.marker)) else prefix
        tight = bool(self.marker) or bool(self.counters) or self.in_row
        self.marker = ""
        rendered = [f"{first if number == 0 else prefix}{line}".rstrip() for number, line in enumerate(lines)]
        self.blocks.append((prefix, rendered, tight))


def _start(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 6 else 1


def to_text(html: str, *, width: int = WIDTH) -> str:
    """The text of clean HTML for readers of plain text: `width` columns, numbered lists, `> ` before quotations.

    A link becomes "text (address)" on its own line, never broken, so that mail programs keep it whole. Items of a
    list and rows of a table follow each other without an empty line. Merge fields stay as they are.
    """
    writer = _Writer(width)
    # A row that no sanitiser has seen may hold a marked section, at which Python's parser gives up.
    writer.feed(html.replace("<![", "&lt;!["))
    writer.close()
    writer.close_block()
    out: list[str] = []
    was_tight = False
    for number, (_prefix, lines, tight) in enumerate(writer.blocks):
        if number and not (tight and was_tight):
            out.append("")
        out.extend(lines)
        was_tight = tight
    return "\n".join(out)
