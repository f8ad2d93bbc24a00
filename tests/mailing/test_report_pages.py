"""The report offers what can be done about each letter: mend, try again, settle all, take the ledger away."""

from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from mailing import bell, lifecycle
from mailing.ledger_files import HEADER
from mailing.models import Delivery, Reply, Review
from tests.factories import ContactFactory
from tests.letters import letter_being_sent, queue
from tests.payloads import incoming

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_hears(monkeypatch):
    monkeypatch.setattr(bell, "ring", lambda mailing_id: True)


@pytest.fixture
def mailing(db):
    """Six letters: accepted, bounced, put off until we gave up, refused, two not known."""
    mailing = letter_being_sent(6)
    now = timezone.now()
    changes = [
        {"status": "sent", "sent_at": now},
        {"status": "sent", "sent_at": now, "bounced_at": now},
        {"status": "failed", "error_kind": "transient", "failed_at": now},
        {"status": "failed", "error_kind": "permanent", "error_code": "5.1.1", "failed_at": now},
        {"status": "uncertain", "error_kind": "outcome_unknown"},
        {"status": "uncertain", "error_kind": "outcome_unknown"},
    ]
    for row, change in zip(mailing.deliveries.order_by("pk"), changes, strict=True):
        Delivery.objects.filter(pk=row.pk).update(**change)
    return mailing


def page(response):
    return response.content.decode()


def url(name, mailing, query=""):
    return reverse(f"mailing:{name}", args=[mailing.reference]) + query


def test_what_can_be_mended_is_said_with_its_buttons(mailing, sign_in, officer, viewer):
    shown = page(sign_in(officer).get(url("letter_report", mailing)))
    assert "One letter came back." in shown
    assert "One letter was put off until we gave up." in shown
    assert "Try it again" in shown
    assert "?tab=bounced#who" in shown
    assert shown.count("Fix address<") == 2
    assert "Try again<" in shown
    assert "Try it again" not in page(sign_in(viewer).get(url("letter_report", mailing)))


def test_tabs_hold_what_they_count(mailing, sign_in, officer):
    client = sign_in(officer)
    shown = page(client.get(url("letter_report", mailing)))
    for words, tab, rows in (
        ("All 6", "all", 6),
        ("No reply 1", "no-reply", 1),
        ("Bounced 1", "bounced", 1),
        ("Problems 5", "problems", 5),
        ("Waiting 0", "waiting", 0),
    ):
        assert words in shown
        assert page(client.get(url("letter_report", mailing, f"?tab={tab}"))).count('<th scope="row">') == rows, tab


def test_a_holiday_note_stands_beside_the_letter_it_names(mailing, sign_in, officer):
    row = mailing.deliveries.get(status="sent", bounced_at=None)
    mail = incoming(b"Subject: Away\r\n\r\nI am away.")
    Reply.objects.create(mail=mail, delivery=row, mailing=mailing, is_auto=True, received_at=timezone.now())
    assert "out of office" in page(sign_in(officer).get(url("letter_report", mailing, "?tab=no-reply")))


def test_all_that_were_put_off_are_tried_again_by_one_button(mailing, sign_in, officer):
    answer = sign_in(officer).post(url("letter_retry", mailing), follow=True)
    assert "1 letter is tried again." in page(answer)
    assert mailing.deliveries.get(next_attempt_at__isnull=False).status == "queued"
    again = sign_in(officer).post(url("letter_retry", mailing), follow=True)
    assert "none failed for a passing reason" in page(again)


def test_one_letter_is_tried_again_by_its_own_button(mailing, sign_in, officer):
    row = mailing.deliveries.get(error_kind="permanent")
    client = sign_in(officer)
    retry = reverse("mailing:delivery_retry", args=[mailing.reference, row.public_id])
    assert "This letter is tried again." in page(client.post(retry, follow=True))
    assert "somebody has sent it again already" in page(client.post(retry, follow=True))
    assert client.get(retry).status_code == 405


