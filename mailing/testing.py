"""A test of a mailing to oneself: one recipient's message with its files, marked as a test, counted nowhere."""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from advocacy.typesetting import PdfError
from mailing import audience, papers, previews
from mailing.dispatch.enclosures import PDF
from mailing.models import Mailing
from mailing.paper_words import Reader
from transport.outbox import File, queue_mail


class TestError(Exception):
    """The test cannot be made; the message says why."""


def send_test(mailing: Mailing, *, actor: User, to: str, number: int = 1) -> None:
    """Queue the letter of recipient `number` to a colleague's address, with [Test] before its subject.

    It leaves as system mail, so no recipient and no ledger is touched. Raises TestError when there is no recipient or
    the letter or its PDF cannot be made.
    """
    letter = previews.letter_for(mailing, number) or previews.letter_for(mailing, 1)
    _send(mailing, [letter] if letter else [], actor=actor, to=to)


def send_each(mailing: Mailing, *, actor: User, to: str) -> int:
    """The same with one letter in each language that somebody gets; gives how many."""
    preview, readers = audience.survey(mailing)
    first = {reader.language: number for number, reader in reversed(list(enumerate(readers, start=1)))}
    found = [previews.letter_of(mailing, number, preview, readers) for number in sorted(first.values())]
    letters = [letter for letter in found if letter]
    _send(mailing, letters, actor=actor, to=to)
    return len(letters)


def send_issue_test(
    mailing: Mailing, *, actor: User, to: str, languages: Sequence[str], topics: frozenset[int]
) -> None:
    """The same of an issue: one message in each of these languages, as a reader with these topics (ids) gets it."""
    letters = [previews.issue_letter(mailing, language, topics) for language in languages]
    _send(mailing, letters, actor=actor, to=to)


def _send(mailing: Mailing, letters: list[previews.Letter], *, actor: User, to: str) -> None:
    if not letters:
        if mailing.kind == Mailing.Kind.NEWSLETTER:
            raise TestError(_("Nobody gets this issue yet. A test shows what one of its readers gets."))
        raise TestError(_("Nobody gets this letter yet. Choose people first: a test shows one of their letters."))
    broken = next((letter for letter in letters if letter.rendered is None), None)
    if broken is not None:
        raise TestError(broken.problem)
    files = _files(mailing, letters)
    with transaction.atomic():
        for letter, own in zip(letters, files, strict=True):
            _queue(mailing, letter, own, actor=actor, to=to)
        Mailing.objects.filter(pk=mailing.pk).update(tested_version=mailing.version)
        sentence = f"sent a test of version {mailing.version} of {mailing.reference}"
        record(actor, sentence, about=mailing, label=mailing.reference)


def _files(mailing: Mailing, letters: Sequence[previews.Letter]) -> list[list[File]]:
    """What each of these letters carries: its own PDF as it would be made now, and the files for its language."""
    made: list[list[File]] = [[] for _letter in letters]
    if mailing.attaches_papers:
        try:
            sheets = papers.papers_for(mailing, [Reader(letter.language, letter.context) for letter in letters])
        except PdfError as error:
            raise TestError(_("The PDF of a letter cannot be made. %(why)s") % {"why": error}) from error
        made = [[File(f"{mailing.reference}.pdf", PDF, sheet)] for sheet in sheets]
    attached = list(mailing.attachments.order_by("pk"))
    for letter, own in zip(letters, made, strict=True):
        for file in attached:
            if file.language in ("", letter.language):
                own.append(File(file.name, file.media_type, bytes(file.content)))
    return made


def _queue(mailing: Mailing, letter: previews.Letter, files: list[File], *, actor: User, to: str) -> None:
    if letter.rendered is None:
        return
    queue_mail(
        purpose="plain",
        to=to,
        language=letter.language,
        context={
            "subject": f"[Test] {letter.rendered.subject}",
            "text": letter.rendered.text,
            "html": letter.rendered.html,
            "reply_to": actor.email,
        },
        dedupe_key=f"letter-test:{mailing.pk}:{uuid.uuid4()}",
        files=files,
    )
