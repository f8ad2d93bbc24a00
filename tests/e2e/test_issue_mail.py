"""An issue's HTML in a real browser: nothing that axe's WCAG rules find, nothing asked for from anywhere, no overflow.

Pictures in light, dark and at 390 px go to the folder that the test prints (`-s` shows it).
"""

import pytest
from playwright.sync_api import sync_playwright

from tests.e2e.browser import AXE_SCRIPT, FLAGS, chromium_path
from tests.mailing.issues.test_mail_lint import message_of, written

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(chromium_path() is None, reason="needs Chromium"),
]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def test_an_issue_in_a_browser_breaks_no_rule_and_asks_for_nothing(tmp_path, settings):
    settings.SITE_URL = "https://advocacy.platform.example"
    _text, html = message_of(written("en"), "en")
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        for width, scheme in ((760, "light"), (760, "dark"), (390, "light"), (390, "dark")):
            page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
            page.on("request", lambda request: asked.append(request.url))
            page.set_content(html)
            page.screenshot(path=tmp_path / f"issue-{width}-{scheme}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.evaluate(AXE_SCRIPT)
            found = page.evaluate("tags => axe.run(document, {runOnly: tags})", WCAG)
            assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
        browser.close()
    assert asked == []
    print(f"Pictures: {tmp_path}")