@pytest.mark.parametrize(("decision", "status"), [("treat_as_sent", "sent"), ("resend", "queued")])
def test_all_letters_that_are_not_known_are_settled_as_they_were_seen(mailing, sign_in, officer, decision, status):
    client = sign_in(officer)
    unsure = list(mailing.deliveries.filter(status="uncertain").values_list("public_id", flat=True))
    shown = page(client.get(url("letter_report", mailing)))
    assert "Treat all 2 as arrived" in shown
    assert all(f'name="letter" value="{public_id}"' in shown for public_id in unsure)
    # One more becomes uncertain after the page was read: nobody decided about it.
    later = mailing.deliveries.get(error_kind="transient")
    Delivery.objects.filter(pk=later.pk).update(status="uncertain", error_kind="outcome_unknown", failed_at=None)
    form = {"letter": [*unsure, "nonsense"], "decision": decision}
    assert "2 letters are settled." in page(client.post(url("letter_settle", mailing), form, follow=True))
    assert set(mailing.deliveries.filter(public_id__in=unsure).values_list("status", flat=True)) == {status}
    later.refresh_from_db()
    assert later.status == "uncertain"
    assert "0 letters are settled." in page(client.post(url("letter_settle", mailing), form, follow=True))


def test_a_decision_nobody_knows_changes_nothing(mailing, sign_in, officer, viewer):
    unsure = list(mailing.deliveries.filter(status="uncertain").values_list("public_id", flat=True))
    form = {"letter": unsure, "decision": "guess"}
    assert "Choose to send it again" in page(sign_in(officer).post(url("letter_settle", mailing), form, follow=True))
    assert sign_in(viewer).post(url("letter_settle", mailing), form | {"decision": "resend"}).status_code == 403
    assert mailing.deliveries.filter(status="uncertain").count() == 2


def test_the_ledger_leaves_as_a_workbook_of_text_cells_without_formulas(mailing, sign_in, officer):
    mailing.deliveries.filter(status="sent").update(context={"name": "=cmd|' /C calc'!A0"})
    answer = sign_in(officer).get(url("letter_ledger_xlsx", mailing))
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert list(rows[0]) == HEADER
    assert len(rows) == 7
    assert "'=cmd|' /C calc'!A0" in [row[1] for row in rows]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    assert not {"opened", "clicked", "opened_at", "clicked_at"} & set(HEADER)


def test_a_secret_address_is_in_neither_file(mailing, sign_in, officer):
    row = mailing.deliveries.order_by("pk").first()
    type(row.contact).objects.filter(pk=row.contact_id).update(is_confidential=True)
    client = sign_in(officer)
    csv = b"".join(client.get(url("letter_ledger", mailing)).streaming_content).decode()
    assert row.email not in csv
    workbook = load_workbook(BytesIO(b"".join(client.get(url("letter_ledger_xlsx", mailing)).streaming_content)))
    assert row.email not in [cell for cells in workbook.active.iter_rows(values_only=True) for cell in cells]


def test_a_paused_letter_says_how_many_resuming_would_send(sign_in, officer):
    mailing = letter_being_sent(4, status="paused")
    assert "Resume the 4" in page(sign_in(officer).get(url("letter_report", mailing)))


def test_the_report_stays_within_its_queries_whatever_stands_on_it(mailing, sign_in, officer):
    type(mailing).objects.filter(pk=mailing.pk).update(status="finished", finished_at=timezone.now())
    client = sign_in(officer)
    counted = []
    for more in (0, 20):
        for row in mailing.deliveries.filter(status="uncertain")[:1]:
            for _number in range(more):
                queue(mailing, ContactFactory(), group="EPP", committees=["LIBE"])
            mailing.deliveries.filter(status="queued").update(
                status="uncertain", error_kind="outcome_unknown", error_detail=row.error_detail
            )
        client.get(url("letter_report", mailing))
        with CaptureQueriesContext(connection) as captured:
            client.get(url("letter_report", mailing))
        counted.append(len(captured))
    assert counted[0] == counted[1] <= 12, captured.captured_queries


def test_the_confirmation_says_what_happens_next(approved, sign_in, officer):
    lifecycle.schedule(approved, actor=officer)
    shown = page(sign_in(officer).get(url("letter_sent", approved)))
    assert "2 letters are scheduled" in shown
    assert "2 people" in shown
    assert "and a summary by e-mail" in shown
    assert "A list of everyone who has not answered" in shown
    approved.refresh_from_db()
    Review.objects.create(
        mailing=approved, version=approved.version, decision="approved", reader_label="Ilse", digest="0" * 64, parts={},
        people={"languages": [["en", "en", 1], ["ga", "en", 1]]},
    )  # fmt: skip
    assert "1 in their own language" in page(sign_in(officer).get(url("letter_sent", approved)))
