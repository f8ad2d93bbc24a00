"""What the editor's page of an issue shows: tabs, blocks with their forms, and what a post of it does."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import User
from advocacy.comparing import Comparison, compare
from advocacy.forms.statements import page_name
from advocacy.models import ActionPlan, Statement
from advocacy.paragraphs import Paragraph, paragraphs_of
from advocacy.richtext import safe
from contacts.languages import language_name
from contacts.models import Topic
from mailing.issues import blocks, sources
from mailing.issues.addresses import editor_address
from mailing.issues.blocks import Typed, Words
from mailing.issues.drafting import Saved, save_page
from mailing.issues.forms import BlockForm, HeadForm
from mailing.models import Block, BlockText, Mailing, MailingContent

# As many statements and plans as a box to choose from shows.
MOST_SOURCES = 100


@dataclass
class Row:
    """One block on the page: its form in this language, the source's words beside it, somebody else's where they
    were quicker."""

    block: Block
    number: int
    form: BlockForm
    is_first: bool
    is_last: bool
    is_stale: bool = False
    link: str = ""
    source: BlockText | None = None
    theirs: BlockText | None = None
    comparison: Comparison | None = None

    @property
    def name(self) -> str:
        """What the block is called on the page."""
        return str(self.block.get_kind_display())

    @property
    def key(self) -> str:
        """The block's id, for names of controls."""
        return str(self.block.pk)

    @property
    def fields(self) -> list[Any]:
        """The fields that are seen: the words first, then for whom it is."""
        seen = [field for field in self.form.visible_fields() if field.name != "topic"]
        return [*seen, *(field for field in self.form.visible_fields() if field.name == "topic")]

    @property
    def source_body(self) -> str:
        """The source's text, to be translated."""
        return safe(self.source.body) if self.source else ""

    @property
    def their_body(self) -> str:
        """The text that is saved now."""
        return safe(self.theirs.body) if self.theirs else ""

    @property
    def source_rows(self) -> list[str]:
        """The source's rows as lines of text, to be translated."""
        return _lines(self.source) if self.source else []

    @property
    def their_rows(self) -> list[str]:
        """Rows of the words that are saved now, as lines of text."""
        return _lines(self.theirs) if self.theirs else []


def _lines(text: BlockText) -> list[str]:
    return [" · ".join(str(value) for value in row.values() if value != "") for row in text.rows]


@dataclass
class Editor:
    """The page of one language version: what it shows, and the forms of a post."""

    mailing: Mailing
    content: MailingContent
    head: HeadForm
    rows: list[Row]
    gone: list[Typed] = field(default_factory=list)
    theirs: MailingContent | None = None

    @property
    def is_met(self) -> bool:
        """Whether somebody else was quicker somewhere."""
        return bool(self.theirs or any(row.theirs for row in self.rows) or self.gone)

    @property
    def is_valid(self) -> bool:
        """Whether everything that was sent is in order; a block that came since is not among it."""
        valid = [row.form.is_valid() for row in self.rows if row.form.is_bound]
        return self.head.is_valid() and all(valid)

    @property
    def problems(self) -> list[tuple[str, str]]:
        """What is to be put right: (id of the control, sentence with the block's name)."""
        found = [
            (self.head[name].id_for_label, f"{self.head[name].label}: {error}")
            for name, errors in self.head.errors.items()
            if name in self.head.fields
            for error in errors
        ]
        for row in self.rows:
            said = {"n": row.number, "kind": row.name}
            found += [(at, _("Block %(n)d, %(kind)s:") % said + f" {text}") for at, text in row.form.problems]
        return found

    @property
    def media(self) -> Any:
        """Scripts and styles of the editor of rich text."""
        found = self.head.media
        for row in self.rows:
            found += row.form.media
        return found


def content_of(mailing: Mailing, language: str) -> MailingContent:
    """The version in a language; the source where the issue does not have it."""
    found = {content.language: content for content in mailing.contents.all()}
    content = found.get(language) or found.get(mailing.source_language)
    return content or MailingContent(mailing=mailing, language=mailing.source_language, edition=0)


def editor_of(mailing: Mailing, content: MailingContent, data: QueryDict | None = None) -> Editor:
    """The page of one language version; with `data` as somebody sent it."""
    topics = topics_of(mailing)
    found = blocks.in_order(mailing)
    stale = sources.stale_blocks(found)
    rows = []
    for number, block in enumerate(found, start=1):
        texts = blocks.texts_by_language(block)
        text = texts.get(content.language) or BlockText(block=block, language=content.language, edition=0)
        # A block that came after the page was opened is not in what the page sent.
        sent = data if data is not None and f"b{block.pk}-edition" in data else None
        form = BlockForm(sent, block=block, text=text, topics=topics)
        source = texts.get(mailing.source_language) if content.language != mailing.source_language else None
        row = Row(block, number, form, is_first=number == 1, is_last=number == len(found), source=source)
        row.is_stale, row.link = block.pk in stale, sources.link_of(block, content.language)
        rows.append(row)
    return Editor(mailing, content, HeadForm(data, content=content), rows, gone=_gone(data, found))


