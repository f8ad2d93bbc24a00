"""Pages and mails of an issue speak of an issue and of subscribers, never of a letter."""

import re

import pytest
import time_machine
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.models import AuditEvent
from mailing import lifecycle, recounting, settling
from mailing.lifecycle import Moved
from mailing.models import Delivery, Mailing
from tests.mailing.test_pace_pages import TUESDAY, WINDOW
from transport.models import SystemMail
from transport.wording import word

pytestmark = pytest.mark.django_db

STEPS = ["letter_audience", "letter_people", "letter_check", "letter_approve"]


def said(page):
    """What a page says in its own part: no script, no navigation, and the list has "letter" in its own name."""
    text = page.content.decode()
    main = text[text.index("<main") :].replace("</main>", "")
    shown = strip_tags(re.sub(r"(?s)<(script|style).*?</\1>", " ", main))
    labels = " ".join(re.findall(r'(?:aria-label|title|alt|placeholder)="([^"]*)"', main))
    return " ".join(f"{shown} {labels}".split()).replace("Letter from the network", "")


def assert_speaks_of_an_issue(page, *words):
    assert page.status_code == 200, page
    text = said(page)
    assert re.findall(r"(?i).{60}\bletters?\b.{30}", text) == []
    for expected in words:
        assert expected in text


def end(mailing):
    """Every message was accepted."""
    Delivery.objects.filter(mailing=mailing).update(status="sent", sent_at=mailing.created_at)
    mailing.chunks.update(state="done")
    assert lifecycle.finish_if_done(mailing.pk)


@pytest.fixture
def look(sign_in):
    def at(user, name, mailing, **query):
        return sign_in(user).get(reverse(f"mailing:{name}", args=[mailing.reference]), query)

    return at


@pytest.mark.parametrize("name", STEPS)
def test_the_steps_of_a_draft(look, reviewed, readers, officer, name):
    readers(3)
    assert_speaks_of_an_issue(look(officer, name, reviewed))


def test_the_audience_of_an_issue(look, reviewed, readers, officer, monthly):
    readers(2, topics=list(monthly.topics.all()))
    readers(1, language="fr")
    page = look(officer, "letter_audience", reviewed)
    assert_speaks_of_an_issue(page, "3 subscribers will get this issue", "Law in Brussels", "By language")
    assert "committee" not in said(page).lower()


def test_reading_before_the_approval(look, reviewed, readers, officer, approver):
    readers(3)
    lifecycle.submit(reviewed, actor=officer, approver=approver)
    assert_speaks_of_an_issue(look(approver, "letter_approve", reviewed), "Approve it for 3 subscribers")


def test_sending_it(look, approved_issue, officer):
    assert_speaks_of_an_issue(look(officer, "letter_send", approved_issue), "Send to 10 subscribers")


def test_being_asked_about_its_number(look, due, readers, officer):
    readers(5)
    recounting.begin(due.pk)
    page = look(officer, "letter_send", due)
    assert_speaks_of_an_issue(page, "10 readers when it was approved, 15 now.", "Send to 15 subscribers")
    assert "Back to draft" in said(page)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"hours_from": ""}, "Choose the time from which it leaves."),
        ({"hours_to": ""}, "Choose the time until which it leaves."),
        ({"latest_day": "2026-11-24", "latest_time": "20:00"}, "The issue leaves on Wednesday 25 November, 09:00."),
        ({"latest_day": "2026-11-26", "latest_time": "11:30"}, "the last reader gets it about Friday 27 November, 09:"),
    ],
)
def test_a_time_that_cannot_be(sign_in, approved_issue, officer, fields, sentence):
    Mailing.objects.filter(pk=approved_issue.pk).update(recipients=2000)
    client = sign_in(officer)
    with time_machine.travel(TUESDAY, tick=False):
        client.force_login(officer)
        page = client.post(reverse("mailing:letter_send", args=[approved_issue.reference]), {**WINDOW, **fields})
    assert page.status_code == 422
    assert sentence in said(page)
    assert re.findall(r"(?i).{60}\bletters?\b.{30}", said(page)) == []


def test_what_was_read(sign_in, approved_issue, officer):
    review = approved_issue.reviews.get()
    page = sign_in(officer).get(reverse("mailing:letter_review", args=[approved_issue.reference, review.pk]))
    assert_speaks_of_an_issue(page, "10 matched, 0 left out, 10 readers.")


