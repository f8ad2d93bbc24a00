"""The report in a real browser: figures, a fixed address, letters that are tried again, doubts that are settled."""

import pytest
from django.urls import reverse
from django.utils import timezone

from mailing.dispatch import sending
from mailing.dispatch.claiming import has_work
from mailing.dispatch.store import make_chunks
from mailing.models import Delivery, Mailing
from tests.factories import PASSWORD, ContactFactory, MailingContentFactory
from tests.letters import letter_being_sent, queue
from tests.mailing.transports import FakeTransport
from transport.errors import OutcomeUnknown, PermanentError, Phase

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PLACES = [("EPP", "FR", ["LIBE"], "fr"), ("SD", "PL", ["FEMM"], "en"), ("RENEW", "IE", ["FEMM", "LIBE"], "en")]
PLACES += [("GREENS_EFA", "DE", ["LIBE"], "en"), ("EPP", "RO", ["LIBE"], "en"), ("SD", "NL", ["FEMM"], "en")]


def send(mailing, transport):
    """As many turns as it takes: one has few seconds, which a slow machine may spend on two letters."""
    while has_work(mailing.pk):
        sending.run(mailing.pk, open_with=transport)


@pytest.fixture
def mailing(transactional_db, settings):
    """Twelve letters after a first turn: most accepted, one bounced, one refused, two not known; the rest is paused."""
    settings.LEASE_SECONDS = 30
    mailing = letter_being_sent(0)
    MailingContentFactory(mailing=mailing, language="fr", subject="Indemnisation")
    for group, country, committees, language in PLACES * 2:
        queue(mailing, ContactFactory(), language, group=group, country=country, committees=committees)
    Mailing.objects.filter(pk=mailing.pk).update(matched=12, recipients=12)
    rows = list(mailing.deliveries.order_by("pk"))
    answers = {
        rows[2].email: PermanentError("No such user here.", code="550", enhanced="5.1.1", phase=Phase.RCPT),
        rows[3].email: OutcomeUnknown("The connection was lost before the mail server answered.", phase=Phase.DOT),
        rows[4].email: OutcomeUnknown("The connection was lost before the mail server answered.", phase=Phase.DOT),
    }
    make_chunks(mailing.pk)
    send(mailing, FakeTransport(answers.get))
    now = timezone.now()
    Delivery.objects.filter(pk=rows[0].pk).update(bounced_at=now)
    Delivery.objects.filter(pk=rows[1].pk).update(replied_at=now)
    last = {"status": "failed", "error_kind": "transient", "sent_at": None, "failed_at": now, "error_code": "4.2.2"}
    Delivery.objects.filter(pk=rows[11].pk).update(**last)
    mailing.refresh_from_db()
    return mailing


def test_what_went_wrong_is_mended_on_the_report(visit, mailing, officer):
    report = reverse("mailing:letter_report", args=[mailing.reference])
    bounced = mailing.deliveries.get(bounced_at__isnull=False)
    with visit() as someone:
        someone.sign_in(officer, PASSWORD)
        page = someone.open(report)
        page.get_by_role("heading", name="2 letters may or may not have arrived").wait_for()
        someone.keep_pictures("report")
        someone.check_page("report")
        page.get_by_role("link", name="Committee").click()
        page.get_by_text("Who sits on two committees counts in both.").wait_for()
        with page.expect_navigation():
            page.get_by_role("link", name="All figures").click()
        someone.keep_pictures("figures")
        someone.check_page("figures")
        page = someone.open(report)
        page.get_by_role("link", name="Fix addresses").click()
        row = page.get_by_role("row", name=bounced.context["name"])
        with page.expect_navigation():
            row.get_by_role("link", name="Fix address").click()
        someone.keep_pictures("address")
        someone.check_page("address")
        page.get_by_label("E-mail address").fill("new.address@parliament.example")
        page.get_by_role("button", name="Correct it and send this letter again").click()
        page.get_by_text("The address is corrected and this letter leaves again.").wait_for()
        page = someone.open(report)
        page.get_by_role("button", name="Try it again").click()
        page.get_by_text("1 letter is tried again.").wait_for()
        page.get_by_role("button", name="Treat all 2 as arrived").click()
        page.get_by_text("2 letters are settled.").wait_for()
        someone.check_no_complaints()
    transport = FakeTransport()
    send(mailing, transport)
    assert len(transport.taken) == 2
    assert "new.address@parliament.example" in transport.recipients


def test_the_exact_message_is_shown_in_its_frame(visit, mailing, officer):
    row = mailing.deliveries.filter(status="sent", replied_at__isnull=True, bounced_at__isnull=True).first()
    with visit() as someone:
        someone.sign_in(officer, PASSWORD)
        page = someone.open(reverse("mailing:delivery_letter", args=[mailing.reference, row.public_id]))
        page.get_by_text("Bit by bit the same").wait_for()
        page.frame_locator("iframe").get_by_text(row.context["salutation"]).wait_for()
        someone.keep_pictures("delivery")
        someone.check_page("delivery")
        someone.check_no_complaints()


def test_everything_on_the_report_works_without_javascript(visit, mailing, officer):
    with visit(java_script_enabled=False) as someone:
        someone.sign_in(officer, PASSWORD)
        page = someone.open(reverse("mailing:letter_report", args=[mailing.reference]))
        page.get_by_role("button", name="Try it again").click()
        page.get_by_text("1 letter is tried again.").wait_for()
        page.get_by_role("link", name="No reply").click()
        page.get_by_role("link", name="Country").click()
        page.get_by_text("France").first.wait_for()
        page.get_by_role("button", name="Send all 2 again").click()
        page.get_by_text("2 letters are settled.").wait_for()
