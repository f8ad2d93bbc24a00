"""Choosing hours and a pace, and the pages that wait, are slowed down or ask, in a real browser."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from mailing import lifecycle
from mailing.models import Mailing, Sender, Throttle
from tests.factories import PASSWORD
from tests.mailing.conftest import approved, letter, member, salutations, start, waiting  # noqa: F401 - fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def look(someone, name):
    """axe, the width, and a picture where DEMARCHE_PICTURES names a folder."""
    someone.check_page(name)
    if folder := os.environ.get("DEMARCHE_PICTURES"):
        for width, scheme in ((1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")):
            someone.page.set_viewport_size({"width": width, "height": 1000})
            someone.page.emulate_media(color_scheme=scheme)
            someone.page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png", full_page=True)
        someone.page.set_viewport_size({"width": 1440, "height": 1000})
        someone.page.emulate_media(color_scheme="light")


def send_page(someone, mailing):
    return someone.open(reverse("mailing:letter_send", args=[mailing.reference]))


def test_a_letter_is_given_hours_and_a_pace(visit, approved, officer):  # noqa: F811
    Sender.objects.update(pace_per_minute=60)
    with visit() as someone:
        someone.sign_in(officer, PASSWORD)
        page = send_page(someone, approved)
        # The fields of a way stand with it, and the button says what it does.
        expect(page.get_by_label("Until")).to_be_hidden()
        expect(page.get_by_role("button", name="Send 2 letters")).to_be_visible()
        page.get_by_label("In hours of the day, over some days").check()
        expect(page.get_by_label("Until")).to_be_visible()
        look(someone, "send-window")
        page.get_by_label("Until").fill("09:00")
        page.get_by_role("button", name="Schedule 2 letters").click()
        page.get_by_text("One thing to fix").wait_for()
        look(someone, "send-window-error")
        page.get_by_label("Until").fill("11:30")
        page.get_by_role("button", name="Schedule 2 letters").click()
        page.get_by_text("2 letters are scheduled").wait_for()
        look(someone, "sent-window")
        someone.check_no_complaints()
    row = Mailing.objects.get(pk=approved.pk)
    assert (row.status, row.pace_per_minute, row.weekdays) == ("scheduled", 6, "12345")


def test_hours_are_chosen_without_javascript(visit, approved, officer):  # noqa: F811
    with visit(java_script_enabled=False) as someone:
        someone.sign_in(officer, PASSWORD)
        page = send_page(someone, approved)
        page.get_by_label("In hours of the day, over some days").check()
        page.get_by_role("button", name="Schedule 2 letters").click()
        page.get_by_text("On weekdays from 09:00 to 11:30 (Brussels).").wait_for()


def test_a_letter_that_waits_or_is_slow_or_asks_says_so(visit, approved, start, officer):  # noqa: F811
    start(approved)
    report = reverse("mailing:letter_report", args=[approved.reference])
    now = timezone.now()
    begins = {"hours_from": (now + timedelta(hours=2)).time(), "hours_to": (now + timedelta(hours=3)).time()}
    Mailing.objects.filter(pk=approved.pk).update(**begins, hours_zone="UTC", pace_per_minute=6)
    with visit() as someone:
        someone.sign_in(officer, PASSWORD)
        page = someone.open(report)
        page.get_by_text("Waiting for its hours: goes on").wait_for()
        look(someone, "report-waits")

        Mailing.objects.filter(pk=approved.pk).update(hours_from=None, hours_to=None)
        row = approved.deliveries.first()
        approved.deliveries.filter(pk=row.pk).update(next_attempt_at=now + timedelta(seconds=90))
        domain = row.email_key.rpartition("@")[2]
        until = now + timedelta(minutes=8)
        Throttle.objects.create(key=f"domain:{domain}", slowed_per_minute=30, slowed_until=until)
        page.get_by_text(f"{domain} asked us to slow down: at most 30 a minute").wait_for()
        look(someone, "report-slow")

        Mailing.objects.filter(pk=approved.pk).update(latest_at=now - timedelta(minutes=1))
        lifecycle.start_due()
        page.get_by_role("button", name="Send the rest now").wait_for()
        look(someone, "report-missed")
        # The choice came with the poll; it works without reading the page again.
        page.get_by_role("button", name="Send the rest now").click()
        page.get_by_text("It goes on where it stopped.").wait_for()
        someone.check_no_complaints()


def test_a_sender_has_a_pace_and_a_domain_for_returned_mail(visit, administrator, approved):  # noqa: F811
    with visit() as someone:
        someone.sign_in(administrator, PASSWORD)
        page = someone.open(reverse("mailing:sender_edit", args=[approved.sender_id]))
        page.get_by_label("Pace").fill("30")
        page.get_by_label("Domain for returned mail").fill("http://bounces.example")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("is no host name").first.wait_for()
        look(someone, "sender-error")
        page.get_by_label("Domain for returned mail").fill("bounces.example")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Saved.").wait_for()
        someone.check_no_complaints()
    assert Sender.objects.get().bounce_domain == "bounces.example"
