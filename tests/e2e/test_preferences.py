"""A reader's settings in a real browser: axe, both widths and schemes, by keyboard, without scripts, in French."""

import pytest

from contacts.models import Contact, LegalBasis, Subscription
from contacts.preferences import token_for
from tests.contacts.preferences.conftest import reader_of
from tests.contacts.signing_up.conftest import letter, topics  # noqa: F401 - fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def path(letter, topics):  # noqa: F811
    return f"/p/{token_for(reader_of(letter, email='nadia@readers.example'))}/"


def test_axe_finds_nothing_and_nothing_scrolls_sideways(visit, path, letter):  # noqa: F811
    office = token_for(reader_of(letter, legal_basis=LegalBasis.LEGITIMATE_INTEREST))
    pages = {
        "preferences": path,
        "preferences-known": f"/p/{office}/",
        "preferences-unknown": "/p/cut-short/",
        "preferences-leave": f"{path}leave/",
        "preferences-erase": f"{path}erase/",
        "preferences-link": "/en/preferences/",
        "preferences-sent": "/en/preferences/sent/",
    }
    with visit() as nadia:
        for name, address in pages.items():
            nadia.open(address)
            nadia.keep_pictures(name)
            nadia.check_page(name)
        assert nadia.page.context.cookies() == []


def test_everything_can_be_done_without_a_script(visit, path):
    with visit(java_script_enabled=False) as nadia:
        page = nadia.open(path)
        page.get_by_label("New statements").check()
        page.get_by_label("Language").select_option("fr")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("C’est enregistré.").wait_for()
        assert Subscription.objects.get().topics.count() == 1
        page.get_by_role("button", name="Faire une pause").click()
        page.get_by_text("En pause jusqu’au").wait_for()
        page.get_by_role("button", name="Reprendre").click()
        page.get_by_text("La pause est terminée.").wait_for()
        page.get_by_role("link", name="Se désabonner").click()
        page.get_by_role("button", name="Se désabonner").click()
        with page.expect_navigation():
            page.get_by_role("button", name="Annuler").click()
        assert Subscription.objects.get().status == "active"
        nadia.open(f"{path}erase/")
        page.get_by_role("button", name="Effacer mes données").click()
        page.get_by_role("heading", name="C’est fait. Vos données sont effacées.").wait_for()
        assert not Contact.objects.filter(erased_at=None, email="nadia@readers.example").exists()


def test_it_can_be_done_by_keyboard(visit, path):
    with visit() as nadia:
        page = nadia.open(path)
        page.get_by_label("The six points").focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name="Save").focus()
        page.keyboard.press("Enter")
        page.get_by_text("Saved.").wait_for()
        assert Subscription.objects.get().topics.count() == 1
        nadia.check_no_complaints()
