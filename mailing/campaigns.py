"""Letters of a campaign: which they are, and what its story tells of them in numbers."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import ngettext

from accounts.audit import record
from accounts.models import User
from advocacy.models import Campaign, Statement
from advocacy.registry import StoryEntry
from mailing.models import Delivery, Mailing
from mailing.reply_contributions import sort_counts, words_of_sorts
from mailing.story import address_of

MOST = 200


@transaction.atomic
def put_into(mailing: Mailing, campaign: Campaign | None, *, actor: User) -> bool:
    """Let a letter belong to a campaign, or to none. True when that changed.

    Nobody who gets the letter sees it, so an approval stands.
    """
    now = campaign.pk if campaign else None
    changed = bool(Mailing.objects.filter(pk=mailing.pk).exclude(campaign=now).update(campaign=now))
    if changed:
        what = f"put {mailing.reference} into the campaign {campaign.slug}" if campaign else "took it out of a campaign"
        record(actor, what, about=mailing, label=mailing.reference)
    mailing.campaign = campaign
    return changed


def story(campaign: Campaign) -> Iterable[StoryEntry]:
    """Letters of a campaign that have left: to how many people, and how many of them answered and what; one query.

    The public reads the number where a server took at least one of a letter whose statement is published, or that has
    none; the letter's title is for colleagues.
    """
    sent = Q(deliveries__status=Delivery.Status.SENT)
    replied = sent & Q(deliveries__replied_at__isnull=False)
    rows = Mailing.objects.filter(campaign=campaign, started_at__isnull=False).select_related("statement")
    rows = rows.annotate(accepted=Count("deliveries", filter=sent), answered=Count("deliveries", filter=replied))
    rows = rows.annotate(**sort_counts())
    for mailing in rows.order_by("-started_at", "-pk")[:MOST]:
        if not mailing.accepted or mailing.started_at is None:
            continue
        count = ngettext("A letter was sent to %(n)d person", "A letter was sent to %(n)d people", mailing.accepted)
        answers = ngettext("%(n)d answered", "%(n)d answered", mailing.answered) % {"n": mailing.answered}
        told = ": ".join(filter(None, [answers, words_of_sorts(mailing)]))
        statement = mailing.statement
        is_public = statement is None or statement.status == Statement.Status.PUBLISHED
        yield StoryEntry(
            at=mailing.started_at,
            kind="letter",
            title=count % {"n": mailing.accepted},
            detail=f"{mailing.reference} {mailing.title}. {told}.",
            url=address_of(mailing),
            icon="mail",
            is_public=is_public and not mailing.is_sample,
        )
