"""A reader of an open list with topics, and their link."""

import pytest
from django.test import Client

from contacts import consent
from contacts.models import LegalBasis, Subscription
from contacts.preferences import token_for
from tests.contacts.signing_up.conftest import letter, topics  # noqa: F401 - fixtures
from tests.factories import ContactFactory


def reader_of(contact_list, **fields):
    """An active subscription of somebody whom we know as a reader alone."""
    person = ContactFactory(**{"legal_basis": LegalBasis.CONSENT, "language": "en", "country": ""} | fields)
    consent.confirm(person, contact_list, source="page")
    return Subscription.objects.select_related("contact", "contact_list").get(contact=person, contact_list=contact_list)


@pytest.fixture
def reader(letter):  # noqa: F811
    """Nadia gets the letter from the network."""
    return reader_of(letter, email="nadia@readers.example", given_name="Nadia", family_name="Reader")


@pytest.fixture
def path(reader):
    return f"/p/{token_for(reader)}/"


@pytest.fixture
def browser():
    """No cookie, no CSRF token, and a CSRF check that is switched on."""
    return Client(enforce_csrf_checks=True)


def saving(*rows, shown=(), **fields):
    """What the form sends: these subscriptions stand on the page and are ticked."""
    ids = [row.pk for row in rows]
    return {"language": "en", "country": "", "lists": ids, "lists_shown": ids} | {
        "topics": [topic.pk for topic in fields.pop("topics", ())],
        "topics_shown": [topic.pk for topic in shown],
        **fields,
    }
