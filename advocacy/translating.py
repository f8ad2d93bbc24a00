"""Language versions that know which source paragraphs they translate, and which of these changed since.

StatementText.source_map keeps the links (advocacy/aligning.py). Nothing is written when the source changes: what is
behind follows from the links and the source as it is now, so it can never be forgotten.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import audit
from accounts.models import User
from advocacy import aligning, comparing
from advocacy.aligning import Link
from advocacy.models import Statement, StatementText
from advocacy.paragraphs import Paragraph, paragraphs_of
from contacts.languages import language_name

BEHIND = {"changed", "gone", "missing"}


class AcceptError(Exception):
    """Nothing was accepted; the message says why and what to do."""


@dataclass(frozen=True)
class Row:
    """One line of the two columns: a paragraph of the source, of the translation, or both.

    `state`: "same" (still right), "changed" (the source has other words now), "gone" (its source was taken out),
    "missing" (not translated), "unneeded" (a person said it needs no translation here) or "own" (translates nothing).
    `is_moved` says that it stands elsewhere in the source.
    """

    state: str
    key: str
    source: Paragraph | None = None
    own: Paragraph | None = None
    was: str = ""
    is_moved: bool = False

    @property
    def is_behind(self) -> bool:
        """Whether somebody has to look at it."""
        return self.state in BEHIND

    @property
    def pieces(self) -> list[comparing.Piece]:
        """The old wording of the source and the new one as one line; empty where the source did not change."""
        if self.state not in {"changed", "gone"}:
            return []
        return comparing.words(self.was, self.source.text if self.source else "")

    @property
    def sentence(self) -> str:
        """What is behind, in words."""
        words = {
            "changed": _("The source was changed after this was translated."),
            "gone": _("The source no longer has this paragraph."),
            "missing": _("This paragraph is not translated."),
            "unneeded": _("Somebody said that this needs no translation here."),
            "own": _("This stands in the translation only."),
        }
        return words.get(self.state, "")


def source_of(statement: Statement) -> StatementText | None:
    """The text that the others translate."""
    return next((text for text in statement.texts.all() if text.language == statement.source_language), None)


def rows_of(text: StatementText, source: StatementText | None = None) -> list[Row]:
    """The two columns of a translation, in the order of the source: every paragraph of both stands there once."""
    source = source or source_of(text.statement)
    if source is None or source.pk == text.pk:
        return []
    theirs, mine = _paragraphs(source), _paragraphs(text)
    links = _links(text, theirs, mine)
    own_links, unneeded = links[: len(mine)], {link.source for link in links[len(mine) :]}
    placed = aligning.places(own_links, theirs)
    moved = _moved([placed[at] for at in sorted(placed)])
    rows: dict[int, Row] = {}
    after: dict[int, list[Row]] = {}
    place = -1
    for at, (link, paragraph) in enumerate(zip(own_links, mine, strict=True)):
        if at in placed:
            place = placed[at]
            twin = theirs[place]
            state = "same" if twin.digest == link.source else "changed"
            rows[place] = Row(state, _key(at, paragraph, twin), twin, paragraph, link.was, place in moved)
        else:
            state = "gone" if link.source else "own"
            after.setdefault(place, []).append(Row(state, _key(at, paragraph, None), None, paragraph, link.was))
    found = after.get(-1, [])
    for place, twin in enumerate(theirs):
        state = "unneeded" if twin.digest in unneeded else "missing"
        found = [*found, rows.get(place) or Row(state, _key(place, None, twin), twin), *after.get(place, [])]
    return found


def _paragraphs(text: StatementText) -> list[Paragraph]:
    return paragraphs_of(text.title, text.summary, text.body)


def _links(text: StatementText, theirs: list[Paragraph], mine: list[Paragraph]) -> list[Link]:
    """The links as they are kept; where the text was changed by another way than a save, they are made to fit it."""
    links = aligning.links_from(text.source_map)
    if [link.own for link in links if link.own] != [paragraph.digest for paragraph in mine]:
        return aligning.align(theirs, mine, links, [])
    return [link for link in links if link.own] + [link for link in links if not link.own]


def _key(at: int, own: Paragraph | None, source: Paragraph | None) -> str:
    """Names a row in a form: both wordings are in it, so a paragraph that changed meanwhile is not accepted unread."""
    return f"{at}.{own.digest if own else ''}.{source.digest if source else ''}"


def _moved(order: Sequence[int]) -> set[int]:
    """The places that leave the order of the source: all that are not in the longest rising row."""
    rising: list[list[int]] = []
    for place in order:
        rising.append([*_longest(row for row in rising if row[-1] < place), place])
    return set(order) - set(_longest(rising))


def _longest(rows: Iterable[list[int]]) -> list[int]:
    found: list[int] = []
    for row in rows:
        found = row if len(row) > len(found) else found
    return found


def stale_parts(text: StatementText, source: StatementText | None = None) -> list[Row]:
    """What of a language version is behind its source: changed, gone or missing paragraphs. Nothing for the source."""
    return [row for row in rows_of(text, source) if row.is_behind]


def sentence_of(text: StatementText, source: StatementText | None = None) -> str:
    """What is behind in a language version as one sentence for people, or "" when nothing is."""
    parts = stale_parts(text, source)
    missing = sum(part.state == "missing" for part in parts)
    behind = len(parts) - missing
    told = []
    if behind:
        told.append(
            ngettext("%(count)d paragraph is behind the source", "%(count)d paragraphs are behind the source", behind)
            % {"count": behind}
        )
    if missing:
        told.append(
            ngettext("%(count)d paragraph is not translated", "%(count)d paragraphs are not translated", missing)
            % {"count": missing}
        )
    if not told:
        return ""
    return _("%(language)s: %(what)s.") % {"language": language_name(text.language), "what": ", ".join(told)}


def mark_behind(statement: Statement, texts: Iterable[StatementText]) -> None:
    """Sets `behind` on each of a statement's texts: how many of its paragraphs are behind. For tabs of languages."""
    rows = list(texts)
    source = next((text for text in rows if text.language == statement.source_language), None)
    for text in rows:
        text.statement = statement
        text.behind = len(stale_parts(text, source)) if text.body else 0  # type: ignore[attr-defined]


