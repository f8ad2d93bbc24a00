"""Answering one person from the desk: a stored row that leaves once, as the outbox's do.

    queued ──claim──▶ (queued, claimed) ──intent, just before the text may be accepted──▶ uncertain
    uncertain ──accepted──▶ sent      ──refused──▶ queued again, or failed      ──no answer──▶ stays uncertain

The claim is a conditional UPDATE and the intent is `uncertain` itself, so a worker that dies at any point leaves the
truth behind it. What is not known is never sent again by itself: a person decides. Message-ID, date and bytes are the
same at every try.
"""

import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from contacts.addresses import email_digest, email_key
from contacts.models import Suppression
from mailing import bell, reading
from mailing.guessing import own_words
from mailing.models import Answer, Mailing, Reply, Sender
from mailing.replies import ReplyError
from transport.errors import OutcomeUnknown, TransientError, TransportError
from transport.message import MESSAGE_ID, MessageError, ascii_address, build_message
from transport.provider import Transport, open_transport

logger = logging.getLogger(__name__)

CLAIM = timedelta(minutes=10)
BACKOFF = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240)]
KEEP_TRYING = 8
PAUSE = timedelta(minutes=2)
BATCH = 20
LONGEST = 20_000  # characters of an answer
MOST_QUOTED = 4_000
MOST_REFERENCES = 12
DECISIONS = ("treat_as_sent", "treat_as_not_sent", "send_again")


class ClaimLost(Exception):
    """Another worker has the row, or a person settled it: it must not be sent by us."""


def answer(reply: Reply, text: str, *, actor: User, token: UUID, subject: str = "") -> Answer:
    """Write an answer that leaves at once; the same `token` a second time gives the first row.

    Raises ReplyError with what is wrong and what to do.
    """
    text = reading.storable(text.replace("\r\n", "\n")).strip()
    if not text:
        raise ReplyError(_("Write something first: the answer is empty."))
    if len(text) > LONGEST:
        raise ReplyError(_("The answer is too long: %(number)s characters at most.") % {"number": LONGEST})
    if problem := why_not(reply):
        raise ReplyError(problem)
    subject = " ".join(reading.storable(subject or subject_for(reply), " ").split())[:300]
    in_reply_to, references = _thread(reply)
    with transaction.atomic():
        # The person is not erased between this look and the row.
        row = Reply.objects.select_for_update(of=("self",)).get(pk=reply.pk)
        if not row.from_email:
            raise ReplyError(_("There is no address to answer to."))
        made, is_new = Answer.objects.get_or_create(
            public_id=token,
            defaults={
                "reply": row,
                "contact_id": row.contact_id,
                "sender": sender_for(reply),
                "author": actor,
                "to_email": row.from_email,
                "to_name": row.from_name,
                "subject": subject,
                "text": f"{text}\n\n{_quoted(reply)}".strip(),
                "in_reply_to": in_reply_to,
                "references": references,
            },
        )
        if is_new:
            label = reply.mailing.reference if reply.mailing else ""
            record(actor, "answered somebody who had written", about=row, label=label)
            transaction.on_commit(bell.ring_answers, robust=True)
    if made.reply_id != reply.pk:
        raise ReplyError(_("This form belongs to another answer. Open the page again and write there."))
    return made


def why_not(reply: Reply) -> str:
    """Why nobody can answer this from the desk, in a sentence; "" when one can."""
    if not reply.from_email:
        return _("There is no address to answer to.")
    try:
        ascii_address(reply.from_email)
    except MessageError:
        return _("The address it came from cannot be written to.")
    digest = email_digest(email_key(reply.from_email))
    if Suppression.objects.filter(email_digest=digest, scope="all").exists():
        return _("This address is on the do-not-write list for everything, so nothing is sent to it from here.")
    return ""


def subject_for(reply: Reply) -> str:
    """ "Re: " and the subject of what is answered, once."""
    subject = reply.subject.strip()
    return subject if subject.casefold().startswith("re:") else f"Re: {subject}".strip()


def sender_for(reply: Reply) -> Sender:
    """Who the answer comes from: the letter's sender, or the default one. Raises ReplyError when there is none."""
    if reply.mailing_id is not None:
        return Mailing.objects.select_related("sender").get(pk=reply.mailing_id).sender
    sender = Sender.objects.order_by("-is_default", "pk").first()
    if sender is None:
        raise ReplyError(_("There is no sender yet. Add one under Letters, Senders."))
    return sender


def send_due() -> int:
    """Send the answers that wait, each claimed first; give how many were accepted. No network in a transaction."""
    due = list(_due().order_by("id").values_list("pk", flat=True)[:BATCH])
    if not due:
        return 0
    accepted = 0
    with open_transport() as transport:
        for pk in due:
            until = timezone.now() + CLAIM
            if _due().filter(pk=pk).update(claimed_until=until) != 1:
                continue
            row = Answer.objects.select_related("sender", "author").get(pk=pk)
            sent, goes_on = _send(row, until, transport)
            accepted += sent
            if not goes_on:
                break
    return accepted


