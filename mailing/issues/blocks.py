"""Changing what an issue is put together from: a block is added, moved, worded or taken out, each time as one edit.

The row of the mailing is the lock of all of it, so the positions are 1, 2, 3 … without a gap, whoever acts at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from advocacy.drafting import was_changed_elsewhere
from advocacy.models import ActionPlan, Statement
from contacts.models import Topic
from mailing.issues.material import read_blocks
from mailing.lifecycle import LifecycleError, record_edit
from mailing.models import Block, BlockText, Mailing
from mailing.states import locked

Kind = Block.Kind
# So many blocks can be read on a screen, and sent by one form.
MOST_BLOCKS = 25
# Kinds that list something, each row with these values. So many blocks of them stand in one issue.
LISTING: dict[str, tuple[str, ...]] = {
    Kind.FIGURES: ("label", "value", "of"),
    Kind.DATES: ("day", "text"),
    Kind.MEMBERS: ("title", "url", "text"),
}
MOST_LISTING = 8
MOST_ROWS = 20


@dataclass(frozen=True)
class Words:
    """What a person typed for one language of a block. `body` is clean HTML; `rows` as in BlockText."""

    heading: str = ""
    body: str = ""
    label: str = ""
    url: str = ""
    rows: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nobody has typed anything."""
        return not any((self.heading, self.body, self.label, self.url, self.rows))


@dataclass(frozen=True)
class Typed:
    """What a page sends for one block: its words, the topic, and the edition of the text it was opened on."""

    block: int
    words: Words
    edition: int = 0
    topic: Topic | None = None
    # The topic that the page showed; only another choice is a change.
    topic_before: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of a page's blocks: `conflicts` somebody else saved first, `gone` somebody else took out."""

    changed: bool = False
    conflicts: dict[int, BlockText] = field(default_factory=dict)
    gone: list[Typed] = field(default_factory=list)


def texts_by_language(block: Block) -> dict[str, BlockText]:
    """The wordings of a block by their language; no query where the texts were read along."""
    return {text.language: text for text in block.texts.all()}


def in_order(mailing: Mailing) -> list[Block]:
    """The blocks of an issue from top to bottom as they stand now, for whoever writes; at most three queries."""
    return read_blocks(mailing, "texts", "statement__texts")


def add(
    mailing: Mailing,
    kind: str,
    *,
    actor: User,
    after: int | None = None,
    source: Statement | ActionPlan | None = None,
) -> Block:
    """Put a block into an issue: below the block `after` (its id), else at the end.

    `source` is what an item leads to or figures come from. Raises LifecycleError for a
    kind that there is not, an item without a source, one block too many, and once sending has started.
    """
    _refuse_kind(kind, source)
    with transaction.atomic():
        record_edit(mailing, actor=actor, what="added a block")
        order = list(Block.objects.filter(mailing=mailing).order_by("position", "pk"))
        _refuse_many(order, kind)
        block = Block(mailing=mailing, kind=kind, position=len(order) + 1)
        if isinstance(source, Statement):
            block.statement = source
        elif source is not None:
            block.plan = source
        block.save()
        at = next((place for place, row in enumerate(order, start=1) if row.pk == after), len(order))
        order.insert(at, block)
        _number(order)
    return block


def _refuse_kind(kind: str, source: Statement | ActionPlan | None) -> None:
    if kind not in Kind.values:
        raise LifecycleError(_("There is no such block. Choose one of the list."))
    if kind == Kind.ITEM and source is None:
        raise LifecycleError(_("Choose the statement or plan that it leads to."))
    if isinstance(source, Statement) and kind != Kind.ITEM:
        raise LifecycleError(_("Only an item leads to a statement."))
    if isinstance(source, ActionPlan) and kind not in (Kind.ITEM, Kind.FIGURES):
        raise LifecycleError(_("Only items and figures come from a plan."))


def _refuse_many(order: Sequence[Block], kind: str) -> None:
    if len(order) >= MOST_BLOCKS:
        raise LifecycleError(_("An issue has %(n)d blocks at most. Take one out first.") % {"n": MOST_BLOCKS})
    if kind in LISTING and sum(row.kind in LISTING for row in order) >= MOST_LISTING:
        sentence = _("An issue has %(n)d blocks of figures, dates and news at most. Take one out first.")
        raise LifecycleError(sentence % {"n": MOST_LISTING})


