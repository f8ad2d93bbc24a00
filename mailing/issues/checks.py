"""What the checklist says of an issue: its blocks in every language that is reviewed. It changes nothing.

`CHECKS` are functions as those of mailing.checklist; each looks at the languages that are marked as reviewed, for what
is not reviewed is not sent. All of them together read the blocks once.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from advocacy.models import Statement
from contacts.languages import language_name
from mailing.counting_links import how_many, will_count
from mailing.findings import Item, Subject
from mailing.issues import blocks, sources
from mailing.issues.addresses import editor_address
from mailing.issues.blocks import Kind
from mailing.issues.forms import PREHEADER
from mailing.issues.material import material_of
from mailing.issues.previewing import sizes_of
from mailing.link_forms import links_in, problem_of
from mailing.models import Block, BlockText
from mailing.web_text import web_html

# What each kind cannot do without: one of these columns has words.
NEEDED: dict[str, tuple[str, ...]] = {
    Kind.LEAD: ("heading", "body"),
    Kind.ITEM: ("heading",),
    Kind.TEXT: ("heading", "body"),
    Kind.BUTTON: ("label",),
    Kind.FIGURES: ("rows",),
    Kind.DATES: ("rows",),
    Kind.MEMBERS: ("rows",),
}
# The value of a row that is the same in every language, and the words that each language needs.
SHARED: dict[str, tuple[str, ...]] = {Kind.FIGURES: ("value", "of"), Kind.DATES: ("day",)}
WORDS: dict[str, str] = {Kind.FIGURES: "label", Kind.DATES: "text", Kind.MEMBERS: "title"}


def blocks_of(subject: Subject) -> list[Block]:
    """The blocks of an issue; read once for all checks of one run."""
    return material_of(subject.mailing).blocks


def _named(block: Block) -> str:
    return _("block %(n)d, %(kind)s") % {"n": block.position, "kind": block.get_kind_display()}


def _reviewed(subject: Subject) -> list[str]:
    return [language for language, content in subject.contents.items() if content.is_reviewed]


def _edit(subject: Subject, language: str, block: Block | None = None) -> str:
    return editor_address(subject.mailing, language, at=f"first-{block.pk}" if block else "")


def has_blocks(subject: Subject) -> Iterator[Item]:
    """An issue with nothing in it, or with nothing for readers without topics, is not sent."""
    found = blocks_of(subject)
    url = _edit(subject, subject.mailing.source_language)
    if not found:
        yield Item(
            "empty_issue", "bad", _("The issue has no blocks"), _("Nobody would read anything."), url, _("Add one")
        )
    elif all(block.topic_id for block in found):
        title = _("There is nothing for readers without topics")
        detail = _("Every block is for readers of a topic. Let at least one be for all readers.")
        yield Item("no_topic", "bad", title, detail, url, _("Choose for whom"))


def is_worded(subject: Subject) -> Iterator[Item]:
    """Every reviewed version has a subject and words for every block."""
    sound = True
    for language in _reviewed(subject):
        name = language_name(language)
        if not subject.contents[language].subject.strip():
            sound = False
            title = _("The %(language)s version has no subject") % {"language": name}
            yield Item("subject", "bad", title, "", _edit(subject, language), _("Write it"))
        for block in blocks_of(subject):
            if lack := _lacking(block, blocks.texts_by_language(block).get(language)):
                sound = False
                title = _("The %(language)s version is not complete: %(block)s")
                values = {"language": name, "block": _named(block)}
                yield Item("words", "bad", title % values, lack, _edit(subject, language, block), _("Write it"))
    if sound and (languages := _reviewed(subject)):
        title = ngettext("One version is complete", "%(n)d versions are complete", len(languages))
        yield Item("words", "ok", title % {"n": len(languages)}, ", ".join(map(language_name, languages)))


def _lacking(block: Block, text: BlockText | None) -> str:
    """What a block lacks in a language; "" for one that is complete."""
    if text is None or not any(getattr(text, name) for name in NEEDED[block.kind]):
        return _("Nothing is written in it.")
    if bool(text.label) != bool(text.url) and block.kind in (Kind.LEAD, Kind.BUTTON):
        return _("The link has words and no address.") if text.label else _("The link has an address and no words.")
    word = WORDS.get(block.kind)
    if word and any(not row.get(word) for row in text.rows):
        return _("A row has no words yet.")
    return ""


def agrees(subject: Subject) -> Iterator[Item]:
    """Numbers and days are the same in every reviewed version."""
    languages = _reviewed(subject)
    for block in blocks_of(subject):
        names = SHARED.get(block.kind)
        if not names:
            continue
        texts = blocks.texts_by_language(block)
        said = {code: _values(texts[code], names) for code in languages if code in texts}
        own = said.get(subject.mailing.source_language) or next(iter(said.values()), None)
        for code, values in said.items():
            if values != own:
                title = _("The %(language)s version says other numbers or days: %(block)s")
                named = {"language": language_name(code), "block": _named(block)}
                detail = _("Compare it with the version it was translated from.")
                yield Item("agree", "bad", title % named, detail, _edit(subject, code, block), _("Compare"))


def _values(text: BlockText, names: tuple[str, ...]) -> list[tuple[Any, ...]]:
    return [tuple(row.get(name) for name in names) for row in text.rows]


def links(subject: Subject) -> Iterator[Item]:
    """Links of buttons, news and texts have a form that can work."""
    total, sound = 0, True
    for language in _reviewed(subject):
        for block in blocks_of(subject):
            text = blocks.texts_by_language(block).get(language)
            for address, words in _links(text) if text else []:
                total += 1
                tone, reason = problem_of(address, words)
                if reason:
                    sound = False
                    title = _("A link in the %(language)s version is not in order: %(block)s")
                    values = {"language": language_name(language), "block": _named(block)}
                    detail = f"{words[:60] or address[:60]}: {reason}"
                    yield Item("link", tone, title % values, detail, _edit(subject, language, block), _("Fix the link"))
    if total and sound:
        title = ngettext("%(n)d link, in good form", "%(n)d links, all in good form", total) % {"n": total}
        detail = _("Links are looked at, not opened, and none is rewritten.")
        if will_count(subject.mailing):
            detail = _("Links are looked at, not opened.")
        yield Item("link", "ok", title, detail)


def _links(text: BlockText) -> list[tuple[str, str]]:
    found = list(links_in(text.body))
    found += [(text.url, text.label)] if text.url else []
    return found + [(row["url"], row.get("title", "")) for row in text.rows if row.get("url")]


def counting(subject: Subject) -> Iterator[Item]:
    """Where the list counts how often links are followed: how many links of this issue it counts."""
    if not will_count(subject.mailing):
        return
    texts = [web_html(subject.mailing, language) for language in _reviewed(subject)]
    count = how_many(subject.mailing, texts)
    title = _("This issue counts clicks per link, without people")
    detail = ngettext(
        "%(n)d link is counted: how often it is followed a day, not by whom. The issue says so.",
        "%(n)d links are counted: how often each is followed a day, not by whom. The issue says so.",
        count,
    )
    yield Item("counting", "ok", title, detail % {"n": count})


def leads_somewhere(subject: Subject) -> Iterator[Item]:
    """What items lead to is public; nothing stands in an issue twice; what changed since is told."""
    found = blocks_of(subject)
    language = subject.mailing.source_language
    for block in found:
        url = _edit(subject, language, block)
        if block.statement is not None and block.statement.status != Statement.Status.PUBLISHED:
            title = _("%(reference)s is not public: %(block)s")
            values = {"reference": block.statement.reference, "block": _named(block)}
            yield Item("source", "bad", title % values, _("Its page would be missing."), url, _("Take it out"))
        elif block.plan is not None and block.plan.published_at is None:
            title = _("“%(plan)s” is not public: %(block)s") % {"plan": block.plan.title, "block": _named(block)}
            yield Item("source", "bad", title, _("Its page would be missing."), url, _("Take it out"))
    twice = Counter((block.statement_id, block.plan_id) for block in found if block.kind == Kind.ITEM)
    for block in found:
        if block.kind == Kind.ITEM and twice[block.statement_id, block.plan_id] > 1:
            title = _("This stands in the issue twice: %(block)s") % {"block": _named(block)}
            yield Item("twice", "warn", title, "", _edit(subject, language, block), _("Look at it"))
    stale = sources.stale_blocks(found)
    for block in found:
        if block.pk in stale:
            title = _("What it was taken from has changed since: %(block)s") % {"block": _named(block)}
            yield Item("stale", "warn", title, "", _edit(subject, language, block), _("See what changed"))


def preheaders(subject: Subject) -> Iterator[Item]:
    """Every reviewed version has a line for beside the subject; 40 to 110 characters are best."""
    for language in _reviewed(subject):
        length = len(subject.contents[language].preheader.strip())
        values = {"language": language_name(language), "n": length}
        url = _edit(subject, language)
        if not length:
            title = _("The %(language)s version has no preheader") % values
            detail = _("Mail programs show the first words of the issue instead.")
            yield Item("preheader", "warn", title, detail, url, _("Write it"))
        elif not PREHEADER[0] <= length <= PREHEADER[1]:
            title = _("The %(language)s preheader has %(n)d characters") % values
            yield Item("preheader", "warn", title, _("40 to 110 are best."), url, _("Change it"))


def topics(subject: Subject) -> Iterator[Item]:
    """A block for readers of a topic that nobody new can choose is worth a look."""
    for block in blocks_of(subject):
        if block.topic is not None and not block.topic.is_open:
            title = _("The topic of %(block)s is closed") % {"block": _named(block)}
            detail = _("Only those read it who chose the topic before it was closed.")
            url = _edit(subject, subject.mailing.source_language, block)
            yield Item("closed_topic", "warn", title, detail, url, _("Choose for whom"))


def sizes(subject: Subject) -> Iterator[Item]:
    """No reviewed version is so large that Gmail hides its end."""
    reviewed = _reviewed(subject)
    found = [size for size in sizes_of(subject.mailing) if size.language in reviewed]
    for size in found:
        if size.is_clipped:
            title = _("The %(language)s version has %(kb)d KB, and Gmail shows 102")
            values = {"language": language_name(size.language), "kb": size.kb}
            detail = _("The end is hidden, with the link to leave. Shorten it.")
            yield Item("size", "bad", title % values, detail, _edit(subject, size.language), _("Shorten it"))
    if found and not any(size.is_clipped for size in found):
        title = _("%(kb)d KB of 102, with a text part, no pictures and no tracking")
        if will_count(subject.mailing):
            title = _("%(kb)d KB of 102, with a text part and no pictures")
        yield Item("size", "ok", title % {"kb": max(size.kb for size in found)})


CHECKS: list[Callable[[Subject], Iterable[Item]]] = [
    has_blocks,
    is_worded,
    agrees,
    links,
    counting,
    leads_somewhere,
    preheaders,
    topics,
    sizes,
]
