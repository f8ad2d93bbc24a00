"""Invented people, each of a domain of their own, and a mailing to them that is being sent."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from contacts.addresses import email_digest, email_key
from contacts.models import Contact, ContactList
from mailing.dispatch.store import make_chunks
from mailing.models import Delivery, Mailing
from tests.factories import MailingContentFactory, MailingFactory, SenderFactory, UserFactory

# Small, so that many workers find something while the leases of the dead run out.
CHUNK = 20


def reference(number: int) -> str:
    """The reference of a campaign."""
    return f"FLT-{number:04}"


def mailing_of(number: int, kind: str, people: int) -> Mailing:
    """The mailing of a campaign, made in one transaction, or the one that an interrupted run left."""
    found = Mailing.objects.filter(reference=reference(number)).first()
    if found:
        return found
    with transaction.atomic():
        mailing = _mailing(number, kind, people)
        contacts = Contact.objects.bulk_create(_contact(number, n) for n in range(people))
        Delivery.objects.bulk_create(_delivery(mailing, contact) for contact in contacts)
        make_chunks(mailing.pk, CHUNK)
    return mailing


def _mailing(number: int, kind: str, people: int) -> Mailing:
    now = timezone.now()
    more: dict[str, Any] = {}
    if kind == Mailing.Kind.NEWSLETTER:
        more["contact_list"], _new = ContactList.objects.get_or_create(name="Newsletter of the fault run")
    mailing = MailingFactory(
        reference=reference(number),
        kind=kind,
        sender=SenderFactory(),
        status=Mailing.Status.SENDING,
        approver=UserFactory(email=f"approver{number}@platform.example", role="approver"),
        approved_at=now,
        frozen_at=now,
        started_at=now - timedelta(seconds=1),
        matched=people,
        recipients=people,
        **more,
    )
    MailingContentFactory(mailing=mailing, language="en")
    return mailing


def _contact(campaign: int, n: int) -> Contact:
    key = email_key(f"someone@r{n}.c{campaign}.example")
    return Contact(
        given_name=f"Given{n}",
        family_name=f"Family{n}",
        sort_key=f"family{n}",
        email=key,
        email_key=key,
        email_digest=email_digest(key),
        gender="F",
        country="IE",
    )


def _delivery(mailing: Mailing, contact: Contact) -> Delivery:
    names = {"given_name": contact.given_name, "family_name": contact.family_name, "name": str(contact)}
    greeting = {"salutation": f"Dear Ms {contact.family_name},", "closing": "Yours sincerely,"}
    return Delivery(
        mailing=mailing,
        contact=contact,
        email=contact.email,
        email_key=contact.email_key,
        email_digest=contact.email_digest,
        language="en",
        queued_at=timezone.now(),
        context=names | greeting | {"country": "IE", "group": "", "committees": []},
    )