def settle(row: Answer, decision: str, *, actor: User) -> Answer:
    """A person decides about an answer whose outcome is not known, or that was not sent. Raises ReplyError."""
    open_rows = Answer.objects.filter(_unclaimed(), pk=row.pk).exclude(to_email="")
    not_known = open_rows.filter(status=Answer.Status.UNCERTAIN)
    changes: dict[str, Any] = {"claimed_until": None, "next_attempt_at": None}
    with transaction.atomic():
        if decision == "treat_as_sent":
            done = not_known.update(status=Answer.Status.SENT, sent_at=timezone.now(), **changes)
        elif decision == "treat_as_not_sent":
            ended = open_rows.filter(status__in=[Answer.Status.UNCERTAIN, Answer.Status.FAILED])
            done = ended.update(status=Answer.Status.FAILED, error="", **changes)
        elif decision == "send_again":
            again = open_rows.filter(status__in=[Answer.Status.UNCERTAIN, Answer.Status.FAILED])
            done = again.update(status=Answer.Status.QUEUED, attempts=0, error="", **changes)
            transaction.on_commit(bell.ring_answers, robust=True)
        else:
            raise ReplyError(_("There is no such decision. Choose one of the buttons."))
        if not done:
            raise ReplyError(_("Its outcome has become known meanwhile. Nothing was changed."))
        record(actor, f"settled an answer: {decision.replace('_', ' ')}", about=row)
    row.refresh_from_db()
    return row


def message_bytes(row: Answer) -> bytes:
    """The answer as it leaves; the same bytes at every try. Raises MessageError."""
    sender = row.sender
    headers = {"In-Reply-To": row.in_reply_to} if row.in_reply_to else {}
    if row.references:
        headers["References"] = row.references
    name = f"{row.author.name}, {sender.name}" if row.author.name else sender.name
    return build_message(
        sender=(name, sender.from_email),
        to=(row.to_name, row.to_email),
        reply_to=sender.reply_to,
        subject=row.subject,
        text=row.text,
        html="",
        message_id=f"{row.public_id}@{sender.domain}",
        headers=headers,
        date=row.created_at,
    )


def _unclaimed() -> Q:
    return Q(claimed_until__isnull=True) | Q(claimed_until__lt=timezone.now())


def _due() -> Any:
    now = timezone.now()
    waits = Q(next_attempt_at__isnull=True) | Q(next_attempt_at__lte=now)
    return Answer.objects.filter(_unclaimed(), waits, status=Answer.Status.QUEUED)


def _send(row: Answer, claim: datetime, transport: Transport) -> tuple[bool, bool]:
    """Send one claimed row; whether it was accepted, and whether the next one may be tried."""
    try:
        transport.deliver(
            envelope_from=row.sender.from_email,
            recipient=row.to_email,
            message=message_bytes(row),
            may_continue=lambda: _intend(row, claim),
            reference=f"answer-{row.pk}",
        )
    except ClaimLost:
        return False, True
    except MessageError as error:
        _result(row, claim, status=Answer.Status.FAILED, error=str(error)[:300])
        return False, True
    except TransportError as error:
        return False, _refused(row, claim, error)
    _result(row, claim, status=Answer.Status.SENT, sent_at=timezone.now(), attempts=row.attempts + 1, error="")
    return True, True


def _intend(row: Answer, claim: datetime) -> None:
    """Commit that the text is about to leave; called before DATA and before the dot. Raises ClaimLost to stop."""
    states = [Answer.Status.QUEUED, Answer.Status.UNCERTAIN]
    mine = Answer.objects.filter(pk=row.pk, claimed_until=claim, status__in=states).exclude(to_email="")
    if claim < timezone.now() or mine.update(status=Answer.Status.UNCERTAIN) != 1:
        raise ClaimLost


def _refused(row: Answer, claim: datetime, error: TransportError) -> bool:
    words, attempts = f"{error.code} {error.detail}".strip()[:300], row.attempts + 1
    logger.warning("Answer %s was not accepted: %s %s", row.pk, error.kind, error.code)
    if error.pauses_mailing:
        again = timezone.now() + PAUSE
        _result(row, claim, status=Answer.Status.QUEUED, error=words, next_attempt_at=again)
        return False
    if isinstance(error, OutcomeUnknown):
        _result(row, claim, status=Answer.Status.UNCERTAIN, error=words, attempts=attempts)
    elif isinstance(error, TransientError) and attempts < KEEP_TRYING:
        again = timezone.now() + BACKOFF[min(attempts, len(BACKOFF)) - 1]
        _result(row, claim, status=Answer.Status.QUEUED, error=words, attempts=attempts, next_attempt_at=again)
    else:
        _result(row, claim, status=Answer.Status.FAILED, error=words, attempts=attempts)
    return True


def _result(row: Answer, claim: datetime, **changes: Any) -> None:
    """Write the result and give the claim back, if the row is still ours."""
    Answer.objects.filter(pk=row.pk, claimed_until=claim).update(claimed_until=None, **changes)


def _thread(reply: Reply) -> tuple[str, str]:
    """In-Reply-To and References: the message that is answered, and what it names before that (RFC 5322 3.6.4)."""
    message = reading.read(bytes(reply.mail.raw))
    own = next((found for text in reading.fields(message, "Message-ID") for found in MESSAGE_ID.findall(text)), "")
    before: list[str] = []
    for text in reading.fields(message, "References") or reading.fields(message, "In-Reply-To"):
        before += [found for found in MESSAGE_ID.findall(text) if found != own and len(found) <= 150]
    if len(own) > 250:
        own = ""
    if not before and reply.delivery is not None and reply.mailing is not None:
        before = [f"<{reply.delivery.public_id}@{sender_for(reply).domain}>"]
    kept = [*before[:1], *before[1:][-MOST_REFERENCES:]]
    return own, " ".join([*kept, own]).strip()


def _quoted(reply: Reply) -> str:
    words = own_words(reply.text)[:MOST_QUOTED]
    if not words:
        return ""
    when = date_format(timezone.localtime(reply.received_at), "j F Y, H:i")
    wrote = _("On %(when)s %(who)s wrote:") % {"when": when, "who": reply.from_name or _("you")}
    return "\n".join([wrote, *[f"> {line}".rstrip() for line in words.splitlines()]])
