"""Writing with sources, pasting from Word, looking back, and a translation beside its source: in a real browser."""

import datetime as dt
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from advocacy import evidence
from advocacy.drafting import Words, save_text
from advocacy.models import Evidence, StatementText
from advocacy.versions import keep_point
from contacts.models import Organisation
from tests.e2e.hands import Keyboard
from tests.factories import PASSWORD, StatementFactory, StatementTextFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORD = (Path(__file__).parents[1] / "payloads" / "word-statement.html").read_text(encoding="utf-8")
PASTE = """(box, html) => {
    const data = new DataTransfer();
    data.setData("text/html", html);
    data.setData("text/plain", "x");
    box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
FR = "<p>En 2025, nos membres ont rencontré 90 personnes.</p><p>La plupart ne se sont jamais plaintes.</p>"
EN = "<p>In 2025 our members met 90 people.</p><p>Most never complained.</p>"


@pytest.fixture
def statement(officer):
    row = StatementFactory(author=officer, slug="wages")
    StatementTextFactory(statement=row, changed_by=officer, title="Wages", body="<p>Start.</p>")
    return row


@pytest.fixture
def figure(officer):
    row = Evidence(
        owner=Organisation.objects.platform(),
        slug="unpaid-2025",
        claim="people without wages",
        figure="90",
        period="2025",
        source="Members’ survey",
        url="https://survey.example/2025",
        checked_on=dt.date(2026, 3, 1),
    )
    evidence.save_evidence(row, actor=officer)
    return row


def editor(person, statement, language="en"):
    person.open(f"{reverse('advocacy:statement_edit', args=[statement.reference])}?lang={language}")
    box = person.page.locator(".ck-editor__editable").first
    box.wait_for()
    return box


def save(person):
    with person.page.expect_navigation():
        person.page.get_by_role("button", name="Save", exact=True).click()
    person.page.locator(".ck-editor__editable").first.wait_for()


def test_text_from_word_keeps_its_structure_and_its_foot_notes(visit, officer, statement):
    with visit() as boris:
        boris.sign_in(officer, PASSWORD)
        box = editor(boris, statement)
        box.click()
        boris.page.keyboard.press("Control+A")
        box.evaluate(PASTE, WORD)
        boris.page.get_by_text("workers in laundries").wait_for()
        expect(box.locator("ul ul")).to_have_text("night shifts")
        expect(box.locator("table")).to_have_count(1)
        save(boris)
        boris.check_no_complaints()
    body = statement.texts.get().body
    assert "<h2>What we ask</h2>" in body
    assert "[[note: Members’ survey, 2025, p. 12, the report https://survey.example/2025.]]" in body
    assert "<ol><li>Let every worker claim" in body
    assert 'href="https://law.example/wages"' in body
    assert "<th>" in body or "<td>" in body
    for gone in ("mso", "Mso", "style=", "class=", "Nobody cared", "Is this sure", "file:", "SB"):
        assert gone not in body


def test_sources_are_cited_by_the_menu_and_by_keyboard_and_come_back_as_chips(visit, officer, statement, figure):
    with visit() as boris:
        page = boris.sign_in(officer, PASSWORD)
        box = editor(boris, statement)
        box.click()
        page.keyboard.press("Control+End")
        page.wait_for_timeout(100)
        page.keyboard.type(" We met people ")
        page.keyboard.type("#unp")
        page.locator(".ck-mentions button").first.wait_for()
        page.keyboard.press("Enter")
        page.keyboard.type(", often")
        page.keyboard.press("Control+Alt+f")
        page.keyboard.type("Annual report, p. 4")
        page.keyboard.press("End")
        page.keyboard.type(". Again ")
        page.get_by_role("button", name="90, people without wages, 2025").click()
        page.keyboard.type(".")
        expect(box.locator(".mention")).to_have_text(["[90, people without wages, 2025]"] * 2)
        save(boris)
        assert statement.texts.get().body == (
            "<p>Start. We met people [[source: unpaid-2025]], often[[note: Annual report, p. 4]]. "
            "Again [[source: unpaid-2025]].</p>"
        )
        expect(page.locator(".ck-editor__editable .mention")).to_have_count(2)
        boris.check_page("the editor with sources")
        boris.open(reverse("advocacy:statement_detail", args=[statement.reference]))
        assert page.locator("sup.cite").all_inner_texts() == ["1", "2", "1"]
        assert page.locator("#source-1").inner_text().startswith("Members’ survey: 90, people without wages, 2025.")
        page.locator("sup.cite a").first.click()
        page.wait_for_url("**/#source-1")
        boris.check_page("a statement with sources")
        boris.check_no_complaints()


def test_the_history_is_walked_by_keyboard_alone(visit, officer, statement, tmp_path):
    keep_point(statement, name="Before the lawyers’ changes", actor=officer)
    text = statement.texts.get()
    text.statement = statement
    save_text(text, Words("Fair wages", "", "<p>Start again.</p><p>A new paragraph.</p>"), edition=1, actor=officer)
    with visit() as ana:
        page = ana.sign_in(officer, PASSWORD)
        hands = Keyboard(page)
        ana.open(reverse("advocacy:statement_history", args=[statement.reference]))
        ana.check_page("the history")
        hands.press("button", "Compare the two")
        page.locator("ins").nth(1).wait_for()
        assert page.locator("ins .vh").first.inner_text().strip() == "put in:"
        ana.check_page("a comparison")
        hands.press("link", "History")
        hands.press("link", "“Before the lawyers’ changes”")
        ana.check_page("an earlier text")
        hands.press("button", "Go back in English")
        page.get_by_text("again, in 1 language").wait_for()
        ana.check_no_complaints()
    assert statement.texts.get().body == "<p>Start.</p>"


def test_a_stale_paragraph_is_seen_beside_its_source_and_accepted(visit, officer, statement):
    def write(language, body):
        text = StatementText.objects.get(statement=statement, language=language)
        text.statement = statement
        save_text(text, Words(text.title, "", body), edition=text.edition, actor=officer)

    write("en", EN)
    StatementTextFactory(statement=statement, language="fr", title="Salaires", body="")
    write("fr", FR)
    write("en", EN.replace("90", "112"))
    with visit() as ana:
        page = ana.sign_in(officer, PASSWORD)
        editor(ana, statement, "fr")
        page.get_by_role("heading", name="Behind the source").wait_for()
        hands = Keyboard(page)
        hands.press("link", "Read it beside the source, and accept what is still right")
        expect(page.locator("tr.behind del")).to_contain_text("90")
        ana.check_page("a translation beside its source")
        hands.press("button", "Accept all as still right")
        page.get_by_text("none is behind").wait_for()
        ana.check_page("a translation that is up to date")
        ana.check_no_complaints()


def test_a_conflict_shows_the_difference(visit, officer, statement):
    with visit() as boris:
        page = boris.sign_in(officer, PASSWORD)
        box = editor(boris, statement)
        text = statement.texts.get()
        text.statement = statement
        save_text(text, Words("Wages", "", "<p>Start with her words.</p>"), edition=1, actor=officer)
        box.click()
        page.keyboard.press("Control+End")
        page.keyboard.type(" His words.")
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_role("heading", name="What your text changes of theirs").wait_for()
        assert page.locator(".diff del").count() >= 1
        boris.check_page("a conflict")
