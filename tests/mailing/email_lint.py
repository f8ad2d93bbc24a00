"""What the HTML of a mail must be like, read with the standard library only: `faults` gives a sentence for each fault.

Colours are worked out as a mail program does it: those on the elements for light, and with the rules of the style
sheet's `prefers-color-scheme: dark` for dark. So reading needs no style sheet, and both schemes can be read.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

# Gmail hides what comes after.
LARGEST = 102 * 1024
VOID = {"meta", "br", "hr", "img", "link", "input", "wbr", "col"}
FORBIDDEN = {"script", "iframe", "object", "embed", "form", "input", "img", "video", "audio", "svg", "link", "base"}
REMOTE = re.compile(r"url\(|@import|\ssrc=|\sbackground=\"", re.IGNORECASE)
LEFT_OVER = re.compile(r"\{\{|\}\}|\{%|%\}|xq7|\bq[0-9a-f]{16}")
DARK = re.compile(r"@media\s*\(prefers-color-scheme:\s*dark\)\s*\{((?:[^{}]*\{[^{}]*\})*)\s*\}")
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
SIZE = re.compile(r"(?:font(?:-size)?):[^;]*?(\d+)px")
NO_WORDS = " \r\n\t\u00a0\u034f\u200c"
CONTRAST, SMALLEST, SMALLEST_AROUND, BUTTON = 4.5, 16, 14, 44


@dataclass
class Element:
    """An element with what is above it and the words directly in it."""

    tag: str
    attributes: Mapping[str, str]
    parent: "Element | None"
    words: str = ""
    children: list["Element"] = field(default_factory=list)

    @property
    def classes(self) -> set[str]:
        return set(self.attributes.get("class", "").split())

    @property
    def style(self) -> dict[str, str]:
        return declared(self.attributes.get("style", ""))

    def line(self) -> Iterator["Element"]:
        """Itself and all above it."""
        at: Element | None = self
        while at is not None:
            yield at
            at = at.parent

    def all(self) -> Iterator["Element"]:
        """Itself and all below it."""
        yield self
        for child in self.children:
            yield from child.all()

    @property
    def all_words(self) -> str:
        return "".join(element.words for element in self.all())


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.at = Element("root", {}, None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.children.append(element)
        if tag not in VOID:
            self.at = element

    def handle_endtag(self, tag: str) -> None:
        at: Element | None = self.at
        while at is not None and at.tag != tag:
            at = at.parent
        if at is not None and at.parent is not None:
            self.at = at.parent

    def handle_data(self, data: str) -> None:
        self.at.words += data


def tree(html: str) -> Element:
    """The elements of a page."""
    reader = _Tree()
    reader.feed(html)
    return reader.root


def declared(style: str) -> dict[str, str]:
    """The declarations of a style attribute or rule."""
    pairs = (part.partition(":") for part in style.replace("!important", "").split(";"))
    return {name.strip(): value.strip() for name, _colon, value in pairs if value.strip()}


def faults(html: str, text: str, *, language: str, direction: str = "ltr") -> list[str]:
    """A sentence for each thing that is wrong with an issue's HTML beside its text part; none for a good one."""
    root = tree(html)
    elements = list(root.all())
    found = [*_whole(html, elements), *_languages(elements, language, direction)]
    found += [*_tables(elements), *_links(elements, text), *_buttons(elements), *_preheader(elements)]
    return found + list(_words(html, elements))


def faults_of_system(subject: str, html: str, text: str, *, language: str) -> list[str]:
    """The same of a mail of the platform itself, whose preheader may be short and whose subject is its title."""
    elements = list(tree(html).all())
    found = [*_whole(html, elements), *_languages(elements, language, "ltr")]
    found += [*_tables(elements), *_links(elements, text), *_buttons(elements), *_words(html, elements)]
    if not any(element.tag == "title" and element.words == subject for element in elements):
        found.append("the title is not the subject")
    if not any(link.tag == "a" and _is_button(link) for link in elements):
        found.append("no button")
    for name, words in (("subject", subject), ("text part", text)):
        if left := LEFT_OVER.search(words):
            found.append(f"a placeholder is left in the {name}: {left[0]}")
    if found_tag := re.search(r"</?[a-z][^>]*>|&(?:amp|lt|gt|quot|#\d+);", text):
        found.append(f"HTML in the text part: {found_tag[0]}")
    first = next((one for one in elements if one.tag == "div"), None)
    if first is None or first.style.get("display") != "none" or not first.words.strip(NO_WORDS):
        found.append("what stands first is no hidden preheader")
    return found


def _whole(html: str, elements: list[Element]) -> Iterator[str]:
    if len(html.encode()) >= LARGEST:
        yield f"{len(html.encode())} bytes: Gmail hides the end"
    yield from (f"<{element.tag}> has no place in mail" for element in elements if element.tag in FORBIDDEN)
    if remote := REMOTE.search(html):
        yield f"something remote: {remote[0]}"
    if not any(element.tag == "title" and element.words.strip() for element in elements):
        yield "no title"
    for element in elements:
        if element.tag != "style" and (left := LEFT_OVER.search(element.words)):
            yield f"a placeholder is left: {left[0]}"
    if 'name="color-scheme"' not in html or not DARK.search(html) or "[data-ogsc]" not in html:
        yield "no dark scheme"


