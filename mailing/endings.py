"""Subscriptions that end by themselves: after a complaint, when the mailbox is gone, after issues that came back.

Each is worked out from what stands in the database – suppressions and the ledger – and never from the order in which
events came in: nothing that happens later makes a letter that came back one that did not. So it may be worked out as
often as one likes. A reader of whom nothing is known about an issue counts as somebody who got it.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.audit import record
from accounts.models import User
from contacts import consent
from contacts.models import ConsentRecord, ContactList, Subscription, Suppression
from contacts.models.merges import ids_of_person, who_is
from mailing.models import Delivery, Mailing

Ended = Subscription.Ended
Status = Delivery.Status
# What a suppression of everything says of a subscription, and where the proof says it came from.
REASONS: dict[str, str] = {
    Suppression.Reason.COMPLAINT: Ended.COMPLAINED,
    Suppression.Reason.HARD_BOUNCE: Ended.BOUNCED,
}
SOURCES: dict[str, str] = {
    Ended.COMPLAINED: consent.BY_COMPLAINT,
    Ended.BOUNCED: consent.BY_DEAD_MAILBOX,
}
# Came back as "not now": the server took it and sent it back, or refused it until we gave up trying.
SOFT = Q(status=Status.SENT, bounced_at__isnull=False) | Q(
    status=Status.FAILED, error_kind=Delivery.ErrorKind.TRANSIENT
)
# How long after its last sign of life an issue is looked at again: a returned message may take days.
LATE = timedelta(days=7)
AT_ONCE = 500


def end_gone(digests: Collection[str] | None = None) -> int:
    """End the subscriptions of addresses that complained or are gone, of all or of these (keyed hashes); give how many.

    Somebody who confirmed again after that has the last word: their subscription stands. That nothing is sent to them
    is the suppression's doing, in either case.
    """
    blocks = Suppression.objects.filter(scope="all", reason__in=REASONS)
    if digests is not None:
        blocks = blocks.filter(email_digest__in=list(digests))
    later = blocks.filter(email_digest=OuterRef("contact__email_digest"), at__gte=OuterRef("confirmed_at"))
    never = Q(confirmed_at__isnull=True) & Exists(blocks.filter(email_digest=OuterRef("contact__email_digest")))
    rows = Subscription.objects.exclude(status=Subscription.Status.UNSUBSCRIBED).filter(Exists(later) | never)
    count = 0
    for row in rows.select_related("contact", "contact_list").order_by("pk"):
        reason = blocks.filter(email_digest=row.contact.email_digest).values_list("reason", flat=True).first()
        count += bool(reason) and _end(row, REASONS[str(reason)])
    # Whoever fell silent before that cannot be brought back any more.
    silent = Subscription.objects.filter(ended_by=Ended.SILENT)
    for reason, ended in REASONS.items():
        named = blocks.filter(email_digest=OuterRef("contact__email_digest"), reason=reason)
        silent.filter(Exists(named)).update(ended_by=ended)
    return count


def end_silent(contact_list: ContactList, contacts: Collection[int] | None = None) -> int:
    """End the subscriptions of those, of all or of these contacts, whose last issues all came back; give how many."""
    active = Subscription.objects.filter(contact_list=contact_list, status=Subscription.Status.ACTIVE)
    hit = _issues_of(contact_list).filter(SOFT, contact=OuterRef("contact"))
    if contacts is None:
        recent = Q(mailing__status__in=["sending", "paused"]) | Q(mailing__finished_at__gte=timezone.now() - LATE)
        hit = hit.filter(recent)
    else:
        active = active.filter(contact__in=list(contacts))
    found = active.filter(Exists(hit)).select_related("contact", "contact_list").order_by("pk")
    return sum(_end(row, Ended.SILENT) for row in found.iterator(chunk_size=AT_ONCE) if is_silent(row))


def end_all() -> int:
    """Both, for everybody; beat calls it, for what the engine itself saw and for what was missed."""
    lists = ContactList.objects.filter(mailings__finished_at__gte=timezone.now() - LATE).distinct()
    sending = ContactList.objects.filter(mailings__status__in=["sending", "paused"]).distinct()
    return end_gone() + sum(end_silent(one) for one in (lists | sending).order_by("pk"))


def look_at(delivery: Delivery) -> int:
    """What an event of one letter means for its reader's subscriptions. In the transaction that wrote the event."""
    if delivery.contact is None:
        return 0
    person, mailing = who_is(delivery.contact), delivery.mailing
    ended = end_gone([person.email_digest]) if person.email_digest else 0
    if Delivery.objects.filter(pk=delivery.pk, complained_at__isnull=False).exists():
        # A complaint is the stronger word, whichever of the two came in first.
        Subscription.objects.filter(contact=person, ended_by=Ended.BOUNCED).update(ended_by=Ended.COMPLAINED)
    if mailing.contact_list is None:
        return ended
    return ended + end_silent(mailing.contact_list, [person.pk])


