"""A walk through the progress page while a worker is killed: it says in plain words what happens, and always sums."""

import contextlib
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Error

from mailing import bell
from mailing.models import DeliveryChunk, Mailing
from tests.factories import PASSWORD
from tests.letters import letter_being_sent

pytestmark = [pytest.mark.browser, pytest.mark.faults, pytest.mark.django_db(transaction=True)]
PEOPLE = 60
COUNTS = "[...document.querySelectorAll('#progress .legend li b')].map(one => Number(one.textContent))"


def look(someone, name):
    """axe and the width; a picture where DEMARCHE_PICTURES names a folder."""
    someone.check_page(name)
    if folder := os.environ.get("DEMARCHE_PICTURES"):
        someone.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_the_page_tells_of_a_killed_worker_and_the_counts_always_sum(
    visit, officer, start_worker, start_beat, catcher, watch
):
    catcher.delay = 0.25
    mailing = letter_being_sent(PEOPLE, chunk=20)
    worker = start_worker()
    seen = watch(mailing, worker)
    sums = set()

    def watching(is_so):
        def both(ledger):
            with contextlib.suppress(Error):  # at its end the page reads itself again
                sums.add(sum(page.evaluate(COUNTS)))
            return is_so(ledger)

        return both

    with visit() as someone:
        someone.sign_in(officer, PASSWORD)
        page = someone.open(reverse("mailing:letter_report", args=[mailing.reference]))
        bell.ring(mailing.pk)
        seen.until(watching(lambda ledger: ledger["sent"] >= 8))
        worker.kill()
        # As after a minute in which nobody came: the page says so, and that nobody has to do anything.
        assert DeliveryChunk.objects.exclude(owner="").exists()
        Mailing.objects.filter(pk=mailing.pk).update(last_activity_at=timezone.now() - timedelta(seconds=90))
        page.get_by_text("Nothing has moved for a minute:").wait_for()
        page.get_by_text("Nobody was missed or written to twice; another worker goes on").wait_for()
        look(someone, "report-silent")

        catcher.delay = 0.02
        start_worker()
        start_beat()
        ledger = seen.until(watching(lambda ledger: seen.status() == "finished"), 60)
        page.get_by_text("Finished").first.wait_for()
        # The whole page is that of the end, not its progress alone.
        page.get_by_text("Waiting 0").wait_for()
        assert page.get_by_role("link", name="Stop the rest").count() == 0
        assert ledger["sent"] + ledger["uncertain"] == PEOPLE
        sums.add(sum(page.evaluate(COUNTS)))
        if ledger["uncertain"]:
            page.get_by_text("not known").first.wait_for()
        look(someone, "report-after-the-kill")
        someone.check_no_complaints()

    assert sums == {PEOPLE}
    assert ledger["uncertain"] <= 1
    seen.assert_the_ledger_tells_the_truth()
