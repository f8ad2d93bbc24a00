"""What each kind of statement must contain, and what of it is missing (docs/statements.md tells it for people).

A fact beside the text stands in Statement.details; a part of the text is recognised by its headings, in the languages
of advocacy.headings. What cannot be judged with certainty is advice and holds nobody up.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from advocacy.citing import unknown
from advocacy.headings import PARTS
from advocacy.models import Statement, StatementText
from advocacy.paragraphs import Paragraph, split
from advocacy.plaintext import to_text
from contacts.languages import language_name
from contacts.names import sort_key

Kind = Statement.Kind


class Fact(TextChoices):
    """The facts there are, with the words that readers see."""

    OCCASION = "occasion", gettext_lazy("Occasion")
    EVENT_DATE = "event_date", gettext_lazy("Date of the event")
    PLACE = "place", gettext_lazy("Place")
    HOST = "host", gettext_lazy("Host")
    SPEAKERS = "speakers", gettext_lazy("Speakers")
    CONTACT = "contact", gettext_lazy("Contact for readers")
    RELEASE = "release", gettext_lazy("When the media may use it")


# By name, in the order a form asks for them; lazy, as Fact.choices gives them.
LABELS = dict(Fact.choices)

# The facts a page asks for, by kind; the first tuple must be there before review, the second may be.
FIELDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Kind.STATEMENT: (("occasion", "contact"), ("place",)),
    Kind.JOINT_STATEMENT: (("occasion", "contact"), ("place",)),
    Kind.POSITION_PAPER: ((), ("occasion", "contact")),
    Kind.PRESS_RELEASE: (("release", "place", "contact"), ("occasion",)),
    Kind.NEWS: ((), ("occasion", "place", "contact")),
    Kind.EVENT_REPORT: (("event_date", "place", "host", "speakers"), ("occasion", "contact")),
}
_ASKS = {
    "occasion": gettext_lazy("Say on which occasion it is made, such as EU Anti-Trafficking Day."),
    "event_date": gettext_lazy("Say on which day the event was."),
    "place": gettext_lazy("Say where it is dated, such as Brussels."),
    "host": gettext_lazy("Say who hosted the event."),
    "speakers": gettext_lazy("Name the speakers of the event."),
    "contact": gettext_lazy("Say whom readers and the press can ask: a name or an office, with an e-mail address."),
    "release": gettext_lazy("Choose “For immediate release” or an embargo."),
}
# What a translation or a reader never sees as a fact of its own.
_NOT_SHOWN = {"release"}
_QUOTES = ("“", "”", "„", "«", "»", '"')


@dataclass(frozen=True)
class Lack:
    """One thing that is missing. `where` is the page that mends it: "details", "text" or "" for another place."""

    sentence: str
    is_blocking: bool = True
    where: str = "text"


def missing_for(statement: Statement) -> list[str]:
    """What the kind requires and the statement lacks, in sentences; review is refused while there is one."""
    return [lack.sentence for lack in lacks_of(statement) if lack.is_blocking]


def advice_for(statement: Statement) -> list[str]:
    """What would make it better and holds nobody up, in sentences."""
    return [lack.sentence for lack in lacks_of(statement) if not lack.is_blocking]


def lacks_of(statement: Statement, texts: Iterable[StatementText] | None = None) -> list[Lack]:
    """Everything that is missing, what blocks first. `texts` are its language versions where they were read already."""
    rows = list(statement.texts.all() if texts is None else texts)
    source = next((text for text in rows if text.language == statement.source_language), None)
    found = [*_empty(statement, rows), *_facts(statement), *map(Lack, unknown_sources(rows))]
    if source is not None and to_text(source.body):
        found += _parts(statement, source)
    return sorted(found, key=lambda lack: not lack.is_blocking)


def unknown_sources(texts: Iterable[StatementText]) -> list[str]:
    """What texts cite and the evidence library does not have, as a sentence; none when all is there."""
    slugs = unknown(" ".join(text.body for text in texts))
    if not slugs:
        return []
    words = _("Cited, but not in the evidence library: %(names)s. Add it there, or take the mark out of the text.")
    return [words % {"names": ", ".join(dict.fromkeys(slugs))}]


def _empty(statement: Statement, texts: list[StatementText]) -> Iterator[Lack]:
    if statement.source_language not in {text.language for text in texts}:
        yield Lack(_("There is no text in the language it is written in. Add it first."))
    for text in texts:
        if not text.title.strip() or not to_text(text.body):
            sentence = _("The %(language)s version is empty. Write it or remove it, then send it for review.")
            yield Lack(sentence % {"language": language_name(text.language)})


def _facts(statement: Statement) -> Iterator[Lack]:
    must, _may = FIELDS[statement.kind]
    for name in must:
        if not str(statement.details.get(name, "")).strip():
            yield Lack(str(_ASKS[name]), where="details")
    if statement.details.get("release") == "embargo" and statement.embargo_until is None:
        yield Lack(_("Say until when the embargo lasts."), where="details")


def _parts(statement: Statement, text: StatementText) -> Iterator[Lack]:
    """What the words of the source lack, by the kind."""
    reader = _Reader(text)
    if statement.kind in {Kind.STATEMENT, Kind.JOINT_STATEMENT}:
        if not reader.says("call"):
            yield Lack(_("It asks nobody for anything. Say who should do what."), is_blocking=False)
    elif statement.kind == Kind.POSITION_PAPER:
        yield from _position(reader)
    elif statement.kind == Kind.PRESS_RELEASE:
        yield from _release(reader)
    elif statement.kind == Kind.EVENT_REPORT and not reader.has_link:
        yield Lack(_("It links to nothing. Add the programme, the recording or a paper."), is_blocking=False)
    if statement.kind in {Kind.NEWS, Kind.STATEMENT, Kind.JOINT_STATEMENT} and not text.summary.strip():
        yield Lack(_("A summary of one or two sentences is shown in lists and in searches."), is_blocking=False)


def _position(reader: "_Reader") -> Iterator[Lack]:
    if not reader.text.summary.strip():
        yield Lack(_("A position paper opens with a summary. Write it above the text."))
    asks = {
        "background": _("Add a part with the heading “Background”."),
        "analysis": _("Add a part with the heading “Analysis”."),
        "recommendations": _("Add a part with the heading “Recommendations”."),
    }
    for part, sentence in asks.items():
        if not reader.has_heading(part):
            yield Lack(sentence)
    if not reader.has_heading("sources") and not reader.has_source:
        yield Lack(_("Name the sources: a note, a cited figure or a heading “Sources”."))


def _release(reader: "_Reader") -> Iterator[Lack]:
    if not reader.text.summary.strip() and not reader.opens_with_words:
        yield Lack(_("A press release opens with a lead: who did what, when, where and why. Write it as the summary."))
    if not reader.has_quotation:
        yield Lack(_("A press release quotes somebody. Add a quotation with the name of the speaker."))
    if not reader.has_heading("about") and not reader.opens("about"):
        yield Lack(_("Add a part with the heading “About” that says who we are."))
    if not reader.ends():
        yield Lack(_("Close the release with a line that says ENDS; notes to editors stand below it."))
    if not reader.has_heading("notes"):
        yield Lack(_("There are no notes to editors: figures, sources, dates of interviews."), is_blocking=False)


class _Reader:
    """Answers questions about the words of a text. In a language that headings.py lacks, every answer is yes."""

    def __init__(self, text: StatementText) -> None:
        self.text = text
        self.words = PARTS.get(text.language.split("-")[0])
        self.paragraphs: list[Paragraph] = split(text.body)
        self.keys = [(paragraph.kind, sort_key(paragraph.text)) for paragraph in self.paragraphs]

    def has_heading(self, part: str) -> bool:
        """Whether a heading opens with a word of this part."""
        if self.words is None:
            return True
        wanted = _keys(self.words[part])
        return any(kind in {"h2", "h3", "h4"} and key.startswith(wanted) for kind, key in self.keys)

    def opens(self, part: str) -> bool:
        """Whether a paragraph that is no heading opens with a word of this part."""
        return self.words is None or any(key.startswith(_keys(self.words[part])) for _kind, key in self.keys)

    def says(self, part: str) -> bool:
        """Whether a word of this part stands anywhere."""
        return self.words is None or any(
            word in f"{key} " for _kind, key in self.keys for word in _keys(self.words[part])
        )

    def ends(self) -> bool:
        """Whether a line says that the release is over."""
        return self.words is None or any(
            key.strip(" -–—#.") in {*_keys(self.words["end"]), ""} for _kind, key in self.keys
        )

    @property
    def has_quotation(self) -> bool:
        return "<blockquote" in self.text.body or any(mark in to_text(self.text.body) for mark in _QUOTES)

    @property
    def has_link(self) -> bool:
        return "<a " in self.text.body

    @property
    def has_source(self) -> bool:
        """A link or a raised mark of a note: a citation is stored as one of the two (advocacy.citing)."""
        return self.has_link or "<sup" in self.text.body or "{{" in self.text.body

    @property
    def opens_with_words(self) -> bool:
        return bool(self.paragraphs) and self.paragraphs[0].kind == "p"


def _keys(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words as sort_key makes a text even; a space at the end, which ends a word, is kept."""
    return tuple(sort_key(word) + (" " if word.endswith(" ") else "") for word in words)


def facts_for_readers(statement: Statement) -> list[tuple[str, str]]:
    """Label and value of the facts that stand beside a published text and in its PDF, in the active language."""
    must, may = FIELDS[statement.kind]
    names = [name for name in LABELS if name in {*must, *may} - _NOT_SHOWN]
    values = [(name, str(statement.details.get(name, "")).strip()) for name in names]
    return [(str(LABELS[name]), _shown(name, value)) for name, value in values if value]


def _shown(name: str, value: str) -> str:
    if name != "event_date":
        return value
    try:
        return date_format(date.fromisoformat(value), "j F Y")
    except ValueError:
        return value
