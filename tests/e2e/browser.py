"""A real Chromium for the walks: what it may do, what counts as a fault on a page, and axe."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, Page, expect

# Without these Chromium looks for its maker's hosts at every start; a test talks to loopback only.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The browser repeats what `_answered` looks at; htmx tells of a question that a newer one replaced. A question that
# failed has other names as well.
EXPECTED = ("Failed to load resource", "htmx:sendAbort", "htmx:afterRequest")
AXE_SCRIPT = Axe().axe_script
WAYS = [(1440, "light"), (390, "dark")]
NARROWEST = 320
# Milliseconds for one step; machines of CI are slow, and share their time.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def chromium_path() -> str | None:
    """Where the system's Chromium lies, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Visitor:
    """One person at one browser window, with everything the browser complained about."""

    def __init__(self, page: Page, base_url: str) -> None:
        self.page = page
        self.base_url = base_url
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        page.on("console", self._heard)
        page.on("response", self._answered)
        page.on("request", self._asked)

    def _heard(self, message) -> None:
        if message.type == "error" and not message.text.startswith(EXPECTED):
            self.complaints.append(f"console: {message.text}")

    def _answered(self, response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status} at {response.url}")

    def _asked(self, request) -> None:
        if not request.url.startswith((self.base_url, "data:", "blob:", "about:")):
            self.complaints.append(f"asked another host: {request.url}")

    def open(self, path: str) -> Page:
        """Go to a path of the site; again, where the page before read itself anew at that very moment."""
        for is_last in (False, False, True):
            try:
                self.page.goto(self.base_url + path)
                break
            except Error as error:
                if is_last or "net::ERR_ABORTED" not in str(error):
                    raise
        return self.page

    def sign_in(self, user, password: str) -> Page:
        """Sign in through the real form."""
        self.open("/accounts/login/")
        self.page.get_by_label("E-mail", exact=False).first.fill(user.email)
        self.page.get_by_label("Password", exact=False).first.fill(password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/desk/")
        return self.page

    def until(self, condition: str) -> None:
        """Wait until this expression is true in the page. Playwright's own way makes code of a string, page by page,
        from the second look on; our content policy forbids that."""
        end = time.monotonic() + PATIENCE / 1000
        while not self.page.evaluate(condition):
            assert time.monotonic() < end, f"This does not become true at {self.page.url}: {condition}"
            self.page.wait_for_timeout(50)

    def check_accessibility(self, where: str) -> None:
        """axe finds nothing; the message names rule and element."""
        self.page.wait_for_load_state()
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        # At its end, where the dock, which sticks to the edge of the window, covers half of no field.
        self.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        # Only what it finds comes back: the lists of what passed are long, and nobody reads them here.
        options = {"runOnly": {"type": "tag", "values": AXE_TAGS}, "resultTypes": ["violations"]}
        violations = self.page.evaluate("options => axe.run(options).then(found => found.violations)", options)
        told = [f"{rule['id']}: {node['html'][:160]}" for rule in violations for node in rule["nodes"]]
        assert not told, f"axe on {where}: " + "; ".join(told)

    def check_page(self, where: str) -> None:
        """axe and the width of the page that is open, as people meet it: wide and light, narrow and dark, at 320 px."""
        for width, scheme in WAYS:
            self.page.set_viewport_size({"width": width, "height": 1000})
            self.page.emulate_media(color_scheme=scheme)
            self.check_accessibility(f"{where} at {width} px, {scheme}")
            self.check_fits(f"{where} at {width} px")
        self.page.set_viewport_size({"width": NARROWEST, "height": 1000})
        self.check_fits(f"{where} at {NARROWEST} px")
        self.page.set_viewport_size({"width": WAYS[0][0], "height": 1000})
        self.page.emulate_media(color_scheme="light")

    def check_everywhere(self, where: str) -> None:
        """axe and the width of the open page at three widths, each in both schemes."""
        for width in (WAYS[0][0], WAYS[1][0], NARROWEST):
            for scheme in ("light", "dark"):
                self.page.set_viewport_size({"width": width, "height": 1000})
                self.page.emulate_media(color_scheme=scheme)
                self.check_accessibility(f"{where} at {width} px, {scheme}")
                self.check_fits(f"{where} at {width} px")
        self.page.set_viewport_size({"width": WAYS[0][0], "height": 1000})
        self.page.emulate_media(color_scheme="light")

    def keep_pictures(self, name: str) -> None:
        """Whole-page pictures of the open page, where DEMARCHE_PICTURES names a folder."""
        folder = os.environ.get("DEMARCHE_PICTURES")
        if not folder:
            return
        for width, scheme in WAYS:
            self.page.set_viewport_size({"width": width, "height": 1000})
            self.page.emulate_media(color_scheme=scheme)
            # As tall as the page, so that what sticks to its foot stands there and frames are loaded.
            height = self.page.evaluate("document.documentElement.scrollHeight")
            self.page.set_viewport_size({"width": width, "height": max(height, 900)})
            self.page.wait_for_load_state("networkidle")
            self.page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
        self.page.set_viewport_size({"width": WAYS[0][0], "height": 1000})
        self.page.emulate_media(color_scheme="light")

    def check_no_complaints(self) -> None:
        """No script error, no policy violation, no 5xx, no request to another host."""
        assert not self.complaints, self.complaints

    def check_fits(self, where: str) -> None:
        """The page does not scroll sideways."""
        # Without its style sheets it is wider.
        self.page.wait_for_load_state()
        overflow = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{where} scrolls sideways by {overflow} px"


@contextmanager
def visitor(browser: Browser, base_url: str, **options) -> Iterator[Visitor]:
    """A fresh browser context (no cookies of anybody else) as a Visitor; tells where it stood when a test fails."""
    context = browser.new_context(**{"viewport": {"width": 1440, "height": 1000}, **options})
    context.set_default_timeout(PATIENCE)
    person = Visitor(context.new_page(), base_url)
    try:
        yield person
    except Exception:
        print(f"The browser stood at {person.page.url}:\n{person.page.locator('body').inner_text()[:3000]}")
        raise
    finally:
        context.close()
