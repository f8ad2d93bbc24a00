"""Publication at a time. A person sets it; beat carries it out; until then nothing of the text is public."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from advocacy.models import Statement, StatementVersion
from advocacy.publishing import blocks, require
from advocacy.road import PublishingError, Status, hold, move_to
from advocacy.story import hour
from transport.outbox import queue_mail

LONGEST_AHEAD = timedelta(days=366)
log = logging.getLogger(__name__)


def schedule(statement: Statement, *, actor: User, at: datetime) -> StatementVersion:
    """Publish the approved text at `at`. It may be taken back until then; any edit takes it back as well.

    Raises PublishingError for a time that has passed, is more than a year ahead or lies before the end of the embargo.
    """
    require(actor, "advocacy.edit")
    now = timezone.now()
    if at <= now:
        raise PublishingError(_("That time has passed. Choose a later one, or publish it now."))
    if at > now + LONGEST_AHEAD:
        raise PublishingError(_("That is more than a year ahead. Choose an earlier day."))
    if statement.embargo_until and at < statement.embargo_until:
        sentence = _("It is under embargo until %(time)s. Set the publication to that time or a later one.")
        raise PublishingError(sentence % {"time": hour(statement.embargo_until)})
    return move_to(
        statement,
        Status.SCHEDULED,
        actor=actor,
        event="scheduled",
        sentence="set a time for publishing version {version} of {reference}",
        publish_at=at,
    )


def unschedule(statement: Statement, *, actor: User) -> StatementVersion:
    """Take the time back. The approval stays, so it can be published now or at another time."""
    require(actor, "advocacy.edit")
    if statement.status != Status.SCHEDULED:
        raise PublishingError(_("No time is set for publishing it. Look at it again before you go on."))
    return _back(statement, actor=actor, sentence="took back the time for publishing {reference}, version {version}")


def _back(statement: Statement, *, actor: User | None, sentence: str) -> StatementVersion:
    return move_to(statement, Status.APPROVED, actor=actor, event="unscheduled", sentence=sentence, publish_at=None)


def publish_due(now: datetime | None = None) -> int:
    """Publish what is scheduled and due; beat calls it. Gives how many became public.

    Each text moves by one UPDATE that still finds it scheduled for the same time: two calls at once publish it once,
    and a time that somebody has just taken back or moved wins.
    """
    now = now or timezone.now()
    count = 0
    for statement in Statement.objects.due(now).select_related("author", "submitted_by"):
        try:
            count += _publish(statement, now)
        except PublishingError:
            log.info("statement %s was moved by somebody else before it was published", statement.reference)
        except Exception:
            # The others are due as well; this one is tried again at the next ring.
            log.exception("statement %s could not be published", statement.reference)
    return count


def _publish(statement: Statement, now: datetime) -> bool:
    with transaction.atomic():
        hold(statement)
        reasons = blocks(statement)
        if reasons:
            sentence = "did not publish {reference}, version {version}: something holds it up"
            _back(statement, actor=None, sentence=sentence)
            _tell_writers(statement, reasons)
            return False
        move_to(
            statement,
            Status.PUBLISHED,
            actor=None,
            event="published",
            sentence="published version {version} of {reference} at the time that was set",
            published_at=now,
        )
    return True


def _tell_writers(statement: Statement, reasons: list[str]) -> None:
    """Say to those who wrote and sent it that it did not become public, and why."""
    address = settings.SITE_URL + reverse("advocacy:statement_detail", args=[statement.reference])
    people = {person for person in (statement.author, statement.submitted_by) if person is not None}
    for person in people:
        with override(person.language):
            subject = _("%(reference)s was not published") % {"reference": statement.reference}
            text = "\n\n".join([_("Its time had come, and something holds it up."), *reasons, address])
            queue_mail(
                purpose="plain",
                to=person.email,
                language=person.language,
                context={"subject": subject, "text": text},
                dedupe_key=f"not-published:{statement.pk}:{timezone.now().isoformat()}:{person.pk}",
            )