def topics_of(mailing: Mailing) -> list[tuple[int, str]]:
    """The topics of the issue's list with their names, closed ones as well and said to be so; two queries."""
    topics = Topic.objects.filter(contact_list=mailing.contact_list_id).prefetch_related("texts")
    found = []
    for topic in topics:
        name = topic_name(topic, mailing.source_language)
        said = name if topic.is_open else _("%(name)s (closed)") % {"name": name}
        found.append((topic.pk, _("Only readers of “%(topic)s”") % {"topic": said}))
    return found


def topic_name(topic: Topic, language: str) -> str:
    """What a topic is called in a language, else in English, else in any."""
    names = {text.language: text.name for text in topic.texts.all()}
    return names.get(language) or names.get("en") or next(iter(names.values()), topic.slug)


def _gone(data: QueryDict | None, there: Sequence[Block]) -> list[Typed]:
    """What was typed into blocks that somebody took out meanwhile, so that no word of it is lost."""
    if data is None:
        return []
    known = {block.pk for block in there}
    found = []
    for name in data:
        head, _dash, rest = name.partition("-edition")
        pk = head.removeprefix("b")
        if rest or not head.startswith("b") or not (pk.isascii() and pk.isdigit()) or int(pk[:18]) in known:
            continue
        heading, body = data.get(f"{head}-heading", "")[:200], data.get(f"{head}-body", "")[:20_000]
        label, url = data.get(f"{head}-label", "")[:100], data.get(f"{head}-url", "")[:500]
        rows = [
            {key: data[key][:300]}
            for key in data
            if key.startswith(f"{head}-r") and not key.endswith("-of") and data[key]
        ]
        words = Words(heading, body, label, url, rows)
        if not words.is_empty:
            found.append(Typed(int(pk[:18]), words))
    return found


def save(editor: Editor, *, actor: User) -> Saved:
    """Save what was sent; call it where `editor.is_valid`. Raises LifecycleError once sending has started."""
    typed = [row.form.typed() for row in editor.rows if row.form.is_bound]
    typed += editor.gone
    return save_page(editor.mailing, editor.content.language, editor.head.head(), typed, actor=actor)


def after_conflict(editor: Editor, saved: Saved) -> Editor:
    """The page again with both texts where somebody else was quicker: what was typed in the forms, standing on their
    edition, so that the next save is a decision; what is saved now beside it."""
    mailing = editor.mailing
    head = editor.head.head()
    again = editor_of(mailing, content_of_now(mailing, editor.content.language))
    page = page_name()
    start: dict[str, Any] = {"page": page}
    if saved.theirs is not None:
        again.theirs = saved.theirs
        start |= {"subject": head.subject, "preheader": head.preheader, "is_reviewed": head.is_reviewed}
    again.head = HeadForm(content=again.content, initial=start)
    typed = {row.block.pk: row.form.words() for row in editor.rows if row.form.is_bound}
    topics = topics_of(mailing)
    for row in again.rows:
        theirs = saved.blocks.conflicts.get(row.block.pk)
        if theirs is None:
            continue
        mine = typed[row.block.pk]
        names = ("heading", "body", "label", "url", "rows")
        words = {name: getattr(mine, name) for name in names}
        row.form = BlockForm(block=row.block, text=theirs, topics=topics, initial=words)
        row.theirs = theirs
        row.comparison = compare(_paragraphs(blocks.words_of(theirs)), _paragraphs(mine))
    again.gone = saved.blocks.gone
    return again


def content_of_now(mailing: Mailing, language: str) -> MailingContent:
    """As content_of, read anew."""
    found = MailingContent.objects.filter(mailing=mailing, language=language).first()
    if found is not None:
        found.mailing = mailing
    return found or content_of(mailing, language)


def _paragraphs(words: Words) -> list[Paragraph]:
    rows = "".join(f"<p>{' · '.join(str(value) for value in row.values())}</p>" for row in words.rows)
    return paragraphs_of(words.heading, " ".join(filter(None, [words.label, words.url])), words.body + rows)


def compared(text: BlockText | None, now: Words) -> Comparison:
    """From what a block says in a language to what its source says now."""
    return compare(_paragraphs(blocks.words_of(text) if text else Words()), _paragraphs(now))


def tabs_of(mailing: Mailing, here: str) -> list[dict[str, Any]]:
    """Each language version with its state."""
    rows = sorted(mailing.contents.all(), key=lambda row: (row.language != mailing.source_language, row.language))
    return [
        {
            "name": language_name(row.language),
            "code": row.language,
            "url": editor_address(mailing, row.language),
            "is_here": row.language == here,
            "state": "met" if row.is_reviewed else "part" if row.subject else "nod",
            "word": _("Ready") if row.is_reviewed else _("Not reviewed") if row.subject else _("Not begun"),
        }
        for row in rows
    ]


def source_choices(user: User) -> list[tuple[str, list[tuple[str, str]]]]:
    """What an item can lead to and figures can come from, by group: published statements and plans; two queries."""
    statements = Statement.objects.visible_to(user).published().with_title().order_by("-published_at").distinct()
    plans = ActionPlan.objects.visible_to(user).published().order_by("-published_at").distinct()
    groups = [
        (_("Statements"), [(f"statement-{row.pk}", str(row.title)) for row in statements[:MOST_SOURCES]]),
        (_("Action plans"), [(f"plan-{row.pk}", row.title) for row in plans[:MOST_SOURCES]]),
    ]
    return [(title, rows) for title, rows in groups if rows]
