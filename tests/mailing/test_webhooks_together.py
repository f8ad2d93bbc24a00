"""Eight processes' worth of webhooks and workers at the same moment end in the same state as one after the other."""

import json
import random
import threading
from base64 import b64encode

import pytest
from django.db import connection
from django.test import Client

from contacts.models import Suppression
from mailing import bell
from mailing.handling import handle_waiting
from mailing.models import DeliveryEvent, ProviderEvent
from tests.mailing.coming_back import accepted_letter
from tests.patience import join_all

SECRET = "demarche:a-secret-of-the-webhook"
THREADS = 8


@pytest.mark.django_db(transaction=True)
def test_webhooks_and_workers_at_the_same_moment_do_everything_once(settings, monkeypatch):
    settings.ANYMAIL_WEBHOOK_SECRET = [SECRET]
    monkeypatch.setattr(bell, "ring_incoming", lambda: None)
    delivery = accepted_letter(status="uncertain", error_kind="outcome_unknown")
    basis = {"MessageID": "m1", "Metadata": {"delivery": str(delivery.public_id)}}
    events = [
        {"RecordType": "Delivery", "Recipient": delivery.email, "DeliveredAt": "2024-11-22T08:00:05Z"},
        {"RecordType": "Bounce", "Email": delivery.email, "ID": 1, "Type": "HardBounce", "Details": "550 5.1.1 gone"},
        {"RecordType": "SpamComplaint", "Email": delivery.email, "ID": 2, "Type": "SpamComplaint"},
    ]
    barrier, problems = threading.Barrier(THREADS), []

    def work(seed):
        try:
            client, told = Client(headers={"authorization": f"Basic {b64encode(SECRET.encode()).decode()}"}), events * 2
            random.Random(seed).shuffle(told)
            barrier.wait(20)
            for event in told:
                answer = client.post(
                    "/webhooks/postmark/tracking/", json.dumps(basis | event), content_type="application/json"
                )
                if answer.status_code != 200:
                    problems.append(answer.status_code)
                handle_waiting()
        except Exception as error:
            problems.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(seed,), daemon=True) for seed in range(THREADS)]
    for thread in threads:
        thread.start()
    join_all(threads, 60, "those who tell")
    handle_waiting()
    assert problems == []
    delivery.refresh_from_db()
    assert (delivery.status, bool(delivery.delivered_at)) == ("sent", True)
    assert delivery.bounced_at
    assert delivery.complained_at
    assert ProviderEvent.objects.count() == 3
    assert sorted(DeliveryEvent.objects.values_list("kind", flat=True)) == [
        "bounced",
        "complained",
        "delivered",
        "settled_sent",
    ]
    assert Suppression.objects.count() == 1
