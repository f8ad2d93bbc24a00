"""Pages and mails of an issue speak of an issue and of subscribers, never of a letter."""

import re

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from mailing import lifecycle, recounting
from mailing.models import Delivery, Mailing
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