def test_what_changed_since_it_was_read(look, reviewed, readers, officer, approver, monthly):
    readers(3)
    lifecycle.submit(reviewed, actor=officer, approver=approver)
    lifecycle.ask_changes(reviewed, actor=approver, note="Shorter, please.")
    type(monthly).objects.update(counts_clicks=True)
    reviewed.blocks.filter(position=3).update(topic=None)
    reviewed.contents.update(preheader="What we wrote this month")
    lifecycle.submit(Mailing.objects.get(pk=reviewed.pk), actor=officer, approver=approver)
    told = ["Whether clicks are counted changed.", "The blocks, their order or their topics changed."]
    page = look(approver, "letter_approve", reviewed)
    assert_speaks_of_an_issue(page, *told, "A preheader changed.", "counts clicks per link, without people")


def test_a_domain_that_was_not_checked_yet(look, reviewed, readers, officer, settings):
    settings.CHECK_DOMAINS = True
    readers(1)
    assert_speaks_of_an_issue(look(officer, "letter_check", reviewed), "tell mail servers that an issue is ours")


def test_settling_what_is_not_known(due, officer):
    recounting.begin(due.pk)
    end(due)
    row = due.deliveries.first()
    Delivery.objects.filter(pk=row.pk).update(status="uncertain", sent_at=None, error_kind="outcome_unknown")
    lifecycle.settle(row, actor=officer, decision="resend")
    with pytest.raises(Moved, match="Somebody has settled this message already"):
        lifecycle.settle(row, actor=officer, decision="resend")
    assert due.transitions.last().note == "One message is sent again."
    assert AuditEvent.objects.filter(sentence__contains="had one message of LSI-N-2026-001 sent again").exists()
    due.deliveries.update(next_attempt_at=None)
    end(due)
    settling.reopen(due.pk)
    assert due.transitions.last().note == "One message had not left after all."


def test_a_test_of_one_of_a_single_text_that_nobody_gets(sign_in, officer, reviewed):
    reviewed.blocks.all().delete()
    data = {"to": "boris@platform.example"}
    page = sign_in(officer).post(reverse("mailing:letter_test", args=[reviewed.reference]), data, follow=True)
    assert_speaks_of_an_issue(page, "Nobody gets this issue yet.")


def test_waiting_for_the_start(look, due, officer):
    assert_speaks_of_an_issue(look(officer, "letter_sent", due))


@pytest.mark.parametrize("name", ["letter_report", "letter_stop", "letter_people"])
def test_while_it_is_sent(look, due, officer, name):
    recounting.begin(due.pk)
    assert_speaks_of_an_issue(look(officer, name, due))


def test_giving_it_up(look, approved_issue, officer):
    assert_speaks_of_an_issue(look(officer, "letter_cancel", approved_issue))


def test_the_report_of_one_that_ended_has_neither_answers_nor_papers(look, due, officer):
    recounting.begin(due.pk)
    end(due)
    assert Mailing.objects.get(pk=due.pk).status == "finished"
    page = look(officer, "letter_report", due)
    assert_speaks_of_an_issue(page)
    assert "Replied" not in said(page)
    assert "PDF" not in said(page)


def test_every_mail_about_it(due, readers, officer, approver, administrator):
    readers(5)
    recounting.begin(due.pk)
    row = Mailing.objects.get(pk=due.pk)
    lifecycle.withdraw(row, actor=officer)
    row = Mailing.objects.get(pk=due.pk)
    lifecycle.submit(row, actor=officer, approver=approver)
    lifecycle.ask_changes(row, actor=approver, note="Shorter, please.")
    row = lifecycle.submit(Mailing.objects.get(pk=due.pk), actor=officer, approver=approver)
    lifecycle.approve(row, actor=approver, digest=row.review_digest)
    lifecycle.schedule(row, actor=officer)
    Mailing.objects.filter(pk=row.pk).update(scheduled_at=row.created_at)
    assert recounting.begin(row.pk)
    lifecycle.pause(row, note="The server refused us.")
    end(row)
    mails = SystemMail.objects.all()
    expected = {"approval-asked", "approved", "changes-asked", "sending-done", "sending-stopped", "start-asked"}
    assert set(mails.values_list("purpose", flat=True)) == expected
    for mail in mails:
        made = word(mail.purpose, "en", mail.context)
        told = f"{made.subject} {made.text} {strip_tags(re.sub(r'(?s)<style.*?</style>', '', made.html))}"
        told = told.replace("/desk/letters/", "/")
        assert re.findall(r"(?i).{40}\bletters?\b.{20}", " ".join(told.split())) == [], mail.purpose
