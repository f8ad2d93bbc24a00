"""System mail: written with what it belongs to, sent afterwards, never twice by itself.

The table is the queue. A row is written in the caller's transaction, so that no invitation exists without its mail
and no mail without its invitation; a bell (Celery) and beat make a worker look at it. Statuses:

    queued ──claim──▶ (queued, claimed) ──intent, just before the text may be accepted──▶ uncertain
    uncertain ──accepted──▶ sent      ──refused──▶ queued again, or failed      ──no answer──▶ stays uncertain

Since the intent is `uncertain` itself, a worker that dies at any point leaves the truth behind it, and no sweeper is
needed: a row claimed but not intended becomes due again when its claim ends; an uncertain row is never sent again.
"""

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from transport.broker import publish
from transport.enclosing import enclose, file_part
from transport.errors import OutcomeUnknown, TransientError, TransportError
from transport.message import MessageError, build_message
from transport.models import SystemMail, SystemMailFile
from transport.provider import Transport, open_transport
from transport.wording import missing_keys, spoken, word

logger = logging.getLogger(__name__)

CLAIM = timedelta(minutes=10)
# After the first refusal a minute, then longer; the last step repeats until KEEP_TRYING attempts are used up.
BACKOFF = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240)]
KEEP_TRYING = 10
# Our own set-up is at fault: look again soon, count nothing.
PAUSE = timedelta(minutes=2)
RUN_SECONDS = 20.0
BATCH = 50
KEPT = timedelta(days=30)
LIVE_LINKS = {
    *("invitation", "password-reset", "sign-on", "sign-on-receipt", "sign-on-reply", "answers-asked"),
    *("confirm-subscription", "already-subscribed", "welcome", "preferences-link"),
}


class File(NamedTuple):
    """A file that goes with a mail: the name it is saved under, its type, its bytes."""

    name: str
    media_type: str
    content: bytes


class ClaimLost(Exception):
    """Another worker has the row, or somebody settled it: this one must not be sent by us."""


def queue_mail(  # noqa: PLR0913 - a mail has these parts
    *, purpose: str, to: str, language: str, context: dict[str, Any], dedupe_key: str, files: Sequence[File] = ()
) -> SystemMail:
    """Write one mail, with its files, in the caller's transaction and ring the bell when that is committed.

    `purpose` and the keys of `context` are those of transport.wording.PURPOSES; values are plain JSON. A second call
    with the same `dedupe_key` (which holds no address) writes nothing and gives the first row, as it is now. Raises
    ValueError for an unknown purpose or a missing key; a broker that is away raises nothing.
    """
    if missing := missing_keys(purpose, context):
        raise ValueError(f"The mail “{purpose}” lacks {', '.join(sorted(missing))}.")
    with transaction.atomic():
        mail, is_new = SystemMail.objects.get_or_create(
            dedupe_key=dedupe_key,
            defaults={"purpose": purpose, "to": to, "language": language, "context": context},
        )
        if is_new and files:
            SystemMailFile.objects.bulk_create([SystemMailFile(mail=mail, **file._asdict()) for file in files])
    if is_new:
        # robust: whatever a broken broker raises, the person's work is committed and must not look failed.
        transaction.on_commit(ring, robust=True)
    return mail


def ring() -> None:
    """Ask a worker to look at the outbox. A broker that is away is no error: beat rings every few seconds."""
    publish("transport.tasks.send_outbox")


def send_due() -> int:
    """Send what is due, for at most RUN_SECONDS, and give how many were accepted.

    Each row is claimed by a conditional UPDATE, its intent is committed before its text can be accepted, and nothing
    is sent inside a transaction. A set-up error (no server, no sign-in) ends the run: it would meet every row.
    """
    accepted, until = 0, time.monotonic() + RUN_SECONDS
    due = _due_ids()
    if not due:
        return 0
    with open_transport() as transport:
        for pk in due:
            claim = _claim(pk)
            if claim is None:
                continue
            try:
                accepted += _send(SystemMail.objects.get(pk=pk), claim, transport)
            except _Paused:
                break
            if time.monotonic() > until:
                break
    return accepted


def empty_sent() -> int:
    """Empty the mails older than 30 days and give how many.

    Address and context go, the row stays: its dedupe_key must go on meaning "already written", or a call that is
    repeated a month later would send a second mail. What is still queued by then is of no use to anybody and fails.
    """
    old = SystemMail.objects.filter(created_at__lt=timezone.now() - KEPT)
    old.filter(_unclaimed(), status=SystemMail.Status.QUEUED).update(
        status=SystemMail.Status.FAILED, last_error="It was not accepted within 30 days."
    )
    SystemMailFile.objects.filter(mail__in=old.exclude(status=SystemMail.Status.QUEUED)).delete()
    finished = old.exclude(status=SystemMail.Status.QUEUED).exclude(to="", context={})
    return finished.update(to="", context={})


class _Paused(Exception):
    """Nothing can leave now; the rest waits."""


def _unclaimed() -> Q:
    return Q(claimed_until__isnull=True) | Q(claimed_until__lt=timezone.now())


