"""Beginning an issue of a newsletter, its language versions, and saving what its editor's page sends."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from advocacy.drafting import was_changed_elsewhere
from advocacy.models import ActionPlan, Statement
from advocacy.references import create_with_reference
from contacts.models import ContactList
from mailing.drafting import default_sender
from mailing.issues import blocks, sources
from mailing.issues.blocks import Kind, Outcome, Typed, Words
from mailing.issues.prefill import Offer, languages_for
from mailing.lifecycle import LifecycleError, record_edit
from mailing.models import AudienceRule, Block, Mailing, MailingContent
from mailing.states import locked

# LSI-N-2026-001
MIDDLE = "N"


@dataclass(frozen=True)
class Head:
    """What a person typed about one language version as a whole."""

    subject: str
    preheader: str
    is_reviewed: bool = False
    edition: int = 0
    # How the open page calls itself (advocacy.forms.statements.page_name).
    page: str = ""


@dataclass(frozen=True)
class Saved:
    """The outcome of saving a page. `theirs` is the head that somebody else saved first; it was left as it is."""

    at: datetime
    changed: bool
    withdrew: bool
    theirs: MailingContent | None = None
    blocks: Outcome = field(default_factory=Outcome)

    @property
    def is_refused(self) -> bool:
        """Whether something of the page was not saved."""
        return bool(self.theirs or self.blocks.conflicts or self.blocks.gone)


def begin(
    contact_list: ContactList, *, title: str, language: str, actor: User, offers: Sequence[Offer] = ()
) -> Mailing:
    """A draft issue for a list, with a lead to be written and what was ticked of `offers` below it.

    Its audience is the list. Its languages are its own and those in which all that was ticked has words; nothing is
    reviewed. Raises LifecycleError without a sender.
    """
    sender = default_sender(contact_list.owner_id)
    with transaction.atomic():
        mailing = _issue(contact_list, title=title, sender=sender, source_language=language, author=actor)
        languages = languages_for(offers, language)
        MailingContent.objects.bulk_create(
            MailingContent(
                mailing=mailing, language=code, subject=title[:150] if code == language else "", changed_by=actor
            )
            for code in languages
        )
        lead = Block.objects.create(mailing=mailing, kind=Kind.LEAD, position=1)
        blocks.put_words(lead, {code: Words() for code in languages}, actor=actor)
        for position, offer in enumerate(offers, start=2):
            _take(mailing, offer, position, actor=actor)
        record(actor, f"started {mailing.reference}", about=mailing, label=mailing.reference)
    return mailing


def _issue(contact_list: ContactList, **fields: Any) -> Mailing:
    mailing = create_with_reference(
        Mailing,
        middle=MIDDLE,
        kind=Mailing.Kind.NEWSLETTER,
        contact_list=contact_list,
        owner_id=contact_list.owner_id,
        paper=Mailing.PaperAs.NONE,
        **fields,
    )
    AudienceRule.objects.create(mailing=mailing, contact_list=contact_list)
    return mailing


def _take(mailing: Mailing, offer: Offer, position: int, *, actor: User) -> None:
    block = Block(mailing=mailing, kind=offer.kind, position=position)
    if offer.key.startswith("statement-"):
        block.statement = offer.source  # type: ignore[assignment]
    elif offer.source is not None:
        block.plan = offer.source  # type: ignore[assignment]
    block.source_digest = sources.digest_for(block)
    block.save()
    blocks.put_words(block, offer.texts, actor=actor)


def add_block(
    mailing: Mailing,
    kind: str,
    *,
    actor: User,
    after: int | None = None,
    source: Statement | ActionPlan | None = None,
) -> Block:
    """Put a block into an issue (blocks.add), with what its source or the calendar says in the issue's languages."""
    with transaction.atomic():
        block = blocks.add(mailing, kind, actor=actor, after=after, source=source)
        languages = list(mailing.contents.values_list("language", flat=True))
        said = sources.words_of_dates(languages) if kind == Kind.DATES else sources.words_for(block)
        blocks.put_words(block, {code: said.get(code, Words()) for code in languages}, actor=actor)
        Block.objects.filter(pk=block.pk).update(source_digest=sources.digest_for(block))
        # Words that nobody has read yet stand in every version now.
        MailingContent.objects.filter(mailing=mailing).update(is_reviewed=False)
    return block


def begin_from(earlier: Mailing, *, title: str, actor: User) -> Mailing:
    """A draft with the blocks, words and topics of an earlier issue, for the same list; nothing is reviewed.

    Dates and members' news come along too: whoever writes sees what stood there last time. Raises LifecycleError for a
    mailing that has no list.
    """
    if earlier.contact_list is None:
        raise LifecycleError(_("This mailing went to no list. Begin an issue of a list instead."))
    with transaction.atomic():
        mailing = _issue(
            earlier.contact_list,
            title=title[:200],
            sender=earlier.sender,
            source_language=earlier.source_language,
            author=actor,
        )
        MailingContent.objects.bulk_create(
            MailingContent(
                mailing=mailing, language=row.language, subject=row.subject, preheader=row.preheader, changed_by=actor
            )
            for row in earlier.contents.all()
        )
        for block in blocks.in_order(earlier):
            columns = ("position", "kind", "topic_id", "statement_id", "plan_id", "source_digest")
            copy = Block.objects.create(mailing=mailing, **{name: getattr(block, name) for name in columns})
            blocks.put_words(copy, {row.language: blocks.words_of(row) for row in block.texts.all()}, actor=actor)
        sentence = f"started {mailing.reference} from {earlier.reference}"
        record(actor, sentence, about=mailing, label=mailing.reference)
    return mailing


