"""Almost the same letter to almost the same people a short time ago: a slip that offices remember."""

import re
from collections.abc import Iterator
from datetime import timedelta

from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.counting import most
from mailing.findings import Item, Subject
from mailing.models import Delivery, Mailing, MailingContent
from mailing.story import address_of

LATELY = timedelta(days=30)
# Of the letters of that time so many are compared, the latest first.
COMPARED = 30
# Shares of three-word sequences and of people from which two letters count as one sent twice.
SAME_WORDS = 0.7
SAME_PEOPLE = 0.5
MARKUP = re.compile(r"<[^<>]*>|\{\{[^{}]*\}\}|&\w+;")
WORD = re.compile(r"\w+")


def likeness_line(subject: Subject) -> Iterator[Item]:
    """Warns of a letter with nearly these words to nearly these people; two queries, whatever there is."""
    mailing = subject.mailing
    own = subject.contents.get(mailing.source_language)
    people = {reader.pk for reader in subject.readers}
    if own is None or not people:
        return
    mine = sequences(own.body)
    alike = [text.mailing for text in _texts_of_others(mailing) if overlap(mine, sequences(text.body)) >= SAME_WORDS]
    if not alike:
        return
    got = Delivery.objects.filter(mailing__in=alike, contact__isnull=False)
    got = got.exclude(status__in=[Delivery.Status.SKIPPED, Delivery.Status.CANCELLED])
    both: dict[int, int] = {}
    for pk, contact in got.values_list("mailing_id", "contact_id")[: most() * 2]:
        both[pk] = both.get(pk, 0) + (contact in people)
    for other in alike:
        if both.get(other.pk, 0) < SAME_PEOPLE * len(people):
            continue
        moment = other.started_at or other.scheduled_at or other.frozen_at or other.created_at
        title = _("Almost the same letter goes to almost the same people")
        detail = _("%(reference)s of %(day)s: %(n)d of these %(all)d people, nearly the same words.") % {
            "reference": other.reference,
            "day": date_format(timezone.localtime(moment), "j F"),
            "n": both[other.pk],
            "all": len(people),
        }
        yield Item("alike", "warn", title, detail, address_of(other), _("Look at it"))
        return


def _texts_of_others(mailing: Mailing) -> list[MailingContent]:
    """The source texts of other mailings of this kind that were approved lately, latest first."""
    texts = MailingContent.objects.filter(
        language=F("mailing__source_language"),
        mailing__kind=mailing.kind,
        mailing__owner_id=mailing.owner_id,
        mailing__frozen_at__gte=timezone.now() - LATELY,
    )
    texts = texts.exclude(mailing__status=Mailing.Status.CANCELLED).exclude(mailing=mailing.pk)
    return list(texts.select_related("mailing").order_by("-mailing__frozen_at")[:COMPARED])


def sequences(html: str) -> set[tuple[str, ...]]:
    """The sequences of three words of a text, without markup and fields; of a shorter text the whole of it."""
    words = [word.casefold() for word in WORD.findall(MARKUP.sub(" ", html))]
    if len(words) < 3:
        return {tuple(words)} if words else set()
    return set(zip(words, words[1:], words[2:], strict=False))


def overlap(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> float:
    """How much two texts share, 0 to 1 (Jaccard)."""
    return len(one & other) / len(one | other) if one and other else 0.0
