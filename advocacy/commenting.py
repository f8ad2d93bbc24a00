"""Comments of readers on a statement that is not published yet: said, answered, settled."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from advocacy.models import ReviewComment, Statement, StatementText
from advocacy.paragraphs import Paragraph, paragraphs_of
from advocacy.road import PublishingError, require_editable

# Characters of a paragraph that are kept beside a comment, so that one knows what it was about.
QUOTE = 300
LONGEST = 2000


@dataclass
class Thread:
    """A comment with its answers. `is_changed`: the paragraph it is about has other words now, or is gone."""

    comment: ReviewComment
    is_changed: bool
    answers: list[ReviewComment] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether nobody has settled it."""
        return self.comment.resolved_at is None


def paragraphs_in(text: StatementText) -> list[Paragraph]:
    """What a comment can be about, counted from 1: the title, the summary where there is one, then the text."""
    return paragraphs_of(text.title, text.summary, text.body)


def comment(
    statement: Statement, *, actor: User, words: str, language: str, paragraph: int | None = None
) -> ReviewComment:
    """Say something about one paragraph of a language version, or with `paragraph=None` about all of it.

    Raises PublishingError for an empty comment, a paragraph or language that is not there, and a published statement.
    """
    require_editable(statement)
    said = _words(words)
    text = statement.texts.filter(language=language).first()
    if text is None:
        raise PublishingError(_("There is no version in this language. Choose one that is there."))
    quote = ""
    if paragraph is not None:
        found = paragraphs_in(text)
        if not 1 <= paragraph <= len(found):
            raise PublishingError(_("The text has changed since you opened this page. Choose the paragraph again."))
        quote = found[paragraph - 1].text[:QUOTE]
    with transaction.atomic():
        row = ReviewComment.objects.create(
            statement=statement,
            version=statement.versions.order_by("-id").first(),
            language=language,
            paragraph=paragraph,
            quote=quote,
            words=said,
            author=actor,
        )
        audit.record(actor, f"commented on {statement.reference}", about=statement, label=statement.reference)
    return row


def answer(thread: ReviewComment, *, actor: User, words: str) -> ReviewComment:
    """Answer a comment."""
    statement = thread.statement
    require_editable(statement)
    said = _words(words)
    with transaction.atomic():
        row = ReviewComment.objects.create(
            statement=statement, parent=thread, language=thread.language, words=said, author=actor
        )
        sentence = f"answered a comment on {statement.reference}"
        audit.record(actor, sentence, about=statement, label=statement.reference)
    return row


def _words(words: str) -> str:
    said = words.strip()
    if not said:
        raise PublishingError(_("Write the comment first."))
    if len(said) > LONGEST:
        raise PublishingError(_("The comment is longer than 2,000 characters. Shorten it."))
    return said


def settle(thread: ReviewComment, *, actor: User) -> None:
    """Say that a comment is dealt with. The first to say so stands; settling it again changes nothing."""
    _set(thread, actor, "settled a comment on", resolved_by=actor, resolved_at=timezone.now())


def open_again(thread: ReviewComment, *, actor: User) -> None:
    """Say that a settled comment is not dealt with after all."""
    _set(thread, actor, "opened a comment again on", resolved_by=None, resolved_at=None)


def _set(thread: ReviewComment, actor: User, sentence: str, **values: object) -> None:
    statement = thread.statement
    require_editable(statement)
    was_open = values["resolved_at"] is not None
    with transaction.atomic():
        rows = ReviewComment.objects.filter(pk=thread.pk, parent__isnull=True, resolved_at__isnull=was_open)
        if rows.update(**values):
            audit.record(actor, f"{sentence} {statement.reference}", about=statement, label=statement.reference)


def threads_of(statement: Statement, texts: Iterable[StatementText]) -> list[Thread]:
    """All comments of a statement with their answers, the oldest first; one query."""
    rows = statement.comments.select_related("author", "resolved_by", "version")
    now = {text.language: {paragraph.text[:QUOTE] for paragraph in paragraphs_in(text)} for text in texts}
    threads: dict[int, Thread] = {}
    for row in rows:
        if row.parent_id is None:
            is_changed = bool(row.quote) and row.quote not in now.get(row.language, set())
            threads[row.pk] = Thread(row, is_changed)
        elif row.parent_id in threads:
            threads[row.parent_id].answers.append(row)
    return list(threads.values())