def sentences(statement: Statement) -> list[str]:
    """What is missing or behind in the translations of a statement, one sentence a language."""
    texts = list(statement.texts.all())
    source = next((text for text in texts if text.language == statement.source_language), None)
    told = []
    for text in texts:
        text.statement = statement
        told.append(sentence_of(text, source))
    return [sentence for sentence in told if sentence]


def map_after(before: StatementText, *, title: str, summary: str, body: str) -> list[dict[str, str]]:
    """The links of a text whose words are about to be saved; `before` is its row as it was. [] for the source."""
    source = source_of(before.statement)
    if source is None or source.pk == before.pk:
        return []
    theirs, mine = _paragraphs(source), paragraphs_of(title, summary, body)
    links = aligning.links_from(before.source_map)
    return aligning.stored(aligning.align(theirs, mine, links, _paragraphs(before)))


def link_translations(source: StatementText) -> None:
    """Before the source changes: link the translations that have no links yet to the words they were made from."""
    rows = source.statement.texts.exclude(pk=source.pk)
    for text in rows:
        if not text.source_map and text.body:
            links = aligning.align(_paragraphs(source), _paragraphs(text), [], [])
            rows.filter(pk=text.pk, edition=text.edition).update(source_map=aligning.stored(links))


def accept(text: StatementText, *, actor: User, keys: Sequence[str] | None = None) -> int:
    """Say that paragraphs are still right as they are: those of `keys` (Row.key), or all. Gives how many.

    Raises AcceptError when a paragraph of `keys` has changed since the page was opened, on either side.
    """
    statement = text.statement
    with transaction.atomic():
        # Written first, so that a save and this wait for each other and never cross.
        Statement.objects.filter(pk=statement.pk).update(changed_at=timezone.now())
        statement.refresh_from_db()
        if not statement.is_editable:
            raise AcceptError(_("What was published stays as it was. Make a new version to change it."))
        text = statement.texts.get(pk=text.pk)
        text.statement = statement
        rows = rows_of(text)
        behind = [row for row in rows if row.is_behind]
        chosen = behind if keys is None else [row for row in behind if row.key in keys]
        if keys is not None and len(chosen) != len(set(keys)):
            raise AcceptError(_("The text has changed since you opened this page. Look at it again."))
        links = [link for row in rows for link in _accepted(row, is_chosen=row in chosen)]
        own = [paragraph.digest for paragraph in _paragraphs(text)]
        statement.texts.filter(pk=text.pk).update(source_map=aligning.stored(_in_order(links, own)))
        if chosen:
            count = f"{len(chosen)} paragraph{'s' if len(chosen) > 1 else ''}"
            sentence = f"accepted {count} of the {text.language} version of {statement.reference} as still right"
            audit.record(actor, sentence, about=statement, label=statement.reference)
    return len(chosen)


def _accepted(row: Row, *, is_chosen: bool) -> list[Link]:
    """The link of a row, after a person accepted it or as it was."""
    own, source = (row.own.digest if row.own else ""), (row.source.digest if row.source else "")
    if row.state in {"same", "unneeded"} or (is_chosen and row.source):
        return [Link(own, source, row.source.text if row.source else "")]
    if row.state == "missing":
        return []
    if row.state == "own":
        return [Link(own, "", row.was)]
    if is_chosen:
        return [Link(own, "", row.was)]
    return [Link(own, Paragraph("p", row.was).digest, row.was)]


def _in_order(links: list[Link], own: list[str]) -> list[Link]:
    """Links in the order of the translation, those without a paragraph of it last."""
    left = list(links)
    found = []
    for digest in own:
        link = next(link for link in left if link.own == digest)
        left.remove(link)
        found.append(link)
    return found + [link for link in left if not link.own]
