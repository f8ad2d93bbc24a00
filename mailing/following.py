"""Language versions that follow the source: whether a translation was reviewed against the words that stand there now.

A reviewed translation keeps what the source said at that moment. Nothing is written when the source changes: what is
behind follows from the two, so it can never be forgotten.
"""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from advocacy import comparing
from advocacy.paragraphs import paragraphs_of
from contacts.languages import language_name
from mailing.lifecycle import LifecycleError, record_edit
from mailing.models import Mailing, MailingContent
from mailing.states import EDITABLE, locked


def source_of(mailing: Mailing) -> MailingContent | None:
    """The version in the language the letter is written in."""
    return next((text for text in mailing.contents.all() if text.language == mailing.source_language), None)


def is_stale(content: MailingContent, source: MailingContent | None) -> bool:
    """Whether the source says something else than when this translation was last reviewed.

    False for the source itself, for what nobody has reviewed, and where nobody noted what was reviewed.
    """
    if source is None or content.language == source.language or not content.is_reviewed:
        return False
    if content.followed_body is None:
        return False
    return (content.followed_subject or "", content.followed_body) != (source.subject, source.body)


def state_of(content: MailingContent, source: MailingContent | None) -> dict[str, str]:
    """A version's state for its tab: the icon's name and a word (ready, behind, not reviewed, missing)."""
    if not content.pk:
        return {"state": "nod", "word": _("Missing")}
    if not content.is_reviewed:
        return {"state": "part", "word": _("Not reviewed")}
    if is_stale(content, source):
        return {"state": "part", "word": _("Behind")}
    return {"state": "met", "word": _("Ready")}


def stale_languages(mailing: Mailing) -> list[str]:
    """Languages whose reviewed text is behind the source."""
    source = source_of(mailing)
    return [content.language for content in mailing.contents.all() if is_stale(content, source)]


def what_changed(content: MailingContent, source: MailingContent) -> comparing.Comparison:
    """The source as it was when the translation was reviewed, beside the source as it is now."""
    before = paragraphs_of(content.followed_subject or "", "", content.followed_body or "")
    return comparing.compare(before, paragraphs_of(source.subject, "", source.body))


def follow(content: MailingContent, source: MailingContent | None) -> None:
    """Note, on a translation that is about to be saved, that it was reviewed against the source as it is now."""
    if source is not None and source.language != content.language:
        content.followed_subject, content.followed_body = source.subject, source.body


def accept(mailing: Mailing, language: str, *, actor: User) -> bool:
    """Say that a reviewed translation is right as it is; False when it was not behind.

    Nobody's letter changes, so an approval stands. Raises LifecycleError once sending has started.
    """
    with transaction.atomic():
        row = locked(mailing)
        if row.status not in EDITABLE:
            raise LifecycleError(_("Sending has started or ended: the text stays as it is."))
        source = source_of(row)
        content = next((text for text in row.contents.all() if text.language == language), None)
        if content is None or not is_stale(content, source):
            return False
        follow(content, source)
        content.save(update_fields=["followed_subject", "followed_body"])
        record(actor, f"read the {language} text of {row.reference} again", about=row, label=row.reference)
    return True


def edit_all(mailing: Mailing, change: Callable[[MailingContent], str], *, actor: User, what: str) -> list[str]:
    """Change the body of every language version in one edit; gives the languages in which it changed.

    A translation that followed the source before, and is changed with it, follows it still. Call it in a transaction.
    Raises LifecycleError once sending has started.
    """
    contents = list(MailingContent.objects.filter(mailing=mailing))
    source = next((text for text in contents if text.language == mailing.source_language), None)
    followed = {text.language for text in contents if text.is_reviewed and not is_stale(text, source)}
    new = {text.language: body for text in contents if (body := change(text)) != text.body}
    if not new:
        return []
    record_edit(mailing, actor=actor, what=what)
    if source is not None:
        source.body = new.get(source.language, source.body)
    for text in contents:
        if text.language not in new:
            continue
        text.body = new[text.language]
        if text.language in followed and text.followed_body is not None:
            follow(text, source)
        text.edition += 1
        text.saved_from, text.changed_by = "", actor
        text.save()
    return sorted(new)


def sentence_of(mailing: Mailing, content: MailingContent, comparison: comparing.Comparison) -> dict[str, Any]:
    """What the notice above a stale translation says."""
    count = comparison.edited + comparison.inserted + comparison.deleted + comparison.moved
    source = language_name(mailing.source_language)
    return {"count": count, "source": source, "own": language_name(content.language)}
