"""Making letters: from an approved statement in one step, or from nothing; and writing their texts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from accounts.roles import users_who_may
from advocacy.citing import printed
from advocacy.drafting import was_changed_elsewhere
from advocacy.models import Statement, StatementText
from advocacy.references import create_with_reference
from advocacy.translating import stale_parts
from contacts.models import Contact, Segment
from mailing import enclosing, merge
from mailing.following import follow, source_of
from mailing.lifecycle import LifecycleError, record_edit
from mailing.models import AudienceRule, Mailing, MailingContent, Sender
from mailing.states import locked

# Opening, closing and who signs are fields: each language and each reader gets their own.
OPENING = "<p>{{ salutation }}</p>"
CLOSING = "<p>{{ closing }}</p>"


class Conflict(Exception):
    """Somebody else saved this text first; `theirs` is what it says now. Nothing was written."""

    def __init__(self, theirs: MailingContent) -> None:
        super().__init__(_("Somebody else changed this text while you wrote."))
        self.theirs = theirs


@dataclass(frozen=True)
class Words:
    """What a person typed for one language. `body` is clean HTML (advocacy.richtext)."""

    subject: str
    body: str
    is_reviewed: bool = False
    # How the open page calls itself (advocacy.forms.statements.page_name).
    page: str = ""


@dataclass(frozen=True)
class Saved:
    """The outcome of a save: the content, whether anything changed, and whether an approval was withdrawn by it."""

    content: MailingContent
    at: datetime
    changed: bool
    withdrew: bool


def make_letter(statement: Statement, *, actor: User) -> Mailing:
    """A draft letter with the text of every language version of an approved or published statement.

    The statement's files go along, as far as they fit. Records the digest of the version it was made from. Raises
    LifecycleError, with who can approve it, for a statement that is not approved.
    """
    if not statement.is_approved:
        names = ", ".join(str(user) for user in users_who_may("advocacy.approve")) or _("nobody yet")
        raise LifecycleError(
            _("%(reference)s is not approved. These colleagues can approve it: %(names)s.")
            % {"reference": statement.reference, "names": names}
        )
    texts = list(statement.texts.select_related("statement").order_by("language"))
    source = next((text for text in texts if text.language == statement.source_language), texts[0])
    version = statement.versions.order_by("-number").first()
    sender = default_sender(statement.owner_id)
    with transaction.atomic():
        mailing = create_with_reference(
            Mailing,
            title=source.title[:200],
            statement=statement,
            statement_digest=version.digest if version else "",
            sender=sender,
            source_language=statement.source_language,
            is_sample=statement.is_sample,
            campaign_id=statement.campaign_id,
            paper=Mailing.PaperAs.ATTACHED,
            author=actor,
            owner=statement.owner,
        )
        head = None
        for text in sorted(texts, key=lambda text: text.language != source.language):
            content = MailingContent(
                mailing=mailing,
                language=text.language,
                subject=text.title[:150],
                body=f"{OPENING}{printed(text.body, text.language)}{sign_off(sender)}",
                is_reviewed=text.is_reviewed,
                changed_by=actor,
            )
            head = head or content
            follow(content, head)
            if _is_behind(text, source):
                content.followed_subject = content.followed_body = ""
            content.save()
        enclosing.take_all(mailing, statement, actor=actor)
        sentence = f"made {mailing.reference} from {statement.reference}"
        record(actor, sentence, about=mailing, label=mailing.reference)
    return mailing


def _is_behind(text: StatementText, source: StatementText) -> bool:
    """Whether a paragraph of a statement's translation says what its source said before."""
    return any(row.state in {"changed", "gone"} for row in stale_parts(text, source))


