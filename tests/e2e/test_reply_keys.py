"""The keys of the reply desk in a real browser: they press what is on the page, and can be switched off."""

import pytest
from django.urls import reverse

from mailing.handling import handle_waiting
from mailing.models import Reply
from tests.factories import PASSWORD
from tests.payloads import incoming

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def shown(page, told, where="body"):
    """What a key led to is there, with its script: a key that comes earlier is nobody's."""
    page.locator(where, has_text=told).wait_for()
    page.wait_for_load_state()


def sorts():
    return list(Reply.objects.order_by("pk").values_list("sort", flat=True))


def test_one_key_sorts_an_answer_another_takes_it_back_and_all_can_be_switched_off(visit, officer):
    for number in range(3):
        incoming(f"From: <writer{number}@elsewhere.example>\r\nSubject: {number}\r\n\r\nNumber {number}.\r\n".encode())
    handle_waiting()
    with visit() as someone:
        someone.sign_in(officer, PASSWORD)
        page = someone.open(reverse("replies:list"))
        page.get_by_text("Number 2.").last.wait_for()
        page.keyboard.press("1")
        shown(page, "Sorted as “Supports”.")
        assert sorts() == ["", "", "supports"]
        page.keyboard.press("z")
        shown(page, "It is to be sorted again.")
        assert sorts() == ["", "", ""]
        page.keyboard.press("j")
        shown(page, "Number 1.", ".mail")
        page.keyboard.press("k")
        shown(page, "Number 2.", ".mail")
        page.get_by_role("button", name="Switch keys off").click()
        page.keyboard.press("2")
        page.get_by_role("button", name="Switch keys on").wait_for()
        assert sorts() == ["", "", ""]
        page.get_by_label("Find another letter").press("2")
        assert sorts() == ["", "", ""]
        someone.check_no_complaints()
