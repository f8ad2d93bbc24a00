"""Who got a letter and has not answered it: the one rule of it, for audiences and for follow-ups."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from contacts.models import Contact, Suppression
from contacts.models.people import ContactQuerySet
from mailing.models import Delivery, Mailing


def is_silent() -> Q:
    """For deliveries: accepted, neither answered nor returned, and the person may still be written to.

    What a machine answered is no answer.
    """
    blocked = Suppression.objects.of("letters").filter(email_digest=OuterRef("email_digest"))
    return ~Q(Exists(blocked)) & Q(
        status=Delivery.Status.SENT,
        contact__isnull=False,
        replied_at__isnull=True,
        bounced_at__isnull=True,
        complained_at__isnull=True,
    )


def silent() -> QuerySet[Delivery]:
    """The deliveries of which that holds, of all mailings."""
    return Delivery.objects.filter(is_silent())


def recipients_of(mailing: Mailing | int, state: str) -> ContactQuerySet:
    """The people a mailing reached: all whose server accepted it, or those of them who are silent ("unanswered")."""
    rows = silent() if state == "unanswered" else Delivery.objects.filter(status=Delivery.Status.SENT)
    found: ContactQuerySet = Contact.objects.filter(pk__in=rows.filter(mailing=mailing).values("contact"))
    return found
