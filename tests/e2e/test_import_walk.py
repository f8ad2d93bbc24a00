"""Importing 700 people in a real browser: with a pointer in six clicks at most, without JavaScript, and through axe."""

import pytest

from contacts.correcting import correct
from contacts.models import Contact, ImportRun
from contacts.reference import load_reference
from tests.contacts.imports.builders import sheet
from tests.factories import PASSWORD, ContactFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST_CLICKS = 6


def press_list(number):
    """A sheet of invented journalists; nobody's headers are our field names."""
    return sheet(
        [
            {
                "Vorname": f"Given{n}",
                "Nachname": f"Family{n}",
                "Adresse e-mail": f"p{n}@press.example",
                "Land": ("Ireland", "Belgique", "Österreich")[n % 3],
                "Media": f"Paper {n % 9}",
                "Note": "free text",
            }
            for n in range(number)
        ]
    )


class Counted:
    """Presses buttons and links, and counts how often."""

    def __init__(self, page):
        self.page, self.clicks = page, 0

    def press(self, role, name):
        self.clicks += 1
        with self.page.expect_navigation():
            self.page.get_by_role(role, name=name).first.click()

    def give(self, name, data):
        self.clicks += 1  # The file chooser is a click too.
        file = {"name": name, "mimeType": "text/csv", "buffer": data}
        self.page.locator("input[type=file]").first.set_input_files(file)


@pytest.mark.parametrize("javascript", [True, False])
def test_seven_hundred_people_come_in_with_six_clicks_at_most(visit, officer, javascript):
    load_reference()
    with visit(java_script_enabled=javascript) as boris:
        boris.sign_in(officer, PASSWORD)
        hand = Counted(boris.open("/desk/contacts/imports/"))
        hand.press("link", "Import a file")
        hand.give("press.csv", press_list(700))
        hand.press("button", "Upload")
        hand.press("button", "Check the rows")
        hand.press("button", "Apply 700 changes")
        hand.page.get_by_role("heading", name="The import is applied").wait_for()
        assert hand.clicks <= MOST_CLICKS
        assert Contact.objects.filter(email__endswith="@press.example").count() == 700
        ana = Contact.objects.get(email="p1@press.example")
        assert (ana.name, ana.country) == ("Given1 Family1", "BE")
        hand.press("button", "Take this import back")
        hand.page.get_by_role("heading", name="The import was taken back").wait_for()
        assert not Contact.objects.filter(email__endswith="@press.example").exists()
        boris.check_no_complaints()


def test_axe_finds_nothing_on_the_pages_of_an_import(visit, officer, tmp_path):
    load_reference()
    ContactFactory(given_name="Given3", family_name="Family3", email="other@press.example")
    for n in range(30):
        ContactFactory(email=f"p{n}@press.example", given_name="Old", family_name=f"Family{n}", country="FR")
    correct(Contact.objects.get(email="p0@press.example"), {"given_name": "Ada"}, actor=officer)
    data = (
        press_list(90)
        .replace(b"Given40,Family40,p40@press", b"Given40,Family40,p40@press,")
        .replace(
            b"Given41,Family41,p41@press.example,\xc3\x96sterreich", b"Given41,Family41,p41@press.example,Oostereich"
        )
    )
    with visit() as boris:
        boris.sign_in(officer, PASSWORD)
        boris.open("/desk/contacts/imports/")
        boris.check_page("the empty list")
        hand = Counted(boris.open("/desk/contacts/imports/new/"))
        boris.check_page("upload")
        hand.give("press.csv", b"Name;E-mail\nZo\xeb;zoe@press.example\n")
        hand.press("button", "Upload")
        boris.check_page("encoding")
        boris.open("/desk/contacts/imports/new/")
        hand.give("press.csv", data)
        hand.press("button", "Upload")
        boris.check_page("columns")
        hand.press("button", "Check the rows")
        hand.page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
        boris.check_page("check")
        for width, scheme in ((1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")):
            hand.page.set_viewport_size({"width": width, "height": 1000})
            hand.page.emulate_media(color_scheme=scheme)
            hand.page.screenshot(path=tmp_path / f"check-{width}-{scheme}.png", full_page=width == 1440)
        hand.page.set_viewport_size({"width": 1440, "height": 1000})
        hand.page.get_by_role("button", name="Apply").first.click()
        hand.page.get_by_role("heading", name="The import is applied").wait_for()
        boris.check_page("done")
        hand.press("button", "Take this import back")
        boris.check_page("taken back")
        boris.open("/desk/contacts/imports/")
        boris.check_page("the list")
        boris.check_no_complaints()
    assert ImportRun.objects.filter(status="reverted").count() == 1
