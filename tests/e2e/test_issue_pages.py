"""The pages of an issue on its way and after it left, in a real browser: in both schemes, without script."""

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.models import ContactList
from mailing import archive, lifecycle, recounting
from mailing.models import Mailing
from tests.e2e.letters import let_half_of_it_happen
from tests.factories import PASSWORD, SenderFactory
from tests.mailing.issues.readers import issue_of, make_due, subscribe

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Each page by its route and the state of the issue that it shows.
PAGES = [
    ("mailing:letter_audience", "draft"),
    ("mailing:letter_people", "draft"),
    ("mailing:letter_check", "draft"),
    ("mailing:letter_approve", "draft"),
    ("mailing:letter_approve", "waiting"),
    ("mailing:letter_review", "approved"),
    ("mailing:letter_send", "approved"),
    ("mailing:letter_sent", "scheduled"),
    ("mailing:letter_cancel", "scheduled"),
    ("mailing:letter_report", "sending"),
    ("mailing:letter_stop", "sending"),
    ("mailing:letter_report", "finished"),
    ("mailing:letter_figures", "finished"),
    ("newsletters:issue_correction", "finished"),
]


@pytest.fixture
def issues(transactional_db, officer, approver):
    """An issue in each state, for eight readers of one list."""
    monthly = ContactList.objects.create(name="Letter from the network", slug="network", is_open=True)
    for _number in range(8):
        subscribe(monthly)
    SenderFactory()
    found = {}
    for number, state in enumerate(["draft", "waiting", "approved", "scheduled", "sending", "finished"], start=1):
        mailing = issue_of(monthly, officer)
        Mailing.objects.filter(pk=mailing.pk).update(reference=f"LSI-N-2026-10{number}")
        mailing = Mailing.objects.get(pk=mailing.pk)
        if state != "draft":
            row = lifecycle.submit(mailing, actor=officer, approver=approver, note="Before the vote.")
        if state not in ("draft", "waiting"):
            row = lifecycle.approve(row, actor=approver, digest=row.review_digest)
        if state == "scheduled":
            lifecycle.schedule(row, actor=officer)
        found[state] = mailing
    for state in ("finished", "sending"):
        lifecycle.schedule(Mailing.objects.get(pk=found[state].pk), actor=officer)
        make_due(found[state])
        assert recounting.begin(found[state].pk)
        let_half_of_it_happen(Mailing.objects.get(pk=found[state].pk))
    found["finished"].deliveries.exclude(status="sent").update(
        status="sent", sent_at=timezone.now(), next_attempt_at=None, failed_at=None
    )
    assert lifecycle.finish_if_done(found["finished"].pk)
    archive.freeze_web(Mailing.objects.get(pk=found["finished"].pk))
    return {state: Mailing.objects.get(pk=mailing.pk) for state, mailing in found.items()}


def address_of(name, mailing):
    more = [mailing.reviews.latest("pk").pk] if name == "mailing:letter_review" else []
    return reverse(name, args=[mailing.reference, *more])


def test_every_page_of_an_issue_is_fit_for_everybody(visit, issues, approver):
    with visit(java_script_enabled=True) as someone:
        someone.sign_in(approver, PASSWORD)
        for name, state in PAGES:
            look(someone, address_of(name, issues[state]), f"{name.partition(':')[2]}-{state}")
        look(someone, reverse("newsletters:list_growth", args=[issues["draft"].contact_list_id]), "list-growth")


def look(someone, path, where):
    page = someone.open(path)
    assert page.url.removeprefix(someone.base_url).partition("?")[0] == path, f"{where} leads to {page.url}"
    assert page.get_by_role("heading", level=1).count() == 1, where
    someone.keep_pictures(where)
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    someone.check_page(where)
    someone.check_no_complaints()


def test_every_page_of_an_issue_stands_without_script(visit, issues, approver):
    with visit(java_script_enabled=False) as someone:
        page = someone.sign_in(approver, PASSWORD)
        for name, state in PAGES:
            path = address_of(name, issues[state])
            someone.open(path)
            assert page.url == someone.base_url + path, f"{name} leads to {page.url}"
            assert page.get_by_role("heading", level=1).is_visible(), name
            someone.check_fits(name)
        someone.check_no_complaints()


def test_an_issue_is_taken_out_of_the_archive_and_put_back_without_script(visit, issues, approver):
    with visit(java_script_enabled=False) as someone:
        page = someone.sign_in(approver, PASSWORD)
        someone.open(address_of("newsletters:issue_correction", issues["finished"]))
        form = page.locator('form[action$="/withdrawal/"]')
        form.get_by_role("textbox").fill("A figure was wrong.")
        form.get_by_role("button").click()
        page.get_by_text("It is out of the archive. Its page says why.").wait_for()
        someone.check_fits("an issue that was taken out")
        page.get_by_role("button", name="Put it back").click()
        page.get_by_text("It stands in the archive again.").wait_for()
        someone.check_no_complaints()
