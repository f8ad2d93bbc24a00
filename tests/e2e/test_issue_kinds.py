"""The kinds of messages of an issue in a real browser: seen by the approver, chosen by topics, and tried out."""

import pytest
from django.urls import reverse

from contacts.models import ContactList, Topic, TopicText
from mailing import issue_kinds, lifecycle
from mailing.models import Mailing
from tests.factories import PASSWORD, SenderFactory
from tests.mailing.issues.readers import issue_of, subscribe
from transport.models import SystemMail

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAMES = ["Law in Brussels", "Work and wages", "Houses and clinics"]


@pytest.fixture
def told(transactional_db, officer, approver):
    """An issue with three topics that waits, and readers in two languages of every choice of them."""
    monthly = ContactList.objects.create(name="Letter from the network", slug="network", is_open=True)
    topics = []
    for position, name in enumerate(NAMES):
        topics.append(Topic.objects.create(contact_list=monthly, slug=f"t{position}", position=position))
        TopicText.objects.create(topic=topics[-1], language="en", name=name)
    for choice in range(8):
        chosen = [topic for number, topic in enumerate(topics) if choice >> number & 1]
        for language in ("en", "fr"):
            subscribe(monthly, topics=chosen, language=language)
    subscribe(monthly)
    SenderFactory()
    mailing = issue_of(monthly, officer, topics=topics)
    return lifecycle.submit(mailing, actor=officer, approver=approver)


def address(name, mailing):
    return reverse(f"mailing:{name}", args=[mailing.reference])


def test_the_approver_reads_kinds_and_finds_the_others_by_topics(visit, told, approver):
    with visit(java_script_enabled=True) as someone:
        someone.sign_in(approver, PASSWORD)
        page = someone.open(address("letter_approve", told))
        assert page.locator(".previews iframe").count() == issue_kinds.SHOWN
        first = page.frame_locator(".previews iframe").first
        first.get_by_text("Block 1").first.wait_for()
        assert first.get_by_text("Block 2").count() == 0
        someone.keep_pictures("kinds-approve")
        someone.check_page("the approve page with many kinds")
        page = someone.open(address("letter_check", told))
        someone.keep_pictures("kinds-check")
        someone.check_page("the check page with many kinds")
        someone.check_no_complaints()


def test_a_kind_that_is_not_shown_is_found_without_script(visit, told, approver):
    with visit(java_script_enabled=False) as someone:
        someone.sign_in(approver, PASSWORD)
        page = someone.open(address("letter_approve", told))
        page.get_by_text("4 more kinds are not shown (4 readers).").wait_for()
        page.get_by_label("Language", exact=True).select_option("fr")
        page.get_by_label(NAMES[0]).uncheck()
        page.get_by_role("button", name="Show").click()
        page.get_by_role("heading", name="As a reader of French gets it").wait_for()
        assert [page.get_by_label(name).is_checked() for name in NAMES] == [False, True, True]
        message = page.frame_locator("iframe.mail-frame")
        message.get_by_text("Block 3").first.wait_for()
        assert message.get_by_text("Block 2").count() == 0
        someone.keep_pictures("kinds-preview")
        someone.check_fits("the preview of a kind")
        someone.check_no_complaints()


def test_a_test_with_the_topics_that_are_ticked_without_script(visit, told, approver, officer):
    with visit(java_script_enabled=False) as someone:
        someone.sign_in(officer, PASSWORD)
        page = someone.open(address("letter_check", told))
        form = page.locator("#test")
        for name in NAMES[1:]:
            form.get_by_label(name).uncheck()
        form.get_by_role("button", name="Send me the test").click()
        page.get_by_text("The test is on its way to").wait_for()
    mail = SystemMail.objects.get(purpose="plain")
    assert [n for n in (1, 2, 3, 4) if f"BLOCK {n}" in mail.context["text"]] == [1, 2]
    assert Mailing.objects.get(pk=told.pk).status == "in_review"