def add_language(mailing: Mailing, language: str, *, actor: User) -> MailingContent:
    """Begin a language version: every block gets what its source says in it, else its numbers, days and addresses
    with the words left open. Words written before stay. Raises LifecycleError where the version exists already."""
    with transaction.atomic():
        record_edit(mailing, actor=actor, what=f"added {language} to the languages")
        content, is_new = MailingContent.objects.get_or_create(
            mailing=mailing, language=language, defaults={"changed_by": actor}
        )
        if not is_new:
            raise LifecycleError(_("This language version exists already."))
        dates = sources.words_of_dates([language]).get(language, Words()).rows
        for block in blocks.in_order(mailing):
            texts = blocks.texts_by_language(block)
            if language in texts:
                continue
            source = texts.get(mailing.source_language)
            words = sources.words_for(block).get(language) or _structure(block, source, dates)
            blocks.put_words(block, {language: words}, actor=actor)
    return content


def _structure(block: Block, source: Any, dates: list[dict[str, Any]]) -> Words:
    """What needs no translation of a block's words: addresses, numbers, days, and what the calendar calls them."""
    if source is None:
        return Words()
    if block.kind == Kind.DATES:
        named = {row["day"]: row["text"] for row in dates}
        rows = [{"day": row.get("day", ""), "text": named.get(row.get("day", ""), "")} for row in source.rows]
        return Words(rows=rows)
    keep = {Kind.FIGURES: ("value", "of"), Kind.MEMBERS: ("url",)}.get(Kind(block.kind), ())
    names = blocks.LISTING.get(block.kind, ())
    rows = [{name: row.get(name, "") if name in keep else "" for name in names} for row in source.rows]
    return Words(url=source.url, rows=rows)


def save_page(mailing: Mailing, language: str, head: Head, typed: Iterable[Typed], *, actor: User) -> Saved:
    """Save what an editor's page sends for one language: its head and all its blocks, each where nobody was quicker.

    What somebody else saved first stays and is told (Saved.theirs, .blocks). Raises LifecycleError once sending has
    started.
    """
    with transaction.atomic():
        before = locked(mailing).status
        content = MailingContent.objects.filter(mailing=mailing, language=language).first()
        content = content or MailingContent(mailing=mailing, language=language, edition=0)
        columns = {"subject": head.subject, "preheader": head.preheader, "is_reviewed": head.is_reviewed}
        is_changed = any(getattr(content, name) != value for name, value in columns.items())
        theirs = None
        if is_changed and was_changed_elsewhere(content, edition=head.edition, page=head.page, actor=actor):
            theirs, is_changed = content, False
        outcome = blocks.save_all(mailing, language, typed, page=head.page, actor=actor)
        if is_changed:
            record_edit(mailing, actor=actor, what=f"changed the text ({language})")
            for name, value in columns.items():
                setattr(content, name, value)
            content.edition += 1
            content.saved_from, content.changed_by = head.page, actor
            content.save()
        after = Mailing.objects.values_list("status", flat=True).get(pk=mailing.pk)
    return Saved(timezone.now(), is_changed or outcome.changed, before != after, theirs, outcome)


def take_over(block: Block, *, actor: User) -> bool:
    """Put what the source of a block says now into its words, in the languages of the issue; False without a source.

    An item of a statement that was replaced leads to the new one from now on.
    """
    if block.statement_id is None and block.plan_id is None:
        return False
    with transaction.atomic():
        mailing = record_edit(block.mailing, actor=actor, what="took over what a source says now")
        row = Block.objects.select_related("statement", "plan").filter(pk=block.pk).first()
        if row is None:
            return False
        if row.statement is not None:
            row.statement = row.statement.newer() or row.statement
        row.source_digest = ""
        row.save()
        there = set(mailing.contents.values_list("language", flat=True))
        kept = {text.language: text.label for text in row.texts.all()}
        texts = {
            code: Words(words.heading, words.body, kept.get(code, ""), "", words.rows)
            for code, words in sources.words_for(row).items()
            if code in there
        }
        blocks.put_words(row, texts, actor=actor)
        MailingContent.objects.filter(mailing=mailing, language__in=texts).update(is_reviewed=False)
        Block.objects.filter(pk=row.pk).update(source_digest=sources.digest_for(row))
    return True


def keep_words(block: Block, *, actor: User) -> None:
    """Say that a block whose source changed is right as it is. No word of the issue changes, so an approval stands."""
    with transaction.atomic():
        row = locked(block.mailing)
        Block.objects.filter(pk=block.pk).update(source_digest=sources.digest_for(block))
        record(actor, f"kept the words of a block of {row.reference}", about=row, label=row.reference)
