"""A test of a letter to oneself: one recipient's letter, marked as a test, counted nowhere."""

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from mailing import previews
from mailing.models import Mailing
from transport.outbox import queue_mail


class TestError(Exception):
    """The test cannot be made; the message says why."""


def send_test(mailing: Mailing, *, actor: User, to: str, number: int = 1) -> None:
    """Queue the letter of recipient `number` to a colleague's address, with [Test] before its subject.

    It leaves as system mail, so no recipient and no ledger is touched. Raises TestError when there is no recipient or
    the letter cannot be made.
    """
    letter = previews.letter_for(mailing, number) or previews.letter_for(mailing, 1)
    if letter is None:
        raise TestError(_("Nobody gets this letter yet. Choose people first: a test shows one of their letters."))
    if letter.rendered is None:
        raise TestError(letter.problem)
    with transaction.atomic():
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
        )
        Mailing.objects.filter(pk=mailing.pk).update(tested_version=mailing.version)
        record(
            actor,
            f"sent a test of version {mailing.version} of {mailing.reference}",
            about=mailing,
            label=mailing.reference,
        )
