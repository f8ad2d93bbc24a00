"""A passage for one country is written, put into the text as a chip, and read by its readers alone; in a browser."""

import pytest

from mailing import alternatives
from mailing.models import Mailing, MailingContent, Passage
from tests.e2e.hands import EDITOR, Pointer
from tests.factories import PASSWORD
from tests.mailing.conftest import letter, member, salutations  # noqa: F401 - fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_passage_is_written_placed_and_counted(visit, letter, member, officer):  # noqa: F811 - fixtures
    member(country="AT", language="en")
    member(country="IE")
    with visit() as window:
        window.sign_in(officer, PASSWORD)
        window.open(f"/desk/letters/{letter.reference}/write/")
        hand, page = Pointer(window.page), window.page
        hand.press("link", "Write a new passage")
        page.locator(EDITOR).wait_for()
        hand.write_in_editor("We would be glad to meet you in Vienna.")
        page.locator("#id_country").select_option(label="Austria")
        hand.press("button", "Save the passage")
        page.get_by_text("1 person reads this.").wait_for()
        hand.press("link", "Back to the text")
        # The program put the place before the closing: a chip in the editor. The card beside it inserts another.
        page.locator(f"{EDITOR} .mention", has_text="Passage 1").wait_for()
        page.get_by_role("button", name="Insert passage 1").click()
        page.locator(f"{EDITOR} .mention", has_text="Passage 1").nth(1).wait_for()
        page.keyboard.press("Control+Z")
        hand.press("button", "Save")
        window.check_no_complaints()
    assert Passage.objects.get().country == "AT"
    assert MailingContent.objects.get().body.count("{{ passage_1 }}") == 1
    reading = alternatives.reading_of(Mailing.objects.get())
    assert (reading.count(1, Passage.objects.get().pk), reading.count(1, 0)) == (1, 1)
