"""Lists for staff in a real browser: the page of the demo's list, its words and topics, and an import with proof."""

import pytest

from contacts.models import ContactList
from desk.demo.readers import ALL, make_readers
from tests.e2e.hands import Counting, Keyboard
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHEET = """E-mail;Name;Language;Agreed on;Proof
nora@paper.example;Nora Papierfeld;de;2026-03-01;Conference forms, folder 4
olaf@paper.example;Olaf Papierfeld;de;;Conference forms, folder 4
"""


@pytest.fixture
def letter(transactional_db, officer):
    return make_readers(officer)


def test_every_page_of_a_list_is_readable_by_everybody(visit, officer, letter):
    topic = letter.topics.first()
    with visit() as boris:
        boris.sign_in(officer, PASSWORD)
        for name, path in {
            "list": f"{letter.pk}/",
            "list-left": f"{letter.pk}/?status=unsubscribed",
            "list-edit": f"{letter.pk}/edit/",
            "list-words": f"{letter.pk}/words/fr/",
            "list-topic": f"{letter.pk}/topics/{topic.pk}/",
            "list-import": f"{letter.pk}/import/",
        }.items():
            boris.open(f"/desk/contacts/lists/{path}")
            boris.check_page(name)
            boris.keep_pictures(name)
        boris.check_no_complaints()


@pytest.mark.parametrize("hand", [Counting, Keyboard], ids=lambda hand: hand.name)
def test_people_with_proof_come_onto_a_list_and_go_again(visit, officer, letter, hand):
    with visit() as boris:
        page = boris.sign_in(officer, PASSWORD)
        boris.open(f"/desk/contacts/lists/{letter.pk}/")
        does = hand(page)
        does.press("link", "Import people with proof")
        does.write("Or paste cells with their header row", SHEET) if hand is Counting else paste(page, SHEET)
        does.press("button", "Upload")
        boris.check_page("columns of readers")
        does.press("button", "Check the rows")
        page.get_by_text("There is no day of consent").wait_for()
        boris.check_page("the check of readers")
        boris.keep_pictures("list-check")
        does.press("button", "Add 1 person")
        page.get_by_role("heading", name="They are on the list").wait_for()
        boris.check_page("readers that were added")
        assert letter.subscriptions.filter(status="active").count() == ALL - 1
        if hand is Counting:
            assert does.clicks == 4
        does.press("button", "Take this import back")
        page.get_by_text("The list stands as it did before the import.").wait_for()
        boris.check_page("an import of readers that was taken back")
        assert letter.subscriptions.filter(status="active").count() == ALL - 2
        boris.check_no_complaints()


def paste(page, text):
    """A keyboard pastes; it does not type three lines with tabs in them."""
    page.get_by_label("Or paste cells").evaluate("(one, text) => { one.value = text; one.focus(); }", text)


def test_a_list_is_opened_step_by_step_without_scripts(visit, officer):
    with visit(java_script_enabled=False) as boris:
        page = boris.sign_in(officer, PASSWORD)
        boris.open("/desk/contacts/lists/new/")
        does = Counting(page)
        does.write("Name", "Road letter")
        does.write("What people agree to", "Send me the road letter.")
        does.press("button", "Save list")
        page.get_by_text("Give the list an address").wait_for()
        does.choose("Language", "English")
        does.press("button", "Write it in this language")
        does.write("Name", "The road letter")
        does.press("button", "Save the words")
        does.press("link", "Change")
        does.write("address", "road")
        does.tick("open to the public")
        does.press("button", "Save list")
        page.get_by_text("Open to the public").first.wait_for()
        does.press("link", "New topic")
        does.write("Name in English", "Borders")
        does.press("button", "Save the topic")
        page.get_by_text("Borders").first.wait_for()
    found = ContactList.objects.get(slug="road")
    assert found.is_open
    assert found.topics.count() == 1
