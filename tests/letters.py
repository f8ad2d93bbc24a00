"""Letters that are being sent, for tests of the engine: approved, frozen and cut into chunks. Nobody here is real."""

from datetime import timedelta

from django.utils import timezone

from contacts.models import Contact
from mailing.dispatch.store import make_chunks
from mailing.models import Delivery, DeliveryChunk, Mailing, Sender
from tests.factories import ContactFactory, MailingContentFactory, MailingFactory, SenderFactory, UserFactory

OPENINGS = {"en": "Dear", "fr": "Chère", "de": "Sehr geehrte", "bg": "Уважаема", "el": "Αξιότιμη"}


def letter_being_sent(people: int = 3, *, languages: tuple[str, ...] = ("en",), chunk: int = 500, **fields) -> Mailing:
    """A mailing in `sending` with that many queued recipients, in turn in each language."""
    now = timezone.now()
    sender = Sender.objects.first() or SenderFactory()
    mailing = MailingFactory(
        sender=sender,
        status=fields.pop("status", Mailing.Status.SENDING),
        approver=UserFactory(role="approver"),
        approved_at=now,
        frozen_at=now,
        started_at=now,
        matched=people,
        recipients=people,
        **fields,
    )
    for language in languages:
        MailingContentFactory(mailing=mailing, language=language, subject=f"Compensation ({language})")
    for number in range(people):
        queue(mailing, ContactFactory(), languages[number % len(languages)])
    make_chunks(mailing.pk, chunk)
    return mailing


def queue(mailing: Mailing, contact: Contact, language: str = "en", **context) -> Delivery:
    """One more recipient; `context` replaces merge values."""
    return Delivery.objects.create(
        mailing=mailing,
        contact=contact,
        email=contact.email,
        email_key=contact.email_key,
        email_digest=contact.email_digest,
        language=language,
        queued_at=timezone.now(),
        context={
            "salutation": f"{OPENINGS.get(language, 'Dear')} {contact.family_name},",
            "closing": "Yours sincerely,",
            "given_name": contact.given_name,
            "family_name": contact.family_name,
            "name": contact.name,
            "country": contact.country,
            "group": "",
            "committees": [],
            **context,
        },
    )


def in_one_chunk(mailing: Mailing) -> Mailing:
    """The same mailing with all its rows in one chunk."""
    mailing.chunks.all().delete()
    ids = list(mailing.deliveries.order_by("id").values_list("pk", flat=True))
    DeliveryChunk.objects.create(mailing=mailing, lo=ids[0], hi=ids[-1], cursor=ids[0] - 1)
    return mailing


def statuses(mailing: Mailing) -> list[str]:
    """The status of each delivery, in order."""
    return list(mailing.deliveries.order_by("id").values_list("status", flat=True))


def expire_leases() -> None:
    """Let every lease have run out long ago."""
    DeliveryChunk.objects.exclude(owner="").update(lease_until=timezone.now() - timedelta(hours=1))
