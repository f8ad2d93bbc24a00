"""A statement from the first word to the public page, in a real browser: by pointer and by keyboard alone.

An officer pastes from Word, a second person comments and asks for changes, the officer answers, it is approved,
translated, edited, the translation is found behind and accepted, approved again and published. axe looks at every page
on the way at three widths in both schemes.
"""

import io

import pytest
from pypdf import PdfReader

from advocacy.models import ReviewComment, Statement
from tests.e2e.hands import EDITOR, Keyboard, Pointer
from tests.factories import PASSWORD

# Eleven pages are looked at by axe six times each.
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]

# What Word puts on the clipboard, shortened. The event is made by a script: the browser's own clipboard would clean
# the markup before the editor sees it.
WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word">
<head><meta name=Generator content="Microsoft Word 15"><style>p.MsoNormal {margin:0cm}</style></head>
<body lang=EN-GB><!--StartFragment-->
<p class=MsoNormal style='margin-bottom:8pt'><span lang=EN-GB style='mso-ansi-language:EN-GB'>People who were trafficked
have a right to <b>compensation</b>.<o:p></o:p></span></p>
<p class=MsoNormal><span style='color:red'>Most of them never receive it.<o:p></o:p></span></p>
<p class=MsoNormal>We call on every government to pay first from a public fund.<o:p></o:p></p>
<!--EndFragment--></body></html>"""
PASTE = """(box, html) => {
    const data = new DataTransfer();
    data.setData("text/html", html);
    data.setData("text/plain", "x");
    box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
FRENCH = (
    "Les personnes victimes de la traite ont droit à une indemnisation.\n"
    "La plupart ne la reçoivent jamais.\n"
    "Nous appelons chaque gouvernement à payer d’abord sur un fonds public."
)


class Walk:
    """An officer and an approver, each with a hand of the same kind at a window of their own."""

    def __init__(self, hand, officer_window, approver_window, officer, approver):
        self.officer_window, self.approver_window = officer_window, approver_window
        self.users = (officer, approver)
        self.officer, self.approver = hand(officer_window.page), hand(approver_window.page)

    def look(self, window, where):
        """axe at three widths in both schemes; once is enough, the keyboard sees the same pages."""
        if self.officer.name == "pointer":
            window.check_everywhere(where)
        window.check_no_complaints()

    @property
    def page_of_it(self):
        return f"/desk/statements/{Statement.objects.get().reference}/"

    def draft_from_word(self):
        window, hand = self.officer_window, self.officer
        window.sign_in(self.users[0], PASSWORD)
        hand.press("link", "New statement")
        hand.write("Title", "Compensation is a right")
        hand.press("button", "Start writing")
        hand.write_in_editor("")
        window.page.locator(EDITOR).first.evaluate(PASTE, WORD)
        window.page.locator(EDITOR).get_by_text("pay first from a public fund").wait_for()
        hand.write("Summary", "Why a right on paper is not enough.")
        self.look(window, "statement editor")
        hand.press("button", "Save and leave")
        window.page.get_by_text("Say on which occasion").wait_for()
        self.look(window, "a draft that lacks facts")
        hand.press("link", "Fill in")
        hand.write("Occasion", "EU Anti-Trafficking Day")
        hand.write("Contact for readers", "Press office, press@platform.example")
        self.look(window, "facts")
        hand.press("button", "Save the facts")
        hand.press("button", "Send for review")
        window.page.get_by_text("asked for review").wait_for()

    def ask_for_changes(self):
        window, hand = self.approver_window, self.approver
        window.sign_in(self.users[1], PASSWORD)
        hand.press("link", "Read")
        hand.choose("About", "3. People who were trafficked have a right to compensation.")
        hand.write("Comment", "Which right? Name the article.")
        hand.press("button", "Comment")
        window.page.get_by_text("Your comment stands below the text.").wait_for()
        self.look(window, "statement in review with a comment")
        hand.write("What should change", "Please answer my comment.")
        hand.press("button", "Ask for changes")
        window.page.get_by_text("You asked for changes").wait_for()

    def answer(self):
        window, hand = self.officer_window, self.officer
        window.open("/desk/")
        hand.press("link", "Edit")
        window.page.get_by_text("Which right? Name the article.").wait_for()
        hand.write("Answer to comment 1", "Article 17 of the directive, added at the end.")
        hand.press("button", "Answer and settle")
        self.look(window, "a draft with a settled comment")
        hand.press("link", "Edit")
        hand.write_in_editor(" Article 17 asks for it.")
        hand.press("button", "Save and leave")
        hand.press("button", "Send for review")
        window.page.get_by_text("asked for review").wait_for()

    def approve(self):
        window, hand = self.approver_window, self.approver
        window.open("/desk/")
        hand.press("link", "Read")
        hand.press("button", "Approve these words")
        window.page.get_by_role("button", name="Publish now").wait_for()
        self.look(window, "approved statement")

    def translate_and_edit(self):
        window, hand = self.officer_window, self.officer
        window.open(self.page_of_it)
        hand.unfold("Add a language")
        hand.choose("Language", "French")
        hand.press("button", "Add and write")
        hand.write("Title", "L’indemnisation est un droit")
        hand.write("Summary", "Pourquoi un droit sur le papier ne suffit pas.")
        hand.write_in_editor(FRENCH)
        hand.tick("A second reader has checked this language version")
        hand.press("button", "Save and leave")
        window.open(self.page_of_it)
        hand.press("link", "Edit")
        hand.write_in_editor(" Now.")
        hand.press("button", "Save and leave")
        window.page.get_by_text("French: 1 paragraph is behind the source.").first.wait_for()
        self.look(window, "a statement whose French is behind")

    def accept(self):
        window, hand = self.officer_window, self.officer
        window.open(f"{self.page_of_it}?lang=fr")
        hand.press("link", "beside the source, paragraph")
        self.look(window, "French beside the source")
        hand.press("button", "Still right")
        window.page.get_by_text("1 paragraph is accepted.").wait_for()
        window.open(self.page_of_it)
        assert window.page.get_by_text("behind the source").count() == 0
        hand.press("button", "Send for review")
        window.page.get_by_text("asked for review").wait_for()

    def publish(self):
        window, hand = self.officer_window, self.officer
        window.open(self.page_of_it)
        hand.press("button", "Publish now")
        window.page.get_by_text("It is public and stays as it is.").wait_for()
        self.look(window, "published statement")


@pytest.mark.parametrize("hand", [Pointer, Keyboard], ids=lambda hand: hand.name)
def test_a_statement_comes_from_word_to_the_public(hand, visit, officer, approver, live_server):
    with visit() as officer_window, visit() as approver_window:
        walk = Walk(hand, officer_window, approver_window, officer, approver)
        walk.draft_from_word()
        walk.ask_for_changes()
        walk.answer()
        walk.approve()
        walk.translate_and_edit()
        walk.accept()
        walk.approve()
        walk.publish()
        for window in (officer_window, approver_window):
            window.check_no_complaints()
    assert_clean()
    with visit() as reader:
        assert_public(reader, live_server.url)


def assert_clean():
    """The text is what was meant, without Word; the comment was answered; two approvals of two versions."""
    statement = Statement.objects.get()
    body = statement.texts.get(language="en").body
    assert body.startswith("<p>People who were trafficked have a right to <strong>compensation</strong>.</p>")
    assert body.endswith("from a public fund. Article 17 asks for it. Now.</p>")
    assert "Mso" not in body
    assert "style" not in body
    assert ReviewComment.objects.filter(parent__isnull=True, resolved_at__isnull=False).count() == 1
    events = list(statement.versions.order_by("id").values_list("number", "event"))
    assert [event for _number, event in events if event == "approved"] == ["approved", "approved"]
    assert (3, "published") in events


def assert_public(reader, url):
    """Page, feed, PDF and sitemap hold it, in both languages."""
    slug = Statement.objects.get().slug
    for language, words in (("en", "Article 17 asks for it. Now."), ("fr", "ne la reçoivent jamais")):
        page = reader.open(f"/{language}/statements/{slug}/")
        page.get_by_text(words).first.wait_for()
        reader.check_everywhere(f"public page in {language}")
        pdf = page.request.get(f"{url}/{language}/statements/{slug}.pdf")
        assert pdf.headers["content-type"] == "application/pdf"
        text = " ".join("\n".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(pdf.body())).pages).split())
        assert words in text
        feed = page.request.get(f"{url}/feeds/{language}/statements.atom").text()
        assert f"/{language}/statements/{slug}/" in feed
    sitemap = reader.page.request.get(f"{url}/sitemap.xml").text()
    assert f"/en/statements/{slug}/" in sitemap
    assert f"/fr/statements/{slug}/" in sitemap
    reader.check_no_complaints()
