"""HTML that came from Microsoft Word or Outlook, as plain structure. `advocacy.richtext.sanitise` cleans the result.

The editor does most of this itself when somebody pastes (CKEditor's PasteFromOffice); this is for those who paste into
the plain field, and for what the editor leaves: foot notes, comments in the margin, deletions that were tracked.
Word's own names (mso-list, mso-element, WordSection) are documented in Microsoft's "Office HTML and XML Reference".
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

from advocacy.marks import note_mark

_IS_WORD = re.compile(r"<[^<>]*(?:class=[\"']?Mso|mso-|urn:schemas-microsoft-com)|<o:p", re.I)
_BULLET = re.compile(
    r"<!(?:--)?\[if !supportLists\](?:--)?>((?:(?!<!).){0,500}?)<!(?:--)?\[endif\](?:--)?>", re.S | re.I
)
_CONDITION = re.compile(r"<!\[(?:if[^\]<>]{0,80}|endif)\]>", re.I)
_DROPPED = {"script", "style", "xml", "head", "title", "meta", "link", "del", "object", "v:shape", "v:imagedata"}
_VOID = {"br", "hr", "img", "meta", "link", "col", "input", "wbr", "base"}
_RENAMED = {"h1": "h2", "h5": "h4", "h6": "h4"}
_INLINE = {"strong", "em", "b", "i", "u", "a", "sup", "sub", "span", "br", "font", "ins", "o:p", "st1:place"}
_LEVEL = re.compile(r"mso-list:\s*(?:l\d+\s+)?level(\d)", re.I)
_ORDERED = re.compile(r"^\(?(?:\d+|[a-z]|[ivxlc]+)[.)]", re.I)
_SCHEMES = ("https:", "mailto:", "http:")
_KEPT = {"href", "colspan", "rowspan", "start"}
_MARK_CLASS = "word-marker"


@dataclass
class _Node:
    """An element, or text where `tag` is empty."""

    tag: str = ""
    attrs: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list["_Node"] = field(default_factory=list)

    @property
    def style(self) -> str:
        return self.attrs.get("style", "").replace("\n", " ").lower()

    @property
    def css(self) -> str:
        return self.attrs.get("class", "")

    def words(self) -> str:
        """Its text."""
        return self.text + "".join(child.words() for child in self.children)

    def walk(self) -> "Iterable[_Node]":
        yield self
        for child in self.children:
            yield from child.walk()


class _Builder(HTMLParser):
    """A tree of what Word wrote; forgiving, because the sanitiser has the last word."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = _Node("root")
        self.path = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = _Node(_RENAMED.get(tag, tag), {name: value or "" for name, value in attrs})
        self.path[-1].children.append(node)
        if tag not in _VOID and len(self.path) < 200:
            self.path.append(node)

    def handle_endtag(self, tag: str) -> None:
        tag = _RENAMED.get(tag, tag)
        for at in range(len(self.path) - 1, 0, -1):
            if self.path[at].tag == tag:
                del self.path[at:]
                return

    def handle_data(self, data: str) -> None:
        self.path[-1].children.append(_Node(text=data))


def from_word(html: str) -> str:
    """HTML from Word without what only Word reads: styles, conditional comments, `<o:p>`, tracked deletions, comments.

    Paragraphs that look like a list become one; foot notes become `[[note: …]]`; headings start at level 2. HTML from
    elsewhere comes back as it was. Call `sanitise` on the result.
    """
    if not _IS_WORD.search(html):
        return html
    html = _BULLET.sub(lambda found: f'<span class="{_MARK_CLASS}">{found[1]}</span>', html)
    html = _CONDITION.sub("", _without_comments(html))
    builder = _Builder()
    # What is left of this kind is none of Word's; Python's parser gives up at it.
    builder.feed(html.replace("<![", "&lt;!["))
    builder.close()
    root = builder.root
    notes = _foot_notes(root)
    _tidy(root, notes)
    _make_lists(root)
    return "".join(_written(child) for child in root.children)


def _without_comments(html: str) -> str:
    """Without `<!-- … -->`, the hidden conditions of Word among them."""
    kept, at = [], 0
    while (start := html.find("<!--", at)) >= 0 and (end := html.find("-->", start + 4)) >= 0:
        kept.append(html[at:start])
        at = end + 3
    return "".join(kept) + html[at:]