def _languages(elements: list[Element], language: str, direction: str) -> Iterator[str]:
    said = [(one.attributes.get("lang"), one.attributes.get("dir")) for one in elements if one.tag == "html"]
    said += [
        (one.attributes.get("lang"), one.attributes.get("dir"))
        for one in elements
        if one.attributes.get("role") == "article"
    ]
    if said != [(language, direction)] * 2:
        yield f"language and direction are told as {said}"


def _tables(elements: list[Element]) -> Iterator[str]:
    for table in (element for element in elements if element.tag == "table"):
        by_author = any("copy" in one.classes for one in table.line())
        if table.attributes.get("role") == "presentation" or by_author:
            continue
        below = list(table.all())
        if not any(one.tag == "caption" and one.all_words.strip() for one in below):
            yield "a table neither for layout nor with a caption"
        if not any(one.tag == "th" and one.attributes.get("scope") for one in below):
            yield "a table of data without a heading that has a scope"


def _links(elements: list[Element], text: str) -> Iterator[str]:
    alone = {word for line in text.split("\n") for word in re.split(r"[\s()<>]+", line)}
    for link in (element for element in elements if element.tag == "a"):
        address = link.attributes.get("href", "")
        if not address.startswith(("https://", "mailto:")):
            yield f"a link to {address!r}"
        elif address.removeprefix("mailto:") not in alone and not any(word.rstrip(".,;") == address for word in alone):
            yield f"not in the text part: {address}"
        if not link.all_words.strip():
            yield f"a link without words: {address}"
        if not _is_button(link) and link.style.get("text-decoration", "underline") == "none":
            yield f"a link that is not underlined: {address}"


def _is_button(link: Element) -> bool:
    return link.parent is not None and bool(link.parent.classes & {"button", "btn"})


def _buttons(elements: list[Element]) -> Iterator[str]:
    for link in elements:
        if link.tag == "a" and _is_button(link):
            padding = re.findall(r"(\d+)px", link.style.get("padding", ""))
            line = re.search(r"/(\d+)px", link.style.get("font", ""))
            height = 2 * int(padding[0]) + int(line[1]) if padding and line else 0
            if height < BUTTON or "px" not in link.style.get("padding", ""):
                yield f"a button {height} px high"


def _preheader(elements: list[Element]) -> Iterator[str]:
    hidden = next((one for one in elements if one.tag == "div"), None)
    if hidden is None or hidden.style.get("display") != "none":
        yield "what stands first is no hidden preheader"
        return
    length = len(hidden.words.strip(NO_WORDS))
    if not 40 <= length <= 140:
        yield f"a preheader of {length} characters"


def _words(html: str, elements: list[Element]) -> Iterator[str]:
    """Size and contrast of all words that are seen."""
    dark = rules_of((DARK.search(html) or [""] * 2)[1])
    for element in elements:
        line = list(element.line())
        hidden = any(one.style.get("display") == "none" or one.tag in ("head", "style") for one in line)
        if hidden or not element.words.strip(NO_WORDS):
            continue
        said = element.words.strip()[:30]
        for scheme, rules in (("light", []), ("dark", dark)):
            ink, ground = _seen(line, "color", rules), _seen(line, "background", rules)
            if not ink or not ground:
                yield f"no {scheme} colour on the element: {said}"
            elif contrast(ink, ground) < CONTRAST:
                yield f"{scheme}: {ink} on {ground} is {contrast(ink, ground):.1f}: {said}"
        sizes = [SIZE.search(one.attributes.get("style", "")) for one in line]
        size = next((int(found[1]) for found in sizes if found), 0)
        is_body = any("part" in one.classes for one in line)
        if size < (SMALLEST if is_body else SMALLEST_AROUND):
            yield f"{size} px: {said}"


def rules_of(sheet: str) -> list[tuple[list[str], dict[str, str]]]:
    """Each selector (as its steps) with its declarations, in their order."""
    return [
        (selector.split(), declared(body))
        for selectors, body in RULE.findall(sheet)
        for selector in selectors.split(",")
    ]


def _seen(line: list[Element], name: str, rules: list[tuple[list[str], dict[str, str]]]) -> str:
    """The colour of the nearest element that has one, by a rule of the sheet before its own style."""
    for at, element in enumerate(line):
        fitting = [
            (sum("." in step for step in steps), len(steps), number, declarations[name])
            for number, (steps, declarations) in enumerate(rules)
            if name in declarations and _fits(steps, line[at:])
        ]
        found = max(fitting)[-1] if fitting else element.style.get(name, element.style.get(f"{name}-color", ""))
        if found and found != "transparent":
            return found
    return ""


def _fits(steps: list[str], line: list[Element]) -> bool:
    if not _is(steps[-1], line[0]):
        return False
    above = line[1:]
    for step in reversed(steps[:-1]):
        at = next((number for number, element in enumerate(above) if _is(step, element)), None)
        if at is None:
            return False
        above = above[at + 1 :]
    return True


def _is(step: str, element: Element) -> bool:
    tag, _dot, name = step.partition(".")
    return (not tag or tag == element.tag) and (not name or name in element.classes)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (WCAG 2.2, 1.4.3)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour.lstrip("#")[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
