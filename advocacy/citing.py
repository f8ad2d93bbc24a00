"""Sources of a text: its marks (advocacy.marks) become numbers in the text and a list of sources below it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape

from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import override

from advocacy.evidence import find
from advocacy.languages import interface_language
from advocacy.marks import rewrite, slugs_in
from advocacy.models import Evidence, EvidenceVersion
from advocacy.plaintext import to_text
from advocacy.richtext import sanitise

_TAG = re.compile(r"<(/?)([a-z0-9]+)[^>]*>")
_ADDRESS = re.compile(r"https://[^\s<>\"]*[^\s<>\".,;:)\]]")


@dataclass(frozen=True)
class Source:
    """One line of the list of sources. `html` is safe; `marks` are the ids of its numbers in the text."""

    number: int
    html: SafeString
    text: str
    url: str = ""
    evidence: Evidence | None = None
    is_missing: bool = False
    marks: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """The id of its line on a page."""
        return f"source-{self.number}"


def with_sources(html: str, language: str, *, at: datetime | None = None) -> tuple[SafeString, list[Source]]:
    """Clean HTML with a linked number for each mark, and the sources in the order of their numbers.

    A source that is cited again keeps its number. `language` is that of the text; `at` asks for the figures as they
    stood at that moment (a published text does not change with the library). Two queries at most, none without marks.
    """
    counter = _Counter(_figures(slugs_in(html), at), language)
    return mark_safe(counter.write(sanitise(html), _linked)), counter.sources()  # noqa: S308 - cleaned in this line


def printed(html: str, language: str, *, at: datetime | None = None) -> str:
    """Clean HTML for e-mail and files: numbers in the text and a numbered list of the sources below it.

    It holds allowed tags only, so it stays as it is when it is sanitised again.
    """
    counter = _Counter(_figures(slugs_in(html), at), language)
    body = counter.write(sanitise(html), lambda source, _mark: f"<sup>[{source}]</sup>")
    sources = counter.sources()
    if not sources:
        return body
    with override(interface_language(language)):
        heading = escape(_("Sources"))
    return f"{body}<h3>{heading}</h3><ol>{''.join(f'<li>{source.html}</li>' for source in sources)}</ol>"


def unknown(html: str) -> list[str]:
    """The short names a text cites that the evidence library does not have."""
    slugs = slugs_in(html)
    known = find(slugs)
    return [slug for slug in slugs if slug not in known]


def _linked(number: int, mark: str) -> str:
    return f'<sup class="cite"><a href="#source-{number}" id="{mark}">{number}</a></sup>'


def _figures(slugs: Iterable[str], at: datetime | None) -> dict[str, Evidence]:
    """The figures by short name, as they stand or as they stood `at` that moment."""
    found = find(slugs)
    if at is None or not found:
        return found
    versions = EvidenceVersion.objects.filter(evidence__in=found.values(), at__lte=at).order_by("number")
    told = {version.evidence_id: version.facts for version in versions}
    for figure in found.values():
        for name, value in told.get(figure.pk, {}).items():
            setattr(figure, name, value)
    return found


class _Counter:
    """Gives each source its number, in the order of the text."""

    def __init__(self, figures: dict[str, Evidence], language: str) -> None:
        self.figures = figures
        self.language = language
        self.seen: dict[tuple[str, str], list[str]] = {}

    def write(self, html: str, show: Callable[[int, str], str]) -> str:
        """The text with `show(number, id)` for each mark."""

        def each(slug: str, note: str) -> str:
            left_over = ""
            if note and not _is_balanced(note):
                # A tag that only begins or only ends in the note belongs to the text around it.
                left_over = "".join(tag[0] for tag in _TAG.finditer(note))
                note = _TAG.sub("", note)
            marks = self.seen.setdefault((slug, " ".join(note.split())), [])
            number = list(self.seen).index((slug, " ".join(note.split()))) + 1
            marks.append(f"cite-{number}" if not marks else f"cite-{number}-{len(marks) + 1}")
            return show(number, marks[-1]) + left_over

        return rewrite(html, each)

    def sources(self) -> list[Source]:
        """The sources in the order of their numbers, in the language of the text."""
        with override(interface_language(self.language)):
            return [
                self._source(number, slug, note, tuple(marks))
                for number, ((slug, note), marks) in enumerate(self.seen.items(), start=1)
            ]

    def _source(self, number: int, slug: str, note: str, marks: tuple[str, ...]) -> Source:
        figure = self.figures.get(slug)
        if figure is not None:
            html = _told(figure)
        elif slug:
            html = escape(_("The source “%(name)s” is not in the evidence library.") % {"name": slug})
        else:
            html = sanitise(_ADDRESS.sub(_link, note) if "<a" not in note else note)
        return Source(
            number=number,
            html=mark_safe(html),  # noqa: S308 - escaped or cleaned above
            text=to_text(html),
            url=figure.url if figure else "",
            evidence=figure,
            is_missing=bool(slug) and figure is None,
            marks=marks,
        )


def _is_balanced(html: str) -> bool:
    open_tags: list[str] = []
    for end, tag in _TAG.findall(html):
        if not end:
            open_tags.append(tag)
        elif not open_tags or open_tags.pop() != tag:
            return False
    return not open_tags


def _link(match: re.Match[str]) -> str:
    return f'<a href="{match[0]}">{match[0]}</a>'


def _told(figure: Evidence) -> str:
    """A figure as a line of the list: who says it, what it says, for when, and when somebody looked."""
    said = ", ".join(filter(None, [f"{figure.figure} {figure.unit}".strip(), figure.claim, figure.period]))
    told = f"{escape(figure.source)}: {escape(said)}."
    if figure.url.startswith("https://"):
        told += f" {sanitise(_link_to(figure.url))}."
    checked = _("Checked on %(day)s.") % {"day": date_format(figure.checked_on, "j F Y")}
    return f"{told} {escape(checked)}"


def _link_to(address: str) -> str:
    return f'<a href="{escape(address)}">{escape(address)}</a>'