def _number(order: Iterable[Block]) -> None:
    """Write the positions 1, 2, 3 … where they differ."""
    changed = []
    for place, row in enumerate(order, start=1):
        if row.position != place:
            row.position = place
            changed.append(row)
    Block.objects.bulk_update(changed, ["position"])


def move(block: Block, *, down: bool, actor: User) -> bool:
    """Move a block one place up or down; False where it stands at that end, or somebody took it out."""
    with transaction.atomic():
        locked(block.mailing_id)
        order = list(Block.objects.filter(mailing=block.mailing_id).order_by("position", "pk"))
        here = next((place for place, row in enumerate(order) if row.pk == block.pk), None)
        there = None if here is None else here + (1 if down else -1)
        if here is None or there is None or not 0 <= there < len(order):
            return False
        record_edit(block.mailing, actor=actor, what="changed the order of the blocks")
        order.insert(there, order.pop(here))
        _number(order)
    return True


def remove(block: Block, *, actor: User) -> bool:
    """Take a block out with its words in every language; False where somebody did already."""
    with transaction.atomic():
        locked(block.mailing_id)
        if not Block.objects.filter(pk=block.pk).exists():
            return False
        record_edit(block.mailing, actor=actor, what="took out a block")
        Block.objects.filter(pk=block.pk).delete()
        _number(Block.objects.filter(mailing=block.mailing_id).order_by("position", "pk"))
    return True


def save_all(mailing: Mailing, language: str, typed: Iterable[Typed], *, page: str, actor: User) -> Outcome:
    """Save what a page sends for its blocks in one language, as one edit. Call it in a transaction.

    What somebody else saved first is left as it is and comes back among `conflicts`, everything else is saved: nothing
    is overwritten and nothing is lost. A page without a change writes nothing. Raises LifecycleError once sending has
    started.
    """
    locked(mailing)
    there = {row.pk: row for row in Block.objects.filter(mailing=mailing)}
    texts = {row.block_id: row for row in _worded(mailing, language)}
    conflicts: dict[int, BlockText] = {}
    gone: list[Typed] = []
    changes: list[tuple[Block, BlockText, Typed]] = []
    for one in typed:
        block = there.get(one.block)
        if block is None:
            gone += [] if one.words.is_empty else [one]
            continue
        text = texts.get(block.pk) or BlockText(block=block, language=language, edition=0)
        is_worded = words_of(text) != one.words
        if is_worded and was_changed_elsewhere(text, edition=one.edition, page=page, actor=actor):
            conflicts[block.pk] = text
        elif is_worded or _chosen(one) is not None:
            changes.append((block, text, one))
    if changes:
        record_edit(mailing, actor=actor, what=f"changed the text ({language})")
        for block, text, one in changes:
            _save(block, text, one, page=page, actor=actor)
    return Outcome(bool(changes), conflicts, gone)


def _worded(mailing: Mailing, language: str) -> Iterable[BlockText]:
    return BlockText.objects.filter(block__mailing=mailing, language=language).select_related("changed_by")


def _chosen(one: Typed) -> tuple[int | None] | None:
    """The topic that was chosen on the page, in a tuple; None where it is the one the page showed."""
    pk = one.topic.pk if one.topic else None
    return None if pk == one.topic_before else (pk,)


def _save(block: Block, text: BlockText, one: Typed, *, page: str, actor: User) -> None:
    if (topic := _chosen(one)) is not None:
        Block.objects.filter(pk=block.pk).update(topic=topic[0])
    if words_of(text) != one.words:
        _write(text, one.words, page=page, actor=actor)


def words_of(text: BlockText) -> Words:
    """What a stored wording says."""
    return Words(text.heading, text.body, text.label, text.url, list(text.rows))


def _write(text: BlockText, words: Words, *, page: str, actor: User) -> None:
    text.heading, text.body, text.label, text.url = words.heading, words.body, words.label, words.url
    text.rows, text.saved_from, text.changed_by = words.rows, page, actor
    text.edition += 1
    text.save()


def put_words(block: Block, texts: dict[str, Words], *, actor: User) -> None:
    """Write words over what a block says, by language. Call it in the transaction of an edit."""
    there = {row.language: row for row in block.texts.all()}
    for language, words in texts.items():
        _write(there.get(language) or BlockText(block=block, language=language, edition=0), words, page="", actor=actor)
