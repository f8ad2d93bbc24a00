"""An issue is begun and written in a browser: by keyboard, without script, saved while somebody types; fit for all."""

import pytest
from playwright.sync_api import expect

from advocacy.models import CalendarDay
from mailing.issues import blocks, drafting
from mailing.models import Block, BlockText, Mailing
from tests.e2e.hands import EDITOR
from tests.factories import PASSWORD, SenderFactory
from tests.mailing.issues.conftest import issue, monthly, published  # noqa: F401 - fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def full(issue, officer, published):  # noqa: F811 - fixtures
    """An issue in two languages with a block of each kind, one of them behind its source."""
    item = drafting.add_block(issue, "item", source=published(fr="La réparation"), actor=officer)
    for kind in ("text", "button", "figures", "dates", "members"):
        drafting.add_block(issue, kind, actor=officer)
    drafting.add_language(issue, "fr", actor=officer)
    Block.objects.filter(pk=item.pk).update(source_digest="x")
    return issue


def test_every_page_of_writing_an_issue_is_fit_for_everybody(visit, full, officer, published):  # noqa: F811
    published("Something newer")
    with visit() as someone:
        someone.sign_in(officer, PASSWORD)
        item = Block.objects.get(kind="item")
        for name, path in {
            "issues": "/desk/newsletters/",
            "issue-new": "/desk/newsletters/new/",
            "issue-write": f"/desk/newsletters/{full.reference}/write/?lang=en",
            "issue-write-fr": f"/desk/newsletters/{full.reference}/write/?lang=fr",
            "issue-preview": f"/desk/newsletters/{full.reference}/preview/?lang=en",
            "issue-text": f"/desk/newsletters/{full.reference}/preview/?lang=en&as=text",
            "issue-source": f"/desk/newsletters/{full.reference}/blocks/{item.pk}/refresh/",
        }.items():
            page = someone.open(path)
            page.wait_for_load_state("networkidle")
            someone.keep_pictures(name)
            page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
            someone.check_page(name)
            someone.check_no_complaints()


def test_an_issue_is_saved_while_somebody_types(visit, issue, officer):  # noqa: F811
    lead = Block.objects.get(mailing=issue)
    with visit() as someone:
        someone.sign_in(officer, PASSWORD)
        page = someone.open(f"/desk/newsletters/{issue.reference}/write/?lang=en")
        page.locator(EDITOR).first.click()
        page.keyboard.type("We wrote to them.")
        page.locator(f"#id_b{lead.pk}-heading").fill("The vote is near")
        page.locator("#save-state.saved").wait_for()
        someone.check_no_complaints()
    text = BlockText.objects.get(block=lead)
    assert text.heading == "The vote is near"


def test_a_block_is_moved_by_keyboard_and_keeps_the_focus(visit, issue, officer):  # noqa: F811
    moved = blocks.add(issue, "button", actor=officer)
    with visit() as someone:
        someone.sign_in(officer, PASSWORD)
        page = someone.open(f"/desk/newsletters/{issue.reference}/write/?lang=en")
        page.get_by_role("button", name="Move block 2, Button, up").focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Move block 1, Button, up")).to_be_focused()
        page.keyboard.press("Tab")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Move block 2, Button, down")).to_be_focused()
        someone.check_no_complaints()
    assert Block.objects.get(pk=moved.pk).position == 2


def test_enter_in_a_field_saves_and_moves_nothing(visit, issue, officer):  # noqa: F811
    blocks.add(issue, "button", actor=officer)
    with visit(java_script_enabled=False) as someone:
        someone.sign_in(officer, PASSWORD)
        page = someone.open(f"/desk/newsletters/{issue.reference}/write/?lang=en")
        page.get_by_label("Subject").fill("Typed")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.get_by_label("Subject").input_value() == "Typed"
    assert [block.kind for block in Block.objects.filter(mailing=issue)] == ["lead", "button"]


def test_an_issue_is_begun_and_written_without_script(visit, monthly, officer, published):  # noqa: F811
    SenderFactory()
    # A day that is near would be offered, and ticked, as a block of dates.
    CalendarDay.objects.all().delete()
    published("Compensation is a right")
    with visit(java_script_enabled=False) as someone:
        someone.sign_in(officer, PASSWORD)
        page = someone.open("/desk/newsletters/")
        page.get_by_role("link", name="New issue").first.click()
        page.get_by_label("Title").fill("November")
        page.get_by_role("button", name="Begin with what is ticked").click()
        page.locator("textarea").first.fill("<p>We wrote to them.</p>")
        page.get_by_label("Kind").select_option(label="Figures as bars")
        page.get_by_role("button", name="Save and add").click()
        page.get_by_label("What is counted").first.fill("Legal aid")
        page.get_by_label("How many", exact=True).first.fill("10")
        page.get_by_label("Of how many").first.fill("23")
        page.get_by_role("button", name="Save, and more rows").click()
        expect(page.get_by_label("What is counted")).to_have_count(4)
        page.get_by_role("button", name="Move block 3, Figures as bars, up").click()
        with page.expect_navigation():
            page.get_by_role("button", name="Save", exact=True).last.click()
        someone.check_no_complaints()
    mailing = Mailing.objects.get(kind="newsletter")
    assert [block.kind for block in mailing.blocks.all()] == ["lead", "figures", "item"]
    assert mailing.blocks.get(kind="figures").texts.get().rows == [{"label": "Legal aid", "value": 10, "of": 23}]
    assert mailing.blocks.get(kind="lead").texts.get().body == "<p>We wrote to them.</p>"
