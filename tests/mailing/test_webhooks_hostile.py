"""Webhooks that cannot be read, are too large or not set up: told so in a status, and nothing breaks or is written."""

import pytest

from contacts.models import Suppression
from mailing.handling import handle_waiting
from mailing.models import ProviderEvent
from tests.mailing.coming_back import accepted_letter
from tests.mailing.posting import MAILGUN, POSTMARK, SENDGRID, bounce

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"[1, 2]",
        b'"text"',
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"RecordType": ["Bounce"]}',
        b'{"RecordType": "Bounce", "Type": {"a": 1}, "Metadata": [1]}',
        b'{"RecordType": "Bounce", "BouncedAt": 7}',
        b'{"RecordType": "Bounce", "Email": "\\u0000@\\ud800", "Details": "\\ud800\\u0000", "ID": 1}',
    ],
)
@pytest.mark.parametrize("url", [POSTMARK, SENDGRID, MAILGUN, "/webhooks/mandrill/tracking/"])
def test_what_cannot_be_read_is_told_so_and_never_breaks(tell, url, body):
    assert tell(url, body).status_code in (200, 400, 403, 404)
    handle_waiting()
    assert not Suppression.objects.exists()
    assert not ProviderEvent.objects.filter(handled_at=None).exists()


def test_a_request_of_more_than_a_megabyte_is_refused_unread(tell):
    assert tell(POSTMARK, b"x" * (1024 * 1024 + 1)).status_code == 413
    assert tell("/webhooks/postmark/inbound/", b"x" * (6 * 1024 * 1024)).status_code == 413
    assert not ProviderEvent.objects.exists()


def test_webhooks_are_closed_without_a_secret(tell, settings):
    settings.ANYMAIL_WEBHOOK_SECRET = []
    assert tell(POSTMARK, bounce(accepted_letter())).status_code == 404
    assert not ProviderEvent.objects.exists()


def test_a_provider_that_is_unknown_or_not_set_up_is_told_so(tell, settings):
    assert tell("/webhooks/nobody/tracking/", {}).status_code == 404
    assert tell("/webhooks/postmark/elsewhere/", {}).status_code == 404
    del settings.ANYMAIL_MAILGUN_WEBHOOK_SIGNING_KEY
    assert tell(MAILGUN, {}).status_code == 404


def test_a_provider_may_ask_whether_the_address_is_there_but_nobody_can_read_it(client, rings):
    assert client.head(POSTMARK).status_code == 200
    assert client.get(POSTMARK).status_code == 405
