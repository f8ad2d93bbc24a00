"""One reader in two rows of the address book, to be merged. Nobody here is real."""

import pytest
from django.test import Client
from django.utils import timezone

from contacts import consent
from contacts.merging import FIELDS, merge
from contacts.models import Contact, ContactList, LegalBasis, ListText, Subscription
from contacts.preferences import token_for
from mailing.models import Delivery, Mailing
from tests.factories import ContactFactory, MailingFactory, UserFactory

KEEP = dict.fromkeys(FIELDS, "one")
OLD, NEW = "nadia@old.example", "nadia@new.example"


@pytest.fixture
def letter():
    made = ContactList.objects.create(name="Network", slug="network", is_open=True)
    ListText.objects.create(contact_list=made, language="en", name="Letter from the network")
    return made


@pytest.fixture
def kept():
    """The row that stays."""
    return ContactFactory(given_name="Nadia", family_name="Reader", email=NEW, legal_basis=LegalBasis.CONSENT)


@pytest.fixture
def lost():
    """The row that is merged into it."""
    return ContactFactory(given_name="N.", family_name="Reader", email=OLD, legal_basis=LegalBasis.CONSENT)


@pytest.fixture
def browser():
    return Client(enforce_csrf_checks=True)


def joined(person, contact_list):
    consent.confirm(person, contact_list, source="page")
    return Subscription.objects.select_related("contact", "contact_list").get(contact=person, contact_list=contact_list)


def issue(contact_list, number=1):
    at = timezone.now()
    moments = dict.fromkeys(("approved_at", "frozen_at", "started_at", "finished_at"), at)
    reference = f"LSI-N-2026-{number:03d}"
    kind = {"kind": Mailing.Kind.NEWSLETTER, "contact_list": contact_list, "status": "finished"}
    return MailingFactory(reference=reference, approver=UserFactory(), **kind, **moments)


def sent(mailing, person, **fields):
    values = {"status": "sent", "sent_at": timezone.now(), **fields}
    address = {name: getattr(person, name) for name in ("email", "email_key", "email_digest")}
    return Delivery.objects.create(
        mailing=mailing, contact=person, language="en", queued_at=timezone.now(), context={}, **address, **values
    )


def merged(kept, lost, officer, **choices):
    merge(kept, lost, KEEP | choices, actor=officer)
    return Contact.objects.get(pk=kept.pk)


def state(contact_list):
    row = Subscription.objects.get(contact_list=contact_list)
    return row.contact_id, row.status, row.ended_by


def settings_page(row):
    return f"/p/{token_for(row)}/"
