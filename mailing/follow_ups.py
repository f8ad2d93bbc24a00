"""Following up a letter: who has not answered after some working days, and a draft to exactly those.

One follow-up a letter is the rule; a second is begun only by who says so. The draft's audience is a rule (recipients of
the letter without an answer), so it is frozen anew at its approval, and the engine looks once more before each letter
leaves (mailing.dispatch.window).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.audit import record
from accounts.models import User
from advocacy.references import create_with_reference
from mailing import choosing, follow_up_words, working_days
from mailing.drafting import OPENING, sign_off
from mailing.models import AudienceRule, Delivery, Mailing, MailingContent
from mailing.silence import has_answered, is_silent, silent
from mailing.states import LifecycleError, locked

# A letter that ended longer ago is history: nobody is reminded of it.
REMEMBERED = timedelta(days=90)
SUBJECT_LENGTH = 150


class AlreadyFollowed(LifecycleError):
    """There is a follow-up; a second one has to be asked for expressly."""


@dataclass(frozen=True)
class Silence:
    """How a letter stands with its answers: numbers of people, and from when on asking again is due."""

    accepted: int
    replied: int
    bounced: int
    # Complained, objected, erased or blocked for another reason since.
    blocked: int
    unanswered: int
    due_on: date | None
    is_due: bool


def silence_of(mailing: Mailing) -> Silence:
    """How many answered and how many did not; two queries."""
    sent = Delivery.objects.filter(mailing=mailing, status=Delivery.Status.SENT)
    found = sent.aggregate(
        accepted=Count("pk"),
        replied=Count("pk", filter=has_answered()),
        bounced=Count("pk", filter=Q(bounced_at__isnull=False) & ~has_answered()),
        unanswered=Count("pk", filter=is_silent()),
    )
    blocked = found["accepted"] - found["replied"] - found["bounced"] - found["unanswered"]
    due_on = _due_on(mailing)
    is_due = due_on is not None and due_on <= _today()
    return Silence(**found, blocked=blocked, due_on=due_on, is_due=is_due)


def candidates() -> Q:
    """Finished letters about which somebody may have to be asked: long enough ago, not followed, not declined."""
    now, days = timezone.now(), settings.FOLLOW_UP_DAYS
    followed = Mailing.objects.filter(follows=OuterRef("pk")).exclude(status=Mailing.Status.CANCELLED)
    recent = Q(finished_at__gte=now - REMEMBERED, finished_at__lte=now - timedelta(days=days))
    is_open = Q(status=Mailing.Status.FINISHED, follows__isnull=True, follow_up_declined_at__isnull=True)
    return recent & is_open & Q(kind=Mailing.Kind.LETTER) & ~Q(Exists(followed)) if days else Q(pk__in=[])


def unanswered_count() -> Coalesce:
    """For a query of mailings: how many of its people have not answered."""
    counted = silent().filter(mailing=OuterRef("pk")).order_by().values("mailing").annotate(n=Count("pk"))
    return Coalesce(Subquery(counted.values("n")), Value(0))


def due(mailings: list[Any]) -> list[Any]:
    """Those of the candidates whose working days are over; one query for all of them, none without any."""
    if not mailings:
        return []
    starts = {mailing.pk: _day_of_end(mailing) for mailing in mailings}
    today = _today()
    off = working_days.days_off(min(starts.values()), today)
    wanted = settings.FOLLOW_UP_DAYS
    return [mailing for mailing in mailings if working_days.after(starts[mailing.pk], wanted, off) <= today]


def draft(mailing: Mailing, *, actor: User, is_second: bool = False) -> Mailing:
    """Begin a letter to exactly those who have not answered this one, threaded under it; give the draft.

    It has the same sender and a text in each language of the letter, none of them reviewed. Raises AlreadyFollowed
    when there is a follow-up and `is_second` is not set, LifecycleError when there is nobody to ask.
    """
    with transaction.atomic():
        before = locked(mailing)
        if before.kind != Mailing.Kind.LETTER or before.frozen_at is None:
            raise LifecycleError(_("Only a letter that has left can be followed up."))
        others = before.follow_ups.exclude(status=Mailing.Status.CANCELLED)
        if not is_second and (other := others.first()):
            sentence = _("%(other)s follows it up already. Tick the box if you want a second one.")
            raise AlreadyFollowed(sentence % {"other": other.reference})
        if not silent().filter(mailing=before).exists():
            raise LifecycleError(_("Nobody is left to ask: all have answered, or cannot be written to."))
        found = _begin(before, actor)
        sentence = f"drafted {found.reference} to follow up {before.reference}"
        record(actor, sentence, about=found, label=found.reference)
    return found


def _begin(before: Mailing, actor: User) -> Mailing:
    found: Mailing = create_with_reference(
        Mailing,
        title=_("Follow-up: %(title)s")[:200] % {"title": before.title[:180]},
        follows=before,
        statement_id=before.statement_id,
        statement_digest=before.statement_digest,
        campaign_id=before.campaign_id,
        sender=before.sender,
        source_language=before.source_language,
        is_sample=before.is_sample,
        author=actor,
        owner_id=before.owner_id,
        paper=before.paper,
    )
    AudienceRule.objects.create(mailing=found, **choosing.audience_of_unanswered(before))
    day = _day_of_start(before)
    for content in before.contents.order_by("language"):
        words = follow_up_words.paragraphs(content.language, reference=before.reference, day=day)
        MailingContent.objects.create(
            mailing=found,
            language=content.language,
            subject=answering(content.subject),
            body=f"{OPENING}{words}{sign_off(before.sender)}",
            changed_by=actor,
        )
    return found


def answering(subject: str) -> str:
    """The subject of an answer: "Re: " once before it, no longer than a subject may be."""
    subject = subject if subject.lower().startswith("re:") else f"Re: {subject}"
    if len(subject) <= SUBJECT_LENGTH:
        return subject
    cut = subject[:SUBJECT_LENGTH]
    # A merge field that was cut in two would be refused at save.
    return cut[: cut.rindex("{{")].rstrip() if cut.count("{{") > cut.count("}}") else cut


def decline(mailing: Mailing, *, actor: User, is_declined: bool = True) -> bool:
    """Note that nobody needs to be asked again about this letter, or take that back; whether anything changed."""
    with transaction.atomic():
        rows = Mailing.objects.filter(pk=mailing.pk, follow_up_declined_at__isnull=is_declined)
        changed = rows.update(follow_up_declined_at=timezone.now() if is_declined else None)
        if changed:
            said = "noted that {} needs no follow-up" if is_declined else "wants to be reminded of following up {}"
            record(actor, said.format(mailing.reference), about=mailing, label=mailing.reference)
    return bool(changed)


def sentence_of(unanswered: int) -> str:
    """ "81 have not replied" """
    return ngettext("%(n)d has not replied", "%(n)d have not replied", unanswered) % {"n": unanswered}


def _due_on(mailing: Mailing) -> date | None:
    """The day from which a follow-up is due; None while letters leave, or where nobody is to be reminded."""
    if mailing.finished_at is None or not settings.FOLLOW_UP_DAYS:
        return None
    start = _day_of_end(mailing)
    off = working_days.days_off(start, start + working_days.FURTHEST)
    return working_days.after(start, settings.FOLLOW_UP_DAYS, off)


def _day_of_end(mailing: Mailing) -> date:
    """The day on which the last letter left, in Brussels."""
    moment = mailing.finished_at or timezone.now()
    return timezone.localtime(moment, working_days.BRUSSELS).date()


def _day_of_start(mailing: Mailing) -> date:
    moment = mailing.started_at or mailing.frozen_at or timezone.now()
    return timezone.localtime(moment, working_days.BRUSSELS).date()


def _today() -> date:
    return timezone.localtime(timezone=working_days.BRUSSELS).date()
