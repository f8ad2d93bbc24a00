"""Rich text: what is kept of it, the form field, and the editor. The only file that knows CKEditor and nh3.

Stored HTML is clean HTML: `sanitise` has the last word, whatever the editor or a person sent. The editor is a
widget over a plain <textarea>; without JavaScript the person writes the HTML there. docs/richtext.md tells the rest.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from html import escape
from html.parser import HTMLParser
from typing import Any

import nh3
from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django import forms
from django.forms.renderers import BaseRenderer
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_ckeditor_5.widgets import CKEditor5Widget

from advocacy.marks import source_mark, spelled
from advocacy.plaintext import to_text
from advocacy.word import from_word

__all__ = [
    "RichTextField",
    "RichTextWidget",
    "chips_to_tokens",
    "editor_page",
    "sanitise",
    "to_text",
    "tokens_to_chips",
]

# What a mail program shows and a screen reader can tell: text structure, nothing that draws or loads.
# fmt: off
TAGS = {
    "p", "br", "strong", "em", "b", "i", "u", "a", "ul", "ol", "li", "blockquote", "h2", "h3", "h4", "hr",
    "table", "thead", "tbody", "tr", "th", "td", "sup", "sub", "span",
}
ATTRIBUTES = {
    "a": {"href"},
    "span": {"lang"},
    "ol": {"start"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
}
# Their text is code or belongs to another page; it goes with the tag.
DROPPED_WITH_TEXT = {
    "script", "style", "title", "iframe", "object", "embed", "noscript", "noembed", "noframes", "template",
    "textarea", "select", "option", "svg", "math", "audio", "video", "canvas", "applet", "xmp", "plaintext",
}
# fmt: on
SCHEMES = {"https", "mailto"}
_TOKEN = re.compile(r"\{\{\s*([a-z][a-z0-9_]*)\s*\}\}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_NUMBER = re.compile(r"[0-9]{1,3}")
_ABSOLUTE = re.compile(r"(https://[^\s<>\"'/?#]|mailto:[^\s<>\"'])[^\s<>\"]*")


def sanitise(html: str, *, link_fields: Iterable[str] = ()) -> str:
    """The HTML that may be stored: tags e-mail can carry, https and mailto links, no style, class or picture.

    `link_fields` names the merge fields that may be a link's whole address (`href="{{ plan_link }}"`). Anything not
    allowed is taken out silently; text stays. The result is a fixed point: sanitising it again changes nothing.
    """
    fields = frozenset(link_fields)
    clean = html.replace("\0", "")
    # A parser may repair its own repairs (a table inside a link). Wait until nothing moves any more.
    for _round in range(5):
        before, clean = clean, _clean_once(clean, fields)
        if clean == before:
            return clean
    return _clean_once(escape(re.sub(r"<[^>]*>", " ", clean), quote=False), fields)


def _clean_once(html: str, link_fields: frozenset[str]) -> str:
    def keep_field(address: str) -> str | None:
        found = _TOKEN.fullmatch(address.strip())
        return f"{{{{ {found[1]} }}}}" if found and found[1] in link_fields else None

    def check(tag: str, attribute: str, value: str) -> str | None:
        if attribute == "href":
            return keep_field(value) if "{" in value else value if _ABSOLUTE.fullmatch(value) else None
        if attribute == "lang":
            return value if _LANGUAGE.fullmatch(value) else None
        if attribute == "scope":
            return value if value in {"row", "col"} else None
        if attribute == "rel":
            return value
        return value if _NUMBER.fullmatch(value) else None

    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        clean_content_tags=DROPPED_WITH_TEXT,
        attribute_filter=check,
        url_schemes=SCHEMES,
        # Every address without a scheme, "//host" too, goes; a merge field looks like one and is asked about here.
        url_relative=keep_field,
        strip_comments=True,
    )


class _Chips(HTMLParser):
    """Copies HTML and writes `{{ field }}` where the editor put a chip."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.depth:
            self.depth += tag == "span"
            return
        name = (dict(attrs).get("data-mention") or "") if tag == "span" else ""
        if re.fullmatch(r"@?[a-z][a-z0-9_]*", name) or re.fullmatch(r"#[a-z0-9_-]{1,80}", name):
            field = name.removeprefix("@")
            self.out.append(source_mark(name[1:]) if name.startswith("#") else f"{{{{ {field} }}}}")
            self.depth = 1
            return
        self.out.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if self.depth:
            self.depth -= tag == "span"
            return
        self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self.depth:
            self.out.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")


def chips_to_tokens(html: str) -> str:
    """Write `{{ field }}` for each chip (`<span class="mention" data-mention="@field">`) of the editor.

    The chip of a figure (`data-mention="#short-name"`) becomes `[[source: short-name]]` (advocacy.marks). Works on what
    the browser sends; run `sanitise` on the result. HTML without chips comes back as it was.
    """
    if "data-mention" not in html:
        return html
    parser = _Chips()
    # Python's parser gives up at a marked section that it does not know; browsers take it for a comment.
    parser.feed(html.replace("<![", "&lt;!["))
    parser.close()
    return "".join(parser.out)


