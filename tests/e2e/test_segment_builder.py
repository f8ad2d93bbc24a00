"""The builder of segments in a real browser: with the keyboard alone, without JavaScript, readable by everybody."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from contacts.models import Organisation, OrganisationMembership, Segment
from contacts.reference import load_reference
from mailing.models import Delivery, Mailing
from tests.contacts.conftest import Parliament
from tests.e2e.hands import Keyboard, type_option
from tests.factories import PASSWORD, MailingFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEW = "/desk/contacts/segments/new/"


@pytest.fixture
def people(transactional_db):
    """Members of two committees; one wrote-to, one substitute, one from a country without a member organisation."""
    load_reference()
    OrganisationMembership.objects.all().delete()
    house = Organisation.objects.create(name="Harbour House", country="IE")
    OrganisationMembership.objects.create(organisation=house, kind="member")
    parliament = Parliament()
    parliament.mep("Brennan", country="IE", group="SD", seats=[("LIBE", "member")])
    parliament.mep("Casey", country="IE", group="EPP", seats=[("FEMM", "chair")])
    written = parliament.mep("Daly", country="IE", group="EPP", seats=[("LIBE", "vice_chair")])
    parliament.mep("Egan", country="IE", group="EPP", seats=[("LIBE", "substitute")])
    parliament.mep("Laurent", country="FR", group="EPP", seats=[("FEMM", "member")])
    parliament.mep("Murphy", country="IE", group="EPP", seats=[("EMPL", "member")])
    mailing = MailingFactory()
    now = timezone.now()
    Mailing.objects.filter(pk=mailing.pk).update(frozen_at=now, started_at=now)
    Delivery.objects.create(
        mailing=mailing,
        contact=written,
        email_key=written.email_key,
        language="en",
        status="sent",
        queued_at=now,
        sent_at=now - timedelta(days=3),
    )


class Builder(Keyboard):
    """A colleague at the builder who never touches the pointer."""

    def choose_new(self, label: str) -> None:
        """Choose a condition in the menu of the outermost group and add it."""
        menu = self.page.get_by_label("What the new line asks", exact=True)
        self._go_to(menu)
        type_option(self.page, menu, label)
        before = self.page.locator(".criterion").count()
        self._go_to(self.page.get_by_role("button", name="Add a line", exact=True))
        self.page.keyboard.press("Enter")
        self.page.locator(".criterion").nth(before).wait_for()

    def tick_here(self, label: str) -> None:
        """Go to a box of the line that is open, and tick it."""
        box = self.page.locator(".criterion").last.get_by_label(label, exact=True)
        self._go_to(box)
        self.page.keyboard.press("Space")

    def pick(self, label: str, option: str) -> None:
        """Choose in a list of the last line."""
        target = self.page.locator(".criterion").last.get_by_label(label, exact=True)
        self._go_to(target)
        type_option(self.page, target, option)


def test_a_segment_is_built_with_the_keyboard(visit, officer, people):
    with visit() as boris:
        boris.sign_in(officer, PASSWORD)
        page = boris.open(NEW)
        keys = Builder(page)
        keys.write("Name", "Quiet friends in LIBE and FEMM")
        keys.choose_new("Committee and role")
        boris.until("document.activeElement.matches('summary.pick')")
        keys.tick_here("LIBE")
        keys.tick_here("FEMM")
        keys.pick("Role", "full member")
        page.locator("#count").get_by_text("4", exact=True).first.wait_for()
        keys.choose_new("From a country with a member")
        page.locator("#n-r-1").get_by_text("5").wait_for()
        keys.choose_new("Written to lately")
        keys.pick("was written to", "was not")
        page.locator("#count .live").get_by_text("2", exact=True).wait_for()
        page.get_by_text("Full members of FEMM or LIBE from countries with a member organisation, without").wait_for()
        keys.press("button", "Save segment")
        for name in ["Brennan", "Casey"]:
            page.get_by_role("link", name=name).wait_for()
        for name in ["Daly", "Egan", "Laurent", "Murphy"]:
            assert not page.get_by_role("link", name=name).count()
        boris.check_no_complaints()
    assert Segment.objects.get().criteria == {
        "all": [
            {"seat": {"committee": ["FEMM", "LIBE"], "role": ["chair", "vice_chair", "member"]}},
            {"member_country": ["member"]},
            {"written": {"days": 14, "is": "no"}},
        ]
    }


def test_a_change_during_a_count_is_counted_as_well(visit, officer, people):
    """The number beside a rule is the number of that rule, also where the answer for an older one comes late."""
    segment = Segment.objects.create(name="One", criteria={"all": [{"country": ["IE"]}]})
    held = []
    with visit() as boris:
        boris.sign_in(officer, PASSWORD)
        page = boris.open(f"/desk/contacts/segments/{segment.pk}/edit/")
        number = page.locator("#count .live")
        expect(number).to_have_text("5")
        page.route("**/segments/count/", lambda route: held.append(route), times=1)
        page.locator(".criterion summary.pick").click()
        with page.expect_request("**/segments/count/"):
            page.get_by_label("Malta", exact=True).check()
        page.get_by_label("France", exact=True).check()
        # Longer than a change waits before it asks.
        page.wait_for_timeout(1_000)
        held.pop().continue_()
        expect(number).to_have_text("6")
        boris.check_no_complaints()


def test_a_group_is_added_and_a_line_removed_with_the_keyboard(visit, officer, people):
    segment = Segment.objects.create(name="Two", criteria={"all": [{"country": ["IE"]}, {"group": ["SD"]}]})
    with visit() as boris:
        boris.sign_in(officer, PASSWORD)
        page = boris.open(f"/desk/contacts/segments/{segment.pk}/edit/")
        keys = Builder(page)
        keys._go_to(page.get_by_role("button", name="Remove: Political group, S&D"))
        page.keyboard.press("Enter")
        page.locator("#r-1").wait_for(state="detached")
        keys._go_to(page.get_by_role("button", name="Add a group", exact=True))
        page.keyboard.press("Enter")
        page.get_by_label("How the lines of group 2 combine").wait_for()
        expect(page.locator("#r-1-how")).to_be_focused()
        boris.check_no_complaints()


def test_without_javascript_every_button_works(visit, officer, people):
    with visit(java_script_enabled=False) as boris:
        boris.sign_in(officer, PASSWORD)
        page = boris.open(NEW)
        page.get_by_label("What the new line asks").select_option("seat")
        page.get_by_role("button", name="Add a line").click()
        page.get_by_label("FEMM", exact=True).check()
        page.get_by_role("button", name="Count").last.click()
        page.locator("#count .live").get_by_text("2", exact=True).wait_for()
        page.get_by_role("button", name="Country").click()
        page.get_by_label("Find a person").fill("daly")
        page.get_by_role("button", name="Find", exact=True).click()
        page.get_by_role("button", name=re.compile("^Add.*Daly")).click()
        page.locator("#count .live").get_by_text("3", exact=True).wait_for()
        page.get_by_label("Name", exact=True).fill("By hand")
        page.get_by_role("button", name="Save segment").click()
        page.get_by_role("link", name="Daly").wait_for()
        boris.check_no_complaints()
    segment = Segment.objects.get()
    assert segment.criteria == {"seat": {"committee": ["FEMM"]}}
    assert segment.picks.count() == 1


def test_axe_finds_nothing_on_the_builder(visit, officer, people):
    rule = {
        "all": [
            {"seat": {"committee": ["LIBE", "FEMM"]}},
            {"any": [{"language": ["en", "fr"]}, {"all": [{"country": ["AT"]}, {"interaction": {"is": "yes"}}]}]},
            {"not": {"any": [{"written": {"days": 14}}, {"blocked": ["yes"]}]}},
        ]
    }
    segment = Segment.objects.create(name="Quiet friends in LIBE and FEMM", criteria=rule)
    with visit() as boris:
        boris.sign_in(officer, PASSWORD)
        for path in [NEW, f"/desk/contacts/segments/{segment.pk}/edit/", f"/desk/contacts/segments/{segment.pk}/"]:
            page = boris.open(path)
            for is_open in ["false", "true"]:
                page.evaluate(f"document.querySelectorAll('details').forEach(part => {{ part.open = {is_open} }})")
                boris.check_page(path)
        boris.check_no_complaints()
