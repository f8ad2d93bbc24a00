"""A mailing whose latest time has passed asks on its page, and a person decides."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from mailing import lifecycle
from mailing.models import Mailing

pytestmark = pytest.mark.django_db


def page(response):
    return response.content.decode()


@pytest.fixture
def underway(approved, start):
    start(approved)
    return approved


@pytest.fixture
def missed(underway):
    Mailing.objects.filter(pk=underway.pk).update(latest_at=timezone.now() - timedelta(seconds=1))
    lifecycle.start_due()
    return Mailing.objects.get(pk=underway.pk)


def test_a_missed_mailing_asks_on_its_page(missed, sign_in, officer, viewer):
    address = reverse("mailing:letter_report", args=[missed.reference])
    shown = page(sign_in(officer).get(address))
    assert "has passed and 2 letters have not left." in shown
    assert "Send the rest now" in shown
    assert shown.count("Stop the rest</a>") == 1
    assert "Resume</button>" not in shown
    seen = page(sign_in(viewer).get(address))
    assert "has passed and 2 letters have not left." in seen
    assert "Send the rest now" not in seen


def test_a_person_sends_the_rest_of_a_missed_mailing(missed, sign_in, officer):
    client = sign_in(officer)
    address = reverse("mailing:letter_resume", args=[missed.reference])
    refused = page(client.post(address, follow=True))
    assert "Its latest time has passed: say whether the rest is sent now or stopped." in refused
    assert Mailing.objects.get().status == "paused"
    assert "It goes on where it stopped." in page(client.post(address, {"late": "yes"}, follow=True))
    assert Mailing.objects.get().status == "sending"


def test_outside_its_hours_the_rest_of_a_missed_mailing_goes_in_the_next(missed, sign_in, officer):
    now = timezone.now()
    later = {"hours_from": (now + timedelta(hours=2)).time(), "hours_to": (now + timedelta(hours=3)).time()}
    Mailing.objects.update(**later, hours_zone="UTC")
    shown = page(sign_in(officer).get(reverse("mailing:letter_report", args=[missed.reference])))
    assert "Send the rest in its next hours" in shown
    assert "Waiting for its hours: goes on" in shown