def tokens_to_chips(html: str, labels: Mapping[str, str]) -> str:
    """Write a chip for each `{{ field }}` in the text of clean HTML, for the fields named in `labels`.

    Tokens inside an attribute and tokens with a filter stay as they are. The opposite of `chips_to_tokens`.
    """

    def chip(match: re.Match[str]) -> str:
        if match[1] not in labels:
            return match[0]
        return f'<span class="mention" data-mention="@{match[1]}">{escape(labels[match[1]])}</span>'

    # Clean HTML has no < or > in attributes, so a split at tags finds the text.
    parts = re.split(r"(<[^>]*>)", html)
    return "".join(part if part.startswith("<") else _TOKEN.sub(chip, part) for part in parts)


class RichTextWidget(CKEditor5Widget):
    """CKEditor 5 over a <textarea>; static/js/editor.js starts it from data attributes, no inline script.

    `fields` are the merge fields (token, label) that may be inserted as chips, by @ or by a menu; `sources` are the
    figures (short name, label) that may be cited, by # or by a menu, and with them come source notes (None: neither).
    `language` is the language of the text. The page needs `{{ form.media }}` and the view `@editor_page`.
    """

    template_name = "advocacy/richtext.html"

    def __init__(
        self,
        fields: Iterable[tuple[str, Any]] = (),
        *,
        sources: Iterable[tuple[str, Any]] | None = None,
        language: str = "",
        rows: int = 18,
        attrs: dict[str, Any] | None = None,
    ) -> None:
        super().__init__("default", attrs={"rows": rows, "lang": language or None, **(attrs or {})})
        # Upstream's own script starts every element of this class; ours starts the editor with our settings instead.
        self.attrs["class"] = " ".join({*self.attrs["class"].split(), "textarea"} - {"django_ckeditor_5"})
        self.fields = list(fields)
        self.sources = None if sources is None else list(sources)
        self.language = language

    @property
    def media(self) -> forms.Media:
        """The editor's script and style, and its translation into the language of the desk."""
        ui = (get_language() or "en").split("-")[0]
        names = ["django_ckeditor_5/dist/bundle.js", "js/word.js", "js/citing.js", "js/editor.js"]
        if ui != "en":
            names.insert(0, f"django_ckeditor_5/dist/translations/{ui}.js")
        scripts: list[Any] = [forms.Script(name, defer=True) for name in names]
        return forms.Media(css={"all": ["django_ckeditor_5/dist/styles.css", "css/editor.css"]}, js=scripts)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Adds what editor.js reads: the editor's settings, the languages, the fields."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        ui = (get_language() or "en").split("-")[0]
        settings = {
            **self.config,
            "language": {"ui": ui, "content": self.language or ui},
            "fields": [{"name": token, "label": str(label)} for token, label in self.fields],
            "sources": [{"name": slug, "label": str(label)} for slug, label in self.sources or []],
            "notes": self.note_words() if self.sources is not None else None,
        }
        context["widget"]["editor_json"] = json.dumps(settings, ensure_ascii=False)
        return context

    @staticmethod
    def note_words() -> dict[str, str]:
        """The words of the button for source notes."""
        return {"label": str(_("Source note"))}

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        """The textarea and its settings; unlike upstream's, no address for uploads."""
        return forms.Widget._render(self, self.template_name, self.get_context(name, value, attrs), renderer)  # type: ignore[attr-defined]

    def use_required_attribute(self, initial: Any) -> bool:
        """Never: the browser cannot point at a textarea hidden behind the editor; the field checks instead."""
        return False


class RichTextField(forms.CharField):
    """A form field that gives clean HTML with merge fields as `{{ name }}`, whatever the browser sent."""

    widget = RichTextWidget
    default_error_messages = {
        "too_long": _(
            "This text has %(length)d characters with its formatting, and %(limit)d fit. Shorten it, or paste it "
            "without the formatting of the other program."
        ),
    }

    def __init__(self, *, max_length: int = 200_000, link_fields: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(strip=True, **kwargs)
        self.limit = max_length
        self.link_fields = frozenset(link_fields)

    def clean(self, value: Any) -> str:
        """Chips become tokens, then the HTML is cleaned; a text without a word counts as empty."""
        html = self.to_python(value) or ""
        if len(html) > 4 * self.limit:
            self.refuse_length(len(html))
        html = spelled(sanitise(from_word(chips_to_tokens(html)), link_fields=self.link_fields))
        if len(html) > self.limit:
            self.refuse_length(len(html))
        if not to_text(html):
            html = ""
        return str(super().clean(html))

    def refuse_length(self, length: int) -> None:
        """Say how long the text is and how long it may be."""
        message = self.error_messages["too_long"] % {"length": length, "limit": self.limit}
        raise forms.ValidationError(message, code="too_long")


def editor_page(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let the page of `view` carry the editor: CKEditor sets style attributes, so style-src needs 'unsafe-inline'.

    The only exception to the site's policy that this room makes; a test lists the views that have it.
    """
    marked: Callable[..., Any] = csp_update({"style-src": [UNSAFE_INLINE]})(view)
    marked.is_editor_page = True  # type: ignore[attr-defined]
    return marked


def safe(html: str) -> SafeString:
    """Mark stored text as safe to print in a page. It is cleaned once more: a row may come from anywhere."""
    return mark_safe(sanitise(html))  # noqa: S308 - nh3 has just made it
