"""Putting something into the text of a letter, where nobody has pointed: before its closing."""

import re
from collections.abc import Iterable

_CLOSING = re.compile(r"<p>(?:\s|&nbsp;)*\{\{\s*closing\s*(?:\|[^{}]*)?\}\}")
_LIST_END = "</ol>"


def before_closing(body: str, html: str) -> str:
    """A text with `html` before the paragraph that the closing begins; at its end where it has none."""
    found = _CLOSING.search(body)
    at = found.start() if found else len(body)
    return body[:at] + html + body[at:]


def in_list(body: str, items: Iterable[str]) -> str:
    """A text with `items` (HTML) in a numbered list before its closing: in the list that ends there, else a new one."""
    found = _CLOSING.search(body)
    at = found.start() if found else len(body)
    rows = "".join(f"<li>{item}</li>" for item in items)
    if body[:at].endswith(_LIST_END):
        at -= len(_LIST_END)
        return body[:at] + rows + body[at:]
    return before_closing(body, f"<ol>{rows}</ol>")
