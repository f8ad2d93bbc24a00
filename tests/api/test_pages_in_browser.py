"""Settings → API and the description of the API in a real browser: axe, the width, no complaints of its policy."""

import pytest

from desk.models import WebhookDelivery
from desk.webhooks import sending, telling
from tests.api.rows import key_of
from tests.e2e.test_pace_pages import look
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_keys_webhooks_and_the_description_can_be_used(visit, administrator, webhook, receiver):
    key_of(administrator)
    receiver.answers = [204, 500]
    for _ in range(2):
        telling.ping(webhook)
        sending.send_due()
    assert WebhookDelivery.objects.count() == 2
    with visit() as someone:
        someone.sign_in(administrator, PASSWORD)
        page = someone.open("/desk/settings/api/")
        look(someone, "api")
        page.get_by_label("What it is for").fill("Our website")
        page.get_by_label("Read people").check()
        page.get_by_role("button", name="Make the key").click()
        page.get_by_role("heading", name="Copy it now").wait_for()
        look(someone, "api-secret")
        someone.open(f"/desk/settings/api/webhooks/{webhook.pk}/")
        look(someone, "api-webhook")
        someone.open("/api/v1/docs")
        look(someone, "api-docs")
        someone.check_no_complaints()