def new_letter(
    *, title: str, actor: User, language: str = "en", to: Contact | None = None, segment: Segment | None = None
) -> Mailing:
    """A draft letter without a statement, with its first text begun; `to` is put into its audience by hand, and so
    are the people of `segment`."""
    affiliation = actor.affiliations.order_by("id").first()
    owner: dict[str, Any] = {"owner_id": affiliation.organisation_id} if affiliation else {}
    sender = default_sender(owner.get("owner_id"))
    with transaction.atomic():
        mailing = create_with_reference(
            Mailing,
            title=title,
            sender=sender,
            source_language=language,
            paper=Mailing.PaperAs.ATTACHED,
            author=actor,
            **owner,
        )
        MailingContent.objects.create(
            mailing=mailing,
            language=language,
            subject=title[:150],
            body=f"{OPENING}{sign_off(sender)}",
            changed_by=actor,
        )
        if to is not None:
            AudienceRule.objects.create(mailing=mailing, contact=to)
        if segment is not None:
            AudienceRule.objects.create(mailing=mailing, segment=segment)
        record(actor, f"started {mailing.reference}", about=mailing, label=mailing.reference)
    return mailing


def sign_off(sender: Sender) -> str:
    """How a new letter ends: the closing and who signs, as fields, so that they follow language and sender."""
    lines = ["{{ sender_person }}"] if sender.person else []
    lines += ["{{ sender_role }}"] if sender.person_role else []
    return f"{CLOSING}<p>{'<br>'.join([*lines, '{{ sender_name }}'])}</p>"


def default_sender(owner_id: int | None) -> Sender:
    """The sender new letters begin with. Raises LifecycleError when there is none at all."""
    senders = Sender.objects.order_by("-is_default", "pk")
    found = senders.filter(owner_id=owner_id).first() or senders.first()
    if found is None:
        raise LifecycleError(_("There is no sender yet. An administrator can add one under Settings, Senders."))
    return found


def save_text(mailing: Mailing, language: str, words: Words, *, edition: int, actor: User) -> Saved:
    """Save one language version; `edition` is the number the page was made with (0 for a new language).

    Raises merge.MergeError for a text outside the merge language, Conflict when somebody else saved first and
    LifecycleError once sending has started. A save without a change writes nothing and withdraws nothing.
    """
    problems = [*merge.check(words.subject, html=False), *merge.check(words.body, html=True)]
    if problems:
        raise merge.MergeError(problems)
    columns: dict[str, Any] = {"subject": words.subject, "body": words.body, "is_reviewed": words.is_reviewed}
    with transaction.atomic():
        # The mailing's row is the lock of everything under it: one edit, approval or start at a time.
        before = locked(mailing).status
        current = MailingContent.objects.filter(mailing=mailing, language=language).first()
        if current and all(getattr(current, name) == value for name, value in columns.items()):
            return Saved(current, current.changed_at, changed=False, withdrew=False)
        content = current or MailingContent(mailing=mailing, language=language, edition=0)
        if was_changed_elsewhere(content, edition=edition, page=words.page, actor=actor):
            raise Conflict(content)
        row = record_edit(mailing, actor=actor, what=f"changed the text ({language})")
        if words.is_reviewed and not content.is_reviewed:
            follow(content, source_of(row))
        for name, value in columns.items():
            setattr(content, name, value)
        content.edition += 1
        content.saved_from, content.changed_by = words.page, actor
        content.save()
    return Saved(content, timezone.now(), changed=True, withdrew=before != row.status)


def remove_text(mailing: Mailing, language: str, *, actor: User) -> None:
    """Take a language version out. Raises LifecycleError for the source, which everybody else falls back to."""
    if language == mailing.source_language:
        raise LifecycleError(_("This is the language the letter is written in; it cannot be taken out."))
    with transaction.atomic():
        record_edit(mailing, actor=actor, what=f"took out the text ({language})")
        MailingContent.objects.filter(mailing=mailing, language=language).delete()


def change_details(mailing: Mailing, *, actor: User, title: str, sender: Sender) -> bool:
    """Change title and sender; gives whether anything changed."""
    if (mailing.title, mailing.sender_id) == (title, sender.pk):
        return False
    with transaction.atomic():
        record_edit(mailing, actor=actor, what="changed title or sender")
        Mailing.objects.filter(pk=mailing.pk).update(title=title, sender=sender)
    mailing.title, mailing.sender = title, sender
    return True