def is_silent(subscription: Subscription) -> bool:
    """Whether the last issues of this reader, as many as the list says, came back one after the other.

    Only those since they confirmed or came back count. One query or two.
    """
    limit = subscription.contact_list.soft_bounce_limit
    rows = _issues_of(subscription.contact_list).filter(contact=subscription.contact_id)
    back = _came_back_at(subscription)
    since = max(filter(None, [subscription.confirmed_at, back]), default=None)
    if since is not None:
        rows = rows.filter(queued_at__gt=since)
    newest = rows.annotate(went=Coalesce("mailing__started_at", "queued_at")).order_by("-went", "-mailing_id")
    last = list(newest.annotate(soft=Exists(Delivery.objects.filter(SOFT, pk=OuterRef("pk"))))[:limit])
    return len(last) == limit and all(row.soft for row in last)


def _came_back_at(subscription: Subscription) -> datetime | None:
    proofs = ConsentRecord.objects.filter(
        contact__in=ids_of_person(subscription.contact),
        contact_list=subscription.contact_list_id,
        action__in=[ConsentRecord.Action.UNDONE, ConsentRecord.Action.CONFIRMED, ConsentRecord.Action.IMPORTED],
    )
    found: datetime | None = proofs.aggregate(last=Max("at"))["last"]
    return found


def _issues_of(contact_list: ContactList) -> QuerySet[Delivery]:
    """Every letter of the list that was sent or tried. Those that were not, for whatever reason, say nothing."""
    tried = ~Q(status__in=[Status.SKIPPED, Status.CANCELLED])
    newsletters = Mailing.objects.filter(kind=Mailing.Kind.NEWSLETTER, contact_list=contact_list)
    return Delivery.objects.filter(tried, mailing__in=newsletters)


def _end(subscription: Subscription, why: str) -> bool:
    """End one, once, with its proof."""
    source = SOURCES.get(why) or consent.BY_SILENCE % subscription.contact_list.soft_bounce_limit
    return consent.leave(subscription.contact, subscription.contact_list, source=source, ended_by=why)


def silent_ones(contact_list: ContactList) -> QuerySet[Subscription]:
    """Whose issues came back and who can be brought back, newest first."""
    rows = Subscription.objects.filter(contact_list=contact_list, ended_by=Ended.SILENT)
    return rows.select_related("contact").order_by("-unsubscribed_at", "pk")


def bring_back(subscription: Subscription, *, actor: User) -> bool:
    """A colleague has their issues sent again, from the next one on. False when there is nothing to bring back.

    Only for somebody who fell silent: who left, complained or has no mailbox any more comes back by themselves or not
    at all.
    """
    with transaction.atomic():
        row = Subscription.objects.select_for_update(of=("self",)).filter(pk=subscription.pk, ended_by=Ended.SILENT)
        found = row.select_related("contact", "contact_list").first()
        if found is None or not consent.come_back(found.contact, found.contact_list, source=consent.BROUGHT_BACK):
            return False
        record(
            actor,
            f"brought a reader of {found.contact_list.name} back, whose issues had come back",
            about=found.contact,
        )
    return True