def _due_ids() -> list[int]:
    due = Q(next_attempt_at__isnull=True) | Q(next_attempt_at__lte=timezone.now())
    rows = SystemMail.objects.filter(_unclaimed(), due, status=SystemMail.Status.QUEUED)
    return list(rows.order_by("id").values_list("id", flat=True)[:BATCH])


def _claim(pk: int) -> datetime | None:
    """Take the row for CLAIM; None when another worker was first. The time is the claim's name in later updates."""
    until = timezone.now() + CLAIM
    due = Q(next_attempt_at__isnull=True) | Q(next_attempt_at__lte=timezone.now())
    rows = SystemMail.objects.filter(_unclaimed(), due, pk=pk, status=SystemMail.Status.QUEUED)
    return until if rows.update(claimed_until=until) == 1 else None


def _send(mail: SystemMail, claim: datetime, transport: Transport) -> bool:
    """Render and send one claimed row, and record what came of it. True when the next hop accepted it."""
    try:
        message = message_bytes(mail)
    except MessageError as error:
        _settle(mail, claim, status=SystemMail.Status.FAILED, last_error=str(error)[:200])
        return False
    except Exception as error:  # a template with a mistake must not stop every other mail
        logger.exception("System mail %s (%s) could not be rendered", mail.pk, mail.purpose)
        _settle(mail, claim, status=SystemMail.Status.FAILED, last_error=f"Not rendered: {type(error).__name__}.")
        return False
    try:
        transport.deliver(
            envelope_from=_sender()[1],
            recipient=mail.to,
            message=message,
            may_continue=lambda: _intend(mail, claim),
            reference=f"system-mail-{mail.pk}",
        )
    except ClaimLost:
        return False
    except TransportError as error:
        _record_error(mail, claim, error)
        return False
    # A link that opens an account has no business in the table once it has left.
    spent: dict[str, Any] = {"context": {}} if mail.purpose in LIVE_LINKS else {}
    _settle(mail, claim, status=SystemMail.Status.SENT, sent_at=timezone.now(), attempts=mail.attempts + 1, **spent)
    # Nor have files: a test carries a real reader's letter.
    mail.files.all().delete()
    return True


def _intend(mail: SystemMail, claim: datetime) -> None:
    """Commit that the text is about to leave. Called before DATA and before the dot; raises ClaimLost to stop."""
    mine = SystemMail.objects.filter(
        pk=mail.pk, claimed_until=claim, status__in=[SystemMail.Status.QUEUED, SystemMail.Status.UNCERTAIN]
    )
    if claim < timezone.now() or mine.update(status=SystemMail.Status.UNCERTAIN) != 1:
        raise ClaimLost


def _record_error(mail: SystemMail, claim: datetime, error: TransportError) -> None:
    words = f"{error.code} {error.detail}".strip()[:200]
    logger.warning("System mail %s (%s) was not accepted: %s %s", mail.pk, mail.purpose, error.kind, error.code)
    if error.pauses_mailing:
        again = timezone.now() + PAUSE
        _settle(mail, claim, status=SystemMail.Status.QUEUED, last_error=words, next_attempt_at=again)
        raise _Paused
    attempts = mail.attempts + 1
    if isinstance(error, OutcomeUnknown):
        _settle(mail, claim, status=SystemMail.Status.UNCERTAIN, last_error=words, attempts=attempts)
    elif isinstance(error, TransientError) and attempts < KEEP_TRYING:
        again = timezone.now() + BACKOFF[min(attempts, len(BACKOFF)) - 1]
        status = SystemMail.Status.QUEUED
        _settle(mail, claim, status=status, last_error=words, attempts=attempts, next_attempt_at=again)
    else:
        _settle(mail, claim, status=SystemMail.Status.FAILED, last_error=words, attempts=attempts)


def _settle(mail: SystemMail, claim: datetime, **result: Any) -> None:
    """Write the result and give the claim back, if the row is still ours."""
    SystemMail.objects.filter(pk=mail.pk, claimed_until=claim).update(claimed_until=None, **result)


def message_bytes(mail: SystemMail) -> bytes:
    """The mail as it leaves. Its Message-ID is the same at every attempt. Raises MessageError."""
    name, address = _sender()
    words = word(mail.purpose, mail.language, mail.context)
    domain = address.rpartition("@")[2]
    key = salted_hmac("transport.outbox", f"{mail.pk}:{mail.dedupe_key}").hexdigest()[:32]
    message = build_message(
        sender=(name, address),
        to=mail.to,
        reply_to=words.reply_to,
        subject=words.subject,
        text=words.text,
        html=words.html,
        message_id=f"{key}@{domain}",
        headers={
            "Content-Language": spoken(mail.purpose, mail.language),
            # RFC 3834 5: nobody's holiday note should answer a machine.
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            **words.headers,
        },
        date=timezone.now(),
    )
    files = [file_part(file.name, file.media_type, bytes(file.content)) for file in mail.files.all()]
    return enclose(message, files, key)


def _sender() -> tuple[str, str]:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return name or settings.PLATFORM_NAME, address
