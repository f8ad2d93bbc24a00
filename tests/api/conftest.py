"""Fixtures of the API's tests: a program that is told of events, and its webhook."""

import pytest

from desk.models import Webhook
from tests.api.receiver import Receiver


@pytest.fixture
def receiver(settings):
    settings.WEBHOOKS_MAY_LOOP = True
    with Receiver() as running:
        yield running


@pytest.fixture
def webhook(db, receiver):
    return Webhook.objects.create(
        name="Website", url=receiver.url, events=[event.value for event in Webhook.Event], salt="a salt"
    )
