"""Whom letters reached, and who of them has not answered: the rules of it, for audiences and for follow-ups."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from contacts.models import Contact, Suppression
from contacts.models.people import ContactQuerySet
from mailing.models import Delivery, Mailing


def is_silent() -> Q:
    """For deliveries: accepted, neither answered nor returned, and the person may still be written to.

    What a machine answered is no answer.
    """
    blocked = Suppression.objects.of("letters").filter(email_digest=OuterRef("email_digest"))
    reached = Q(status=Delivery.Status.SENT, contact__isnull=False, bounced_at__isnull=True, complained_at__isnull=True)
    return reached & ~Q(Exists(blocked)) & ~has_answered()


def has_answered() -> Q:
    """For deliveries: the person answered this letter, or another of its thread, which is an answer to both."""
    kin = Delivery.objects.filter(_is_kin(), contact=OuterRef("contact"), replied_at__isnull=False)
    return Q(replied_at__isnull=False) | Q(Exists(kin))


def _is_kin() -> Q:
    """Letters of one thread with that of the outer delivery: follow-ups of it, what it follows, and others to that."""
    found = Q(pk__in=[])
    for name in ("mailing", "mailing__follows", "mailing__follows__follows"):
        found |= Q(**{name: OuterRef("mailing__follows")})
        if name != "mailing":
            found |= Q(**{name: OuterRef("mailing")})
    return found | Q(mailing=OuterRef("mailing__follows__follows"))


def silent() -> QuerySet[Delivery]:
    """The deliveries of which that holds, of all mailings."""
    return Delivery.objects.filter(is_silent())


def recipients_of(mailing: Mailing | int, state: str) -> ContactQuerySet:
    """The people a mailing reached: all whose server accepted it, or those of them who are silent ("unanswered")."""
    rows = silent() if state == "unanswered" else Delivery.objects.filter(status=Delivery.Status.SENT)
    found: ContactQuerySet = Contact.objects.filter(pk__in=rows.filter(mailing=mailing).values("contact"))
    return found


def written_to(mailing: Mailing, days: int) -> Exists:
    """Another mailing reached this person, or may have, in the last `days` days."""
    since = timezone.now() - timedelta(days=days)
    before = Delivery.objects.filter(contact=OuterRef("pk")).exclude(mailing=mailing)
    return Exists(
        before.filter(
            Q(status=Delivery.Status.SENT, sent_at__gte=since)
            | Q(status=Delivery.Status.UNCERTAIN, queued_at__gte=since)
        )
    )