def _foot_notes(root: _Node) -> dict[str, str]:
    """The words of the foot and end notes, by the address their marks have: "_ftn1"."""
    found: dict[str, str] = {}
    for node in root.walk():
        if re.search(r"mso-element:\s*(?:foot|end)note\s*(?:;|$)", node.style):
            name = "_" + node.attrs.get("id", "")
            words = "".join(_note_words(child) for child in node.children)
            found[name] = re.sub(r"^\s*\[\w+\]\s*", "", " ".join(words.split()))
    return found


def _note_words(node: _Node) -> str:
    """A note's words; a link keeps its address, the number that leads back goes."""
    if node.attrs.get("href", "").startswith("#_") or node.css == _MARK_CLASS:
        return ""
    words = node.text + "".join(_note_words(child) for child in node.children)
    address = node.attrs.get("href", "")
    return f"{words} {address}" if address.startswith("https:") and address not in words else words


def _is_gone(node: _Node) -> bool:
    style = node.style
    if node.tag in _DROPPED or "mso-hide:all" in style or re.search(r"display:\s*none", style):
        return True
    if re.search(
        r"mso-element:\s*(?:foot|end)note-list|mso-element:\s*comment|mso-special-character:\s*comment", style
    ):
        return True
    return node.css.startswith(("msocom", "MsoCommentReference"))


def _tidy(node: _Node, notes: dict[str, str]) -> None:
    """Takes out what only Word reads, and puts each foot note where its mark stands."""
    kept: list[_Node] = []
    for child in node.children:
        if _is_gone(child):
            continue
        href = child.attrs.get("href", "")
        if child.tag == "a" and href.lstrip("#") in notes and href.startswith("#"):
            kept.append(_Node(text=note_mark(notes[href[1:]]) if notes[href[1:]] else ""))
            continue
        if child.tag:
            _tidy(child, notes)
        unwrapped = child.tag in {"span", "font", "ins", "div", "center"} and child.css != _MARK_CLASS
        unwrapped = (
            unwrapped or ":" in child.tag or (child.tag == "a" and not href.startswith(("https:", "mailto:", "http:")))
        )
        if child.tag == "div" and child.children and all(row.tag in _INLINE or not row.tag for row in child.children):
            kept.append(_Node("p", child.attrs, children=child.children))
        elif unwrapped:
            kept += child.children
        elif child.tag not in {"p", "h2", "h3", "h4"} or child.words().replace("\xa0", " ").strip():
            kept.append(child)
    node.children = kept


def _make_lists(node: _Node) -> None:
    """Puts neighbouring list paragraphs of Word into one list, items of a deeper level into the item before them."""
    out: list[_Node] = []
    lists: list[tuple[int, _Node]] = []
    for child in node.children:
        _make_lists(child)
        level = _level_of(child)
        if level is None:
            if child.tag or child.text.strip():
                lists = []
            out.append(child)
            continue
        while lists and lists[-1][0] > level:
            lists.pop()
        marker = next((part for part in child.walk() if part.css == _MARK_CLASS), None)
        tag = "ol" if marker and _ORDERED.match(marker.words().replace("\xa0", " ").strip()) else "ul"
        if not lists or lists[-1][0] < level:
            new = _Node(tag)
            # A deeper list stands inside the item it belongs to.
            (lists[-1][1].children[-1].children if lists else out).append(new)
            lists.append((level, new))
        elif lists[-1][1].tag != tag:
            new = _Node(tag)
            parent = lists[-2][1].children[-1].children if len(lists) > 1 else out
            parent.append(new)
            lists[-1] = (level, new)
        lists[-1][1].children.append(_Node("li", children=[part for part in child.children if part is not marker]))
    node.children = out


def _level_of(node: _Node) -> int | None:
    """The level of a paragraph that is an item of a list, or None."""
    if node.tag != "p":
        return None
    found = _LEVEL.search(node.style)
    if found:
        return int(found[1])
    has_marker = any(part.css == _MARK_CLASS for part in node.walk())
    return 1 if has_marker and "MsoListParagraph" in node.css else None


def _written(node: _Node) -> str:
    if not node.tag:
        return escape(node.text.replace("\xa0", " "), quote=False)
    inside = "".join(_written(child) for child in node.children)
    if node.tag == "root" or node.css == _MARK_CLASS:
        return inside
    kept = "".join(f' {name}="{escape(value)}"' for name, value in node.attrs.items() if name in _KEPT)
    opened = f"<{node.tag}{kept}>"
    if node.tag in _VOID:
        return opened
    text = inside.strip() if node.tag in {"p", "li", "h2", "h3", "h4", "td", "th"} else inside
    return f"{opened}{text}</{node.tag}>"
