"""What the tests of organisations share: a colleague at the pages, a house at a secret address, and the trail."""

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from contacts.models import Organisation

ADDRESS = {"postal_address": "7 Quiet Lane", "phone": "+999 555 0142", "email": "safe@quiet.example"}


@pytest.fixture
def page(client, officer):
    client.force_login(officer)
    return client


@pytest.fixture
def house():
    return Organisation.objects.create(name="Quiet House", country="IE", is_confidential=True, **ADDRESS)


def url(name, *args):
    return reverse(f"contacts:{name}", args=args)


def trail():
    return list(AuditEvent.objects.order_by("id").values_list("sentence", flat=True))
