"""The shell in a real Chromium: axe and the policy find nothing, nothing scrolls sideways, the keyboard reaches all."""

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from accounts.audit import record
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OPEN = ["/accounts/login/", "/accounts/password/reset/", "/accounts/signup/", "/invitation/x/", "/nothing/here/"]
OURS = [
    "/desk/",
    "/desk/styleguide/",
    "/desk/search/?q=unicorn",
    "/desk/settings/",
    "/desk/settings/team/",
    "/desk/settings/audit/",
    "/accounts/password/change/",
]


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


def test_axe_and_the_policy_find_nothing_on_any_page_of_the_shell(visit, administrator):
    record(administrator, "did something worth a sentence", label="TST-2026-001")
    with visit() as someone:
        for path in OPEN:
            someone.open(path)
            someone.check_page(path)
        someone.sign_in(administrator, PASSWORD)
        for path in OURS:
            someone.open(path)
            someone.check_page(path)
        someone.check_no_complaints()


def test_the_keyboard_skips_to_the_page_and_finds_the_search(visit, administrator):
    with visit() as someone:
        page = someone.sign_in(administrator, PASSWORD)
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        page.keyboard.press("Enter")
        page.wait_for_url("**/#main")
        page.keyboard.press("/")
        expect(page.locator("#search-box")).to_be_focused()
        page.keyboard.type("a/b")
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk/search/?q=a%2Fb")


def test_the_focus_goes_to_what_is_to_be_fixed(visit, administrator):
    with visit() as someone:
        page = someone.sign_in(administrator, PASSWORD)
        someone.open("/desk/settings/team/")
        page.get_by_role("button", name="Send the invitation").click()
        page.wait_for_url("**/invitations/")
        expect(page.locator(".error-summary")).to_be_focused()
        page.get_by_role("link", name="Name: This field is required.").click()
        expect(page.locator("#id_name")).to_be_focused()


def test_without_javascript_an_administrator_invites_and_signs_out(visit, administrator):
    with visit(java_script_enabled=False) as someone:
        page = someone.sign_in(administrator, PASSWORD)
        page.get_by_role("link", name="Settings", exact=True).click()
        page.get_by_role("link", name="Team").click()
        page.get_by_label("Name", exact=True).fill("Noor New")
        page.get_by_label("E-mail address").fill("noor@platform.example")
        page.get_by_role("button", name="Send the invitation").click()
        expect(page.get_by_role("status")).to_have_text("Noor New is invited. The link is on its way.")
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/accounts/login/")
