"""Writing: a new statement, a language version, a save that never overwrites somebody else's words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from advocacy.attaching import copy_all
from advocacy.models import Statement, StatementText
from advocacy.references import create_with_reference
from advocacy.road import PublishingError, hold, reopen, require_editable
from advocacy.translating import link_translations, map_after


class Conflict(Exception):
    """Somebody else saved this text first; `theirs` is what it says now. Nothing was written."""

    def __init__(self, theirs: StatementText) -> None:
        super().__init__(_("Somebody else changed this text while you wrote."))
        self.theirs = theirs


@dataclass(frozen=True)
class Words:
    """What a person typed for one language version. `body` is clean HTML (advocacy.richtext)."""

    title: str
    summary: str
    body: str
    is_reviewed: bool = False
    # How the open page calls itself (forms.page_name).
    page: str = ""


@dataclass(frozen=True)
class Saved:
    """The outcome of a save: the new edition, when, and whether the statement went back to draft."""

    edition: int
    at: datetime
    changed: bool
    reopened: bool


def create_statement(
    *,
    actor: User | None,
    title: str,
    kind: str = Statement.Kind.STATEMENT,
    language: str = "en",
    is_sample: bool = False,
) -> Statement:
    """A new draft with its first, empty text; the reference and the page's address are made here."""
    with transaction.atomic():
        statement = create_with_reference(
            Statement,
            middle="S",
            slug=free_slug(title),
            kind=kind,
            source_language=language,
            author=actor,
            is_sample=is_sample,
            **_owner_of(actor),
        )
        StatementText.objects.create(statement=statement, language=language, title=title, changed_by=actor)
        audit.record(actor, f"started {statement.reference}", about=statement, label=statement.reference)
    return statement


def _owner_of(actor: User | None) -> dict[str, int]:
    """A person's own organisation owns what they start; without one the platform does."""
    affiliation = actor.affiliations.order_by("id").first() if actor else None
    return {"owner_id": affiliation.organisation_id} if affiliation else {}


def free_slug(title: str) -> str:
    """An address for the page, from the title; numbered when another statement has it."""
    stem = slugify(title)[:110].strip("-") or "statement"
    slug, number = stem, 1
    while Statement.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{stem}-{number}"
    return slug


def add_language(statement: Statement, language: str, *, actor: User) -> StatementText:
    """Start a language version. Raises PublishingError where it exists or the statement is published."""
    require_editable(statement)
    with transaction.atomic():
        reopen(statement, actor=actor)
        text, created = StatementText.objects.get_or_create(
            statement=statement, language=language, defaults={"changed_by": actor}
        )
        if not created:
            raise PublishingError(_("This language version exists already."))
        audit.record(actor, f"added {language} to {statement.reference}", about=statement, label=statement.reference)
    return text


def change_details(
    statement: Statement, *, actor: User, details: dict[str, str], embargo_until: datetime | None = None
) -> bool:
    """Set the facts beside the text (advocacy.kinds.FIELDS); gives whether anything changed. A change is an edit."""
    require_editable(statement)
    kept = {name: value for name, value in details.items() if value}
    if (kept, embargo_until) == (statement.details, statement.embargo_until):
        return False
    with transaction.atomic():
        reopen(statement, actor=actor)
        Statement.objects.filter(pk=statement.pk).update(
            details=kept, embargo_until=embargo_until, changed_at=timezone.now()
        )
        sentence = f"changed the facts of {statement.reference}"
        audit.record(actor, sentence, about=statement, label=statement.reference)
        statement.refresh_from_db()
    return True


def remove_language(statement: Statement, language: str, *, actor: User) -> None:
    """Take a language version out; the language it was written in stays."""
    require_editable(statement)
    if language == statement.source_language:
        raise PublishingError(_("The text it was written in cannot be removed."))
    with transaction.atomic():
        reopen(statement, actor=actor)
        statement.texts.filter(language=language).delete()
        audit.record(
            actor, f"removed {language} from {statement.reference}", about=statement, label=statement.reference
        )


class Edited(Protocol):
    """A text that several people may edit: of a statement or of a letter."""

    edition: int
    saved_from: str
    changed_by_id: int | None


def was_changed_elsewhere(current: Edited, *, edition: int, page: str, actor: User) -> bool:
    """Whether a text was saved since a page read `edition` of it, by anybody but this open page itself.

    A page whose save arrived and whose answer was lost still holds the old number; it has nobody's words to lose.
    """
    is_own = bool(page) and current.saved_from == page and current.changed_by_id == actor.pk
    return current.edition != edition and not is_own


def save_text(text: StatementText, words: Words, *, edition: int, actor: User) -> Saved:
    """Save what was typed on top of the edition that was read. A statement in review or approved goes back to draft.

    Raises Conflict when somebody else's words are there now, PublishingError when the statement is published or
    withdrawn.
    """
    statement = text.statement
    with transaction.atomic():
        # Written first, so that an approval and this save wait for each other and never cross.
        held = Statement.objects.filter(pk=statement.pk, status=statement.status).update(changed_at=timezone.now())
        if not held:
            statement.refresh_from_db()
        require_editable(statement)
        current = StatementText.objects.get(pk=text.pk)
        changed = (current.title, current.summary, current.body) != (words.title, words.summary, words.body)
        if not changed and current.is_reviewed == words.is_reviewed:
            return Saved(current.edition, current.changed_at, changed=False, reopened=False)
        if was_changed_elsewhere(current, edition=edition, page=words.page, actor=actor):
            raise Conflict(current)
        now = timezone.now()
        current.statement = statement
        if text.language == statement.source_language:
            link_translations(current)
        saved = StatementText.objects.filter(pk=text.pk, edition=current.edition).update(
            title=words.title,
            summary=words.summary,
            body=words.body,
            source_map=map_after(current, title=words.title, summary=words.summary, body=words.body),
            is_reviewed=words.is_reviewed,
            edition=F("edition") + 1,
            saved_from=words.page,
            changed_by=actor,
            changed_at=now,
        )
        if not saved:
            raise Conflict(StatementText.objects.get(pk=text.pk))
        reopened = changed and reopen(statement, actor=actor) is not None
    return Saved(current.edition + 1, now, changed=True, reopened=reopened)


def new_version(statement: Statement, *, actor: User) -> Statement:
    """A fresh draft with the texts of a published statement, which it supersedes and leaves as it is."""
    if statement.is_editable:
        raise PublishingError(_("This statement is not published yet. Edit it."))
    with transaction.atomic():
        # Held, so that two people at once start one.
        hold(statement)
        begun = Statement.objects.filter(supersedes=statement).exclude(status__in=["published", "withdrawn"]).first()
        if begun is not None:
            sentence = _("A new version was started already: %(reference)s. Go on with that one.")
            raise PublishingError(sentence % {"reference": begun.reference})
        copy = create_with_reference(
            Statement,
            middle="S",
            slug=free_slug(statement.slug),
            kind=statement.kind,
            source_language=statement.source_language,
            is_sample=statement.is_sample,
            owner_id=statement.owner_id,
            author=actor,
            details=statement.details,
            campaign_id=statement.campaign_id,
            supersedes=statement,
        )
        for text in statement.texts.all():
            StatementText.objects.create(
                statement=copy,
                language=text.language,
                title=text.title,
                summary=text.summary,
                body=text.body,
                source_map=text.source_map,
                changed_by=actor,
            )
        copy_all(statement, copy, actor=actor)
        sentence = f"started {copy.reference} as a new version of {statement.reference}"
        audit.record(actor, sentence, about=copy, label=copy.reference)
    return copy
